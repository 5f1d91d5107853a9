//! Asks who signed in, where, and what there is.

use deskbridge_core::connector::Tried;
use deskbridge_core::{Error, ErrorKind, Result, Retry};

use super::client::Client;
use super::settings::id_of;
use super::types::text;

const ORGANIZATIONS: &str = "GET /organizations";
const DEPARTMENTS: &str = "GET /departments";
const MYSELF: &str = "GET /myinfo";

pub(super) async fn try_connection(client: &Client<'_>) -> Result<Tried> {
    let organizations = client.rows("/organizations", ORGANIZATIONS).await?;
    let org_id = client.settings.org_id.as_str();
    let ours = |row: &&serde_json::Value| id_of(&row["id"]).as_deref() == Some(org_id);
    let Some(organization) = organizations.iter().find(ours) else {
        let ids: Vec<_> = organizations.iter().map(|row| text(&row["id"])).collect();
        let why = format!(
            "the sign-in belongs to another organisation than org_id: to {}",
            ids.join(", ")
        );
        let error = Error::new(ErrorKind::Misconfigured, why);
        return Err(error.with_retry(Retry::WhenCredentialChanges));
    };
    let myself = client.get("/myinfo", MYSELF).await?;
    let path = "/departments?isEnabled=true&limit=200";
    let departments = client.rows(path, DEPARTMENTS).await?;
    let name = text(&organization["companyName"]);
    let edition = text(&organization["edition"]);
    let mut facts = vec![
        ("organisation".to_owned(), name.clone()),
        ("edition".to_owned(), edition.clone()),
        ("signed in as".to_owned(), text(&myself["emailId"])),
    ];
    let named = departments.iter().map(|row| {
        let id = text(&row["id"]);
        (format!("department {id}"), text(&row["name"]))
    });
    facts.extend(named);
    let count = departments.len();
    Ok(Tried {
        says: format!("{name}, edition {edition}, {count} departments"),
        facts,
    })
}
