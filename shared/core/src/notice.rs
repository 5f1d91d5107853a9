//! What a person is told without asking: that something waits for them. What is to be told, and when, is
//! decided here; a herald carries it.
//!
//! One line for each kind and thing, with a count: a storm is one message.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{Result, Timestamp};

/// Between two messages: what happens meanwhile is counted.
pub const INTERVAL: Duration = Duration::from_secs(600);
/// How many lines wait at a time; those beyond are counted under the last.
const MAX_LINES: usize = 50;
const MAX_TEXT_CHARS: usize = 300;
const DAY: Duration = Duration::from_secs(86_400);
/// How long before its end a thing is told of, each once: the longest first.
const WARNINGS: [Duration; 3] = [
    Duration::from_secs(14 * 86_400),
    Duration::from_secs(3 * 86_400),
    Duration::ZERO,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Whether the vendor has it cannot be known.
    ActionParked,
    /// An action was given up after its last attempt.
    ActionDead,
    /// Nothing is sent with the credential until a person has looked at it.
    CredentialPaused,
    /// It ends soon, or has ended.
    CredentialExpires,
    TokenExpires,
}

impl Kind {
    pub fn says(self) -> &'static str {
        match self {
            Self::ActionParked => "parked",
            Self::ActionDead => "given up",
            Self::CredentialPaused => "credential paused",
            Self::CredentialExpires => "credential ends",
            Self::TokenExpires => "token ends",
        }
    }
}

/// One line of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub kind: Kind,
    /// The name of the integration, credential or token.
    pub about: String,
    /// How often since `since`.
    pub count: u64,
    pub since: Timestamp,
    /// What was said the last time, in the vendor's words or ours; never a secret.
    pub text: String,
}

/// What waits to be told, and what was told already of things that end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub notices: Vec<Notice>,
    /// Ends that were told of, as `credential/opsgenie/2027-01-31…/14`.
    #[serde(default)]
    told: BTreeSet<String>,
    /// When ends were looked at.
    #[serde(default)]
    pub looked_at: Timestamp,
}

impl Pending {
    /// Adds to the line of the same kind and thing, or makes one.
    pub fn add(&mut self, kind: Kind, about: &str, text: &str, now: Timestamp) {
        let full = self.notices.len() >= MAX_LINES;
        let same = |one: &&mut Notice| one.kind == kind && one.about == about;
        let place = match self.notices.iter_mut().find(same) {
            None if full => self.notices.last_mut(),
            found => found,
        };
        if let Some(line) = place {
            line.count += 1;
            line.text = cut(text);
            return;
        }
        self.notices.push(Notice {
            kind,
            about: about.to_owned(),
            count: 1,
            since: now,
            text: cut(text),
        });
    }

    /// Adds a thing that ends, once for each of the warnings before it does.
    pub fn ends(&mut self, kind: Kind, about: &str, end: Timestamp, now: Timestamp) {
        let passed = WARNINGS.iter().rposition(|before| now + *before >= end);
        let Some(warning) = passed else { return };
        let key = format!("{}/{about}/{end}/{warning}", kind.says());
        if self.told.insert(key) {
            let days = end.since(now).as_secs() / DAY.as_secs();
            let text = match end <= now {
                true => format!("ended on {end}"),
                false => format!("ends on {end}, in {days} days"),
            };
            self.add(kind, about, &text, now);
        }
    }

    /// Takes away what a message has told; what was counted since stays.
    pub fn told(&mut self, message: &[Notice]) {
        for line in &mut self.notices {
            let told = message
                .iter()
                .find(|one| one.kind == line.kind && one.about == line.about);
            line.count -= told.map_or(0, |told| told.count).min(line.count);
        }
        self.notices.retain(|line| line.count > 0);
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT_CHARS).collect()
}

/// Brings a message to where its owner wants it.
#[async_trait]
pub trait Herald: Send + Sync {
    /// Returns whether there is anywhere to bring it. `id` is the same when it is brought again.
    async fn tell(&self, id: &str, message: &[Notice], at: Timestamp) -> Result<bool>;
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    #[test]
    fn a_storm_is_one_line_with_a_count() {
        let mut pending = Pending::default();
        for number in 0..1_000 {
            let text = format!("action {number}");
            pending.add(Kind::ActionDead, "orders", &text, NOW);
        }
        pending.add(Kind::ActionParked, "orders", "one", NOW);
        let counts: Vec<_> = pending.notices.iter().map(|one| one.count).collect();
        assert_eq!(counts, [1_000, 1]);
        assert_eq!(pending.notices[0].text, "action 999");
    }

    #[test]
    fn what_was_counted_while_a_message_was_on_its_way_is_told_next() {
        let mut pending = Pending::default();
        pending.add(Kind::ActionDead, "orders", "1", NOW);
        let message = pending.notices.clone();
        pending.add(Kind::ActionDead, "orders", "2", NOW);
        pending.add(Kind::ActionDead, "alerts", "3", NOW);
        pending.told(&message);
        let left: Vec<_> = pending
            .notices
            .iter()
            .map(|one| (one.about.as_str(), one.count))
            .collect();
        assert_eq!(left, [("orders", 1), ("alerts", 1)]);
    }

    #[test]
    fn an_end_is_told_of_three_times() {
        let (mut pending, mut told) = (Pending::default(), Vec::new());
        let end = NOW + DAY * 20;
        for day in 0..25 {
            pending.ends(Kind::CredentialExpires, "main", end, NOW + DAY * day);
            told.extend(pending.notices.drain(..).map(|one| (day, one.text)));
        }
        let days: Vec<_> = told.iter().map(|(day, _)| *day).collect();
        assert_eq!(days, [6, 17, 20]);
        assert!(told[0].1.ends_with("in 14 days"), "{told:?}");
        assert!(told[2].1.starts_with("ended on"), "{told:?}");
    }

    #[test]
    fn more_lines_than_fit_are_counted_under_the_last() {
        let mut pending = Pending::default();
        for number in 0..80 {
            pending.add(Kind::ActionDead, &format!("integration-{number}"), "x", NOW);
        }
        assert_eq!(pending.notices.len(), MAX_LINES);
        assert_eq!(pending.notices.last().unwrap().count, 31);
    }
}
