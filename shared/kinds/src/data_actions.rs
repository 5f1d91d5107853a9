//! Data actions, which are called and wait for no event: their settings compile to no rule.

use deskbridge_core::integration::{IntegrationSpec, Problem};
use deskbridge_core::mapping::{Draft, Places};

pub(crate) const KIND: &str = deskbridge_data_actions::KIND;

/// Checks every action as a run of it would: templates, paths, contracts.
pub(crate) fn compile(spec: &IntegrationSpec) -> Result<Draft, Vec<Problem>> {
    deskbridge_data_actions::compile(spec)?;
    Ok(Draft {
        connections: std::collections::BTreeMap::new(),
        guards: Vec::new(),
        rules: Vec::new(),
        places: Places {
            connections: "connections.",
            parameters: "with.",
        },
    })
}

#[cfg(test)]
mod tests {
    use deskbridge_core::integration::History;
    use serde_json::json;

    use super::*;

    fn spec(url: &str) -> IntegrationSpec {
        IntegrationSpec {
            name: "crm".into(),
            kind: KIND.into(),
            enabled: true,
            team: String::new(),
            history: History::Full,
            settings: json!({"type": "web-services", "actions": {"go": {"request": {"method": "GET", "url": url}}}}),
        }
    }

    #[test]
    fn has_no_rules_and_refuses_what_could_not_run() {
        let draft = compile(&spec("https://api.example.com/${input.id}")).unwrap();
        assert!(draft.rules.is_empty() && draft.connections.is_empty());
        let problems = compile(&spec("#if(")).err().unwrap();
        assert!(
            problems[0].field.starts_with("settings.actions.go"),
            "{problems:?}"
        );
    }
}
