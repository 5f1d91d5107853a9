//! Java's regular expressions on a linear-time engine.
//!
//! What both engines have is translated, so that classes, `.` and case folding mean what they mean
//! in Java. What the linear engine cannot do, or what is too rare to be worth the risk of a near
//! miss, is refused by name: see the README.

mod class;
mod translate;

use regex::{Regex, RegexBuilder};

use crate::error::ErrorKind;

/// Bytes that one compiled expression may take.
const MAX_COMPILED: usize = 128 * 1024;

#[derive(Clone, Debug)]
pub(crate) struct Pattern(Regex);

/// The flags after the second slash that change the translation.
#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    ignore_case: bool,
    unicode_case: bool,
    dot_all: bool,
    unix_lines: bool,
}

impl Pattern {
    pub(crate) fn compile(source: &str, flags: &str) -> Result<Self, (ErrorKind, String)> {
        let flags = read_flags(flags)?;
        let translated = translate::translate(source, flags)?;
        let case = if flags.ignore_case && flags.unicode_case {
            "(?i)"
        } else {
            ""
        };
        // The whole text has to match, as with Java's `Matcher.matches`.
        let whole = format!(r"{case}\A(?:{translated})\z");
        let compiled = RegexBuilder::new(&whole)
            .size_limit(MAX_COMPILED)
            .nest_limit(64)
            .build();
        compiled.map(Self).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => (
                ErrorKind::Limit,
                "the regular expression is too large".to_owned(),
            ),
            _ => (
                ErrorKind::Syntax,
                "the regular expression is not well formed".to_owned(),
            ),
        })
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

fn read_flags(text: &str) -> Result<Flags, (ErrorKind, String)> {
    let mut flags = Flags::default();
    for flag in text.chars() {
        match flag {
            'i' => flags.ignore_case = true,
            'u' => flags.unicode_case = true,
            's' => flags.dot_all = true,
            'd' => flags.unix_lines = true,
            other => return Err(refused(&format!("flag {other}"))),
        }
    }
    Ok(flags)
}

fn refused(what: &str) -> (ErrorKind, String) {
    (
        ErrorKind::Unsupported,
        format!("{what} in a regular expression is not supported"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(source: &str, flags: &str, text: &str) -> bool {
        Pattern::compile(source, flags).unwrap().matches(text)
    }

    fn kind(source: &str, flags: &str) -> ErrorKind {
        Pattern::compile(source, flags).unwrap_err().0
    }

    #[test]
    fn matches_the_whole_text_only() {
        assert!(matches("a|ab", "", "ab"));
        assert!(!matches("b", "", "ab"));
        assert!(matches(".*b", "", "ab"));
    }

    #[test]
    fn classes_are_ascii_as_in_java() {
        assert!(matches(r"\w\d\s", "", "a1 "));
        assert!(!matches(r"\d", "", "٣"));
        assert!(!matches(r"\w", "", "é"));
        assert!(matches(r"[\D&&[^x]]", "", "é"));
        assert!(matches(r"\p{L}+", "", "éa"));
        assert!(!matches(r"\p{Alpha}", "", "é"));
    }

    #[test]
    fn case_folds_in_ascii_unless_asked() {
        assert!(matches("ab[c-e]", "i", "ABD"));
        assert!(!matches("[^a]", "i", "A"));
        assert!(!matches("é", "i", "É"));
        assert!(matches("é", "iu", "É"));
        assert!(!matches("k", "i", "\u{212a}"));
    }

    #[test]
    fn a_dot_stops_at_any_line_end() {
        assert!(!matches("a.b", "", "a\u{2028}b"));
        assert!(matches("a.b", "s", "a\nb"));
        assert!(matches("a.b", "d", "a\rb"));
    }

    #[test]
    fn refuses_by_name_what_needs_backtracking() {
        for source in [
            "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?>a)", "a*+", "a++", "a?+", "a{2}+", r"(a)\1",
            r"\G", r"\k<a>",
        ] {
            assert_eq!(kind(source, ""), ErrorKind::Unsupported, "{source}");
        }
        assert_eq!(kind("a", "m"), ErrorKind::Unsupported);
        assert_eq!(kind("(((a{1000}){1000}){1000})", ""), ErrorKind::Limit);
        assert_eq!(kind("a**", ""), ErrorKind::Syntax);
        assert_eq!(kind("(a", ""), ErrorKind::Syntax);
    }
}
