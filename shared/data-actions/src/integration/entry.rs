//! One action in the settings: an exported definition, or our own form, and what exports leave out.

use std::time::Duration;

use deskbridge_core::integration::Problem;
use serde::Deserialize;
use serde_json::Value;

use crate::action::{Action, Extras};
use crate::definition::{Contract, Definition, Form, Request, Response, read_form};

const MAX_TIMEOUT_S: u64 = 60;
const MAX_CACHE_S: u64 = 3_600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// An exported file: its text, or the same written out as a mapping.
    definition: Option<Value>,
    request: Option<Request>,
    #[serde(default)]
    response: Response,
    #[serde(default)]
    input: Contract,
    #[serde(default)]
    output: Contract,
    #[serde(default)]
    secure: bool,
    /// The ARN of the function that stands in for one of the vendor's platform.
    function: Option<String>,
    timeout_seconds: Option<u64>,
    cache_seconds: Option<u64>,
    effect: Option<Effect>,
    structure: Option<Structure>,
    version: Option<u64>,
}

/// Whether the target is changed, where the method does not tell.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Effect {
    Read,
    Write,
}

/// Whether inputs may bring structure with them.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Structure {
    Fixed,
    Free,
}

impl Entry {
    pub(super) fn compile(self, name: &str, place: &str) -> Result<Action, Vec<Problem>> {
        let extras = self.extras(place)?;
        let inside = |field: String, part: &str| match (part, field.as_str()) {
            ("", "") => place.to_owned(),
            ("", field) => format!("{place}.{field}"),
            (part, "") => format!("{place}.{part}"),
            (part, field) => format!("{place}.{part}.{field}"),
        };
        let moved = |problems: Vec<Problem>, part: &str| {
            let moved = problems.into_iter();
            moved
                .map(|each| Problem::new(inside(each.field, part), each.message))
                .collect::<Vec<_>>()
        };
        let (definition, part) = match (self.definition, self.request) {
            (Some(Value::String(text)), None) => (Definition::import(&text), "definition"),
            (Some(value), None) => (Definition::import(&value.to_string()), "definition"),
            (None, Some(request)) => {
                let form = Form {
                    request,
                    response: self.response,
                    input: self.input,
                    output: self.output,
                    secure: self.secure,
                };
                (read_form(name, form).map_err(|problem| vec![problem]), "")
            }
            _ => {
                let why = "needs either a definition or a request";
                return Err(vec![Problem::new(place, why)]);
            }
        };
        let mut definition = definition.map_err(|problems| moved(problems, part))?;
        if let Some(function) = self.function {
            definition.request.url = function;
        }
        let action =
            Action::compile(definition, extras).map_err(|problems| moved(problems, part))?;
        if extras.cache.is_some() && !action.reads() {
            let why = "only what reads may be cached; say effect: read if it does";
            return Err(vec![Problem::new(format!("{place}.cache_seconds"), why)]);
        }
        Ok(action)
    }

    fn extras(&self, place: &str) -> Result<Extras, Vec<Problem>> {
        let seconds = |field: &str, value: Option<u64>, max: u64| match value {
            Some(value) if !(1..=max).contains(&value) => {
                let why = format!("must be 1 to {max} seconds");
                Err(vec![Problem::new(format!("{place}.{field}"), why)])
            }
            value => Ok(value.map(Duration::from_secs)),
        };
        Ok(Extras {
            timeout: seconds("timeout_seconds", self.timeout_seconds, MAX_TIMEOUT_S)?,
            cache: seconds("cache_seconds", self.cache_seconds, MAX_CACHE_S)?,
            reads: self.effect.map(|effect| effect == Effect::Read),
            free_structure: self.structure == Some(Structure::Free),
            version: self.version,
        })
    }
}
