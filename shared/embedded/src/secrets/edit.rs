//! Changes one credential in the text of the file. The rest stays as its owner wrote it, comments
//! included.

use std::collections::BTreeMap;

use super::Fields;

/// Returns the text with this credential in place of the one of that name; without fields, without it.
/// Nothing, if the text is not written one field a line, so that nobody can tell where it ends.
pub(super) fn edited(text: &str, name: &str, fields: Option<&Fields>) -> Option<String> {
    let mut expected = parsed(text)?;
    let block = match fields {
        Some(fields) => {
            expected.insert(name.to_owned(), fields.clone());
            block(name, fields)
        }
        None => {
            expected.remove(name);
            String::new()
        }
    };
    let after = replaced(text, name, &block);
    (parsed(&after)? == expected).then_some(after)
}

fn parsed(text: &str) -> Option<BTreeMap<String, Fields>> {
    let parsed: Option<BTreeMap<String, Fields>> = serde_saphyr::from_str(text).ok()?;
    Some(parsed.unwrap_or_default())
}

/// A JSON string is one of YAML, whatever is in it; in quotes, no name is a number or a switch.
fn block(name: &str, fields: &Fields) -> String {
    let line = |field: &String, value: &String| {
        let (field, value) = (key(field), serde_json::Value::from(value.as_str()));
        format!("  {field}: {value}\n")
    };
    let fields = fields.iter().map(|(field, value)| line(field, value));
    format!("{}:\n{}", key(name), fields.collect::<String>())
}

/// Names that begin with a letter need no quotes, except the words that YAML keeps for itself.
fn key(name: &str) -> String {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if plain && !WORDS.contains(&name.to_ascii_lowercase().as_str()) {
        return name.to_owned();
    }
    format!("\"{name}\"")
}

fn replaced(text: &str, name: &str, block: &str) -> String {
    let begins = |line: &str| {
        let bare = line.strip_prefix(name);
        let quoted = ['"', '\''].into_iter().find_map(|quote| {
            let line = line.strip_prefix(quote)?.strip_prefix(name)?;
            line.strip_prefix(quote)
        });
        let rest = bare.or(quoted);
        rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    let (mut out, mut inside, mut done) = (String::new(), false, false);
    for line in text.lines() {
        let indented = line.starts_with([' ', '\t']);
        inside = begins(line) || (inside && indented);
        if begins(line) && !done {
            out += block;
            done = true;
        }
        if !inside {
            out += line;
            out.push('\n');
        }
    }
    if !done {
        out += block;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(value: &str) -> Fields {
        Fields::from([("key".to_owned(), value.to_owned())])
    }

    #[test]
    fn the_rest_of_the_file_stays_as_it_was_written() {
        let before = "# ours\none:\n  key: old\n\n# theirs\ntwo: { key: \"b\" }\n";
        let after = edited(before, "one", Some(&fields("a \"quoted\"\nline: #"))).unwrap();
        let after = edited(&after, "three", Some(&fields("c"))).unwrap();
        assert!(after.starts_with("# ours\none:\n"), "{after}");
        assert!(
            after.contains("\n# theirs\ntwo: { key: \"b\" }\n"),
            "{after}"
        );
        let all = parsed(&after).unwrap();
        assert_eq!(all["one"]["key"], "a \"quoted\"\nline: #");
        assert_eq!(all.len(), 3);
        let without = edited(&after, "one", None).unwrap();
        assert!(!without.contains("one:"), "{without}");
        assert_eq!(edited(&without, "one", None).unwrap(), without);
    }

    #[test]
    fn names_that_yaml_reads_otherwise_stay_names() {
        let mut text = String::new();
        for name in ["0123", "yes", "NULL", "-a", "_b"] {
            text = edited(&text, name, Some(&fields("1"))).unwrap();
            text = edited(&text, name, Some(&fields("2"))).unwrap();
        }
        assert_eq!(parsed(&text).unwrap().len(), 5);
    }

    #[test]
    fn a_file_that_is_written_otherwise_is_left_alone() {
        let flow = "{one: {key: a}, two: {key: b}}\n";
        assert_eq!(edited(flow, "one", Some(&fields("c"))), None);
        assert_eq!(edited("one: [", "two", Some(&fields("c"))), None);
    }
}
