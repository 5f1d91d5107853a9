//! Filters: every operator, with paths and literals on both sides.

use serde_json::Value;

use crate::documents::scalar;
use crate::paths::{name, quoted_name, steps};
use crate::random::Random;

/// `nesting`: how many parentheses may still open.
pub(crate) fn condition(random: &mut Random, filters: usize, nesting: usize) -> String {
    if nesting == 0 || random.percent(60) {
        return comparison(random, filters);
    }
    let mut inner = || condition(random, filters, nesting - 1);
    let (left, right) = (inner(), inner());
    match random.below(8) {
        0..=2 => format!("{left} && {right}"),
        3..=5 => format!("{left} || {right}"),
        6 => format!("!({left})"),
        _ => format!("({left}) && ({right})"),
    }
}

fn comparison(random: &mut Random, filters: usize) -> String {
    let path = filter_path(random, filters);
    match random.below(22) {
        0 | 1 => path,
        2 => format!("!{path}"),
        3 => format!("{path} =~ {}", pattern(random)),
        4 => format!("{} =~ {path}", pattern(random)),
        5 | 6 => {
            let operator = random.pick(&[
                "in", "nin", "IN", "subsetof", "anyof", "noneof", "contains", "all",
            ]);
            format!("{path} {operator} {}", list(random, filters))
        }
        7 => format!(
            "{} {} {path}",
            list(random, filters),
            random.pick(&["contains", "subsetof", "anyof", "==", "noneof"])
        ),
        8 => format!("{} {} {path}", literal(random), random.pick(&["in", "nin"])),
        9 => format!(
            "{path} {} {}",
            random.pick(&["contains", "size"]),
            literal(random)
        ),
        10 => format!("{path} size {}", random.between(-1, 4)),
        11 => format!("{path} empty {}", random.pick(&["true", "false", "1"])),
        12 => format!(
            "{path} {} {}",
            random.pick(&["exists", "type", "matches"]),
            literal(random)
        ),
        13 | 14 => format!("{path} {} {}", sign(random), filter_path(random, filters)),
        15 => format!("{}{}{path}", literal(random), sign(random)),
        16 => format!("!{path} {} {}", sign(random), literal(random)),
        17 => format!("{path}{}{}", sign(random), literal(random)),
        _ => format!("{path} {} {}", sign(random), literal(random)),
    }
}

fn sign(random: &mut Random) -> &'static str {
    random.pick(&["==", "==", "!=", "!=", "<", "<=", ">", ">=", "===", "!=="])
}

fn filter_path(random: &mut Random, filters: usize) -> String {
    match random.below(14) {
        0 => "@".to_owned(),
        1 => format!("$.{}", name(random)),
        2 => format!("${}", steps(random, 2, filters)),
        3 => format!(
            "@.{}.{}",
            name(random),
            random.pick(&["length()", "size()", "min()", "first()", "keys()", "sum()"])
        ),
        4 => format!(
            "@.{}[{}].{}",
            name(random),
            random.between(0, 1),
            name(random)
        ),
        5 => format!("@['{}']", quoted_name(random)),
        6 => format!("@['{}']['{}']", name(random), name(random)),
        7 => format!("@{}", steps(random, 2, filters)),
        8 => format!("@.{}[*]", name(random)),
        _ => format!("@.{}", name(random)),
    }
}

fn literal(random: &mut Random) -> String {
    match random.below(14) {
        0 => random.pick(&["null", "true", "false"]).to_owned(),
        1..=3 => random.between(-3, 5).to_string(),
        4 => random
            .pick(&[
                "1.0",
                "1.50",
                "1e2",
                "-0.5",
                "2147483648",
                "8.95",
                "0.10",
                "12E-1",
                "5.",
                "1e+3",
                "+1",
                "1e5",
                "--1",
                "1.2.3",
                "00",
                "1e400",
                "9223372036854775808",
                ".5",
            ])
            .to_owned(),
        5 => random
            .pick(&[
                "''",
                "\"\"",
                "'it\\'s'",
                "'a\\\\b'",
                "\"q\\\"\"",
                "'\\u0041'",
                "'x y'",
                "'a/b'",
                "')'",
                "'a]b'",
                "'(['",
                "\"it's\"",
                "'/'",
                "'a\\nb'",
                "'\\x'",
                "'\\u00e9'",
                "'&&'",
                "'日本'",
            ])
            .to_owned(),
        6 => list(random, 0),
        7 => random
            .pick(&["{\"a\": 1}", "{}", "{'a': 'b'}", "abc", "{a", "-"])
            .to_owned(),
        8 => quoted(&scalar(random)),
        9 => format!("\"{}\"", random.pick(&["a", "b", "1", "foo"])),
        _ => format!(
            "'{}'",
            random.pick(&[
                "a", "b", "1", "1.0", "foo", "fiction", "A", "é", "-1", "true"
            ])
        ),
    }
}

fn quoted(value: &Value) -> String {
    match value {
        Value::String(text) => {
            format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
        }
        other => other.to_string().replace("e+", "e"),
    }
}

fn list(random: &mut Random, filters: usize) -> String {
    match random.below(8) {
        0 => filter_path(random, filters),
        1 => random
            .pick(&[
                "[]",
                "[null]",
                "[true, false]",
                "['a']",
                "[a, b c]",
                "['$.a', '@x']",
                "[1,,2]",
                "[[1]]",
                "['[1]']",
                "[1.0]",
            ])
            .to_owned(),
        2 => random
            .pick(&[
                "['a\\\\b', \"x\"]",
                "[ 'it\\'s' ]",
                "['\\\\n']",
                "[\"'q'\"]",
                "['', ' ']",
                "[{\"a\": 1}]",
            ])
            .to_owned(),
        _ => {
            let count = random.below(4);
            let items: Vec<String> = (0..count).map(|_| quoted(&scalar(random))).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

fn pattern(random: &mut Random) -> &'static str {
    random.pick(PATTERNS)
}

const PATTERNS: &[&str] = &[
    "/a/",
    "/.*/",
    "/A/i",
    "/[a-c]+/",
    "/[^a]*/i",
    "/foo.*/",
    "/\\d+/",
    "/-?\\d+(\\.\\d+)?/",
    "/.*bar/",
    "/(a|b)?/",
    "/\\w+ \\w+/",
    "/é/i",
    "/É/iu",
    "/É/i",
    "/\\S+/s",
    "/line.end/",
    "/line.end/s",
    "/true|false/",
    "/\\p{L}+/",
    "/\\p{Alpha}*/",
    "/[\\w&&[^a]]+/",
    "/a\\/b/",
    "/\\Qa\\E/",
    "/x{2,3}/",
    "/(?<n>a)/",
    "/^a$/",
    "/[/",
    "/a**/",
    "/(/",
    "/a/q",
    "/(?=a)a/",
    "/a*+/",
    "/\\d{4}-\\d\\d-\\d\\d/",
    "/it's/",
    "/\\bfoo\\b.*/",
    "/[a-z]/i",
    "//",
    "/.*\\).*/",
    "/[)]*/",
    "/['\"]?.*/",
    "/[\\]a]+/",
    "/a{1}/",
    "/(?:a|b)+c?/",
    "/\\u0061/",
    "/\\x61/",
    "/[\\d.]+/",
    "/[^\\s]+/",
    "/.+?/",
    "/a|/",
    "/[a-]/",
    "/\\./",
    "/[+-]?1/",
    "/\\p{Lu}.*/",
    "/\\P{L}*/",
    "/日./",
    "/(a)(b)?/u",
    "/A.*/d",
    "/{/",
    "/a}/",
    "/]/",
    "/1\\.0/",
];
