//! Methods of lists and maps. Those that change them are refused.

use super::{Outcome, Refusal, other};
use crate::number::Number;
use crate::value::{List, ListKind, Map, Value};

const LIST_ONLY_IN_JAVA: &[&str] = &[
    "add",
    "addAll",
    "clear",
    "clone",
    "containsAll",
    "ensureCapacity",
    "forEach",
    "indexOf",
    "iterator",
    "lastIndexOf",
    "listIterator",
    "parallelStream",
    "remove",
    "removeAll",
    "removeIf",
    "replaceAll",
    "retainAll",
    "set",
    "sort",
    "spliterator",
    "stream",
    "subList",
    "toArray",
    "trimToSize",
    "contains",
    "of",
    "copyOf",
];
const MAP_ONLY_IN_JAVA: &[&str] = &[
    "clear",
    "clone",
    "compute",
    "computeIfAbsent",
    "computeIfPresent",
    "containsValue",
    "entrySet",
    "forEach",
    "getOrDefault",
    "merge",
    "put",
    "putAll",
    "putIfAbsent",
    "remove",
    "replace",
    "replaceAll",
    "of",
    "copyOf",
    "entry",
    "ofEntries",
];

pub(super) fn call(list: &List, name: &str, arguments: &[Value]) -> Outcome {
    let items = list.items();
    let indexed = list.kind != ListKind::Collection;
    match (name, arguments) {
        ("size", []) => size(items.len()),
        ("isEmpty", []) => Ok(Some(items.is_empty().into())),
        ("get", [Value::Number(Number::Int(index))]) if indexed => {
            let item = usize::try_from(*index)
                .ok()
                .and_then(|index| items.get(index));
            let reason = || Refusal::Failed("the index is outside of the list".into());
            item.cloned().map(Some).ok_or_else(reason)
        }
        ("get", _) => Ok(None),
        _ => other(&Value::List(list.clone()), name, LIST_ONLY_IN_JAVA),
    }
}

pub(super) fn call_map(map: &Map, name: &str, arguments: &[Value]) -> Outcome {
    let entries = map.entries().iter();
    let collected =
        |items: Vec<Value>| Ok(Some(Value::List(List::of(ListKind::Collection, items))));
    match (name, arguments) {
        ("size", []) => size(map.entries().len()),
        ("isEmpty", []) => Ok(Some(map.entries().is_empty().into())),
        ("keySet", []) => collected(entries.map(|(key, _)| key.clone()).collect()),
        ("values", []) => collected(entries.map(|(_, value)| value.clone()).collect()),
        _ => other(&Value::Map(map.clone()), name, MAP_ONLY_IN_JAVA),
    }
}

fn size(length: usize) -> Outcome {
    Ok(Some(i32::try_from(length).unwrap_or(i32::MAX).into()))
}
