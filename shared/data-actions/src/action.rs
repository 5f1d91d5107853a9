//! A definition, compiled: templates, paths and contracts that hold.

use std::time::Duration;

use deskbridge_core::http::Method;
use deskbridge_core::integration::Problem;
use deskbridge_jsonpath::JsonPath;
use deskbridge_velocity::Template;
use serde_json::Value;

use crate::contract::Contract;
use crate::definition::Definition;

/// How long an action may take where nothing else is said, as at the vendor.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// What an integration's entry adds to a definition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    pub timeout: Option<Duration>,
    /// How long an answer to the same request is good enough; only for what reads.
    pub cache: Option<Duration>,
    /// Whether it changes nothing at the target, where the method does not tell.
    pub reads: Option<bool>,
    /// Inputs are meant to bring structure with them.
    pub free_structure: bool,
    /// Counts how often it was published.
    pub version: Option<u64>,
}

/// An action that is ready to run.
#[derive(Debug)]
pub struct Action {
    pub definition: Definition,
    pub extras: Extras,
    pub(crate) contract: Contract,
    pub(crate) declared: Vec<String>,
    pub(crate) url: Template,
    pub(crate) headers: Vec<(String, Template)>,
    pub(crate) body: Option<Template>,
    pub(crate) paths: Vec<(String, JsonPath)>,
    pub(crate) success: Template,
}

impl Action {
    /// Compiles everything in a definition.
    ///
    /// # Errors
    /// All that does not hold, each with its field as the export names it.
    pub fn compile(definition: Definition, extras: Extras) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut template = |text: &str, place: &str| {
            let compiled = Template::compile(text);
            compiled
                .map_err(|error| problems.push(Problem::new(place, error.to_string())))
                .ok()
        };
        let request = &definition.request;
        let has_body = request.method != Method::Get;
        let url = template(&request.url, "config.request.requestUrlTemplate");
        let body = has_body.then(|| template(&request.body, "config.request.requestTemplate"));
        let success = template(
            &definition.response.success_template,
            "config.response.successTemplate",
        );
        let headers = request.headers.iter().filter_map(|(name, text)| {
            let place = format!("config.request.headers.{name}");
            Some((name.clone(), template(text, &place)?))
        });
        let headers: Vec<_> = headers.collect();
        problems.extend(
            request
                .headers
                .iter()
                .filter_map(|(name, _)| header_problem(name)),
        );
        let paths = paths(&definition, &mut problems);
        let contract = Contract::compile(&definition.input_schema, &definition.output_schema);
        let contract = contract.map_err(|problem| problems.push(problem)).ok();
        match (url, success, contract) {
            (Some(url), Some(success), Some(contract)) if problems.is_empty() => Ok(Self {
                declared: declared(&definition.input_schema),
                contract,
                url,
                headers,
                body: body.flatten(),
                paths,
                success,
                definition,
                extras,
            }),
            _ => Err(problems),
        }
    }

    /// How long it may take: what its entry says, or its definition, or the vendor's default.
    pub fn timeout(&self) -> Duration {
        let own = self.definition.timeout_seconds.map(Duration::from_secs);
        self.extras.timeout.or(own).unwrap_or(DEFAULT_TIMEOUT)
    }

    /// What publishing has counted; an action that was written as published is the first.
    pub fn published_version(&self) -> u64 {
        self.extras.version.unwrap_or(1)
    }

    /// Whether it may be repeated freely.
    pub fn reads(&self) -> bool {
        self.extras.reads.unwrap_or_else(|| self.definition.reads())
    }
}

/// The header that the vendor's users set to ask for a length; we always send one.
pub(crate) fn is_swallowed(name: &str) -> bool {
    name.eq_ignore_ascii_case("transfer-encoding")
}

fn header_problem(name: &str) -> Option<Problem> {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let own = [
        "host",
        "content-length",
        "connection",
        "upgrade",
        "te",
        "trailer",
    ];
    let why = if name.is_empty() || !name.chars().all(token) {
        "is no name of a header"
    } else if own.contains(&name.to_ascii_lowercase().as_str()) {
        "is set by the connection itself; leave it out"
    } else {
        return None;
    };
    Some(Problem::new(format!("config.request.headers.{name}"), why))
}

fn paths(definition: &Definition, problems: &mut Vec<Problem>) -> Vec<(String, JsonPath)> {
    let each = definition.response.translation.iter();
    let compiled = each.filter_map(|(name, text)| match JsonPath::compile(text) {
        Ok(path) => Some((name.clone(), path)),
        Err(error) => {
            let place = format!("config.response.translationMap.{name}");
            problems.push(Problem::new(place, error.to_string()));
            None
        }
    });
    compiled.collect()
}

fn declared(schema: &Value) -> Vec<String> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .map(|map| map.keys().cloned().collect())
        .unwrap_or_default()
}
