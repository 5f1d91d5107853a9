//! JSON Schemas of the kinds' documents, for editors. They hold nothing of anybody's, and need a token
//! only as everything here does.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use crate::Admin;
use crate::access::Caller;
use crate::extract::Segment;
use crate::problem::{Answer, Problem};

/// Shows the schema of a kind's document.
#[utoipa::path(get, path = "/schemas/{kind}", tag = "schemas",
    params(("kind" = String, Path, description = "As kayako-opsgenie")),
    responses((status = 200, body = Object)))]
pub(crate) async fn show(
    State(admin): State<Arc<Admin>>,
    _: Caller,
    Segment(kind): Segment,
) -> Answer<Json<Value>> {
    let schema = (admin.schema)(&kind);
    schema.map(Json).ok_or_else(Problem::not_found)
}
