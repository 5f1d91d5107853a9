//! JSON as it may be written inside a path: as json-smart reads it when told to be permissive.
//!
//! Single quotes, names without quotes, useless commas and text after the value are all taken. Bare
//! words are strings, and so is what begins as a number and goes on as something else.

use serde_json::{Map, Number, Value};

const MAX_DEPTH: usize = 64;

/// Reads the first value of `text`; nothing if it is no JSON even so.
pub(crate) fn parse(text: &[char]) -> Option<Value> {
    let mut reader = Reader {
        text,
        pos: 0,
        depth: 0,
    };
    reader.skip_space();
    reader.value(&[])
}

struct Reader<'t> {
    text: &'t [char],
    pos: usize,
    depth: usize,
}

impl Reader<'_> {
    fn current(&self) -> Option<char> {
        self.text.get(self.pos).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.current(), Some(' ' | '\r' | '\n' | '\t')) {
            self.pos += 1;
        }
    }

    /// `stops` end a bare word.
    fn value(&mut self, stops: &[char]) -> Option<Value> {
        match self.current() {
            None if stops.is_empty() => Some(Value::from("")),
            None | Some(':' | '}' | ']') => None,
            Some('{') => self.nested(Self::object),
            Some('[') => self.nested(Self::array),
            Some(quote @ ('"' | '\'')) => self.string(quote).map(Value::String),
            Some('0'..='9' | '-') => Some(self.number(stops)),
            Some(_) => Some(match self.bare(self.pos, stops).as_str() {
                "null" => Value::Null,
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                // Java has a number for it, JSON has none.
                "NaN" => return None,
                word => Value::from(word),
            }),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Option<Value>) -> Option<Value> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        self.pos += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Option<Value> {
        let mut items = Vec::new();
        loop {
            match self.current()? {
                ' ' | '\r' | '\n' | '\t' | ',' => self.pos += 1,
                ']' => {
                    self.pos += 1;
                    return Some(Value::Array(items));
                }
                _ => items.push(self.value(&[',', ']'])?),
            }
        }
    }

    fn object(&mut self) -> Option<Value> {
        let mut map = Map::new();
        loop {
            match self.current()? {
                ' ' | '\r' | '\n' | '\t' | ',' => self.pos += 1,
                ':' | ']' | '[' | '{' => return None,
                '}' => {
                    self.pos += 1;
                    return Some(Value::Object(map));
                }
                _ => {
                    let (key, value) = self.member()?;
                    map.insert(key, value);
                    if !matches!(self.current()?, ',' | '}') {
                        return None;
                    }
                }
            }
        }
    }

    fn member(&mut self) -> Option<(String, Value)> {
        let key = match self.current()? {
            quote @ ('"' | '\'') => self.string(quote)?,
            _ => self.bare(self.pos, &[':']),
        };
        self.skip_space();
        if self.current()? != ':' {
            return None;
        }
        self.pos += 1;
        self.skip_space();
        let value = self.value(&[',', '}'])?;
        self.skip_space();
        Some((key, value))
    }

    /// Control characters stay in a text without escapes, and go from one with any.
    fn string(&mut self, quote: char) -> Option<String> {
        let mut units = Vec::new();
        self.pos += 1;
        let rest = self.text.get(self.pos..)?;
        let escapes = rest.iter().take_while(|c| **c != quote).any(|c| *c == '\\');
        loop {
            let c = self.current()?;
            self.pos += 1;
            match c {
                c if c == quote => return String::from_utf16(&units).ok(),
                '\\' => self.escape(&mut units)?,
                '\0'..='\u{1f}' | '\u{7f}' if escapes => {}
                c => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            }
        }
    }

    /// An escape that is none stands for nothing.
    fn escape(&mut self, units: &mut Vec<u16>) -> Option<()> {
        let c = self.current()?;
        self.pos += 1;
        units.push(match c {
            't' => 9,
            'n' => 10,
            'r' => 13,
            'f' => 12,
            'b' => 8,
            '\\' | '/' | '\'' | '"' => u16::try_from(u32::from(c)).ok()?,
            'u' => self.hex(4)?,
            'x' => self.hex(2)?,
            _ => return Some(()),
        });
        Some(())
    }

    fn hex(&mut self, digits: usize) -> Option<u16> {
        let mut value = 0_u32;
        for _ in 0..digits {
            value = value * 16 + self.current()?.to_digit(16)?;
            self.pos += 1;
        }
        u16::try_from(value).ok()
    }

    /// A word up to a stop, without the white space around it.
    fn bare(&mut self, start: usize, stops: &[char]) -> String {
        while self.current().is_some_and(|c| !stops.contains(&c)) {
            self.pos += 1;
        }
        self.word(start)
    }

    fn word(&self, start: usize) -> String {
        let word: String = self
            .text
            .get(start..self.pos)
            .unwrap_or_default()
            .iter()
            .collect();
        word.trim().to_owned()
    }

    fn digits(&mut self) {
        while self.current().is_some_and(|c| c.is_ascii_digit()) {
            self.pos += 1;
        }
    }

    fn number(&mut self, stops: &[char]) -> Value {
        let start = self.pos;
        self.pos += 1;
        self.digits();
        let mut float = false;
        if self.current() == Some('.') {
            float = true;
            self.pos += 1;
            self.digits();
        }
        if matches!(self.current(), Some('e' | 'E')) {
            float = true;
            self.pos += 1;
            match self.current() {
                Some('+' | '-' | '0'..='9') => self.pos += 1,
                _ => return Value::String(self.bare(start, stops)),
            }
            self.digits();
        }
        self.skip_space();
        // Beyond ASCII's letters everything ends a number: the original's table of stops is short.
        if self
            .current()
            .is_none_or(|c| c >= '~' || stops.contains(&c))
        {
            let word = self.word(start);
            return to_number(&word, float).map_or(Value::String(word), Value::Number);
        }
        Value::String(self.bare(start, stops))
    }
}

fn to_number(word: &str, float: bool) -> Option<Number> {
    if word == "-" {
        return Some(0.into());
    }
    if !float {
        if let Ok(small) = word.parse::<i64>() {
            return Some(small.into());
        }
        if let Ok(large) = word.parse::<u64>() {
            return Some(large.into());
        }
    }
    word.parse::<f64>().ok().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Option<Value> {
        parse(&text.chars().collect::<Vec<_>>())
    }

    #[test]
    fn takes_what_a_permissive_reader_takes() {
        assert_eq!(
            read("['a', \"b\", c d, 1, 1 2, -3.5e1, true, null,]"),
            Some(json!(["a", "b", "c d", 1, "1 2", -35.0, true, null]))
        );
        assert_eq!(
            read("{a: 1, 'b': {}, \"c\\u0041\": [x]}"),
            Some(json!({"a": 1, "b": {}, "cA": ["x"]}))
        );
        assert_eq!(read("1]"), Some(json!("1]")));
        assert_eq!(read("\"a\" b"), Some(json!("a")));
    }

    #[test]
    fn refuses_what_has_no_end() {
        for text in ["[", "{", "{a", "{a:", "['a", "]", "{10}", &"[".repeat(1000)] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
