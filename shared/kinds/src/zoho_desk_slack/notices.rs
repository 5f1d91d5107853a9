//! What channels and assigned agents are told of. A webhook's body is a hint: the ticket is read again
//! first, and the report of that makes the messages.

use std::collections::BTreeSet;

use deskbridge_core::mapping::{Condition, Guard, Rule};
use serde_json::{Value, json};

use super::workspace::Workspace;
use super::{DESK, Kind, Literal, SLACK, rule, when};

/// One kind of news, with a switch of its own.
pub(super) struct Notice {
    pub(super) name: &'static str,
    /// The event that may bring it.
    on: &'static str,
    /// Over what the event said, carried as `carried`; empty: always.
    condition: &'static str,
    says: &'static str,
    headline: &'static str,
    /// Words to quote.
    note: &'static str,
}

const fn notice(
    name: &'static str,
    on: &'static str,
    (condition, says): (&'static str, &'static str),
    headline: &'static str,
) -> Notice {
    Notice {
        name,
        on,
        condition,
        says,
        headline,
        note: "",
    }
}

const ALWAYS: (&str, &str) = ("", "");
const UPDATED: &str = "ticket_updated";
const THREAD: &str = "thread_added";
/// Told of only where `transitions` says what may follow.
const TRANSITION: &str = "transition";

pub(super) static NOTICES: &[Notice] = &[
    notice("ticket_added", "ticket_added", ALWAYS, "New ticket"),
    notice(
        "assigned",
        UPDATED,
        ("carried.changes.assigned", "the ticket was assigned"),
        "Assigned to {{ result.ticket.assignee }}",
    ),
    notice(
        "status_changed",
        UPDATED,
        (
            "carried.changes.status.changed and not carried.changes.closed and not carried.changes.reopened",
            "the status changed, and the ticket was neither closed nor reopened",
        ),
        "Status is now {{ result.ticket.status }}",
    ),
    notice(
        "closed",
        UPDATED,
        ("carried.changes.closed", "the ticket was closed"),
        "Ticket closed",
    ),
    notice(
        "reopened",
        UPDATED,
        ("carried.changes.reopened", "the ticket was reopened"),
        "Ticket reopened",
    ),
    notice(
        "priority_changed",
        UPDATED,
        ("carried.changes.priority.changed", "the priority changed"),
        "Priority is now {{ result.ticket.priority or 'none' }}",
    ),
    notice(
        "escalated",
        UPDATED,
        ("carried.changes.escalated", "the ticket was escalated"),
        "Ticket escalated",
    ),
    notice(
        "overdue",
        UPDATED,
        ("carried.changes.overdue", "the ticket became overdue"),
        "Ticket overdue",
    ),
    notice(
        TRANSITION,
        UPDATED,
        ("carried.changes.status.changed", "the status changed"),
        "Next steps from {{ result.ticket.status }}",
    ),
    Notice {
        note: "{{ result.thread.text }}",
        ..notice(
            "customer_replied",
            THREAD,
            ("carried.direction == 'in'", "the customer wrote"),
            "Reply from {{ result.thread.author or 'the customer' }}",
        )
    },
    Notice {
        note: "{{ result.thread.text }}",
        ..notice(
            "agent_replied",
            THREAD,
            ("carried.direction == 'out'", "an agent wrote"),
            "Reply by {{ result.thread.author or 'an agent' }}",
        )
    },
    Notice {
        note: "{{ result.comment.text }}",
        ..notice(
            "comment_added",
            "comment_added",
            ALWAYS,
            "Comment by {{ result.comment.author or 'somebody' }}",
        )
    },
    notice(
        "approval_requested",
        "approval_added",
        ALWAYS,
        "Approval requested",
    ),
    notice(
        "approval_decided",
        "approval_updated",
        ALWAYS,
        "Approval {{ carried.status or 'decided' }}",
    ),
    notice(
        "rating_received",
        "rating_received",
        ALWAYS,
        "Customer rating: {{ carried.rating or 'received' }}",
    ),
];

/// What is carried from the event to the report of the ticket's reading, by event.
fn carried(on: &str) -> Value {
    let mut carried = match on {
        UPDATED => json!({"changes": "{{ changes }}"}),
        THREAD => json!({"direction": "{{ thread.direction }}"}),
        "approval_updated" => json!({"status": "{{ approval.status }}"}),
        "rating_received" => json!({"rating": "{{ rating.rating }}"}),
        _ => json!({}),
    };
    carried["for"] = json!("notice");
    carried["on"] = json!(on);
    carried
}

/// Of departments that the connection leaves out nobody is told.
pub(super) fn other_departments() -> Vec<Guard> {
    let events: BTreeSet<_> = NOTICES.iter().map(|notice| notice.on).collect();
    let guards = events.into_iter().map(|event| Guard {
        on: format!("{DESK}.{event}"),
        condition: Condition::new(
            "not portal.watched",
            "the ticket's department is not one of those in the settings",
        ),
    });
    guards.collect()
}

impl Kind<'_> {
    pub(super) fn notices(&self) -> Vec<Rule> {
        let mut events: Vec<_> = NOTICES.iter().map(|notice| notice.on).collect();
        events.dedup();
        let reads = events.into_iter().filter_map(|on| self.read(on));
        let mut rules: Vec<_> = reads.collect();
        for workspace in &self.settings.workspaces {
            let wanted = NOTICES
                .iter()
                .filter(|notice| self.wanted(workspace, notice));
            for notice in wanted {
                rules.extend(self.posts(workspace, notice));
            }
        }
        rules
    }

    fn wanted(&self, workspace: &Workspace, notice: &Notice) -> bool {
        let told = notice.name != TRANSITION || !self.settings.transitions.is_empty();
        told && workspace.wants(notice.name)
    }

    /// Reads the ticket again, once for all workspaces, where any of them wants to hear of it.
    fn read(&self, on: &str) -> Option<Rule> {
        let workspaces = &self.settings.workspaces;
        let wanted = |notice: &&Notice| workspaces.iter().any(|w| self.wanted(w, notice));
        let notices = NOTICES.iter().filter(|notice| notice.on == on);
        let wanted: Vec<_> = notices.filter(wanted).collect();
        if wanted.is_empty() {
            return None;
        }
        let mut with = json!({"ticket_id": "{{ ticket.id }}"});
        match on {
            THREAD => with["thread_id"] = json!("{{ thread.id }}"),
            "comment_added" => with["comment_id"] = json!("{{ comment.id }}"),
            _ => {}
        }
        let conditions = wanted.iter().map(|notice| notice.condition);
        let any = conditions.map(|c| c.replace("carried.direction", "thread.direction"));
        let any: Vec<_> = any.map(|c| c.replace("carried.", "")).collect();
        let mut read = rule(
            format!("notify.{on}"),
            &format!("{DESK}.{on}"),
            &format!("{DESK}.read_ticket"),
            with,
        );
        if any.iter().all(|condition| !condition.is_empty()) {
            let any = any.iter().map(|condition| format!("({condition})"));
            let any = any.collect::<Vec<_>>().join(" or ");
            read.conditions = vec![when(any, "somebody wants to hear of what happened")];
        }
        read.report = Some(carried(on));
        Some(read)
    }

    /// A message for each channel, and one for the assigned agent.
    fn posts(&self, workspace: &Workspace, notice: &Notice) -> Vec<Rule> {
        let team = &workspace.team;
        let channels = workspace.channels().into_iter();
        let posts = channels.map(|(channel, of_department)| {
            let id = format!("{team}.{}.{channel}", notice.name);
            let mut post = self.message(id, notice, "post_message");
            post.with.insert("channel".to_owned(), json!(channel));
            let of_department =
                of_department.map(|c| when(c, "the ticket's department has this channel"));
            post.conditions.extend(of_department);
            post.credential = Some(self.bot(team));
            post
        });
        let mut posts: Vec<_> = posts.collect();
        if workspace.direct_messages {
            let id = format!("{team}.{}.direct", notice.name);
            let mut direct = self.message(id, notice, "direct_message");
            let assigned = when("result.ticket.assignee_id", "somebody is assigned");
            direct.conditions.push(assigned);
            direct.about = Some(format!(
                "{DESK}:agent:{team}/{{{{ result.ticket.assignee_id }}}}"
            ));
            direct.if_linked = true;
            direct.credential = Some(self.bot(team));
            posts.push(direct);
        }
        posts
    }

    fn message(&self, id: String, notice: &Notice, operation: &str) -> Rule {
        let mut with = json!({
            "headline": notice.headline,
            "ticket": "{{ result.ticket }}",
            "buttons": ["comment", "reply", "close"],
        });
        if !notice.note.is_empty() {
            with["note"] = json!(notice.note);
        }
        let mut conditions: Vec<Condition> = vec![
            when("carried.for == 'notice'", "it was read to be told of"),
            when(
                format!("carried.on == {}", Literal(notice.on)),
                "it is about this event",
            ),
        ];
        if !notice.condition.is_empty() {
            conditions.push(when(notice.condition, notice.says));
        }
        if notice.name == TRANSITION {
            let steps = Literal(&self.settings.transitions).to_string();
            conditions.push(when(
                format!("result.ticket.status in {steps}"),
                "the settings say what may follow on this status",
            ));
            with["text"] = json!(format!(
                "{{{{ {steps}[result.ticket.status] | join(' · ') }}}}"
            ));
        }
        Rule {
            conditions,
            ..rule(
                id,
                &format!("{DESK}.read_ticket_done"),
                &format!("{SLACK}.{operation}"),
                with,
            )
        }
    }
}
