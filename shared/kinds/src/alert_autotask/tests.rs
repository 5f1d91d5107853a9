use deskbridge_core::integration::{History, IntegrationSpec, Problem};
use deskbridge_core::mapping::{Draft, Plan};
use serde_json::{Value, json};

/// The example of the guide.
fn settings() -> Value {
    json!({
        "alert": {"preset": "graphus"},
        "autotask": {"credential": "autotask-main", "creator": 29_682_885},
        "companies": {"map": {"Nordwind": 175, "Südhafen": "Südhafen AG"}, "default": 0},
        "tickets": [
            {"type": "Quarantine", "category": "Security alert", "priority": "Critical"},
            {"type": ["EmployeeShield", "Phish911"], "category": "Security alert"},
            {"queue": "Level I Support"},
        ],
        "priorities": {"High": "High", "Low": 3},
        "default_priority": "Medium",
    })
}

fn compile(settings: Value) -> Result<Draft, Vec<Problem>> {
    crate::compile(&IntegrationSpec {
        name: "a".into(),
        kind: "alert-autotask".into(),
        enabled: true,
        team: String::new(),
        history: History::Full,
        settings,
    })
}

fn with(section: &str, value: Value) -> Value {
    let mut settings = settings();
    settings[section] = value;
    settings
}

fn fields(settings: Value) -> Vec<String> {
    let draft = match compile(settings) {
        Ok(draft) => draft,
        Err(problems) => return problems.into_iter().map(|problem| problem.field).collect(),
    };
    let plan = Plan::compile(draft, &deskbridge_connectors::all());
    let problems = plan.err().unwrap_or_default();
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn the_example_compiles_to_rules_that_every_connector_knows() {
    assert_eq!(fields(settings()), [""; 0]);
    let rules = compile(settings()).unwrap().rules;
    let ids: Vec<_> = rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(
        ids,
        ["tickets[0]", "tickets[1]", "tickets[2]", "completion"]
    );
}

#[test]
fn the_least_that_holds_is_a_credential_a_company_and_one_line() {
    let least = json!({
        "autotask": {"credential": "autotask-main"},
        "companies": {"same_name": true},
        "tickets": [{}],
    });
    assert_eq!(fields(least.clone()), [""; 0]);
    let rule = &compile(least).unwrap().rules[0];
    assert!(rule.conditions.is_empty());
    assert_eq!(rule.with["repeat_window_s"], 300);
}

#[test]
fn the_repeat_rule_reaches_source_and_operation() {
    let repeat = json!({"window_minutes": 30, "title": "exact", "scope": "none"});
    let draft = compile(with("repeat", repeat)).unwrap();
    let series = &draft.connections["alert"].settings["series"];
    assert_eq!(series, &json!({"title": "exact", "scope": "none"}));
    assert_eq!(draft.rules[0].with["repeat_window_s"], 1_800);
}

#[test]
fn quiet_hours_complete_what_makes_tickets_and_nothing_else() {
    let quiet = json!({"after_quiet_hours": 12, "types": "Quarantine"});
    let rules = compile(with("completion", quiet)).unwrap().rules;
    let rule = rules.last().unwrap();
    assert_eq!(rule.id, "completion.after_quiet_hours");
    assert_eq!(
        (rule.on.as_str(), rule.after_s),
        ("alert.raised", Some(43_200))
    );
    let expression = &rule.conditions[0].expression;
    assert_eq!(
        expression,
        "(alert.type | trim | lower) in [\"quarantine\"]"
    );
    let mut settings = with("completion", json!({"after_quiet_hours": 12}));
    assert_eq!(fields(settings.clone()), [""; 0]);
    settings["tickets"] = json!([{"type": "Quarantine"}]);
    let rules = compile(settings).unwrap().rules;
    assert_eq!(rules.last().unwrap().conditions.len(), 1);
}

#[test]
fn completion_can_be_switched_off() {
    let draft = compile(with("completion", json!({"when_resolved": false}))).unwrap();
    assert!(draft.rules.iter().all(|rule| rule.on == "alert.raised"));
}

/// Sets one section to each of these values, and expects the mistake at each of these places.
fn assert_places<const N: usize>(section: &str, table: [(Value, &str); N]) {
    for (value, place) in table {
        let found = fields(with(section, value.clone()));
        assert_eq!(found, [format!("settings.{section}{place}")], "{value}");
    }
}

#[test]
fn each_mistake_of_a_side_is_named_with_its_place() {
    let creator = json!({"credential": "a", "creator": "me"});
    assert_places(
        "autotask",
        [(json!({}), ".credential"), (creator, ".creator")],
    );
    assert_places(
        "alert",
        [
            (json!({"preset": "x"}), ".preset"),
            (json!({"series": {}}), ".series"),
        ],
    );
    assert_places(
        "companies",
        [
            (json!({}), ""),
            (json!({"map": {"A": ""}}), ".map.A"),
            (json!({"map": {"A": 1, "a ": 2}}), ".map.a "),
            (json!({"default": " "}), ".default"),
        ],
    );
}

#[test]
fn each_mistake_of_a_line_is_named_with_its_place() {
    assert_places(
        "tickets",
        [
            (json!([]), ""),
            (json!([{"type": []}]), "[0].type"),
            (json!([{}, {}]), "[1].type"),
            (json!([{"type": "A"}, {"type": "b, a"}]), "[1].type"),
            (json!([{"category": ""}]), "[0].category"),
            (json!([{"resource_id": 7}]), "[0].role_id"),
            (json!([{"role_id": 7}]), "[0].resource_id"),
            (json!([{"colour": "red"}]), "[0].colour"),
            (json!([{"category": "{{ alert.tpye"}]), "[0].category"),
        ],
    );
}

#[test]
fn each_mistake_of_a_rule_is_named_with_its_place() {
    assert_places(
        "priorities",
        [
            (json!({"High": ""}), ".High"),
            (json!({"High": 1, "HIGH": 2}), ".High"),
        ],
    );
    assert_places(
        "repeat",
        [
            (json!({"window_minutes": 20_000}), ".window_minutes"),
            (json!({"title": "like"}), ".title"),
        ],
    );
    assert_places(
        "completion",
        [
            (json!({"types": []}), ".types"),
            (json!({"quiet": 1}), ".quiet"),
            (json!({"after_quiet_hours": 0}), ".after_quiet_hours"),
            (json!({"after_quiet_hours": 745}), ".after_quiet_hours"),
        ],
    );
}

#[test]
fn completion_may_name_only_types_that_make_tickets() {
    let mut settings = with("tickets", json!([{"type": "Quarantine"}]));
    settings["completion"] = json!({"types": "quarantine, Other"});
    assert_eq!(fields(settings), ["settings.completion.types"]);
}
