//! Writes a definition as Genesys Cloud exports it.

use serde_json::{Map, Value, json};

use super::{ActionType, Definition, method_name};

pub(super) fn export(definition: &Definition) -> Value {
    let request = &definition.request;
    let response = &definition.response;
    let mut config = json!({
        "request": {
            "requestUrlTemplate": request.url,
            "requestType": method_name(request.method),
            "headers": texts(&request.headers),
            "requestTemplate": request.body,
        },
        "response": {
            "translationMap": texts(&response.translation),
            "translationMapDefaults": texts(&response.defaults),
            "successTemplate": response.success_template,
        },
    });
    if let Some(seconds) = definition.timeout_seconds {
        config["timeoutSeconds"] = seconds.into();
    }
    json!({
        "name": definition.name,
        "integrationType": definition.integration_type,
        "actionType": match definition.action_type {
            ActionType::Custom => "custom",
            ActionType::CustomAuth => "customAuth",
            ActionType::Static => "static",
        },
        "config": config,
        "contract": {
            "input": {"inputSchema": definition.input_schema},
            "output": {"successSchema": definition.output_schema},
        },
        "secure": definition.secure,
    })
}

fn texts(pairs: &[(String, String)]) -> Map<String, Value> {
    let pairs = pairs.iter().cloned();
    pairs.map(|(key, text)| (key, text.into())).collect()
}
