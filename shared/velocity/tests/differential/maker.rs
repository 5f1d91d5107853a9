//! Makes templates from a grammar, and from pieces thrown together.

use crate::pieces;
use crate::random::Random;

pub(crate) struct Maker<'a> {
    pub(crate) random: &'a mut Random,
    pub(crate) depth: usize,
}

impl Maker<'_> {
    pub(crate) fn soup(&mut self) -> String {
        (0..=self.random.below(9))
            .map(|_| self.random.pick(pieces::PIECES))
            .collect()
    }

    /// With a character taken out, doubled or cut off behind.
    pub(crate) fn damaged(&mut self, template: &str) -> String {
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

    pub(crate) fn block(&mut self) -> String {
        (0..=self.random.below(4))
            .map(|_| self.statement())
            .collect()
    }

    fn statement(&mut self) -> String {
        let blank = self.random.pick(pieces::BLANKS);
        if self.depth > 2 {
            return format!("{}{blank}", self.reference());
        }
        self.depth += 1;
        let made = match self.random.below(12) {
            0 | 1 => self.random.pick(pieces::WORDS).to_owned(),
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
        let name = self.random.pick(pieces::NAMES);
        let mut body = name.to_owned();
        for _ in 0..self.random.below(3) {
            let step = match self.random.below(4) {
                0 => self.random.pick(pieces::PROPERTIES).to_owned(),
                1 | 2 => self.random.pick(pieces::CALLS).to_owned(),
                _ => self.random.pick(pieces::INDICES).to_owned(),
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
        let tool = self.random.pick(pieces::TOOL_METHODS);
        let count = self.random.below(3);
        let arguments: Vec<String> = (0..=count).map(|_| self.primary()).collect();
        format!("${tool}({})", arguments.join(","))
    }

    fn branches(&mut self) -> String {
        let mut made = format!(
            "#if{}({}){}{}",
            self.blank(),
            self.expression(),
            self.random.pick(pieces::BLANKS),
            self.block()
        );
        while self.random.one_in(3) {
            made += &format!(
                "#elseif({}){}{}",
                self.expression(),
                self.random.pick(pieces::BLANKS),
                self.block()
            );
        }
        if self.random.one_in(2) {
            let word = self.random.pick(&["#else", "#{else}"]);
            made += &format!("{word}{}{}", self.random.pick(pieces::BLANKS), self.block());
        }
        made + self.random.pick(&["#end", "#{end}"])
    }

    fn blank(&mut self) -> &'static str {
        self.random.pick(&["", "", "", " "])
    }

    fn set(&mut self) -> String {
        let indent = self.random.pick(&["", "  ", "\t"]);
        let target = self.random.pick(pieces::TARGETS);
        format!(
            "{indent}#set({target}{}={})",
            self.blank(),
            self.expression()
        )
    }

    fn foreach(&mut self) -> String {
        let list = match self.random.below(3) {
            0 => self.primary(),
            1 => self.random.pick(pieces::LISTS).to_owned(),
            _ => self.random.pick(pieces::MORE_LISTS).to_owned(),
        };
        let inside = self.random.pick(pieces::INSIDES);
        format!(
            "#foreach($x in {list}){}{inside}{}#end",
            self.random.pick(pieces::BLANKS),
            self.block()
        )
    }

    fn comment(&mut self) -> String {
        let inside = self.random.pick(pieces::COMMENTS);
        match self.random.below(4) {
            0 => format!("##{inside}\n"),
            1 => format!("#*{inside}*#"),
            2 => format!("#**{inside}*#"),
            _ => format!("#[[{inside}]]#"),
        }
    }

    fn unknown_directive(&mut self) -> String {
        let name = self.random.pick(pieces::DIRECTIVES);
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
                let operator = self.random.pick(pieces::OPERATORS);
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
            0..=2 => format!("${}", self.random.pick(pieces::NAMES)),
            3 => self.random.pick(pieces::SINGLE_QUOTED).to_owned(),
            4 => self.random.pick(pieces::DOUBLE_QUOTED).to_owned(),
            5 => self.random.pick(pieces::NUMBERS).to_owned(),
            6 => self.random.pick(pieces::CONSTANTS).to_owned(),
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
            self.random.pick(pieces::NAMES),
            self.random.pick(&["", ".k", ".size()", ".name"])
        )
    }
}
