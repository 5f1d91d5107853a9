//! Documents: small, with few names, so that paths meet something.

use serde_json::{Map, Value, json};

use crate::random::Random;

pub(crate) const NAMES: &[&str] = &[
    "a", "b", "c", "id", "name", "items", "tags", "x y", "a.b", "é", "it's", "0", "length",
];

const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "A",
    "é",
    "日本",
    "1",
    "1.0",
    "2",
    "-1",
    "1e2",
    "true",
    "null",
    "foo",
    "foo bar",
    "it's",
    "\"q\"",
    "'q'",
    "a/b",
    "$.a",
    "$5",
    "@",
    "$",
    "[1]",
    "[1,'a']",
    "{\"a\":1}",
    "{x",
    "back\\slash",
    "tab\\t",
    "\\u0041",
    "line\nend",
    "x y",
    "2024-01-02",
    "😀",
    "0",
];

/// A document; now and then one of those that real paths are written for.
pub(crate) fn document(random: &mut Random) -> Value {
    match random.below(20) {
        0 | 1 => store(),
        2..=7 => contacts(random),
        8 => scalar(random),
        _ => container(random, 4),
    }
}

fn store() -> Value {
    json!({"store": {"book": [
        {"category": "reference", "author": "Nigel Rees", "title": "Sayings", "price": 8.95},
        {"category": "fiction", "author": "Evelyn Waugh", "title": "Sword", "price": 12.99, "tags": ["war", "x"]},
        {"category": "fiction", "title": "Moby Dick", "isbn": "0-553-21311-3", "price": 8, "tags": []},
        {"category": "fiction", "author": null, "title": "Rings", "isbn": "0-395-19395-8", "price": "22.99", "a": {"b": 1}}],
        "bicycle": {"color": "red", "price": 19.95}}, "expensive": 10, "a": [3, 1, 2]})
}

fn contacts(random: &mut Random) -> Value {
    let count = random.below(6);
    let items: Vec<Value> = (0..count)
        .map(|_| {
            let mut item = Map::new();
            for name in ["id", "name", "a", "b"] {
                if random.percent(75) {
                    item.insert(name.to_owned(), field(random));
                }
            }
            Value::Object(item)
        })
        .collect();
    json!({"items": items, "a": {"id": scalar(random)}, "total": count})
}

/// From a small choice, so that comparisons with literals come out true as often as not.
fn field(random: &mut Random) -> Value {
    let choices = [
        json!("a"),
        json!("b"),
        json!("1"),
        json!(1),
        json!(2),
        json!(1.0),
        json!(null),
        json!(true),
        json!(["a", 1]),
        json!([]),
        json!({"b": "a"}),
        json!("foo"),
    ];
    choices[random.below(choices.len())].clone()
}

fn container(random: &mut Random, depth: usize) -> Value {
    let length = random.below(5);
    if random.percent(60) {
        Value::Object(
            (0..length)
                .map(|_| (random.pick(NAMES).to_owned(), value(random, depth - 1)))
                .collect(),
        )
    } else if random.percent(50) {
        Value::Array((0..length).map(|_| scalar(random)).collect())
    } else {
        Value::Array((0..length).map(|_| value(random, depth - 1)).collect())
    }
}

fn value(random: &mut Random, depth: usize) -> Value {
    if depth == 0 || random.percent(35) {
        scalar(random)
    } else {
        container(random, depth)
    }
}

pub(crate) fn scalar(random: &mut Random) -> Value {
    match random.below(12) {
        0 => Value::Null,
        1 => Value::Bool(random.percent(50)),
        2..=4 => json!(random.between(-3, 5)),
        5 => json!([0.0, 1.0, 1.5, -2.25, 1e10, 1e-5, 100_000_000.0, 0.1][random.below(8)]),
        6 => json!([i64::from(i32::MAX) + 1, i64::MAX, i64::MIN, 4_294_967_297][random.below(4)]),
        _ => json!(random.pick(TEXTS)),
    }
}
