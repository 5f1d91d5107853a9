//! That the generated cases meet what they are meant to meet.

use std::collections::BTreeMap;

use crate::Case;
use crate::judge::Verdict;

/// What has to stand in a path that was read without an error, often enough.
const PARTS: &[&str] = &[
    "..",
    ".*",
    "[*]",
    "['",
    "[\"",
    "', '",
    "[0]",
    "[-1]",
    "[1:]",
    "[:2]",
    "[0:2:1]",
    "[?(",
    "@.",
    "$.",
    "&&",
    "||",
    "!(",
    "!@",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "===",
    "!==",
    "=~",
    " in ",
    " nin ",
    " IN ",
    " subsetof ",
    " anyof ",
    " noneof ",
    " contains ",
    " size ",
    " empty ",
    " exists ",
    " all ",
    " type ",
    " matches ",
    ".length()",
    ".size()",
    ".min()",
    ".max()",
    ".avg()",
    ".sum()",
    ".stddev()",
    ".keys()",
    ".concat(",
    ".append(",
    ".first()",
    ".last()",
    ".index(",
    "null",
    "true",
    "\\u0041",
    "/i",
];

const LEAST: usize = 10;

pub(crate) fn check(cases: &[Case], theirs: &[Verdict]) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (case, verdict) in cases.iter().zip(theirs) {
        match verdict {
            Verdict::Value(value) => {
                *seen.entry("a value").or_default() += 1;
                *seen.entry("a list with something in it").or_default() +=
                    usize::from(value.as_array().is_some_and(|list| !list.is_empty()));
                for part in PARTS.iter().filter(|part| case.path.contains(**part)) {
                    *seen.entry(part).or_default() += 1;
                }
            }
            Verdict::Error(class) => *seen.entry(class).or_default() += 1,
        }
    }
    println!("{seen:?}");
    for part in PARTS
        .iter()
        .chain(&["syntax", "not_found", "not_applicable", "failed"])
    {
        let count = seen.get(part).copied().unwrap_or_default();
        assert!(count >= LEAST, "only {count} cases with {part}");
    }
}
