//! What applying a document would change.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use deskbridge_core::integration::IntegrationSpec;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::document;
use crate::Admin;
use crate::access::Caller;
use crate::extract::{Body, Segment, fit};
use crate::problem::{Answer, Problem};

#[derive(Serialize, ToSchema)]
pub(crate) struct Diff {
    /// The version that is in force; none: it would be created.
    version: Option<u64>,
    changes: Vec<FieldChange>,
}

/// One field that would be another.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldChange {
    /// As `settings.alert.priority.High`.
    field: String,
    /// Absent: it would be new.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    /// Absent: it would be gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
}

/// Compares a document with what is in force, and changes nothing.
#[utoipa::path(post, path = "/integrations/{name}/diff", tag = "integrations",
    request_body(content = Object, description = "The document, as a file of the folder has it"),
    params(("name" = String, Path, description = "Name of the integration")),
    responses((status = 200, body = Diff)))]
pub(crate) async fn diff(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segment(name): Segment,
    Body(body): Body<Value>,
) -> Answer<Json<Diff>> {
    let spec: IntegrationSpec = fit(body)?;
    if spec.name != name {
        let detail = "The document has another name than the address.";
        return Err(Problem::field(422, "Does not fit", "name", detail));
    }
    let stored = match admin.store.integration(&name).await? {
        Some(_) => Some(admin.visible(&caller, &name).await?),
        None => None,
    };
    let checked = admin.directory.check(&spec);
    checked.map_err(|problems| Problem::document(&problems))?;
    let stored = stored.filter(|stored| stored.deleted_at.is_none());
    let before = stored.as_ref().map(|stored| document(&stored.spec));
    let mut changes = Vec::new();
    compare("", before.as_ref(), Some(&document(&spec)), &mut changes);
    Ok(Json(Diff {
        version: stored.map(|stored| stored.version),
        changes,
    }))
}

/// Goes down to the fields that differ; lists are compared place by place.
fn compare(
    field: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    changes: &mut Vec<FieldChange>,
) {
    match (before, after) {
        (Some(one), Some(other)) if one == other => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let added = other.keys().filter(|key| !one.contains_key(*key));
            for key in one.keys().chain(added) {
                let field = match field {
                    "" => key.clone(),
                    above => format!("{above}.{key}"),
                };
                compare(&field, one.get(key), other.get(key), changes);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for place in 0..one.len().max(other.len()) {
                let field = format!("{field}[{place}]");
                compare(&field, one.get(place), other.get(place), changes);
            }
        }
        (None, Some(Value::Object(new))) if field.is_empty() => {
            for (key, value) in new {
                compare(key, None, Some(value), changes);
            }
        }
        (before, after) => changes.push(FieldChange {
            field: field.to_owned(),
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}
