//! What can be done to an app, each by one request, and how its outcome is learnt.
//!
//! <https://cybozu.dev/ja/kintone/docs/rest-api/records/add-record/>

use std::time::Duration;

use deskbridge_core::connector::{Done, Found, Operation, Prepared, Repeat};
use deskbridge_core::http::Method;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::RECORD;
use super::client::{Job, parse, words};
use super::record::{self, Record, Unfit};
use super::types::{Added, Form, Records, Refusal, Upserted};
use crate::text::encode;

/// How far the vendor's clock may be behind ours.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(60);
const ADD: &str = "POST /record.json";
const UPSERT: &str = "PUT /records.json";
const FIND: &str = "GET /records.json";

pub(super) static OPERATIONS: &[Operation] = &[
    // A record whose answer was lost is looked for, where the token may read.
    Operation {
        repeat: Repeat::LookUp {
            wait: Duration::from_secs(10),
            looks: 2,
        },
        required: &["fields"],
        ..bare("add_record")
    },
    // A field that takes no value twice makes a repeat harmless.
    bare("add_record_once"),
    bare("upsert_record"),
];

const fn bare(name: &'static str) -> Operation {
    Operation {
        name,
        creates: None,
        renews: false,
        acts_on: None,
        ends: false,
        repeat: Repeat::Harmless,
        required: &["fields", "key"],
        optional: &[],
    }
}

/// Makes the request, after a look at the form: a field that is gone would be dropped without a word.
pub(super) async fn prepare(job: &Job<'_>) -> Result<Prepared> {
    let (form, record) = fitted(job).await?;
    let app = job.client.settings.app;
    if job.call.operation.name != "upsert_record" {
        let body = json!({ "app": app, "record": record.fields });
        let request = job
            .client
            .request(Method::Post, "/record.json", ADD)?
            .json(&body);
        return Ok(Prepared::new(request));
    }
    let field = record::key_field(&form, &job.client.settings).map_err(Unfit::into_error)?;
    let mut fields = record.fields;
    let key = fields.shift_remove(&field.code).unwrap_or_default();
    let body = json!({
        "app": app,
        "upsert": true,
        "records": [{
            "updateKey": { "field": field.code, "value": key["value"] },
            "record": fields,
        }],
    });
    let request = job
        .client
        .request(Method::Put, "/records.json", UPSERT)?
        .json(&body);
    Ok(Prepared::new(request))
}

/// Sends the request. A value that its key field has already is a record that was made before.
pub(super) async fn send(job: &Job<'_>, prepared: Prepared) -> Result<Done> {
    let route = prepared.request.call;
    let answer = match job.client.write(prepared.request).await? {
        Ok(answer) => answer,
        Err(refusal) => return refused(job, &refusal).await,
    };
    let (id, what) = if route == UPSERT {
        let upserted: Upserted = parse(&answer, route)?;
        let record = upserted.records.into_iter().next();
        let record = record.ok_or_else(|| {
            let why = "kintone's answer names no record";
            Error::new(ErrorKind::Malformed, why).with_call(route)
        })?;
        let what = if record.operation == "UPDATE" {
            "updated"
        } else {
            "added"
        };
        (record.id, what)
    } else {
        (parse::<Added>(&answer, route)?.id, "added")
    };
    Ok(done(job, &id, what).await)
}

/// Looks for a record with the same values, made since the first attempt.
pub(super) async fn look_up(job: &Job<'_>) -> Result<Found> {
    let (form, record) = fitted(job).await?;
    let mut conditions = record::conditions(&form, &record);
    if conditions.is_empty() {
        let why =
            "no mapped field can be searched by: map a text or number field, or set key_field";
        return Err(Error::new(ErrorKind::Unsupported, why));
    }
    let created = form
        .properties
        .values()
        .find(|property| property.kind == "CREATED_TIME");
    if let (Some(created), Some(sent)) = (created, job.call.first_sent_at) {
        let since = (sent - CLOCK_TOLERANCE).to_string();
        let since = since.split_once('.').map_or("", |(seconds, _)| seconds);
        conditions.push(format!("{} >= \"{since}Z\"", created.code));
    }
    let query = format!("{} order by $id asc limit 1", conditions.join(" and "));
    let app = job.client.settings.app;
    let path = format!(
        "/records.json?app={app}&query={}&fields[0]=%24id",
        encode(&query)
    );
    let found: Records = job.client.read(&path, FIND).await?;
    let id = found
        .records
        .first()
        .and_then(|record| record["$id"]["value"].as_str());
    match id {
        Some(id) => Ok(Found::Done(done(job, id, "added").await)),
        None => Ok(Found::Absent),
    }
}

/// Builds the record, with the form as it is now if the one known has not what is mapped.
async fn fitted(job: &Job<'_>) -> Result<(std::sync::Arc<Form>, Record)> {
    let form = job.client.form().await?;
    match built(job, &form)? {
        Ok(record) => Ok((form, record)),
        Err(_) => {
            let form = job.client.form_anew().await?;
            let record = built(job, &form)?.map_err(Unfit::into_error)?;
            Ok((form, record))
        }
    }
}

fn built(job: &Job<'_>, form: &Form) -> Result<Result<Record, Unfit>> {
    let call = job.call;
    let empty = Map::new();
    let fields = call.action.params.get("fields").and_then(Value::as_object);
    let key = match call.operation.required.contains(&"key") {
        true => Some(call.required("key")?),
        false => None,
    };
    Ok(record::build(
        form,
        &job.client.settings,
        fields.unwrap_or(&empty),
        key,
    ))
}

/// A refusal of values. That a key is there already is told by the place alone: nothing else can be
/// wrong with it.
async fn refused(job: &Job<'_>, refusal: &Refusal) -> Result<Done> {
    let form = job.client.form().await?;
    let keyed = job.call.operation.name == "add_record_once";
    let key = record::key_field(&form, &job.client.settings)
        .ok()
        .filter(|_| keyed);
    let is_key = |place: &String| key.is_some_and(|key| field_of(place) == key.code);
    if !refusal.errors.is_empty() && refusal.errors.keys().all(is_key) {
        let detail = format!(
            "already in {}: added by an earlier attempt",
            job.client.app_name().await
        );
        return Ok(Done {
            detail,
            ..Done::default()
        });
    }
    let fields = refusal.errors.iter().map(|(place, error)| {
        let code = field_of(place);
        let shown = form
            .properties
            .get(code)
            .map_or_else(|| code.to_owned(), |p| p.shown());
        format!("{shown}: {}", words(error))
    });
    let fields = fields.collect::<Vec<_>>().join("; ");
    let why = format!(
        "kintone refuses the values (CB_VA01: {})",
        job.client.quoted(&fields)
    );
    Err(Error::new(ErrorKind::Rejected, why).with_status(400))
}

/// Returns the code in `record.件名.value`, `record[件名].value` or `records[0].件名.value`. A code may
/// hold dots itself.
fn field_of(place: &str) -> &str {
    let rest = place.trim_start_matches(|c| c != '.' && c != '[');
    let rest = match rest.strip_prefix('[') {
        Some(index) if index.starts_with(|c: char| c.is_ascii_digit()) => {
            index.split_once("].").map_or(index, |(_, rest)| rest)
        }
        Some(code) => code.split_once(']').map_or(code, |(code, _)| code),
        None => rest.trim_start_matches('.'),
    };
    let rest = rest.split_once(".values[").map_or(rest, |(code, _)| code);
    let rest = rest.strip_prefix("record.").unwrap_or(rest);
    rest.strip_suffix(".value").unwrap_or(rest)
}

async fn done(job: &Job<'_>, id: &str, what: &str) -> Done {
    let mut detail = format!("{RECORD} {id} {what} in {}", job.client.app_name().await);
    // The form is at hand; if not, the record stands all the same.
    if let Ok((_, record)) = fitted(job).await
        && !record.left_out.is_empty()
    {
        detail = format!(
            "{detail}; left out: {}",
            job.client.quoted(&record.left_out.join("; "))
        );
    }
    Done {
        entity: Some(super::record_of(id)),
        detail,
        result: None,
    }
}
