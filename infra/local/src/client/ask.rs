//! Questions to the person at the terminal.

use std::io::{IsTerminal as _, Write as _};

use deskbridge_core::{Error, ErrorKind, Result};

/// Asks, and takes nothing but a yes for one. Without a person to ask it says which flag answers.
pub(super) fn agreed(question: &str, flag: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        let why = format!("say {flag}: there is nobody to ask");
        return Err(Error::new(ErrorKind::Misconfigured, why));
    }
    let mut out = std::io::stdout();
    write!(out, "{question} [y/N] ").unwrap_or_default();
    out.flush().unwrap_or_default();
    let mut answer = String::new();
    // No answer is no agreement.
    std::io::stdin().read_line(&mut answer).unwrap_or_default();
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}
