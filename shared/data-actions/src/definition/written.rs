//! Our own form, for those who write an action by hand: it says the same in fewer words.

use std::collections::BTreeMap;

use deskbridge_core::integration::Problem;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{ActionType, Definition, RequestTemplates, ResponseRules, method, texts};

/// The parts of an action, as `request`, `response`, `input`, `output` and `secure` of its entry.
pub(crate) struct Form {
    pub(crate) request: Request,
    pub(crate) response: Response,
    pub(crate) input: Contract,
    pub(crate) output: Contract,
    pub(crate) secure: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    method: String,
    url: String,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    body: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Response {
    /// Names with their paths.
    #[serde(default)]
    values: Map<String, Value>,
    #[serde(default)]
    defaults: Map<String, Value>,
    success: Option<String>,
}

/// A whole draft-04 schema under `schema`, or names with their types.
#[derive(Default, Deserialize)]
#[serde(
    untagged,
    expecting = "`schema` with a JSON schema, or names with types as `phone: string!`"
)]
pub(crate) enum Contract {
    Schema {
        schema: Value,
    },
    Types(BTreeMap<String, String>),
    #[default]
    None,
}

/// Compiles a hand-written action to what the import of an export gives.
pub(crate) fn read_form(name: &str, form: Form) -> Result<Definition, Problem> {
    let wrong = |field: &str, why: &str| Problem::new(field, why);
    let method = method(&form.request.method)
        .ok_or_else(|| wrong("request.method", "must be GET, POST, PUT, PATCH or DELETE"))?;
    let pairs = |map: &Map<String, Value>, field: &str| {
        texts(map).map_err(|key| wrong(&format!("{field}.{key}"), "must be text; put it in quotes"))
    };
    Ok(Definition {
        name: name.to_owned(),
        integration_type: None,
        action_type: ActionType::Custom,
        secure: form.secure,
        request: RequestTemplates {
            method,
            url: form.request.url,
            body: form.request.body,
            headers: pairs(&form.request.headers, "request.headers")?,
        },
        response: ResponseRules {
            translation: pairs(&form.response.values, "response.values")?,
            defaults: pairs(&form.response.defaults, "response.defaults")?,
            success_template: form
                .response
                .success
                .unwrap_or_else(|| "${rawResult}".to_owned()),
        },
        input_schema: form.input.schema("input")?,
        output_schema: form.output.schema("output")?,
        timeout_seconds: None,
    })
}

impl Contract {
    fn schema(self, field: &str) -> Result<Value, Problem> {
        let types = match self {
            Self::Schema { schema } => return Ok(schema),
            Self::None => return Ok(json!({})),
            Self::Types(types) => types,
        };
        let mut required = Vec::new();
        let mut properties = Map::new();
        for (name, written) in types {
            let kind = written.strip_suffix('!').unwrap_or(&written);
            if !matches!(
                kind,
                "string" | "integer" | "number" | "boolean" | "array" | "object"
            ) {
                let why = "must be string, integer, number, boolean, array or object, with ! if it must be there";
                return Err(Problem::new(format!("{field}.{name}"), why));
            }
            if kind.len() < written.len() {
                required.push(Value::from(name.clone()));
            }
            properties.insert(name, json!({"type": kind}));
        }
        let mut schema = json!({"type": "object", "properties": properties});
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        Ok(schema)
    }
}
