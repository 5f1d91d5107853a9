//! What the templates must agree with, written down for their tests in `infra/tests`.

use deskbridge_aws::dynamodb::tables::{ALL, EXPIRES_AT, Index, KEY, Sort, Table};
use deskbridge_aws::settings;
use serde_json::{Value, json};

#[test]
fn the_templates_know_the_tables_and_the_environment() {
    let definitions = json!({
        "environment": settings::ALL,
        "tables": ALL.iter().map(table).collect::<Value>(),
    });
    insta::with_settings!({
        snapshot_path => "../../../../infra/tests",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_json_snapshot!("definitions", definitions);
    });
}

fn table(table: &Table) -> Value {
    json!({
        "role": table.role,
        "key": KEY,
        "expires_at": table.expires.then_some(EXPIRES_AT),
        "indexes": table.indexes.iter().map(index).collect::<Value>(),
    })
}

fn index(index: &Index) -> Value {
    let sort = index.sort.map(|sort| match sort {
        Sort::Text(name) => json!({"name": name, "type": "S"}),
        Sort::Number(name) => json!({"name": name, "type": "N"}),
    });
    json!({"name": index.name, "partition": index.partition, "sort": sort})
}
