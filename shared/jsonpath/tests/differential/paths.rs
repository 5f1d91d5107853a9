//! Paths from a grammar of the dialect, with every step, function and operator, and with damage.

use serde_json::Value;

use crate::conditions::condition;
use crate::documents::NAMES;
use crate::random::Random;

const STORE: &[&str] = &[
    "store", "book", "price", "category", "tags", "isbn", "author", "bicycle", "total",
];

pub(crate) const FUNCTIONS: &[&str] = &[
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
        4 => format!("$.{}.{}", bracket(random, 2), bracket(random, 1)),
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

pub(crate) fn name(random: &mut Random) -> &'static str {
    let names = if random.percent(20) {
        STORE
    } else {
        &NAMES[..7]
    };
    random.pick(names)
}

pub(crate) fn steps(random: &mut Random, most: usize, filters: usize) -> String {
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

pub(crate) fn quoted_name(random: &mut Random) -> String {
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

/// One character taken out, put in or doubled; or a part cut off.
fn damaged(random: &mut Random, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let place = random.below(chars.len());
    match random.below(5) {
        0 => _ = chars.remove(place),
        1 => chars.truncate(place),
        2 => chars.insert(place, chars[place]),
        _ => {
            let noise: Vec<char> = "$@.[]()?*:,'\" \t\n!=<>&|~/\\-+0aeéE{}".chars().collect();
            chars.insert(place, noise[random.below(noise.len())]);
        }
    }
    chars.into_iter().collect()
}
