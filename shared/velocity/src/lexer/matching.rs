//! How long a match of each kind of token is at the present place.

use super::token::kinds;
use super::{Kind, Lexer};

impl Lexer {
    /// The longest match in the present state.
    pub(super) fn longest(&mut self) -> Option<(Kind, usize)> {
        let mut best: Option<(Kind, usize)> = None;
        for kind in kinds(self.states.current) {
            let length = self.matched(*kind).unwrap_or(0);
            if length > best.map_or(0, |(_, longest)| longest) {
                best = Some((*kind, length));
            }
        }
        best
    }

    fn matched(&mut self, kind: Kind) -> Option<usize> {
        let slashes = match kind {
            Kind::Dollar | Kind::DollarBang | Kind::EscapedDirective => self.backslashes_here(),
            _ => 0,
        };
        let rest = self.text.get(self.at..)?;
        match kind {
            Kind::Dollar => after(rest, slashes, '$'),
            Kind::DollarBang => {
                let dollar = after(rest, slashes, '$')?;
                let more = run(rest.get(dollar..)?, |c| c == '\\');
                after(rest, dollar + more, '!')
            }
            Kind::EscapedDirective => {
                let hash = if slashes % 2 == 1 {
                    after(rest, slashes, '#')?
                } else {
                    return None;
                };
                let name = rest.get(hash..)?;
                Some(hash + word(name).or_else(|| bracketed_word(name))?)
            }
            Kind::FormalCommentStart => {
                fixed(rest, "#**")?;
                (*rest.get(3)? != '#').then_some(4)
            }
            Kind::Text => nonzero(run(rest, |c| !matches!(c, '$' | '#' | '\\'))),
            Kind::Whitespace => nonzero(run(rest, |c| matches!(c, ' ' | '\t' | '\n' | '\r'))),
            Kind::ParenClose => {
                Some(1 + line_end(after(rest, 0, ')').and_then(|n| rest.get(n..))?))
            }
            Kind::LineComment => newline(rest),
            Kind::StringLiteral => string_literal(rest),
            Kind::Set => set_directive(rest),
            Kind::End => block_word(rest, &["end", "{end}"]),
            Kind::Else => block_word(rest, &["else", "{else}"]),
            Kind::Integer => integer(rest),
            Kind::Float => float(rest),
            Kind::Word => word(rest),
            Kind::BracketedWord => bracketed_word(rest),
            Kind::Identifier => identifier(rest),
            Kind::Dot => {
                after(rest, 0, '.')?;
                rest.get(1)?.is_ascii_alphabetic().then_some(2)
            }
            Kind::Skipped | Kind::TextBlockChar | Kind::ReferenceEnd | Kind::DirectiveEnd => {
                Some(1)
            }
            _ => spellings(kind)
                .iter()
                .filter_map(|spelling| fixed(rest, spelling))
                .max(),
        }
    }

    fn backslashes_here(&mut self) -> usize {
        let (from, to) = self.backslashes;
        if !(from..to).contains(&self.at) {
            let rest = self.text.get(self.at..).unwrap_or_default();
            self.backslashes = (self.at, self.at + run(rest, |c| c == '\\'));
        }
        self.backslashes.1 - self.at
    }
}

/// The spellings of kinds that have fixed ones.
fn spellings(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::IndexOpen | Kind::BracketOpen => &["["],
        Kind::IndexClose | Kind::BracketClose => &["]"],
        Kind::Comma => &[","],
        Kind::DoubleDot => &[".."],
        Kind::Colon => &[":"],
        Kind::CurlyOpen | Kind::RefCurlyOpen => &["{"],
        Kind::CurlyClose | Kind::RefCurlyClose => &["}"],
        Kind::ParenOpen => &["("],
        Kind::RefParenClose => &[")"],
        Kind::TextBlockStart => &["#[["],
        Kind::CommentStart => &["#*"],
        Kind::Hash => &["#"],
        Kind::LineCommentStart => &["##"],
        Kind::DoubleEscape => &["\\\\"],
        Kind::Escape => &["\\"],
        Kind::FormalComment | Kind::MultiLineComment => &["*#"],
        Kind::TextBlock => &["]]#"],
        Kind::True => &["true"],
        Kind::False => &["false"],
        Kind::Minus => &["-"],
        Kind::Plus => &["+"],
        Kind::Multiply => &["*"],
        Kind::Divide => &["/"],
        Kind::Modulus => &["%"],
        Kind::And => &["&&", "and"],
        Kind::Or => &["||", "or"],
        Kind::Less => &["<", "lt"],
        Kind::LessOrEqual => &["<=", "le"],
        Kind::Greater => &[">", "gt"],
        Kind::GreaterOrEqual => &[">=", "ge"],
        Kind::Equal => &["==", "eq"],
        Kind::NotEqual => &["!=", "ne"],
        Kind::Not => &["!", "not"],
        Kind::Assign => &["="],
        Kind::If => &["if", "{if}"],
        Kind::ElseIf => &["elseif", "{elseif}"],
        Kind::EmptyIndex => &["$[", "$![", "$\\![", "$."],
        _ => &[],
    }
}

fn fixed(rest: &[char], spelling: &str) -> Option<usize> {
    let mut length = 0;
    for c in spelling.chars() {
        if rest.get(length) != Some(&c) {
            return None;
        }
        length += 1;
    }
    Some(length)
}

fn nonzero(length: usize) -> Option<usize> {
    (length > 0).then_some(length)
}

fn after(rest: &[char], skipped: usize, wanted: char) -> Option<usize> {
    (*rest.get(skipped)? == wanted).then_some(skipped + 1)
}

fn run(rest: &[char], belongs: impl Fn(char) -> bool) -> usize {
    rest.iter().take_while(|c| belongs(**c)).count()
}

fn newline(rest: &[char]) -> Option<usize> {
    match rest {
        ['\r', '\n', ..] => Some(2),
        ['\n' | '\r', ..] => Some(1),
        _ => None,
    }
}

/// Blanks with the line's end, where nothing else stands before it.
fn line_end(rest: &[char]) -> usize {
    let blanks = run(rest, |c| matches!(c, ' ' | '\t'));
    newline(rest.get(blanks..).unwrap_or_default()).map_or(0, |length| blanks + length)
}

fn block_word(rest: &[char], spellings: &[&str]) -> Option<usize> {
    let length = spellings
        .iter()
        .find_map(|spelling| fixed(rest, spelling))?;
    Some(length + line_end(rest.get(length..)?))
}

fn set_directive(rest: &[char]) -> Option<usize> {
    let blanks = run(rest, |c| matches!(c, ' ' | '\t'));
    let name = rest.get(blanks..)?;
    let length = fixed(name, "#set").or_else(|| fixed(name, "#{set}"))?;
    let spaces = run(name.get(length..)?, |c| c == ' ');
    after(name, length + spaces, '(').map(|length| blanks + length)
}

fn word(rest: &[char]) -> Option<usize> {
    let first = rest.first()?;
    (first.is_ascii_alphabetic() || matches!(first, '_' | '@')).then(|| run(rest, in_word))
}

fn bracketed_word(rest: &[char]) -> Option<usize> {
    after(rest, 0, '{')?;
    let first = rest.get(1)?;
    if !first.is_ascii_alphabetic() && *first != '_' {
        return None;
    }
    after(rest, 1 + run(rest.get(1..)?, in_word), '}')
}

fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '@')
}

fn identifier(rest: &[char]) -> Option<usize> {
    let first = rest.first()?;
    (first.is_ascii_alphabetic() || *first == '_').then(|| {
        run(rest, |c| {
            c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
        })
    })
}

fn integer(rest: &[char]) -> Option<usize> {
    let sign = usize::from(rest.first() == Some(&'-'));
    let length = sign + nonzero(run(rest.get(sign..)?, |c| c.is_ascii_digit()))?;
    Some(length + fixed(rest.get(length..)?, "..").unwrap_or(0))
}

fn float(rest: &[char]) -> Option<usize> {
    let digits = |from: usize| run(rest.get(from..).unwrap_or_default(), |c| c.is_ascii_digit());
    let sign = usize::from(rest.first() == Some(&'-'));
    let whole = sign + digits(sign);
    match after(rest, whole, '.') {
        Some(point) => {
            let end = point + digits(point);
            let empty = whole == sign && end == point;
            (!empty).then(|| end + exponent(rest, end).unwrap_or(0))
        }
        None if whole > sign => Some(whole + exponent(rest, whole)?),
        None => None,
    }
}

fn exponent(rest: &[char], at: usize) -> Option<usize> {
    let rest = rest.get(at..)?;
    if !matches!(rest.first()?, 'e' | 'E') {
        return None;
    }
    let sign = 1 + usize::from(matches!(rest.get(1), Some('+' | '-')));
    Some(sign + nonzero(run(rest.get(sign..)?, |c| c.is_ascii_digit()))?)
}

/// Quotes are doubled to stand within; the longest text that ends in one counts.
fn string_literal(rest: &[char]) -> Option<usize> {
    let quote = *rest.first()?;
    if !matches!(quote, '"' | '\'') {
        return None;
    }
    let (mut ended, mut inside) = (None, true);
    for (at, c) in rest.iter().enumerate().skip(1) {
        if *c == quote {
            inside = !inside;
            if !inside {
                ended = Some(at + 1);
            }
        } else if !inside {
            break;
        }
    }
    ended
}
