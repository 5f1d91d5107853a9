//! The company that a ticket is for: by id, by exact name, or the default one.

use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use crate::autotask::client::Job;
use crate::autotask::types::Identified;
use crate::text::truncate;

const COMPANIES: &str = "POST /Companies/query";

pub(in crate::autotask::actions) struct Company {
    pub(in crate::autotask::actions) id: i64,
    /// The name that was looked for in vain, where the ticket goes to the default company.
    pub(in crate::autotask::actions) missing: Option<String>,
}

/// Inactive companies take no tickets, and so are not found by name.
pub(in crate::autotask::actions) async fn company(job: &Job<'_>) -> Result<Company> {
    let call = job.call;
    let wanted = call.word("company");
    if let Some(id) = company_id(job, wanted.as_deref()).await? {
        return Ok(Company { id, missing: None });
    }
    let instead = call.word("default_company");
    let instead = company_id(job, instead.as_deref()).await?;
    let rule = &call.action.rule;
    let why = match (instead, wanted) {
        (Some(id), missing) => return Ok(Company { id, missing }),
        (None, Some(name)) => format!(
            "{rule}: Autotask has no active company called {}; map the organisation to one, or \
             give a default company",
            truncate(&name, 100)
        ),
        (None, None) => format!(
            "{rule}: the alert's organisation is mapped to no company, and there is no default one"
        ),
    };
    Err(Error::new(ErrorKind::Misconfigured, why))
}

/// Digits are an id and are not looked up.
async fn company_id(job: &Job<'_>, wanted: Option<&str>) -> Result<Option<i64>> {
    let Some(name) = wanted.map(str::trim) else {
        return Ok(None);
    };
    if let Ok(id) = name.parse() {
        return Ok(Some(id));
    }
    let key = format!("company/{}", name.to_lowercase());
    let search = search(name);
    let read = job
        .client
        .query::<Identified>("/Companies/query", COMPANIES, &search);
    let found = job.client.pick(&key, read, |found: &Vec<Identified>| {
        match found.as_slice() {
            [] => None,
            [one] => Some(Ok(one.id)),
            _ => Some(Err(())),
        }
    });
    found.await?.transpose().map_err(|()| {
        let rule = &job.call.action.rule;
        let name = truncate(name, 100);
        let why = format!("{rule}: Autotask has more than one company called {name}: give its id");
        Error::new(ErrorKind::Misconfigured, why)
    })
}

fn search(name: &str) -> Value {
    json!({
        "MaxRecords": 2,
        "IncludeFields": ["id"],
        "filter": [
            { "op": "eq", "field": "companyName", "value": name },
            { "op": "eq", "field": "isActive", "value": true },
        ],
    })
}
