//! Records: added, updated, or whichever of the two, and read.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::access::{Refusal, not_found};
use super::options::{App, Field};
use super::query::Query;
use super::state::{Record, State, to_the_minute};
use super::values::kept;
use crate::sandbox::http::Reply;

const MAX_AT_ONCE: usize = 100;
const DEFAULT_LIMIT: usize = 100;

pub(super) fn add(state: &mut State, app: u64, asked: &Value) -> Result<Reply, Refusal> {
    let values = fitting(state, app, &asked["record"], None, "record")?;
    let id = state.add(app, values);
    Ok(Reply::json(
        200,
        &json!({ "id": id.to_string(), "revision": "1" }),
    ))
}

/// All of them, or none.
pub(super) fn add_all(state: &mut State, app: u64, asked: &Value) -> Result<Reply, Refusal> {
    let records = bounded(asked)?;
    let mut all = Vec::new();
    for (index, record) in records.iter().enumerate() {
        all.push(fitting(
            state,
            app,
            record,
            None,
            &format!("records[{index}]"),
        )?);
    }
    let ids: Vec<_> = all
        .into_iter()
        .map(|values| state.add(app, values).to_string())
        .collect();
    let revisions = vec!["1"; ids.len()];
    Ok(Reply::json(
        200,
        &json!({ "ids": ids, "revisions": revisions }),
    ))
}

pub(super) fn update(state: &mut State, app: u64, asked: &Value) -> Result<Reply, Refusal> {
    let id = match asked["updateKey"].as_object() {
        Some(key) => holder(state, app, key)?,
        None => text_or_number(&asked["id"]),
    };
    let id = id.ok_or_else(no_record)?;
    let values = fitting(state, app, &asked["record"], Some(id), "record")?;
    let revision = write(state, id, values).ok_or_else(no_record)?;
    Ok(Reply::json(
        200,
        &json!({ "revision": revision.to_string() }),
    ))
}

pub(super) fn upsert_all(state: &mut State, app: u64, asked: &Value) -> Result<Reply, Refusal> {
    let mut answers = Vec::new();
    for (index, one) in bounded(asked)?.iter().enumerate() {
        let place = format!("records[{index}].record");
        let key = one["updateKey"].as_object().cloned().unwrap_or_default();
        let found = holder(state, app, &key)?;
        let mut record = one["record"].clone();
        if found.is_none() {
            let field = key["field"].as_str().unwrap_or_default();
            record[field] = json!({ "value": key["value"] });
        }
        let values = fitting(state, app, &record, found, &place)?;
        let (id, revision, operation) = match found {
            Some(id) => (id, write(state, id, values).unwrap_or_default(), "UPDATE"),
            None => (state.add(app, values), 1, "INSERT"),
        };
        let (id, revision) = (id.to_string(), revision.to_string());
        answers.push(json!({ "id": id, "revision": revision, "operation": operation }));
    }
    Ok(Reply::json(200, &json!({ "records": answers })))
}

pub(super) fn get(state: &State, app: u64, id: u64) -> Result<Reply, Refusal> {
    let mut records = state.records.iter();
    let record = records.find(|record| record.app == app && record.id == id);
    let form = state.app(app).ok_or_else(not_found)?;
    let record = record.ok_or_else(no_record)?;
    Ok(Reply::json(200, &json!({ "record": show(record, form) })))
}

pub(super) fn list(state: &State, app: u64, asked: &Value) -> Result<Reply, Refusal> {
    let form = state.app(app).ok_or_else(not_found)?;
    let query = Query::parse(asked["query"].as_str().unwrap_or_default());
    let query = query.map_err(|why| Refusal::new(400, "GAIA_IQ11", &why))?;
    if let Some(code) = query.codes().find(|code| !is_known(form, code)) {
        let message = format!("指定されたフィールド({code})が見つかりません。");
        return Err(Refusal::new(400, "GAIA_IQ11", &message));
    }
    let wanted: Vec<_> = asked["fields"].as_array().into_iter().flatten().collect();
    let records = state.records.iter().filter(|record| record.app == app);
    let shown = records.map(|record| show(record, form));
    let mut found: Vec<_> = shown.filter(|record| query.matches(record)).collect();
    // The newest first, unless asked otherwise.
    if !query.ascending {
        found.reverse();
    }
    let total = asked["totalCount"].as_str() == Some("true") || asked["totalCount"] == true;
    let count = found.len();
    let page = found
        .into_iter()
        .skip(query.offset)
        .take(query.limit.unwrap_or(DEFAULT_LIMIT));
    let page = page.map(|record| match record {
        Value::Object(fields) if !wanted.is_empty() => {
            let fields = fields
                .into_iter()
                .filter(|(code, _)| wanted.contains(&&json!(code)));
            Value::Object(fields.collect())
        }
        whole => whole,
    });
    let page: Vec<_> = page.collect();
    let total = total.then(|| count.to_string());
    Ok(Reply::json(
        200,
        &json!({ "records": page, "totalCount": total }),
    ))
}

fn bounded(asked: &Value) -> Result<Vec<Value>, Refusal> {
    let records = asked["records"].as_array().cloned().unwrap_or_default();
    match (1..=MAX_AT_ONCE).contains(&records.len()) {
        true => Ok(records),
        false => {
            let why = format!("一度に{MAX_AT_ONCE}件までです。");
            Err(Refusal::values(vec![("records".to_owned(), why)]))
        }
    }
}

/// Returns what the record will hold. A code that the app does not have is passed over in silence.
fn fitting(
    state: &State,
    app: u64,
    record: &Value,
    of: Option<u64>,
    place: &str,
) -> Result<BTreeMap<String, Value>, Refusal> {
    let form = state.app(app).ok_or_else(not_found)?;
    let (mut values, mut errors) = (BTreeMap::new(), Vec::new());
    for field in form.fields.iter().filter(|field| is_kept(field)) {
        let given = record.get(&field.code).map(|field| &field["value"]);
        if of.is_some() && given.is_none() {
            continue;
        }
        match kept(field, given, &state.options) {
            Ok(value) => {
                let holder = field
                    .unique
                    .then(|| state.holder(app, &field.code, &value))
                    .flatten();
                let taken = holder.is_some() && holder != of && value != json!("");
                if taken {
                    let why = "値がほかのレコードと重複しています。".to_owned();
                    errors.push((format!("{place}.{}.value", field.code), why));
                }
                values.insert(field.code.clone(), value);
            }
            Err(why) => errors.push((format!("{place}.{}.value", field.code), why)),
        }
    }
    match errors.is_empty() {
        true => Ok(values),
        false => Err(Refusal::values(errors)),
    }
}

fn is_kept(field: &Field) -> bool {
    !matches!(
        field.kind.as_str(),
        "CALC" | "RECORD_NUMBER" | "CREATED_TIME"
    )
}

fn is_known(form: &App, code: &str) -> bool {
    code == "$id" || form.fields.iter().any(|field| field.code == code)
}

fn holder(state: &State, app: u64, key: &Map<String, Value>) -> Result<Option<u64>, Refusal> {
    let code = key.get("field").and_then(Value::as_str).unwrap_or_default();
    let form = state.app(app).ok_or_else(not_found)?;
    let unique = form
        .fields
        .iter()
        .any(|field| field.code == code && field.unique);
    if !unique {
        let message = "updateKeyには重複禁止のフィールドを指定してください。";
        return Err(Refusal::new(400, "GAIA_UK01", message));
    }
    Ok(state.holder(app, code, key.get("value").unwrap_or(&Value::Null)))
}

fn write(state: &mut State, id: u64, values: BTreeMap<String, Value>) -> Option<u64> {
    let record = state.records.iter_mut().find(|record| record.id == id)?;
    record.values.extend(values);
    record.revision += 1;
    Some(record.revision)
}

fn show(record: &Record, form: &App) -> Value {
    let mut shown = Map::new();
    let id = record.id.to_string();
    for field in &form.fields {
        let value = match field.kind.as_str() {
            "RECORD_NUMBER" => json!(id),
            "CREATED_TIME" => json!(to_the_minute(record.created_at)),
            "CALC" => json!(""),
            _ => record.values.get(&field.code).cloned().unwrap_or_default(),
        };
        let field = (
            field.code.clone(),
            json!({ "type": field.kind, "value": value }),
        );
        shown.insert(field.0, field.1);
    }
    shown.insert("$id".into(), json!({ "type": "__ID__", "value": id }));
    let revision = record.revision.to_string();
    shown.insert(
        "$revision".into(),
        json!({ "type": "__REVISION__", "value": revision }),
    );
    Value::Object(shown)
}

fn text_or_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn no_record() -> Refusal {
    Refusal::new(404, "GAIA_RE01", "指定したレコードが見つかりません。")
}
