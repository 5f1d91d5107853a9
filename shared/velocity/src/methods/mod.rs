//! Properties and methods of values: those of Java's types that read, and none that reach further.

mod list;
mod pattern;
mod scalar;
mod text;

use crate::value::{List, ListKind, Value};

/// Why a call has no value.
pub(crate) enum Refusal {
    /// Java has the method, and this library does not.
    Unsupported(String),
    /// The method refuses these arguments, as it does in Java.
    Failed(String),
}

/// A value, or none where Java has no such method for these arguments.
pub(crate) type Outcome = Result<Option<Value>, Refusal>;

/// A property of anything but a map.
pub(crate) fn property(on: &Value, name: &str) -> Outcome {
    if let Value::Object(object) = on {
        return Ok(object.property(name));
    }
    refuse_property(name)?;
    match (on, name) {
        (Value::Text(text), "empty" | "Empty") => Ok(Some(text.is_empty().into())),
        (Value::List(list), "empty" | "Empty") if list.kind != ListKind::Array => {
            Ok(Some(list.items().is_empty().into()))
        }
        (Value::Text(_), "bytes" | "Bytes" | "blank" | "Blank")
        | (Value::Number(_), "naN" | "NaN" | "infinite" | "Infinite") => Err(unsupported(on, name)),
        _ => Ok(None),
    }
}

/// `class` leads out of the values into the machine that runs them.
pub(crate) fn refuse_property(name: &str) -> Result<(), Refusal> {
    match name {
        "class" | "Class" => Err(Refusal::Unsupported(
            "the property class is not supported".into(),
        )),
        _ => Ok(()),
    }
}

/// A method's value; texts that it makes have at most `max_bytes`, or it refuses.
pub(crate) fn call(on: &Value, name: &str, arguments: &[Value], max_bytes: usize) -> Outcome {
    match on {
        Value::Null => Ok(None),
        Value::Object(object) => object.call(name, arguments).map_err(Refusal::Failed),
        Value::Text(text) => text::call(text, name, arguments, max_bytes),
        Value::List(list) => list::call(list, name, arguments),
        Value::Map(map) => list::call_map(map, name, arguments),
        Value::Number(number) => scalar::call_number(*number, name, arguments),
        Value::Bool(value) => scalar::call_bool(*value, name, arguments),
    }
}

pub(crate) fn has_contains(list: &List) -> bool {
    list.kind != ListKind::Array
}

/// No such method here: unknown to Java too, or known to it alone.
fn other(on: &Value, name: &str, known: &[&str]) -> Outcome {
    const OF_ALL: [&str; 6] = [
        "getClass",
        "hashCode",
        "notify",
        "notifyAll",
        "wait",
        "compareTo",
    ];
    if known.contains(&name) || OF_ALL.contains(&name) {
        return Err(unsupported(on, name));
    }
    Ok(None)
}

fn unsupported(on: &Value, name: &str) -> Refusal {
    Refusal::Unsupported(format!("{name} of {} is not supported", on.type_name()))
}

fn null_argument(name: &str) -> Refusal {
    Refusal::Failed(format!("{name} is given nothing where it needs a text"))
}
