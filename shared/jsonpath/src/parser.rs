//! The text of a path to its steps.
//!
//! Jayway's own reader has no grammar apart from its code; this one asks the same questions in the
//! same order, so that it takes and refuses the same texts, oddities included. The oddest: when one
//! character is left after a step, the path is done, whatever that character is.

mod arguments;
mod brackets;
mod build;
mod expression;
mod literal;
mod operand;

use crate::ast::{Call, Function, Path, Step};
use crate::cursor::Cursor;
use crate::error::{Error, ErrorKind, Result};
use crate::options::{MAX_NESTING, MAX_PATH_CHARS, MAX_PATTERNS, MAX_TOKENS};

/// What one compile shares over all paths inside each other.
#[derive(Default)]
pub(crate) struct Builder {
    pub(crate) next_id: usize,
    nesting: usize,
    patterns: usize,
}

impl Builder {
    /// One level deeper. A failed compile is over, so only success needs a `leave`.
    fn enter(&mut self, position: usize) -> Result<()> {
        if self.nesting == MAX_NESTING {
            let message = format!(
                "more than {MAX_NESTING} filters, parentheses or arguments inside each other"
            );
            return Err(Error::at(ErrorKind::Limit, position, message));
        }
        self.nesting += 1;
        Ok(())
    }

    fn count_pattern(&mut self, position: usize) -> Result<()> {
        self.patterns += 1;
        if self.patterns > MAX_PATTERNS {
            let message = format!("a path has at most {MAX_PATTERNS} regular expressions");
            return Err(Error::at(ErrorKind::Limit, position, message));
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.nesting -= 1;
    }
}

/// Compiles a whole path. Without `$` or `@` in front, `$.` is put there.
pub(crate) fn compile(text: &str, builder: &mut Builder) -> Result<Path> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > MAX_PATH_CHARS {
        let message = format!("a path has at most {MAX_PATH_CHARS} characters");
        return Err(Error::at(ErrorKind::Limit, MAX_PATH_CHARS, message));
    }
    if chars.is_empty() {
        return Err(Error::syntax(
            0,
            "the path is empty; expected '$', '@' or a name",
        ));
    }
    compile_chars(&chars, 0, builder)
}

fn compile_chars(chars: &[char], base: isize, builder: &mut Builder) -> Result<Path> {
    // A space in front hides the root, and is then refused as the start of a name.
    if chars.first().copied().is_some_and(is_root) {
        return compile_rooted(Cursor::new(chars, base), builder);
    }
    let rooted: Vec<char> = ['$', '.'].iter().chain(chars).copied().collect();
    compile_rooted(Cursor::new(&rooted, base - 2), builder)
}

fn compile_rooted(mut cursor: Cursor<'_>, builder: &mut Builder) -> Result<Path> {
    cursor.trim();
    if cursor.last_is('.') {
        return Err(cursor.error_at(
            cursor.len(),
            "the path ends with a dot; expected a name, '*' or '['",
        ));
    }
    read_path(cursor, builder)
}

/// Reads from a root to the end of the bounds.
fn read_path(mut cursor: Cursor<'_>, builder: &mut Builder) -> Result<Path> {
    while cursor.in_bounds() && matches!(cursor.current()?, ' ' | '\t' | '\r' | '\n') {
        cursor.advance(1);
    }
    let root = cursor.current()?;
    if !is_root(root) {
        return Err(cursor.error("expected '$' or '@'"));
    }
    let mut steps = Vec::new();
    if !cursor.is_tail() {
        cursor.advance(1);
        if !matches!(cursor.current()?, '.' | '[') {
            return Err(cursor.error("expected '.' or '['"));
        }
        let mut reader = Reader {
            cursor,
            steps: &mut steps,
            builder,
        };
        while reader.read_step()? == More::Yes {}
    }
    Ok(build::path(root == '$', steps, builder))
}

fn is_root(c: char) -> bool {
    c == '$' || c == '@'
}

#[derive(PartialEq, Eq)]
enum More {
    Yes,
    No,
}

struct Reader<'r, 't> {
    cursor: Cursor<'t>,
    steps: &'r mut Vec<Step>,
    builder: &'r mut Builder,
}

impl Reader<'_, '_> {
    fn read_step(&mut self) -> Result<More> {
        match self.cursor.current()? {
            '[' => self.read_brackets(),
            '.' => self.read_dots(),
            '*' => {
                self.cursor.advance(1);
                self.push(Step::Wildcard)
            }
            _ => self.read_name(),
        }
    }

    /// Adds a step, and says whether another one follows.
    fn push(&mut self, step: Step) -> Result<More> {
        if self.steps.len() == MAX_TOKENS {
            let message = format!("a path has at most {MAX_TOKENS} steps");
            return Err(Error::at(
                ErrorKind::Limit,
                self.cursor.position_of(self.cursor.pos()),
                message,
            ));
        }
        self.steps.push(step);
        Ok(if self.cursor.is_tail() {
            More::No
        } else {
            More::Yes
        })
    }

    fn read_dots(&mut self) -> Result<More> {
        if self.cursor.next_is('.') {
            self.push(Step::Scan)?;
            self.cursor.advance(2);
        } else if self.cursor.has(self.cursor.pos() + 1) {
            self.cursor.advance(1);
        } else {
            return Err(self
                .cursor
                .error("expected a name, '*' or '[' after the dot"));
        }
        if self.cursor.current()? == '.' {
            return Err(self
                .cursor
                .error("expected a name, '*' or '['; three dots mean nothing"));
        }
        Ok(More::Yes)
    }

    /// `name` or `name(…)`.
    fn read_name(&mut self) -> Result<More> {
        let start = self.cursor.pos();
        if self.cursor.current()? == ' ' {
            return Err(self.cursor.error("expected a name, '*' or '['"));
        }
        let mut end = start;
        while self.cursor.has(end) && !matches!(self.cursor.at(end)?, '.' | '[' | '(') {
            if self.cursor.at(end)? == ' ' {
                return Err(self.cursor.error_at(
                    end,
                    "a name with a space must stand in brackets: ['my name']",
                ));
            }
            end += 1;
        }
        let name = self.cursor.text(start, end);
        if self.cursor.has(end) && self.cursor.at(end)? == '(' {
            return self.read_call(&name, end);
        }
        self.cursor.set_pos(end);
        self.push(Step::Properties(vec![name]))
    }

    fn read_call(&mut self, name: &str, open: usize) -> Result<More> {
        self.check_closed(open)?;
        let mut arguments = Vec::new();
        if self.cursor.at(open + 1)? == ')' {
            // Left standing on the bracket: where it is not the last character, the original reads
            // it as the start of a name, so that nothing can follow a call without arguments.
            self.cursor.set_pos(open + 1);
        } else {
            self.cursor.set_pos(open + 1);
            arguments = arguments::read(&mut self.cursor, self.builder)?;
        }
        self.push(Step::Function(Call {
            function: Function::named(name),
            arguments,
        }))
    }

    fn check_closed(&self, open: usize) -> Result<()> {
        let mut depth = 1_usize;
        for index in open + 1..self.cursor.len() {
            match self.cursor.at(index)? {
                ')' => depth -= 1,
                '(' => depth += 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(());
            }
        }
        Err(self
            .cursor
            .error_at(open, "the arguments are not closed; expected ')'"))
    }
}
