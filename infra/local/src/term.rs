//! What the commands say to the person at the terminal; logs go elsewhere, through `tracing`.

use std::fmt::Display;
use std::io::{IsTerminal, Write, stderr, stdout};

/// Prints a line. A reader who went away (`| head`) is no error.
pub fn line(text: impl Display) {
    writeln!(stdout().lock(), "{text}").unwrap_or_default();
}

/// Prints a line about a failure.
pub fn error(text: impl Display) {
    writeln!(
        stderr().lock(),
        "{} {text}",
        paint("31;1", "error:", stderr().is_terminal())
    )
    .unwrap_or_default();
}

pub fn bold(text: &str) -> String {
    paint("1", text, stdout().is_terminal())
}

pub fn faint(text: &str) -> String {
    paint("2", text, stdout().is_terminal())
}

pub fn good(text: &str) -> String {
    paint("32;1", text, stdout().is_terminal())
}

pub fn bad(text: &str) -> String {
    paint("31;1", text, stdout().is_terminal())
}

fn paint(code: &str, text: &str, terminal: bool) -> String {
    if terminal && !crate::settings::no_color() {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}
