//! Tries a token: reads the form, and asks for each right in a way that changes nothing.
//!
//! A token's rights are shown nowhere, so they are asked for by adding, and by changing, no records at
//! all: <https://cybozu.dev/ja/kintone/docs/rest-api/records/add-records/>. Whatever else may be wrong
//! with such a request, a missing right is `GAIA_NO01`.

use deskbridge_core::connector::Tried;
use deskbridge_core::http::{HttpRequest, Method};
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use super::client::{Client, harmless};
use super::record::{self, Unfit};
use super::types::Form;

const ADD: &str = "POST /records.json";
const EDIT: &str = "PUT /records.json";
const VIEW: &str = "GET /records.json";

/// Fails in the words of a write that would fail. What it found is told by name: the app, the token's
/// rights, where each mapped item goes, and every field of the form.
pub(super) async fn try_connection(client: &Client<'_>) -> Result<Tried> {
    let form = client.form_anew().await?;
    let name = client.app_name().await;
    let rights = rights(client).await?;
    let mapping = mapping(client, &form).map_err(Unfit::into_error)?;
    let mut tried = Tried::new(format!("app {name}, {} fields", form.properties.len()));
    tried.facts.push(("app".to_owned(), name));
    tried.facts.push(("rights".to_owned(), rights));
    tried.facts.extend(mapping);
    let fields = form.properties.values();
    tried.facts.extend(fields.map(|property| {
        let told = [
            Some(property.kind.as_str()),
            property.required.then_some("required"),
            property.unique.then_some("no value twice"),
        ];
        let told: Vec<_> = told.into_iter().flatten().collect();
        let told = format!("{}: {}", property.shown(), told.join(", "));
        (format!("fields.{}", property.code), told)
    }));
    Ok(tried)
}

/// Names the rights that the token has; an error if one is missing that every record needs.
async fn rights(client: &Client<'_>) -> Result<String> {
    let app = client.settings.app;
    let nothing = json!({ "app": app, "records": [] });
    let mut upsert = nothing.clone();
    upsert["upsert"] = json!(true);
    let request = |method, route, body: &Value| -> Result<HttpRequest> {
        Ok(client.request(method, "/records.json", route)?.json(body))
    };
    let add = refusal(client, request(Method::Post, ADD, &nothing)?).await?;
    let edit = refusal(client, request(Method::Put, EDIT, &upsert)?).await?;
    if let Some(missing) = add {
        return Err(missing);
    }
    match edit {
        Some(missing) if client.settings.upserts => return Err(missing),
        _ => {}
    }
    let path = format!("/records.json?app={app}&query=limit%201&fields[0]=%24id");
    let view = match client.read::<Value>(&path, VIEW).await {
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::NeedsPerson => false,
        Err(error) => return Err(error),
    };
    let all = [
        Some("add"),
        edit.is_none().then_some("edit"),
        view.then_some("view"),
    ];
    Ok(all.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// Returns the refusal of a right. That kintone finds fault with no records at all is none.
async fn refusal(client: &Client<'_>, request: HttpRequest) -> Result<Option<Error>> {
    match client.write(request).await {
        Ok(_) => Ok(None),
        Err(error) if error.kind() == ErrorKind::NeedsPerson => Ok(Some(error)),
        Err(error) if error.kind() == ErrorKind::Rejected => Ok(None),
        Err(error) => Err(harmless(error)),
    }
}

/// Where each mapped item goes: the field as people know it, with its code and its type.
fn mapping(client: &Client<'_>, form: &Form) -> Result<Vec<(String, String)>, Unfit> {
    let settings = &client.settings;
    let mut facts = Vec::with_capacity(settings.mapping.len() + 1);
    for (field, item) in &settings.mapping {
        let property = record::find(form, field)?;
        let into = format!("{item} → {}, {}", property.shown(), property.kind);
        facts.push((format!("mapping.{field}"), into));
    }
    if settings.key_field.is_some() {
        let property = record::key_field(form, settings)?;
        facts.push(("key_field".to_owned(), property.shown()));
    }
    Ok(facts)
}
