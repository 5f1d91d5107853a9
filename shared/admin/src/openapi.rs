//! The router and its OpenAPI document, made of the same list of handlers.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Json, Router};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, ResponseBuilder, SecurityRequirement};
use utoipa::{OpenApi, PartialSchema as _, ToSchema as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::MAX_BODY_BYTES;
use crate::problem::{Problem, ProblemBody};
use crate::{
    Admin, actions, against, audit, credentials, data_actions, events, explain, health,
    integrations, replay, schemas, tokens, trials, watches,
};

const PREFIX: &str = "/admin/v1";
const BEARER: &str = "bearer";

#[derive(OpenApi)]
#[openapi(info(
    title = "Deskbridge management",
    description = "What happened, what would happen, and what to do about it.",
    license(name = "MIT OR Apache-2.0")
))]
struct Described;

/// Returns the API under `/admin/v1`. The document itself needs no token.
pub fn router(admin: Arc<Admin>) -> Router {
    let (api, described) = described().split_for_parts();
    let described = Arc::new(finished(described));
    let api = api
        .route("/openapi.json", get(async move || Json(described)))
        .fallback(unknown_address)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(admin);
    Router::new().nest(PREFIX, api)
}

/// Returns the document that `router` publishes.
pub fn document() -> utoipa::openapi::OpenApi {
    finished(described().into_openapi())
}

fn described() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(events::list))
        .routes(routes!(events::show))
        .routes(routes!(actions::show))
        .routes(routes!(actions::parked))
        .routes(routes!(actions::resolve))
        .routes(routes!(explain::explain))
        .routes(routes!(against::against))
        .routes(routes!(replay::replay))
        .routes(routes!(integrations::list))
        .routes(routes!(
            integrations::show,
            integrations::put,
            integrations::delete
        ))
        .routes(routes!(integrations::rules))
        .routes(routes!(integrations::diff))
        .routes(routes!(integrations::enable))
        .routes(routes!(integrations::disable))
        .routes(routes!(integrations::rotate_key))
        .routes(routes!(trials::integration))
        .routes(routes!(credentials::list))
        .routes(routes!(credentials::put, credentials::delete))
        .routes(routes!(trials::credential))
        .routes(routes!(data_actions::list))
        .routes(routes!(data_actions::show))
        .routes(routes!(data_actions::run))
        .routes(routes!(data_actions::test))
        .routes(routes!(data_actions::publish))
        .routes(routes!(watches::list))
        .routes(routes!(schemas::show))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::delete))
        .routes(routes!(audit::list))
        .routes(routes!(health::show))
}

/// Adds what is the same for every operation: the token, and the shape of every error.
fn finished(mut described: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let paths = std::mem::take(&mut described.paths.paths);
    for (path, mut item) in paths {
        operations(&mut item).for_each(complete);
        described
            .paths
            .paths
            .insert(format!("{PREFIX}{path}"), item);
    }
    let components = described.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    let mut schemas = vec![(ProblemBody::name().into_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut schemas);
    components.schemas.extend(schemas);
    described.security = Some(vec![SecurityRequirement::new(BEARER, [""; 0])]);
    described
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
    ];
    all.into_iter().flatten()
}

/// Each needs an id of its own, and any may be refused.
fn complete(operation: &mut Operation) {
    let tag = operation.tags.iter().flatten().next();
    let name = operation.operation_id.take();
    operation.operation_id = tag.zip(name).map(|(tag, name)| format!("{tag}_{name}"));
    let problem = Ref::from_schema_name(ProblemBody::name());
    let response = ResponseBuilder::new()
        .description("What is wrong, and what to do")
        .content("application/problem+json", Content::new(Some(problem)))
        .build();
    let responses = &mut operation.responses.responses;
    responses.insert("default".to_owned(), response.into());
}

async fn unknown_address() -> Problem {
    Problem::new(
        404,
        "Not found",
        "See /admin/v1/openapi.json for what there is.",
    )
}

async fn wrong_method() -> Problem {
    let detail = "This address does not answer to that method.";
    Problem::new(405, "Method not allowed", detail)
}
