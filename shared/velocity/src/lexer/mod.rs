//! Cuts a template into tokens as Velocity 1.7 does.
//!
//! Its lexer changes state as it reads, and joins pieces that begin something into the token that
//! follows. What a stray `$`, `#` or backslash prints depends on both, so both are kept:
//! [Parser.jjt](https://github.com/apache/velocity-engine/blob/1.7/src/parser/Parser.jjt).

mod matching;
mod state;
mod token;

use crate::error::{Error, ErrorKind, Position, Result};
pub(crate) use state::State;
use state::States;
pub(crate) use token::{Kind, Token};

/// What becomes of a match.
enum Fate {
    /// It is a token of its own.
    Token,
    /// It begins the next token.
    More,
    /// It is dropped.
    Skip,
    /// It ends a state; its `$` and `#` are printed before the next token.
    Mark,
}

pub(crate) struct Lexer {
    text: Vec<char>,
    at: usize,
    states: States,
    in_comment: bool,
    /// Set by `#set(`, and cleared by the parser behind its parenthesis.
    pub(crate) in_set: bool,
    position: Position,
    /// The end of the run of backslashes found last, so that a long run is walked once.
    backslashes: (usize, usize),
}

impl Lexer {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.chars().collect(),
            at: 0,
            states: States::new(),
            in_comment: false,
            in_set: false,
            position: Position { line: 1, column: 1 },
            backslashes: (0, 0),
        }
    }

    /// The next token; at the end of the text, again and again, the end.
    pub(crate) fn next(&mut self) -> Result<Token> {
        let mut before = String::new();
        let mut last_is_comment = false;
        loop {
            let (from, position) = (self.at, self.position);
            if from == self.text.len() {
                return Ok(Token {
                    kind: Kind::EndOfText,
                    image: String::new(),
                    before,
                    position,
                });
            }
            let kind = self.join()?;
            let mut image: String = self
                .text
                .get(from..self.at)
                .unwrap_or_default()
                .iter()
                .collect();
            match fate(kind) {
                Fate::Mark => {
                    before.push_str(&marks(&image));
                    last_is_comment = image.starts_with("##");
                    self.back(1);
                    self.states.pop();
                }
                Fate::Token => {
                    self.act(kind, &mut image);
                    if last_is_comment {
                        before.clear();
                    }
                    return Ok(Token {
                        kind,
                        image,
                        before,
                        position,
                    });
                }
                Fate::Skip | Fate::More => {}
            }
        }
    }

    /// Moves over pieces that begin something, up to and with what they begin.
    fn join(&mut self) -> Result<Kind> {
        loop {
            let (kind, length) = self.longest().ok_or_else(|| self.unexpected())?;
            self.forward(length);
            if !matches!(fate(kind), Fate::More) {
                return Ok(kind);
            }
            self.begin(kind);
            if self.at == self.text.len() {
                return Err(self.unexpected());
            }
        }
    }

    /// The state that a piece leads to.
    fn begin(&mut self, kind: Kind) {
        if self.in_comment {
            return;
        }
        match kind {
            Kind::Dollar | Kind::DollarBang => {
                self.states.leave(&[State::Reference]);
                self.states.push(State::Reference);
            }
            Kind::Hash => {
                self.states.leave(&[State::Reference, State::RefModifier]);
                self.states.push(State::PreDirective);
            }
            Kind::TextBlockStart => self.comment(State::TextBlock),
            Kind::CommentStart => self.comment(State::Comment),
            Kind::FormalCommentStart => {
                self.back(1);
                self.comment(State::FormalComment);
            }
            _ => {}
        }
    }

    fn comment(&mut self, state: State) {
        self.in_comment = true;
        self.states.push(state);
    }

    /// The state that a whole token leads to; some give back what they looked at.
    fn act(&mut self, kind: Kind, image: &mut String) {
        let state = self.states.current;
        match kind {
            Kind::IndexOpen => self.states.push(State::RefIndex),
            Kind::ParenOpen => {
                self.states.opened += 1;
                if state == State::RefModifier {
                    self.states.current = State::RefArguments;
                }
            }
            Kind::ParenClose => self.states.close_paren(),
            Kind::RefParenClose => self.states.current = State::Reference,
            Kind::Set => {
                self.states.push(State::Directive);
                self.in_set = true;
                self.states.opened += 1;
            }
            Kind::LineCommentStart => {
                self.states.leave(&[State::Reference]);
                self.comment(State::LineComment);
            }
            Kind::LineComment | Kind::FormalComment | Kind::MultiLineComment | Kind::TextBlock => {
                self.in_comment = false;
                self.states.pop();
            }
            Kind::StringLiteral if state == State::Directive => self.leave_bare(),
            Kind::Integer => {
                if image.ends_with("..") {
                    self.back(2);
                    image.truncate(image.len() - 2);
                }
                if !matches!(state, State::RefArguments | State::RefIndex) {
                    self.leave_bare();
                }
            }
            Kind::Float if state != State::RefArguments => self.leave_bare(),
            Kind::If | Kind::ElseIf => self.states.current = State::Directive,
            Kind::IndexClose | Kind::End | Kind::Else | Kind::RefCurlyClose => {
                self.states.pop();
            }
            Kind::Dot => {
                self.back(1);
                ".".clone_into(image);
                self.states.current = State::RefModifier;
            }
            _ => {}
        }
    }

    /// Leaves a directive whose parenthesis never came.
    fn leave_bare(&mut self) {
        if self.states.opened == 0 && !self.in_set {
            self.states.pop();
        }
    }

    /// The name behind `#` is a directive's: its arguments follow.
    pub(crate) fn enter_directive(&mut self) {
        self.states.current = State::Directive;
    }

    /// No parenthesis followed, so it was not one.
    pub(crate) fn leave_directive(&mut self) {
        self.states.pop();
    }

    /// Whether white space, if any, and then `(` follow.
    pub(crate) fn paren_follows(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        rest.iter().find(|c| !matches!(c, ' ' | '\n' | '\r' | '\t')) == Some(&'(')
    }

    fn forward(&mut self, length: usize) {
        for c in self.text.get(self.at..self.at + length).unwrap_or_default() {
            if *c == '\n' {
                self.position.line += 1;
                self.position.column = 1;
            } else {
                self.position.column += 1;
            }
        }
        self.at += length;
    }

    /// Gives characters back; at a line's first, the place is found by counting anew.
    fn back(&mut self, length: usize) {
        let to = self.at.saturating_sub(length);
        if self
            .text
            .get(to..self.at)
            .unwrap_or_default()
            .contains(&'\n')
        {
            let line_start = self
                .text
                .get(..to)
                .unwrap_or_default()
                .iter()
                .rposition(|c| *c == '\n');
            let column = to - line_start.map_or(0, |at| at + 1) + 1;
            self.position.line -= 1;
            self.position.column = u32::try_from(column).unwrap_or(u32::MAX);
        } else {
            self.position.column -= u32::try_from(self.at - to).unwrap_or(0);
        }
        self.at = to;
    }

    fn unexpected(&self) -> Error {
        let place = place(self.states.current);
        let message = match self.text.get(self.at) {
            Some('"' | '\'') => format!("a quote {place} is not closed"),
            Some(c) => format!("unexpected character {c:?} {place}"),
            None => format!("the text ends {place}"),
        };
        Error::new(ErrorKind::Syntax, self.position, message)
    }
}

fn place(state: State) -> &'static str {
    match state {
        State::Default => "in plain text",
        State::Reference => "behind `$`",
        State::RefModifier => "behind a reference's `.`",
        State::RefArguments => "within a call's arguments",
        State::RefIndex => "within an index",
        State::PreDirective => "behind `#`",
        State::Directive => "within a directive",
        State::LineComment | State::FormalComment | State::Comment => "within a comment",
        State::TextBlock => "within `#[[`, before `]]#`",
    }
}

fn fate(kind: Kind) -> Fate {
    match kind {
        Kind::Dollar
        | Kind::DollarBang
        | Kind::TextBlockStart
        | Kind::FormalCommentStart
        | Kind::CommentStart
        | Kind::Hash
        | Kind::TextBlockChar => Fate::More,
        Kind::Skipped => Fate::Skip,
        Kind::ReferenceEnd | Kind::DirectiveEnd => Fate::Mark,
        _ => Fate::Token,
    }
}

/// The `$` and `#` of a piece that began nothing, with backslashes only before `$`. The character
/// behind such a `$` is lost, as it is in Velocity.
fn marks(image: &str) -> String {
    let mut made = String::new();
    let mut slashes = 0;
    let mut chars = image.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            slashes += 1;
            continue;
        }
        if c == '$' && slashes > 0 {
            made.extend(std::iter::repeat_n('\\', slashes));
            chars.next();
        }
        if matches!(c, '$' | '#') {
            made.push(c);
        }
        slashes = 0;
    }
    made
}
