//! Where this crate differs from the original on purpose, with a case that shows each.

use deskbridge_jsonpath::Options;
use serde_json::Value;

use crate::judge::{self, Verdict};
use crate::paths::FUNCTIONS;
use crate::{Case, Chosen, ours};

pub(crate) const REFUSED_PATTERN: &str = "regular expressions that need backtracking are refused";
pub(crate) const APPEND_COPIES: &str = "append copies, the original changes the document";
pub(crate) const WILDCARD_STAYS: &str =
    "a wildcard in an argument stays, the original loses it after one call";
pub(crate) const BIG_NUMBERS: &str = "numbers beyond 64 bits are rounded, as serde_json does";
pub(crate) const NAMES_IN_LISTS: &str = "keys() in a list of results is a list";
pub(crate) const NO_NAN: &str = "there is no NaN";

/// Path, document, what we say, what the original says. An error is a word, a value is JSON.
const SHOWN: &[(&str, &str, &str, &str, &str)] = &[
    (
        REFUSED_PATTERN,
        "$[?(@ =~ /(?=a).*/)]",
        r#"["ab"]"#,
        "unsupported",
        r#"["ab"]"#,
    ),
    (
        REFUSED_PATTERN,
        r"$[?(@ =~ /(a)\1/)]",
        r#"["aa"]"#,
        "unsupported",
        r#"["aa"]"#,
    ),
    (APPEND_COPIES, "$.append($)", "[1]", "[1,[1]]", "failed"),
    (
        APPEND_COPIES,
        "$.a..[0].append(9)",
        r#"{"a":[[[1]]]}"#,
        "[[[1],9],[1,9],1]",
        "[[[1,9],9],[1,9],9,1,9]",
    ),
    (
        WILDCARD_STAYS,
        "$.*.sum($..*)",
        r#"{"a":[1],"b":[2]}"#,
        "[4.0,5.0]",
        "failed",
    ),
    (
        BIG_NUMBERS,
        "$",
        "[123456789012345678901234567890]",
        "[1.2345678901234568e29]",
        "[123456789012345678901234567890]",
    ),
    (
        NAMES_IN_LISTS,
        "$.concat($.*.keys())",
        r#"{"a":{"b":1,"c":2}}"#,
        r#""[\"b\",\"c\"]""#,
        r#""[b, c]""#,
    ),
    (
        NO_NAN,
        "$.concat(\"x\", {\"a\":NaN})",
        "[]",
        "failed",
        r#""x{a=NaN}""#,
    ),
];

/// The class of a difference in a generated case.
pub(crate) fn class_of(case: &Case, ours: &Verdict, theirs: &Verdict) -> Option<&'static str> {
    if *ours == Verdict::Error("unsupported".to_owned()) {
        return Some(REFUSED_PATTERN);
    }
    if case.path.contains(".append(") {
        return Some(APPEND_COPIES);
    }
    let calls = |name: &&str| case.path.contains(&format!(".{name}("));
    let may_lose = case.path.contains('*') && FUNCTIONS.iter().any(calls);
    (may_lose && *theirs == Verdict::Error("failed".to_owned())).then_some(WILDCARD_STAYS)
}

#[test]
fn differs_on_purpose_as_listed() {
    if let Some(reason) = judge::missing() {
        println!("SKIPPED, nothing compared with the original: {reason}");
        return;
    }
    let case = |path: &str, document: &str| Case {
        path: path.to_owned(),
        document: serde_json::from_str(document).unwrap(),
        text: document.to_owned(),
        options: Chosen(Options::default()),
    };
    let cases: Vec<Case> = SHOWN.iter().map(|shown| case(shown.1, shown.2)).collect();
    let theirs = judge::verdicts(&cases);
    for ((shown, case), theirs) in SHOWN.iter().zip(&cases).zip(&theirs) {
        assert_eq!(
            said(&ours(case)),
            said(&judge::verdict(shown.3)),
            "ours, {}",
            shown.0
        );
        assert_eq!(
            said(theirs),
            said(&judge::verdict(shown.4)),
            "theirs, {}",
            shown.0
        );
    }
}

fn said(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Value(value) => Value::to_string(value),
        Verdict::Error(word) => word.clone(),
    }
}
