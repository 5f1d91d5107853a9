//! The cases: templates written for one rule each, templates from a grammar, and pieces of syntax
//! thrown together, most of which mean nothing.

use serde_json::{Value, json};

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

const NAMES: &[&str] = &[
    "s",
    "e",
    "sp",
    "q",
    "u",
    "n",
    "z",
    "neg",
    "big",
    "d",
    "t",
    "f",
    "nothing",
    "num",
    "l",
    "el",
    "m",
    "em",
    "input",
    "gone",
    "x",
    "y",
    "strings",
    "velocityCount",
    "foreach",
    "small",
    "huge",
    "dots",
];
const PROPERTIES: &[&str] = &[
    ".k", ".gone", ".n", ".in.x", ".empty", ".name", ".count", ".index", ".hasNext", ".first",
    ".last", ".a-b", ".size", ".flag",
];
const CALLS: &[&str] = &[
    ".size()",
    ".isEmpty()",
    ".length()",
    ".trim()",
    ".toUpperCase()",
    ".toLowerCase()",
    ".substring(1)",
    ".substring(0, 2)",
    ".substring(1,9)",
    ".get(0)",
    ".get('k')",
    ".get($z)",
    ".get(9)",
    ".replace('t', 'T')",
    ".replaceAll(\"[a-t]\", \"<$0>\")",
    ".replaceFirst('t', '')",
    ".split(',')",
    ".split('[.]').size()",
    ".split(',').get(0)",
    ".contains('e')",
    ".contains($s)",
    ".startsWith('te')",
    ".endsWith('t')",
    ".indexOf('x')",
    ".lastIndexOf('t')",
    ".equals('text')",
    ".equals($n)",
    ".equalsIgnoreCase('TEXT')",
    ".isEmpty().gone",
    ".concat('!')",
    ".concat($n)",
    ".matches('t.*')",
    ".toString()",
    ".gone()",
    ".gone($s, 1)",
    ".keySet()",
    ".values()",
    ".containsKey('k')",
    ".get(bare)",
    ".intValue()",
    ".longValue()",
    ".doubleValue()",
    ".size( )",
    ".substring( 1 )",
    ".get(\"$m.gone\")",
    ".replace($gone, 'a')",
    ".replace(\"$s.trim()\", \"$n\")",
    ".equals($gone)",
    ".contains(true)",
    ".get(-1)",
    ".substring(-1)",
];
const BLANKS: &[&str] = &[
    "", "", " ", "  ", "\n", " \n", "\t\n", "\r\n", "\n\n", " \n ",
];
const WORDS: &[&str] = &[
    "a",
    "text ",
    "{\"k\": \"",
    "\"}",
    " b\n",
    "\n",
    "1 ",
    "#1 ",
    "$5 ",
    "&$filter=",
    "x.y",
    ". ",
    "!",
    "(a)",
    "\\",
    "\\\\",
    "\\x ",
    "[0]",
    "{}",
    "-",
    "' ",
    "\" ",
    "# ",
    "$ ",
    "#x",
    "東",
    "😀",
    "#fff;",
    "$$",
    "##",
    ",",
];
const PIECES: &[&str] = &[
    "$",
    "$!",
    "${",
    "$!{",
    "}",
    "{",
    "#",
    "##",
    "#*",
    "*#",
    "#**",
    "#[[",
    "]]#",
    "\\",
    "\\\\",
    "!",
    "s",
    "gone",
    "m",
    "l",
    ".",
    ".k",
    ".size()",
    ".get(",
    ")",
    "(",
    "[",
    "]",
    "0",
    "-1",
    "1.5",
    "..",
    "'a'",
    "\"a\"",
    "\"$s\"",
    "'",
    "\"",
    ",",
    " ",
    "\n",
    "  ",
    "\r\n",
    "\t",
    "#if($t)",
    "#if(",
    "#elseif($f)",
    "#else",
    "#{else}",
    "#end",
    "#{end}",
    "#set($x = 1)",
    "#set(",
    "#foreach($x in $l)",
    "#foreach",
    "#break",
    "#stop",
    "#foo",
    "#foo(",
    "#{foo}",
    "true",
    "false",
    "$s",
    "${s}",
    "$!s",
    "$m.k",
    "${m.k}",
    "$l[0]",
    "$m[\"k\"]",
    "$gone",
    "$!gone",
    "x",
    "=",
    "==",
    "&&",
    "||",
    "+",
    "-",
    "*",
    "/",
    "%",
    "<",
    ">",
    ":",
    ";",
    "@",
    "$esc",
    ".q",
    "a-b",
    "_",
    "\\#if",
    "\\#foo",
    "\\$s",
    "\\$gone",
    "$\\!s",
    "#end\n",
    "#else\n",
    "and",
    "or",
    "not",
    "eq",
    "in",
    "1e3",
    "é",
];

struct Maker<'a> {
    random: &'a mut Random,
    depth: usize,
}

impl Maker<'_> {
    fn soup(&mut self) -> String {
        (0..=self.random.below(9))
            .map(|_| self.random.pick(PIECES))
            .collect()
    }

    /// With a character taken out, doubled or cut off behind.
    fn damaged(&mut self, template: &str) -> String {
        let mut chars: Vec<char> = template.chars().collect();
        if chars.is_empty() {
            return String::new();
        }
        let at = self.random.below(chars.len());
        match self.random.below(3) {
            0 => drop(chars.remove(at)),
            1 => chars.insert(at, chars[at]),
            _ => chars.truncate(at),
        }
        chars.into_iter().collect()
    }

    fn block(&mut self) -> String {
        (0..=self.random.below(4))
            .map(|_| self.statement())
            .collect()
    }

    fn statement(&mut self) -> String {
        let blank = self.random.pick(BLANKS);
        if self.depth > 2 {
            return format!("{}{blank}", self.reference());
        }
        self.depth += 1;
        let made = match self.random.below(12) {
            0 | 1 => self.random.pick(WORDS).to_owned(),
            2..=5 => self.reference(),
            6 => self.branches(),
            7 => self.set(),
            8 => self.foreach(),
            9 => self.comment(),
            10 => self.unknown_directive(),
            _ => format!(
                "{}{}",
                self.random.pick(&["\\", "\\\\", "\\\\\\", "$", "#"]),
                self.reference()
            ),
        };
        self.depth -= 1;
        format!("{made}{blank}")
    }

    fn reference(&mut self) -> String {
        let name = self.random.pick(NAMES);
        let mut body = name.to_owned();
        for _ in 0..self.random.below(3) {
            let step = match self.random.below(4) {
                0 => self.random.pick(PROPERTIES).to_owned(),
                1 | 2 => self.random.pick(CALLS).to_owned(),
                _ => self
                    .random
                    .pick(&[
                        "[0]", "[1]", "[-1]", "[9]", "['k']", "[\"k\"]", "[$n]", "[ 0 ]",
                        "[$gone]", "[true]",
                    ])
                    .to_owned(),
            };
            body.push_str(&step);
        }
        match self.random.below(8) {
            0..=2 => format!("${body}"),
            3..=4 => format!("${{{body}}}"),
            5 => format!("$!{body}"),
            6 => format!("$!{{{body}}}"),
            _ => self.tool_call(),
        }
    }

    fn tool_call(&mut self) -> String {
        let tool = self.random.pick(&[
            "esc.url",
            "esc.java",
            "esc.html",
            "esc.javascript",
            "esc.xml",
            "esc.sql",
            "math.add",
            "math.sub",
            "math.mul",
            "math.div",
            "math.max",
            "math.toInteger",
            "math.abs",
            "math.gone",
            "esc.gone",
            "math.mod",
            "math.roundTo",
            "math.toDouble",
            "math.min",
            "esc.javaScript",
            "math.round",
            "math.idiv",
        ]);
        let count = self.random.below(3);
        let arguments: Vec<String> = (0..=count).map(|_| self.primary()).collect();
        format!("${tool}({})", arguments.join(","))
    }

    fn branches(&mut self) -> String {
        let mut made = format!(
            "#if{}({}){}{}",
            self.blank(),
            self.expression(),
            self.random.pick(BLANKS),
            self.block()
        );
        while self.random.one_in(3) {
            made += &format!(
                "#elseif({}){}{}",
                self.expression(),
                self.random.pick(BLANKS),
                self.block()
            );
        }
        if self.random.one_in(2) {
            let word = self.random.pick(&["#else", "#{else}"]);
            made += &format!("{word}{}{}", self.random.pick(BLANKS), self.block());
        }
        made + self.random.pick(&["#end", "#{end}"])
    }

    fn blank(&mut self) -> &'static str {
        self.random.pick(&["", "", "", " "])
    }

    fn set(&mut self) -> String {
        let indent = self.random.pick(&["", "  ", "\t"]);
        let target = self
            .random
            .pick(&["$x", "$x", "$y", "${x}", "$!x", "$s", " $x "]);
        format!(
            "{indent}#set({target}{}={})",
            self.blank(),
            self.expression()
        )
    }

    fn foreach(&mut self) -> String {
        let list = match self.random.below(3) {
            0 => self.primary(),
            1 => self
                .random
                .pick(&[
                    "[1..3]",
                    "[3..1]",
                    "[$z..$n]",
                    "[1,2]",
                    "$m",
                    "[ $z .. 2 ]",
                    "$m.values()",
                    "$m.keySet()",
                ])
                .to_owned(),
            _ => self
                .random
                .pick(&["$l", "$strings", "$el", "$gone", "$s", "$dots.split(',')"])
                .to_owned(),
        };
        let inside = self.random.pick(&[
            "",
            "$foreach.index",
            "$velocityCount",
            "#if($foreach.hasNext),#end",
            "#if($x == 'two')#break#end",
            "$foreach.parent.count",
            "#stop",
        ]);
        format!(
            "#foreach($x in {list}){}{inside}{}#end",
            self.random.pick(BLANKS),
            self.block()
        )
    }

    fn comment(&mut self) -> String {
        let inside = self
            .random
            .pick(&["", "a", " $s #if ", "$", "#", "]]", "*", "\n", " ] "]);
        match self.random.below(4) {
            0 => format!("##{inside}\n"),
            1 => format!("#*{inside}*#"),
            2 => format!("#**{inside}*#"),
            _ => format!("#[[{inside}]]#"),
        }
    }

    fn unknown_directive(&mut self) -> String {
        let name = self.random.pick(&[
            "#foo", "#{foo}", "#Foo", "#ifx", "\\#if", "\\\\#if", "\\#foo", "#_a", "#foo.bar",
        ]);
        if self.random.one_in(2) {
            return name.to_owned();
        }
        let arguments = [self.primary(), self.primary()].join(self.random.pick(&[" ", ",", " , "]));
        format!("{name}{}({arguments})", self.blank())
    }

    fn expression(&mut self) -> String {
        if self.depth > 3 {
            return self.primary();
        }
        self.depth += 1;
        let made = match self.random.below(7) {
            0..=2 => self.primary(),
            3 => format!("!{}", self.expression()),
            4 => format!("({})", self.expression()),
            _ => {
                let operator = self.random.pick(&[
                    "==", "!=", "<", "<=", ">", ">=", "&&", "||", "+", "-", "*", "/", "%", "eq",
                    "ne", "lt", "and", "or", "gt",
                ]);
                let blank = self.random.pick(&[" ", " ", " ", ""]);
                format!(
                    "{}{blank}{operator}{blank}{}",
                    self.expression(),
                    self.expression()
                )
            }
        };
        self.depth -= 1;
        made
    }

    fn primary(&mut self) -> String {
        match self.random.below(9) {
            0..=2 => format!("${}", self.random.pick(NAMES)),
            3 => self
                .random
                .pick(&["'a'", "'it''s'", "''", "'$s'", "'text'", "'a\nb'", "'5'"])
                .to_owned(),
            4 => self
                .random
                .pick(&[
                    "\"\"",
                    "\"a\"",
                    "\"$s\"",
                    "\"${n}$!gone\"",
                    "\"say \"\"$s\"\"\"",
                    "\"\\u0041$\"",
                    "\"$esc.quote\"",
                    "\"#if($t)y#end\"",
                    "\"a ## b\"",
                    "\"x#\"",
                    "\"\\n\"",
                ])
                .to_owned(),
            5 => self
                .random
                .pick(&[
                    "0",
                    "1",
                    "-2",
                    "7",
                    "3000000000",
                    "2147483647",
                    "1.5",
                    "-.5",
                    "1e3",
                    "2.",
                    "100.0",
                    "0.1",
                ])
                .to_owned(),
            6 => self
                .random
                .pick(&[
                    "true",
                    "false",
                    "[]",
                    "[1, 'b']",
                    "{}",
                    "{'k': 1}",
                    "{ \"a\" : $n , 'b': [1] }",
                    "[1..3]",
                    "[\"$s\",\"b\"]",
                ])
                .to_owned(),
            7 => format!(
                "{}{}",
                self.random.pick(&["$s", "${m.k}", "$l"]),
                self.random.pick(&[".size()", "[0]", ".length()", ".gone"])
            ),
            _ => self.reference_in_braces(),
        }
    }

    fn reference_in_braces(&mut self) -> String {
        format!(
            "${{{}{}}}",
            self.random.pick(NAMES),
            self.random.pick(&["", ".k", ".size()", ".name"])
        )
    }
}
