//! Reads what Genesys Cloud exports, what its API answers, and the older forms.
//!
//! Fields: the published platform SDK's models `Action`, `ActionConfig` and `ActionContract`
//! (<https://developer.genesys.cloud/devapps/sdk/docexplorer/purecloudpythonv2/>). Fields that are not
//! known are ignored, for exports of different years differ.

use deskbridge_core::integration::Problem;
use deskbridge_core::json;
use serde_json::{Map, Value, json};

use super::{ActionType, Definition, RequestTemplates, ResponseRules, method, texts};

/// Larger than any export that is known, several times over.
pub const MAX_DEFINITION_BYTES: usize = 512 * 1024;
const MAX_NAME_CHARS: usize = 256;

pub(super) fn import(text: &str) -> Result<Definition, Vec<Problem>> {
    if text.len() > MAX_DEFINITION_BYTES {
        let why = format!("is larger than {MAX_DEFINITION_BYTES} bytes");
        return Err(vec![Problem::new("", why)]);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value = json::parse(text).map_err(|error| vec![Problem::new("", error.to_string())])?;
    let mut reader = Reader::default();
    let definition = reader.definition(&value);
    match definition {
        Some(definition) if reader.problems.is_empty() => Ok(definition),
        _ => Err(reader.problems),
    }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn definition(&mut self, value: &Value) -> Option<Definition> {
        let name = self.name(value)?;
        let config = self.object(value.get("config"), "config")?;
        let request = self.object(config.get("request"), "config.request")?;
        let request = self.request(request)?;
        let response = self.response(config.get("response").unwrap_or(&Value::Null))?;
        let contract = value.get("contract").unwrap_or(&Value::Null);
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Definition {
            name,
            integration_type: text("integrationType"),
            action_type: action_type(text("actionType").as_deref()),
            secure: value
                .get("secure")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            request,
            response,
            input_schema: schema(
                contract,
                &["/input/inputSchema", "/input/inputSchemaFlattened"],
            ),
            output_schema: schema(
                contract,
                &["/output/successSchema", "/output/successSchemaFlattened"],
            ),
            timeout_seconds: self.timeout(config.get("timeoutSeconds"))?,
        })
    }

    fn name(&mut self, value: &Value) -> Option<String> {
        let name = value
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let name = without_tails(name).trim();
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
            let why = format!("must be a name of 1 to {MAX_NAME_CHARS} characters");
            self.problems.push(Problem::new("name", why));
            return None;
        }
        Some(name.to_owned())
    }

    fn object<'a>(
        &mut self,
        value: Option<&'a Value>,
        place: &str,
    ) -> Option<&'a Map<String, Value>> {
        let found = value.and_then(Value::as_object);
        if found.is_none() {
            let why = "is missing: this is no data action as Genesys Cloud exports it";
            self.problems.push(Problem::new(place, why));
        }
        found
    }

    fn request(&mut self, request: &Map<String, Value>) -> Option<RequestTemplates> {
        let text = |name: &str| {
            request
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let Some(method) = method(text("requestType")) else {
            let why = "must be GET, POST, PUT, PATCH or DELETE";
            self.problems
                .push(Problem::new("config.request.requestType", why));
            return None;
        };
        Some(RequestTemplates {
            method,
            url: text("requestUrlTemplate").to_owned(),
            body: text("requestTemplate").to_owned(),
            headers: self.texts(request.get("headers"), "config.request.headers")?,
        })
    }

    fn response(&mut self, response: &Value) -> Option<ResponseRules> {
        let part = |name: &str| response.get(name);
        let place = |name: &str| format!("config.response.{name}");
        let template = part("successTemplate").and_then(Value::as_str);
        Some(ResponseRules {
            translation: self.texts(part("translationMap"), &place("translationMap"))?,
            defaults: self.texts(
                part("translationMapDefaults"),
                &place("translationMapDefaults"),
            )?,
            success_template: template.unwrap_or("${rawResult}").to_owned(),
        })
    }

    /// A mapping of texts; one that is missing is empty.
    fn texts(&mut self, value: Option<&Value>, place: &str) -> Option<Vec<(String, String)>> {
        let found = match value {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Object(map)) => {
                texts(map).map_err(|key| (format!("{place}.{key}"), "must be text"))
            }
            Some(_) => Err((place.to_owned(), "must be a mapping of texts")),
        };
        found
            .map_err(|(place, why)| self.problems.push(Problem::new(place, why)))
            .ok()
    }

    fn timeout(&mut self, value: Option<&Value>) -> Option<Option<u64>> {
        match value {
            None | Some(Value::Null) => Some(None),
            Some(value) => match value.as_u64().filter(|seconds| (1..=60).contains(seconds)) {
                Some(seconds) => Some(Some(seconds)),
                None => {
                    let why = "must be a whole number of seconds, 1 to 60";
                    self.problems
                        .push(Problem::new("config.timeoutSeconds", why));
                    None
                }
            },
        }
    }
}

/// Takes ` - Exported 2024-01-02 @ 10:11` off the end, as often as it stands there.
fn without_tails(mut name: &str) -> &str {
    while let Some((before, tail)) = name.rsplit_once(" - Exported ") {
        if !tail.contains('@') {
            break;
        }
        name = before;
    }
    name
}

fn action_type(text: Option<&str>) -> ActionType {
    match text {
        Some("customAuth") => ActionType::CustomAuth,
        Some("static") => ActionType::Static,
        _ => ActionType::Custom,
    }
}

fn schema(contract: &Value, places: &[&str]) -> Value {
    let found = places.iter().find_map(|place| contract.pointer(place));
    found
        .filter(|schema| schema.is_object())
        .cloned()
        .unwrap_or_else(|| json!({}))
}
