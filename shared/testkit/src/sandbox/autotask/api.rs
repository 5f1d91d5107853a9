//! The way of a request through the API: zone, caller, the hour, the threads, then the entity.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::state::State;
use super::{Tenant, metadata, page, query, tickets};
use crate::sandbox::http::{Pass, Reply, Request, Vendor};
use crate::sandbox::lock;

/// Why a request is refused. Validation comes as 500 here, as at the vendor.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    errors: Vec<String>,
}

impl Refusal {
    pub(super) fn new(status: u16, error: impl Into<String>) -> Self {
        Self {
            status,
            errors: vec![error.into()],
        }
    }

    pub(super) fn invalid(error: impl Into<String>) -> Self {
        Self::new(500, error)
    }

    pub(super) fn reply(&self) -> Reply {
        Reply::json(self.status, &json!({ "errors": self.errors }))
    }
}

impl Vendor for Tenant {
    fn answer(&self, request: &Request) -> Reply {
        let mut state = lock(&self.state);
        answer(&mut state, request).unwrap_or_else(|refusal| refusal.reply())
    }

    fn too_many_requests(&self, retry_after: Duration) -> Reply {
        let reply = Refusal::new(429, "Too many requests.").reply();
        reply.with_header("retry-after", retry_after.as_secs().to_string())
    }

    fn page(&self) -> String {
        page::render(self)
    }

    fn enter(&self, request: &Request) -> Result<Option<Pass>, Reply> {
        let endpoint = endpoint(request);
        if endpoint.is_empty() || endpoint == "zoneinformation" {
            return Ok(None);
        }
        let code = request.header("apiintegrationcode").unwrap_or_default();
        let place = format!("{code} {endpoint}");
        let mut state = lock(&self.state);
        let threads = state.options.threads;
        let under_way = state.under_way.entry(place.clone()).or_default();
        if *under_way >= threads {
            let why = format!("Thread Threshold Exceeded. Itgenatr005: {endpoint}");
            return Err(Refusal::invalid(why).reply());
        }
        *under_way += 1;
        let under_way = *under_way;
        state.most_under_way = state.most_under_way.max(under_way);
        Ok(Some(Box::new(Thread {
            state: Arc::clone(&self.state),
            place,
        })))
    }

    fn takes(&self) -> Duration {
        lock(&self.state).options.takes
    }
}

/// One request under way.
struct Thread {
    state: Arc<Mutex<State>>,
    place: String,
}

impl Drop for Thread {
    fn drop(&mut self) {
        if let Some(under_way) = lock(&self.state).under_way.get_mut(&self.place) {
            *under_way -= 1;
        }
    }
}

/// The entity that a request is about, in lower case.
fn endpoint(request: &Request) -> String {
    request
        .segments
        .get(2)
        .cloned()
        .unwrap_or_default()
        .to_lowercase()
}

fn answer(state: &mut State, request: &Request) -> Result<Reply, Refusal> {
    let folded: Vec<_> = request
        .segments
        .iter()
        .map(|part| part.to_lowercase())
        .collect();
    let folded: Vec<_> = folded.iter().map(String::as_str).collect();
    let ["atservicesrest", "v1.0", path @ ..] = folded.as_slice() else {
        return Err(Refusal::new(404, "No such address."));
    };
    if let ("GET", ["zoneinformation"]) = (request.method.as_str(), path) {
        return zone(state, request);
    }
    check_caller(state, request)?;
    if !state.count_call() {
        let most = state.options.requests_per_hour;
        let why = format!(
            "The request threshold of {most} external requests per 60 minutes is exceeded."
        );
        return Err(Refusal::new(429, why));
    }
    let body = dispatch(state, request, path)?;
    Ok(Reply::json(200, &body))
}

fn dispatch(state: &mut State, request: &Request, path: &[&str]) -> Result<Value, Refusal> {
    match (request.method.as_str(), path) {
        ("GET", ["thresholdinformation"]) => Ok(threshold(state)),
        ("POST", ["tickets"]) => tickets::create(state, request),
        ("PATCH", ["tickets"]) => tickets::update(state, request),
        ("POST", ["tickets", id, "notes"]) => tickets::add_note(state, request, number(id)?),
        ("GET", ["tickets", "entityinformation", "fields"]) => {
            Ok(metadata::fields(&state.options.ticket_picklists))
        }
        ("GET", ["ticketnotes", "entityinformation", "fields"]) => {
            Ok(metadata::fields(&state.options.note_picklists))
        }
        ("GET", ["ticketcategories", id, "fielddefaults"]) => {
            metadata::field_defaults(state, number(id)?)
        }
        ("POST", [entity, "query"]) => query::posted(state, request, entity, false),
        ("POST", [entity, "query", "count"]) => query::posted(state, request, entity, true),
        ("GET", [entity, "query"]) => query::asked(state, request, entity),
        ("GET", ["tickets", id]) => {
            let found = state.ticket(number(id)?);
            Ok(json!({ "item": found.map(|row| &row.fields) }))
        }
        (_, ["tickets", ..]) => Err(Refusal::new(
            405,
            "The requested resource does not support this method.",
        )),
        _ => Err(Refusal::new(404, "No such address.")),
    }
}

fn zone(state: &State, request: &Request) -> Result<Reply, Refusal> {
    if request.argument("user") != Some(state.options.user_name.as_str()) {
        return Err(Refusal::invalid("Zone information could not be determined"));
    }
    let base = request.base_url();
    Ok(Reply::json(
        200,
        &json!({
            "zoneName": "Sandbox",
            "url": format!("{base}/ATServicesRest/"),
            "webUrl": base,
            "ci": 1,
        }),
    ))
}

fn check_caller(state: &State, request: &Request) -> Result<(), Refusal> {
    let options = &state.options;
    if request.header("apiintegrationcode") != Some(options.integration_code.as_str()) {
        return Err(Refusal::invalid("IntegrationCode is invalid."));
    }
    let user = request.header("username") == Some(options.user_name.as_str());
    if !user || request.header("secret") != Some(options.secret.as_str()) {
        return Err(Refusal::new(
            401,
            "The username and/or password is incorrect.",
        ));
    }
    Ok(())
}

fn threshold(state: &mut State) -> Value {
    json!({
        "externalRequestThreshold": state.options.requests_per_hour,
        "requestThresholdTimeframe": 60,
        "currentTimeframeRequestCount": state.calls_in_hour(),
    })
}

fn number(text: &str) -> Result<i64, Refusal> {
    text.parse()
        .map_err(|_| Refusal::new(404, "No such address."))
}
