//! Flat names, as a flow sees an output.
//!
//! `address.city` for objects within objects; an array of objects becomes one array for each leaf,
//! `items.id` and `items.name`, whose places belong together. The vendor's treatment of a leaf that one
//! element lacks is not published: null keeps the places aligned.

use serde_json::{Map, Value};

/// Returns the output with flat names. A top-level array is treated as one under no name; an output
/// that is no object and no array stays as it is.
pub fn flatten(output: &Value) -> Value {
    let mut flat = Map::new();
    match output {
        Value::Object(fields) => object("", fields, &mut flat),
        Value::Array(items) if items.iter().any(Value::is_object) => array("", items, &mut flat),
        _ => return output.clone(),
    }
    Value::Object(flat)
}

fn object(prefix: &str, fields: &Map<String, Value>, flat: &mut Map<String, Value>) {
    for (key, value) in fields {
        let name = join(prefix, key);
        match value {
            Value::Object(inner) => object(&name, inner, flat),
            Value::Array(items) if items.iter().any(Value::is_object) => array(&name, items, flat),
            value => {
                flat.insert(name, value.clone());
            }
        }
    }
}

fn array(name: &str, items: &[Value], flat: &mut Map<String, Value>) {
    let rows: Vec<Map<String, Value>> = items.iter().map(row).collect();
    // A map keeps the order in which leaves are met, and each once.
    let leaves: Map<String, Value> = rows.iter().flat_map(Map::clone).collect();
    for leaf in leaves.keys() {
        let column = rows
            .iter()
            .map(|row| row.get(leaf).cloned().unwrap_or_default());
        flat.insert(join(name, leaf), column.collect());
    }
}

fn row(item: &Value) -> Map<String, Value> {
    let mut row = Map::new();
    if let Value::Object(fields) = item {
        object("", fields, &mut row);
    }
    row
}

fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() {
        key.to_owned()
    } else {
        format!("{prefix}.{key}")
    }
}
