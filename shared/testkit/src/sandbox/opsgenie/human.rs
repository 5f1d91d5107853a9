//! People at work in Opsgenie's own pages: done at once, with webhooks like everything else.
//!
//! Each takes the alert's id, or the alias of an open alert, and says whether Opsgenie did it.

use std::time::Duration;

use super::Opsgenie;
use super::action::{Act, Actor, Draft, Job};
use super::state::{Alert, Target};
use crate::sandbox::{lock, now};

impl Opsgenie {
    /// Creates an alert by hand; its source is the person.
    pub fn human_create(&self, user: &str, message: &str, tags: &[&str]) -> Option<Alert> {
        self.create_from(user, user, message, tags)
    }

    /// Creates an alert as another monitoring integration would, with that source.
    pub fn create_from(
        &self,
        user: &str,
        source: &str,
        message: &str,
        tags: &[&str],
    ) -> Option<Alert> {
        let draft = Draft {
            message: message.to_owned(),
            tags: owned(tags),
            priority: "P3".to_owned(),
            ..Draft::default()
        };
        let by = Actor {
            source: Some(source.to_owned()),
            ..Actor::person(user)
        };
        let job = Job {
            target: None,
            act: Act::Create(Box::new(draft)),
            by,
        };
        let processed = self.desk.perform(job);
        self.alert(&processed.alert_id)
    }

    pub fn human_acknowledge(&self, alert: &str, user: &str) -> bool {
        self.human(alert, user, Act::Acknowledge)
    }

    pub fn human_unacknowledge(&self, alert: &str, user: &str) -> bool {
        self.human(alert, user, Act::UnAcknowledge)
    }

    pub fn human_add_note(&self, alert: &str, user: &str, note: &str) -> bool {
        self.human(alert, user, Act::AddNote(note.to_owned()))
    }

    pub fn human_close(&self, alert: &str, user: &str) -> bool {
        self.human(alert, user, Act::Close)
    }

    pub fn human_add_tags(&self, alert: &str, user: &str, tags: &[&str]) -> bool {
        self.human(alert, user, Act::AddTags(owned(tags)))
    }

    pub fn human_remove_tags(&self, alert: &str, user: &str, tags: &[&str]) -> bool {
        self.human(alert, user, Act::RemoveTags(owned(tags)))
    }

    /// Presses the button of a custom action.
    pub fn human_custom_action(&self, alert: &str, user: &str, name: &str) -> bool {
        self.human(
            alert,
            user,
            Act::Custom {
                name: name.to_owned(),
                only_listed: false,
            },
        )
    }

    pub fn human_escalate(&self, alert: &str, user: &str, escalation: &str) -> bool {
        self.human(alert, user, Act::Escalate(escalation.to_owned()))
    }

    pub fn human_snooze(&self, alert: &str, user: &str, for_time: Duration) -> bool {
        let until = now()
            .saturating_add(for_time)
            .unwrap_or(jiff::Timestamp::MAX);
        self.human(alert, user, Act::Snooze(until))
    }

    pub fn human_assign(&self, alert: &str, user: &str, owner: &str) -> bool {
        self.human(alert, user, Act::AssignOwnership(owner.to_owned()))
    }

    pub fn human_take_ownership(&self, alert: &str, user: &str) -> bool {
        self.human(alert, user, Act::TakeOwnership)
    }

    pub fn human_add_team(&self, alert: &str, user: &str, team: &str) -> bool {
        self.human(alert, user, Act::AddTeam(team.to_owned()))
    }

    pub fn human_add_recipient(&self, alert: &str, user: &str, recipient: &str) -> bool {
        self.human(alert, user, Act::AddRecipient(recipient.to_owned()))
    }

    pub fn human_update_priority(&self, alert: &str, user: &str, priority: &str) -> bool {
        self.human(alert, user, Act::Priority(priority.to_owned()))
    }

    pub fn human_delete(&self, alert: &str, user: &str) -> bool {
        self.human(alert, user, Act::Delete)
    }

    fn human(&self, alert: &str, user: &str, act: Act) -> bool {
        let by_id = Target::Id(alert.to_owned());
        let known = lock(&self.desk.state).index(&by_id).is_some();
        let target = if known {
            by_id
        } else {
            Target::Alias(alert.to_owned())
        };
        let job = Job {
            target: Some(target),
            act,
            by: Actor::person(user),
        };
        self.desk.perform(job).success
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
