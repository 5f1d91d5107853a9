//! A path in the first line, a document in the rest: no panic, and nothing beyond the budget.
#![no_main]

use deskbridge_jsonpath::{JsonPath, Limits, Options};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let (path, document) = data.split_once('\n').unwrap_or((data, "{}"));
    let Ok(path) = JsonPath::compile(path) else { return };
    let Ok(document) = serde_json::from_str(document) else { return };
    let limits = Limits { steps: 100_000, output_bytes: 1 << 20 };
    let _ = path.read_with(&document, &Options { limits, ..Options::default() });
});
