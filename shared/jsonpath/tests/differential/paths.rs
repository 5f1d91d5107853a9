//! Paths from a grammar of the dialect, with every step, function and operator, and with damage.

use serde_json::Value;

use crate::documents::{NAMES, scalar};
use crate::random::Random;

const STORE: &[&str] = &[
    "store", "book", "price", "category", "tags", "isbn", "author", "bicycle", "total",
];

const FUNCTIONS: &[&str] = &[
    "length", "size", "min", "max", "avg", "sum", "stddev", "keys", "concat", "append", "first",
    "last", "index", "unknown",
];

/// A path; most begin with steps that `document` has, and one in ten is damaged.
pub(crate) fn path(random: &mut Random, document: &Value) -> String {
    let known = walk(random, document);
    let text = match random.below(24) {
        0 => format!("{}{}", name(random), steps(random, 2, 2)),
        1 => format!(".{}{}", name(random), steps(random, 1, 2)),
        2 => format!("['{}']{}", name(random), steps(random, 1, 2)),
        3 => format!("@{known}{}", steps(random, 3, 2)),
        4 => format!("$.{}", bracket(random, 2)),
        5 => format!("${known}{} ", steps(random, 2, 2)),
        6 => format!(" ${known}"),
        7..=9 => format!("${}", steps(random, 4, 2)),
        10..=13 => {
            let scan = random.pick(&[
                "$.items",
                "$.items",
                "$..items",
                "$['items']",
                "items",
                "$.store.book",
                "$..book",
            ]);
            let tail = random.pick(&[
                "",
                "",
                ".id",
                ".name",
                "['a']",
                "..b",
                "[0]",
                ".length()",
                "['id','a']",
            ]);
            format!("{scan}[?({})]{tail}", condition(random, 1, 2))
        }
        _ => format!("${known}{}", steps(random, 3, 2)),
    };
    let text = if random.percent(18) {
        format!("{text}{}", call(random, 2))
    } else {
        text
    };
    if random.percent(10) {
        damaged(random, &text)
    } else {
        text
    }
}

/// Some steps down from the root, along what is there.
fn walk(random: &mut Random, document: &Value) -> String {
    let mut at = document;
    let mut text = String::new();
    while random.percent(60) {
        let step;
        (step, at) = match at {
            Value::Object(map) if !map.is_empty() => {
                let (name, value) = map.iter().nth(random.below(map.len())).unwrap();
                let plain = name.chars().all(char::is_alphanumeric) && random.percent(80);
                let quoted = name.replace('\'', "\\'");
                (
                    if plain {
                        format!(".{name}")
                    } else {
                        format!("['{quoted}']")
                    },
                    value,
                )
            }
            Value::Array(items) if !items.is_empty() => {
                let index = random.below(items.len());
                let any =
                    random.pick(&["[*]", ".*", "[0:]", "[?(@)]", "[?(@.id)]", "[?(@ != null)]"]);
                (
                    if random.percent(50) {
                        format!("[{index}]")
                    } else {
                        any.to_owned()
                    },
                    &items[index],
                )
            }
            _ => return text,
        };
        text.push_str(&step);
    }
    text
}

fn name(random: &mut Random) -> &'static str {
    let names = if random.percent(20) {
        STORE
    } else {
        &NAMES[..7]
    };
    random.pick(names)
}

fn steps(random: &mut Random, most: usize, filters: usize) -> String {
    let count = random.below(most + 1);
    (0..count).map(|_| step(random, filters)).collect()
}

fn step(random: &mut Random, filters: usize) -> String {
    match random.below(24) {
        0..=7 => format!(".{}", name(random)),
        8 | 9 => ".*".to_owned(),
        10..=12 => format!("..{}", name(random)),
        13 => format!("..{}", bracket(random, filters)),
        14 => "..*".to_owned(),
        15 => call(random, filters),
        _ => bracket(random, filters),
    }
}

fn bracket(random: &mut Random, filters: usize) -> String {
    match random.below(16) {
        0 | 1 => format!("[{}]", random.between(0, 3)),
        2 => format!("[{}]", random.between(-4, 5)),
        3 => format!("[{}, {}]", random.between(-2, 3), random.between(0, 2)),
        4 => format!("[{}:]", random.between(-3, 3)),
        5 => format!("[:{}]", random.between(-3, 3)),
        6 => format!("[{}:{}]", random.between(-3, 3), random.between(-3, 5)),
        7 => random
            .pick(&["[*]", "[ * ]", "[0:2:1]", "[1 , 2]", "[ 0 ]"])
            .to_owned(),
        8 => format!("['{}']", quoted_name(random)),
        9 => format!("[\"{}\"]", random.pick(NAMES)),
        10 => format!("['{}','{}']", name(random), name(random)),
        11 => format!(
            "['{}', '{}', '{}']",
            name(random),
            name(random),
            quoted_name(random)
        ),
        _ if filters > 0 => format!("[?({})]", condition(random, filters - 1, 2)),
        _ => "[0]".to_owned(),
    }
}

fn quoted_name(random: &mut Random) -> String {
    match random.below(6) {
        0 => "\\u0061".to_owned(),
        1 => "it\\'s".to_owned(),
        _ => random.pick(NAMES).replace('\'', "\\'"),
    }
}

fn call(random: &mut Random, filters: usize) -> String {
    let function = random.pick(FUNCTIONS);
    match random.below(8) {
        0 => format!(".{function}({})", argument(random, filters)),
        1 => format!(
            ".{function}({}, {})",
            argument(random, filters),
            argument(random, filters)
        ),
        _ if function == "index" => format!(".index({})", random.between(-3, 3)),
        _ if function == "append" => format!(".append({})", argument(random, filters)),
        _ => format!(".{function}()"),
    }
}

fn argument(random: &mut Random, filters: usize) -> String {
    match random.below(9) {
        0 => random.between(-3, 9).to_string(),
        1 => "1.5".to_owned(),
        2 | 3 => format!("\"{}\"", random.pick(&["a", "b c", "", "x/y"])),
        4 => random
            .pick(&[
                "{\"a\": 1}",
                "{\"a\": [1, \"x\", 2.0]}",
                "'a'",
                "true",
                "{}",
                "\"\\\\n\"",
            ])
            .to_owned(),
        5 => format!(
            "$.{}.{}",
            name(random),
            random.pick(&["length()", "size()", "sum()", "keys()"])
        ),
        _ => format!("${}", steps(random, 2, filters.min(1))),
    }
}

/// `nesting`: how many parentheses may still open.
fn condition(random: &mut Random, filters: usize, nesting: usize) -> String {
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
    random.pick(&[
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
        "/1\\.0/",
    ])
}

/// One character taken out, put in or doubled; or a part cut off.
fn damaged(random: &mut Random, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let place = random.below(chars.len());
    match random.below(5) {
        0 => _ = chars.remove(place),
        1 => chars.truncate(place),
        2 => chars.insert(place, chars[place]),
        _ => {
            let noise: Vec<char> = "$@.[]()?*:,'\" !=<>&|/\\-0aé{}".chars().collect();
            chars.insert(place, noise[random.below(noise.len())]);
        }
    }
    chars.into_iter().collect()
}
