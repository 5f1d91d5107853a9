//! The house rules that a compiler does not keep.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
            found.extend(files(&path, ending));
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_core_knows_no_vendor_and_no_cloud() {
    let words = [
        "kayako",
        "opsgenie",
        "autotask",
        "zoho",
        "slack",
        "kintone",
        "genesys",
        "salesforce",
        "zendesk",
        "dynamodb",
        "sqs",
        "lambda",
        "sqlite",
        "reqwest",
        "aws",
    ];
    for path in files(&repository().join("shared/core/src"), ".rs") {
        // Examples in docs and values in tests may name one.
        let text = read(&path);
        let code = text
            .split("#[cfg(test)]")
            .next()
            .unwrap_or_default()
            .to_lowercase();
        if path.ends_with("tests.rs") {
            continue;
        }
        for line in code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            let names = words.iter().find(|word| line.contains(*word));
            // Messages may show an example of a setting.
            let example = line.contains("as kayako.add_note");
            assert!(names.is_none() || example, "{}: {line}", path.display());
        }
    }
}

#[test]
fn no_file_grows_beyond_400_lines_and_no_main_beyond_25() {
    for path in files(&repository(), ".rs") {
        let lines = read(&path).lines().count();
        let limit = if path.ends_with("src/main.rs") {
            25
        } else {
            400
        };
        assert!(lines <= limit, "{} has {lines} lines", path.display());
    }
}

#[test]
fn every_connector_folder_has_the_same_file_names() {
    let connectors = repository().join("shared/connectors/src");
    let library = read(&connectors.join("lib.rs"));
    for entry in std::fs::read_dir(&connectors).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        // The submodules of a file that connectors share, as http.rs.
        let shared = folder.with_extension("rs").exists();
        if !folder.is_dir() || shared {
            continue;
        }
        for file in ["mod.rs", "types.rs", "README.md"] {
            assert!(folder.join(file).exists(), "{name} lacks {file}");
        }
        let tests = folder.join("tests.rs").exists() || folder.join("tests/mod.rs").exists();
        assert!(tests, "{name} lacks tests");
        assert!(
            !files(&folder.join("fixtures"), ".json").is_empty(),
            "{name} has no fixture"
        );
        assert!(
            library.contains(&format!("mod {name};")),
            "{name} is not registered"
        );
    }
}

#[test]
fn every_environment_variable_stands_in_the_readme() {
    let readme = read(&repository().join("README.md"));
    for name in deskbridge_local::settings::ALL {
        assert!(
            readme.contains(&format!("`{name}")),
            "{name} is not in README.md"
        );
    }
}

#[test]
fn every_alert_action_of_the_connector_can_be_mapped_and_stands_in_the_guide() {
    let guide = read(&repository().join("docs/guides/kayako-opsgenie.md"));
    let ours: BTreeSet<_> = deskbridge_connectors::ALERT_ACTIONS
        .iter()
        .map(|(ours, _)| *ours)
        .collect();
    assert!(ours.len() >= 22, "{ours:?}");
    for action in ours {
        assert!(guide.contains(action), "{action} is not in the guide");
    }
}

#[test]
fn every_activity_of_the_connector_can_be_synced_and_stands_in_the_guide() {
    let guide = read(&repository().join("docs/guides/relation-kintone.md"));
    let kind = read(&repository().join("shared/kinds/src/relation_kintone.rs"));
    for activity in deskbridge_connectors::RELATION_ACTIVITIES {
        assert!(
            guide.contains(&format!("| `{activity}` |")),
            "{activity} is not in the guide"
        );
        assert!(
            kind.contains(&format!("\"{activity}\"")),
            "{activity} is not in the kind"
        );
    }
}

#[test]
fn fixtures_hold_no_real_looking_secret_or_address() {
    for path in files(&repository().join("shared"), ".json") {
        let text = read(&path);
        for word in text.split(|c: char| c.is_whitespace() || "\",:{}[]<>()".contains(c)) {
            let Some((name, domain)) = word.split_once('@') else {
                continue;
            };
            // A package's scope, as npm writes it, is no address.
            if name.is_empty() || name.ends_with('/') {
                continue;
            }
            let example = ["example.com", "example.org", "example.net"];
            let fine = example
                .iter()
                .any(|known| domain.trim_end_matches('.').ends_with(known))
                || domain.ends_with(".example");
            assert!(fine, "{}: {word}", path.display());
        }
        assert!(
            !text.contains("xoxb-") && !text.contains("GenieKey "),
            "{}",
            path.display()
        );
    }
}
