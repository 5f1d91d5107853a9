//! The schemas in `schemas/` are those of the build, and every example that we show fits its own.

use std::path::{Path, PathBuf};

use serde_json::Value;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn what_is_committed_is_what_the_types_say() {
    let folder = repository().join("schemas");
    let mut kinds = Vec::new();
    for kind in deskbridge_kinds::schema_kinds() {
        let file = folder.join(format!("{kind}.json"));
        let committed = std::fs::read_to_string(&file).unwrap_or_default();
        let schema = serde_json::to_string_pretty(&deskbridge_kinds::schema(kind)).unwrap();
        let again = format!("run: deskbridge schema {kind} > schemas/{kind}.json");
        assert_eq!(committed, schema + "\n", "{again}");
        kinds.push(file);
    }
    let there = std::fs::read_dir(folder).unwrap();
    let mut there: Vec<_> = there.map(|entry| entry.unwrap().path()).collect();
    there.sort();
    kinds.sort();
    assert_eq!(there, kinds, "one for each kind, and no other");
}

#[test]
fn every_example_fits_its_schema() {
    let mut examples = 0;
    for (place, text) in texts() {
        let Ok(document) = serde_saphyr::from_str::<Value>(&text) else {
            continue;
        };
        let (Some(kind), true) = (document["kind"].as_str(), document["settings"].is_object())
        else {
            continue;
        };
        let schema = deskbridge_kinds::schema(kind).unwrap_or_else(|| panic!("{place}: {kind}"));
        let judge = jsonschema::validator_for(&schema).unwrap();
        let wrong = judge.iter_errors(&document);
        let wrong: Vec<_> = wrong
            .map(|wrong| format!("{}: {wrong}", wrong.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{place}: {}", wrong.join("\n"));
        examples += 1;
    }
    assert!(examples >= 8, "{examples} examples");
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = [
        "{name: a, kind: custom, settings: {connections: {}}}",
        "{name: A, kind: custom, settings: {connections: {}, rules: []}}",
        "{name: a, kind: kayako-opsgenie, settings: {kayako: {}, opsgenie: {}, alerts: {}}}",
        "{name: a, kind: relation-kintone, settings: {relation: {}, kintone: {}, fields: {}, mode: x}}",
    ];
    for text in refused {
        let document: Value = serde_saphyr::from_str(text).unwrap();
        let schema = deskbridge_kinds::schema(document["kind"].as_str().unwrap()).unwrap();
        assert!(!jsonschema::is_valid(&schema, &document), "{text}");
    }
}

/// The demo's files, and what stands between fences in the README and the guides.
fn texts() -> Vec<(String, String)> {
    let demo = files("infra/local/src/demo", "yaml").into_iter();
    let mut texts: Vec<_> = demo.map(|path| (name(&path), read(&path))).collect();
    let mut pages = files("docs/guides", "md");
    pages.push(repository().join("README.md"));
    for page in pages {
        let text = read(&page);
        let blocks = text.split("```").skip(1).step_by(2);
        let blocks = blocks.filter_map(|block| block.strip_prefix("yaml\n"));
        texts.extend(blocks.map(|block| (name(&page), block.to_owned())));
    }
    texts
}

fn files(folder: &str, kind: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository().join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|found| found == kind))
        .collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
