//! The demo's account: what was done on one side, and what arrived on the other.

use deskbridge_core::Result;
use deskbridge_core::ports::Store;

use crate::term;

/// Prints as it goes along and remembers whether anything was missing.
#[derive(Default)]
pub struct Account {
    arrived: usize,
    missing: usize,
}

impl Account {
    pub fn heading(&self, text: &str) {
        term::line("");
        term::line(term::bold(text));
    }

    /// One thing done and what came of it; `None` means that it did not arrive.
    pub fn step(&mut self, done: &str, arrived: Option<String>) {
        match arrived {
            Some(what) => {
                self.arrived += 1;
                term::line(format!("  {done:<46} {} {what}", term::good("->")));
            }
            None => {
                self.missing += 1;
                term::line(format!("  {done:<46} {}", term::bad("-> did not arrive")));
            }
        }
    }

    /// What the ledger says of every event.
    pub async fn ledger(&self, store: &dyn Store) -> Result<()> {
        let tally = store.tally().await?;
        let list = |counts: &std::collections::BTreeMap<String, u64>| {
            let words: Vec<_> = counts
                .iter()
                .map(|(word, n)| format!("{n} {word}"))
                .collect();
            words.join(", ")
        };
        self.heading("Ledger: every event has an outcome");
        term::line(format!(
            "  {} events ({}), {} duplicates",
            tally.events,
            list(&tally.decisions),
            tally.duplicates
        ));
        term::line(format!("  actions: {}", list(&tally.actions)));
        Ok(())
    }

    /// Says how it went; `false` if anything is missing.
    pub fn conclude(&self) -> bool {
        term::line("");
        let total = self.arrived + self.missing;
        if self.missing == 0 {
            term::line(format!(
                "{} {total} of {total} arrived.",
                term::good("All well:")
            ));
            term::line(
                "Next: `cargo run -- serve --sandbox` stays up, with a page for each vendor.",
            );
        } else {
            let missing = self.missing;
            term::line(format!(
                "{} {missing} of {total} did not arrive.",
                term::bad("Not well:")
            ));
            term::line("Run again with DESKBRIDGE_LOG=info to see why.");
        }
        self.missing == 0
    }
}
