//! Queries: filters over entities, as <https://www.autotask.net/help/DeveloperHelp/Content/APIs/REST/API_Calls/REST_Basic_Query_Calls.htm> has them.

use serde_json::{Map, Value, json};

use super::api::Refusal;
use super::state::State;
use crate::sandbox::http::Request;

const MAX_RECORDS: usize = 500;

pub(super) fn posted(
    state: &State,
    request: &Request,
    entity: &str,
    count_only: bool,
) -> Result<Value, Refusal> {
    let search = serde_json::from_slice(&request.body)
        .map_err(|_| Refusal::invalid("The search is no valid JSON."))?;
    let found = run(state, entity, &search)?;
    Ok(if count_only {
        json!({ "queryCount": found.len() })
    } else {
        page(&search, found)
    })
}

pub(super) fn asked(state: &State, request: &Request, entity: &str) -> Result<Value, Refusal> {
    let search = request.argument("search").unwrap_or_default();
    let search = serde_json::from_str(search)
        .map_err(|_| Refusal::invalid("The search is no valid JSON."))?;
    let found = run(state, entity, &search)?;
    Ok(page(&search, found))
}

pub(super) fn page_details(count: usize) -> Value {
    json!({ "count": count, "requestCount": MAX_RECORDS, "prevPageUrl": null, "nextPageUrl": null })
}

fn page(search: &Value, mut found: Vec<Map<String, Value>>) -> Value {
    let most = field(search, "MaxRecords").and_then(Value::as_u64);
    let most = most.and_then(|most| usize::try_from(most).ok());
    found.truncate(most.unwrap_or(MAX_RECORDS).min(MAX_RECORDS));
    if let Some(Value::Array(wanted)) = field(search, "IncludeFields") {
        let is_wanted = |name: &str| {
            let mut wanted = wanted.iter().filter_map(Value::as_str);
            name == "id" || wanted.any(|wanted| wanted.eq_ignore_ascii_case(name))
        };
        for row in &mut found {
            row.retain(|name, _| is_wanted(name));
        }
    }
    json!({ "pageDetails": page_details(found.len()), "items": found })
}

fn run(state: &State, entity: &str, search: &Value) -> Result<Vec<Map<String, Value>>, Refusal> {
    let filter = field(search, "filter").and_then(Value::as_array);
    let filter = filter
        .filter(|filter| !filter.is_empty())
        .ok_or_else(|| Refusal::invalid("A query needs at least one filter."))?;
    let mut found = Vec::new();
    for row in rows(state, entity)? {
        if all(filter, &row)? {
            found.push(row);
        }
    }
    Ok(found)
}

fn rows(state: &State, entity: &str) -> Result<Vec<Map<String, Value>>, Refusal> {
    let options = &state.options;
    let rows: Vec<Value> = match entity {
        "tickets" => return Ok(state.tickets.iter().map(|row| row.fields.clone()).collect()),
        "ticketnotes" => return Ok(state.notes.iter().map(|row| row.fields.clone()).collect()),
        "companies" => options
            .companies
            .iter()
            .map(|c| json!({ "id": c.id, "companyName": c.name, "isActive": c.active }))
            .collect(),
        "ticketcategories" => options
            .categories
            .iter()
            .map(|c| {
                json!({
                    "id": c.id, "name": c.name, "nickname": "", "isActive": true,
                    "isApiOnly": false, "isGlobalDefault": c.is_global_default,
                })
            })
            .collect(),
        _ => return Err(Refusal::new(404, "No such address.")),
    };
    let map = |row| match row {
        Value::Object(row) => row,
        _ => Map::new(),
    };
    Ok(rows.into_iter().map(map).collect())
}

fn all(filter: &[Value], row: &Map<String, Value>) -> Result<bool, Refusal> {
    for condition in filter {
        if !holds(condition, row)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn holds(condition: &Value, row: &Map<String, Value>) -> Result<bool, Refusal> {
    let op = field(condition, "op")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if let Some(Value::Array(items)) = field(condition, "items") {
        if op.eq_ignore_ascii_case("or") {
            for item in items {
                if holds(item, row)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        return all(items, row);
    }
    let name = field(condition, "field")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_udf = field(condition, "udf").and_then(Value::as_bool) == Some(true);
    let stands = if is_udf {
        udf(row, name)
    } else {
        stands(row, name)
    };
    let wanted = field(condition, "value").unwrap_or(&Value::Null);
    compare(op, stands, wanted)
}

/// Unlike things are never equal: a text against a number silently finds nothing.
fn compare(op: &str, stands: &Value, wanted: &Value) -> Result<bool, Refusal> {
    let texts = || {
        Some((
            stands.as_str()?.to_lowercase(),
            wanted.as_str()?.to_lowercase(),
        ))
    };
    let order = || match (stands.as_i64(), wanted.as_i64()) {
        (Some(stands), Some(wanted)) => Some(stands.cmp(&wanted)),
        _ => texts().map(|(stands, wanted)| stands.cmp(&wanted)),
    };
    let equal = |wanted: &Value| match (stands.as_str(), wanted.as_str()) {
        (Some(stands), Some(wanted)) => stands.eq_ignore_ascii_case(wanted),
        _ => stands == wanted,
    };
    let among = || wanted.as_array().is_some_and(|all| all.iter().any(equal));
    let by_text = |test: fn(&str, &str) -> bool| texts().is_some_and(|(s, w)| test(&s, &w));
    Ok(match op.to_lowercase().as_str() {
        "eq" => equal(wanted),
        "noteq" => !equal(wanted),
        "gt" => order().is_some_and(std::cmp::Ordering::is_gt),
        "gte" => order().is_some_and(std::cmp::Ordering::is_ge),
        "lt" => order().is_some_and(std::cmp::Ordering::is_lt),
        "lte" => order().is_some_and(std::cmp::Ordering::is_le),
        "beginswith" => by_text(|stands, wanted| stands.starts_with(wanted)),
        "endswith" => by_text(|stands, wanted| stands.ends_with(wanted)),
        "contains" => by_text(|stands, wanted| stands.contains(wanted)),
        "exist" => !stands.is_null(),
        "notexist" => stands.is_null(),
        "in" => among(),
        "notin" => !among(),
        _ => return Err(Refusal::invalid(format!("The operator {op} is unknown."))),
    })
}

fn stands<'a>(row: &'a Map<String, Value>, name: &str) -> &'a Value {
    let found = row.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map_or(&Value::Null, |(_, value)| value)
}

fn udf<'a>(row: &'a Map<String, Value>, name: &str) -> &'a Value {
    let fields = row.get("userDefinedFields").and_then(Value::as_array);
    let found = fields
        .into_iter()
        .flatten()
        .find(|field| field["name"].as_str() == Some(name));
    found.map_or(&Value::Null, |field| &field["value"])
}

/// Input is read whatever the case of its keys.
pub(super) fn field<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let object = object.as_object()?;
    let found = object
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name));
    found
        .map(|(_, value)| value)
        .filter(|value| !value.is_null())
}
