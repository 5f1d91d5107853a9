//! What one process remembers of its workspaces: whose turn it is in each channel, and which channel
//! leads to whom.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use deskbridge_core::Timestamp;

/// Messages to one channel: one a second, <https://docs.slack.dev/apis/web-api/rate-limits/>.
const APART: Duration = Duration::from_secs(1);
/// Short bursts are let through, says the page, without a figure: two more at once after a pause.
const SAVED_UP: Duration = Duration::from_secs(2);
/// How long a turn that nobody came for is kept.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(120);

#[derive(Default)]
pub(in crate::slack) struct Memory(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// By credential and place.
    lines: BTreeMap<(String, String), Line>,
    /// The channel of each person, by credential, its version, and the person's id.
    direct: BTreeMap<(String, String, String), String>,
}

/// Those who wait for one place, each with a time of its own, so that they do not all come at once.
#[derive(Default)]
struct Line {
    /// The first time that is nobody's yet.
    free_at: Timestamp,
    /// Slack asked for no calls until then.
    held_until: Timestamp,
    turns: BTreeMap<String, Timestamp>,
}

impl Memory {
    /// Returns how long this action has to wait for its turn; nothing if it may go now.
    pub(super) fn pace(
        &self,
        credential: &str,
        place: &str,
        action: &str,
        now: Timestamp,
    ) -> Option<Duration> {
        self.with(|known| {
            known.forget(now);
            let place = (credential.to_owned(), place.to_owned());
            known.lines.entry(place).or_default().turn(action, now)
        })
    }

    /// Slack asked this action to wait: it comes first afterwards, and nobody goes before.
    pub(super) fn hold(&self, credential: &str, place: &str, action: &str, until: Timestamp) {
        self.with(|known| {
            let place = (credential.to_owned(), place.to_owned());
            let line = known.lines.entry(place).or_default();
            line.held_until = line.held_until.max(until);
            line.free_at = line.free_at.max(until + APART);
            line.turns.insert(action.to_owned(), until);
        });
    }

    pub(in crate::slack) fn direct(&self, person: &(String, String, String)) -> Option<String> {
        self.with(|known| known.direct.get(person).cloned())
    }

    pub(in crate::slack) fn keep_direct(&self, person: (String, String, String), channel: &str) {
        self.with(|known| known.direct.insert(person, channel.to_owned()));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        // What a panicking holder left behind costs at worst a second.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut known)
    }
}

impl Known {
    fn forget(&mut self, now: Timestamp) {
        self.lines.retain(|_, line| {
            line.turns
                .retain(|_, turn| now.since(*turn) < FORGOTTEN_AFTER);
            !line.turns.is_empty() || line.free_at > now - SAVED_UP
        });
    }
}

impl Line {
    /// One that comes later than its turn goes at once: turns are apart, so that the rate is kept.
    fn turn(&mut self, action: &str, now: Timestamp) -> Option<Duration> {
        let turn = match self.turns.remove(action) {
            Some(turn) if now < self.held_until && turn < self.held_until => self.next(now),
            Some(turn) => turn,
            None => self.next(now),
        };
        if turn <= now {
            return None;
        }
        self.turns.insert(action.to_owned(), turn);
        Some(turn.since(now))
    }

    fn next(&mut self, now: Timestamp) -> Timestamp {
        let turn = self.free_at.max(self.held_until).max(now - SAVED_UP);
        self.free_at = turn + APART;
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn waits(memory: &Memory, action: &str, now: i64) -> Option<u64> {
        let wait = memory.pace("acme", "C1", action, at(now));
        wait.map(|wait| u64::try_from(wait.as_millis()).unwrap())
    }

    /// A channel that took three already.
    fn busy() -> Memory {
        let memory = Memory::default();
        for action in ["x", "y", "z"] {
            assert_eq!(waits(&memory, action, 1_000_000), None);
        }
        memory
    }

    #[test]
    fn a_burst_goes_one_by_one_a_second_apart() {
        let memory = busy();
        assert_eq!(waits(&memory, "b", 1_000_010), Some(990));
        assert_eq!(waits(&memory, "c", 1_000_020), Some(1_980));
        assert_eq!(
            waits(&memory, "b", 1_000_500),
            Some(500),
            "it keeps its turn"
        );
        assert_eq!(waits(&memory, "b", 1_001_000), None);
        let late = waits(&memory, "c", 1_002_250);
        assert_eq!(late, None, "and nobody pays for it");
        assert_eq!(waits(&memory, "d", 1_002_300), Some(700));
    }

    #[test]
    fn another_channel_and_another_workspace_do_not_wait() {
        let memory = busy();
        assert_eq!(memory.pace("acme", "C2", "b", at(1_000_000)), None);
        assert_eq!(memory.pace("other", "C1", "c", at(1_000_000)), None);
    }

    #[test]
    fn who_was_sent_away_by_slack_comes_first_afterwards() {
        let memory = busy();
        assert_eq!(waits(&memory, "b", 1_000_000), Some(1_000));
        memory.hold("acme", "C1", "z", at(1_005_000));
        assert_eq!(waits(&memory, "b", 1_001_000), Some(5_000));
        assert_eq!(waits(&memory, "z", 1_005_000), None);
        assert_eq!(waits(&memory, "b", 1_006_000), None);
    }

    #[test]
    fn what_nobody_came_for_is_forgotten() {
        let memory = busy();
        assert_eq!(waits(&memory, "b", 1_000_000), Some(1_000));
        assert_eq!(waits(&memory, "c", 9_000_000), None);
        let turns = memory.with(|known| {
            known
                .lines
                .values()
                .map(|line| line.turns.len())
                .sum::<usize>()
        });
        assert_eq!(turns, 0);
    }
}
