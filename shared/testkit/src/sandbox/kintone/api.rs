//! The way of a request through the API: parameters, app, token, then the resource.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::access::{Refusal, allow, not_found};
use super::options::{App, Field};
use super::state::State;
use super::{Domain, page, records};
use crate::sandbox::http::{Reply, Request, Vendor};
use crate::sandbox::lock;

impl Vendor for Domain {
    fn answer(&self, request: &Request) -> Reply {
        let mut state = lock(&self.state);
        let answer = resource(&mut state, request);
        answer.unwrap_or_else(|refusal| refusal.reply())
    }

    fn too_many_requests(&self, retry_after: Duration) -> Reply {
        let message = "同時接続数の上限に達しました。";
        let reply = Refusal::new(429, "CB_TM01", message).reply();
        reply.with_header("retry-after", retry_after.as_secs().to_string())
    }

    fn page(&self) -> String {
        page::render(self)
    }
}

fn resource(state: &mut State, request: &Request) -> Result<Reply, Refusal> {
    let (method, segments) = request.route();
    let path = match segments.as_slice() {
        ["k", "v1", path @ ..] | ["k", "guest", _, "v1", path @ ..] => path,
        _ => return Err(not_found()),
    };
    let method = request.header("x-http-method-override").unwrap_or(method);
    let asked = parameters(request)?;
    let app = number(&asked, if path == ["app.json"] { "id" } else { "app" })?;
    match (method, path) {
        ("GET", ["app.json"]) => {
            allow(state, request, app, |rights| rights.view || rights.add)?;
            let app = state.app(app).ok_or_else(not_found)?;
            let body = json!({ "appId": app.id.to_string(), "code": "", "name": app.name });
            Ok(Reply::json(200, &body))
        }
        ("GET", ["app", "form", "fields.json"]) => {
            allow(state, request, app, |rights| {
                rights.view || rights.add || rights.manage
            })?;
            Ok(Reply::json(
                200,
                &form(state.app(app).ok_or_else(not_found)?),
            ))
        }
        ("GET", ["record.json"]) => {
            allow(state, request, app, |rights| rights.view)?;
            records::get(state, app, number(&asked, "id")?)
        }
        ("GET", ["records.json"]) => {
            allow(state, request, app, |rights| rights.view)?;
            records::list(state, app, &asked)
        }
        ("POST", ["record.json"]) => {
            allow(state, request, app, |rights| rights.add)?;
            records::add(state, app, &asked)
        }
        ("POST", ["records.json"]) => {
            allow(state, request, app, |rights| rights.add)?;
            records::add_all(state, app, &asked)
        }
        ("PUT", ["record.json"]) => {
            allow(state, request, app, |rights| rights.edit)?;
            records::update(state, app, &asked)
        }
        ("PUT", ["records.json"]) if asked["upsert"] == true => {
            allow(state, request, app, |rights| rights.edit && rights.add)?;
            records::upsert_all(state, app, &asked)
        }
        _ => Err(not_found()),
    }
}

/// A JSON body, or a query with `fields[0]=…` in it.
fn parameters(request: &Request) -> Result<Value, Refusal> {
    if !request.body.is_empty() {
        let body = serde_json::from_slice(&request.body);
        return body.map_err(|_| Refusal::new(400, "CB_IJ01", "不正なJSON文字列です。"));
    }
    if request.method == "GET" && request.header("content-type").is_some() {
        return Err(Refusal::new(400, "CB_IL02", "不正なリクエストです。"));
    }
    let mut asked = Map::new();
    for (name, value) in &request.query {
        match name.split_once('[') {
            Some((list, _)) => {
                let list = asked.entry(list).or_insert_with(|| json!([]));
                if let Some(items) = list.as_array_mut() {
                    items.push(json!(value));
                }
            }
            None => {
                asked.insert(name.clone(), json!(value));
            }
        }
    }
    Ok(Value::Object(asked))
}

/// Numbers come as numbers or as texts.
fn number(asked: &Value, name: &str) -> Result<u64, Refusal> {
    let value = &asked[name];
    let text = value.as_str().and_then(|text| text.parse().ok());
    let missing = || Refusal::values(vec![(name.to_owned(), "必須です。".to_owned())]);
    value.as_u64().or(text).ok_or_else(missing)
}

fn form(app: &App) -> Value {
    let fields = app
        .fields
        .iter()
        .map(|field| (field.code.clone(), property(field)));
    let properties: Map<String, Value> = fields.collect();
    json!({ "properties": properties, "revision": "5" })
}

fn property(field: &Field) -> Value {
    let mut shown = json!({
        "type": field.kind,
        "code": field.code,
        "label": field.label,
        "noLabel": false,
    });
    if matches!(
        field.kind.as_str(),
        "CALC" | "RECORD_NUMBER" | "CREATED_TIME"
    ) {
        return shown;
    }
    shown["required"] = json!(field.required);
    shown["defaultValue"] = json!(field.default.clone().unwrap_or_default());
    if matches!(field.kind.as_str(), "SINGLE_LINE_TEXT" | "NUMBER" | "LINK") {
        shown["unique"] = json!(field.unique);
        shown["maxLength"] = json!(field.max_chars.map_or(String::new(), |n| n.to_string()));
    }
    if !field.options.is_empty() {
        let options = field.options.iter().enumerate();
        let options = options.map(|(index, label)| {
            (
                label.clone(),
                json!({ "label": label, "index": index.to_string() }),
            )
        });
        shown["options"] = Value::Object(options.collect());
    }
    shown
}
