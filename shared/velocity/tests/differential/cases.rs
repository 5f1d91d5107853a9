//! The cases: templates written for one rule each, templates from a grammar, and pieces of syntax
//! thrown together, most of which mean nothing.

use serde_json::{Value, json};

use crate::maker::Maker;
use crate::random::Random;

pub(crate) struct Case {
    pub(crate) template: String,
    pub(crate) context: Value,
}

/// The values that templates find.
fn context() -> Value {
    json!({
        "s": "text", "e": "", "sp": " a b ", "q": "it's \"q\"", "u": "Größe 東京 😀", "dots": "a.b,c.d,,",
        "ctl": "\u{0}\t\n\r\u{8}\u{c}\u{1f}\u{7f}\u{80}\u{a0}/<&>#$\\ =:!é€'\"",
        "n": 5, "z": 0, "neg": -3, "big": 5_000_000_000_i64, "d": 2.5, "small": 0.0001, "huge": 1e10,
        "t": true, "f": false, "nothing": null, "num": "5",
        "l": [1, "two", null, true, [3, 4]], "el": [], "strings": ["b", "a", "c"],
        "m": {"k": "v", "a-b": 1, "n": null, "in": {"x": [10, 20]}, "size": "own", "empty": "mine"}, "em": {},
        "input": {"name": "Ann", "empty": "", "count": 12, "flag": false},
    })
}

/// One template for each rule that is easy to miss.
pub(crate) fn written() -> Vec<Case> {
    let templates = include_str!("written.txt").split("\n----\n");
    templates
        .map(|template| Case {
            template: template.replace("␍", "\r"),
            context: context(),
        })
        .collect()
}

/// The same cases for the same seed.
pub(crate) fn generated(seed: u64, count: usize) -> impl Iterator<Item = Case> {
    let mut random = Random::new(seed);
    (0..count).map(move |index| {
        let mut maker = Maker {
            random: &mut random,
            depth: 0,
        };
        let mut template = if index % 3 == 2 {
            maker.soup()
        } else {
            maker.block()
        };
        if index % 8 == 0 {
            template = maker.damaged(&template);
        }
        Case {
            template,
            context: context(),
        }
    })
}
