//! Doing it: one action changes the state and yields its outcome and its webhook.

use serde_json::Value;

use super::Options;
use super::action::{Act, Actor, Draft, Job};
use super::state::{Alert, AlertStatus, LogEntry, Note, Processed, State};
use super::webhook;
use crate::sandbox::{now, uuid};

/// The counter and the log stop here; de-duplication does not.
const MAX_COUNT: u32 = 100;

/// Does the job; the webhook body is absent when the vendor would send none.
pub(super) fn apply(state: &mut State, job: Job, options: &Options) -> (Processed, Option<Value>) {
    let name = job.act.name().to_owned();
    if let Some(reason) = state.failing.get(&name) {
        return (failed(&name, reason), None);
    }
    let Some(target) = job.target else {
        return create(state, job, options);
    };
    let Some(at) = state.index(&target) else {
        return (failed(&name, "Alert does not exist"), None);
    };
    let stamp = state.tick();
    let Some(alert) = state.alerts.get_mut(at) else {
        return (failed(&name, "Alert does not exist"), None);
    };
    let before = alert.clone();
    if let Err(reason) = change(alert, &job.act, &job.by) {
        return (
            Processed {
                alert_id: before.id,
                ..failed(&name, reason)
            },
            None,
        );
    }
    if ignored(alert, &job.act) {
        return (succeeded(&name, alert), None);
    }
    alert.updated_at = stamp;
    record(alert, &name, &job.by);
    let alert = alert.clone();
    if matches!(job.act, Act::Delete) {
        state.alerts.remove(at);
    }
    let cause = webhook::Cause {
        act: &job.act,
        by: &job.by,
        before: &before,
    };
    let body = webhook::body(&alert, &cause, &state.echoed_headers, options);
    (succeeded(&name, &alert), Some(body))
}

fn create(state: &mut State, job: Job, options: &Options) -> (Processed, Option<Value>) {
    let Act::Create(draft) = &job.act else {
        return (failed(job.act.name(), "Alert does not exist"), None);
    };
    let stamp = state.tick();
    if let Some(open) = draft
        .alias
        .as_ref()
        .and_then(|alias| open_alias(state, alias))
    {
        open.count = (open.count + 1).min(MAX_COUNT);
        open.last_occurred_at = stamp;
        if open.count < MAX_COUNT {
            record(open, "Alert count incremented", &job.by);
        }
        let status = "Deduplicated alert".to_owned();
        return (
            Processed {
                status,
                ..succeeded("Create", open)
            },
            None,
        );
    }
    let alert = new_alert(state, draft, &job.by);
    *state.created.entry(alert.alias.clone()).or_default() += 1;
    state.alerts.push(alert.clone());
    let cause = webhook::Cause {
        act: &job.act,
        by: &job.by,
        before: &alert,
    };
    let body = webhook::body(&alert, &cause, &state.echoed_headers, options);
    let status = "Created alert".to_owned();
    (
        Processed {
            status,
            ..succeeded("Create", &alert)
        },
        Some(body),
    )
}

fn open_alias<'a>(state: &'a mut State, alias: &str) -> Option<&'a mut Alert> {
    let open = |alert: &&mut Alert| alert.alias == alias && alert.status == AlertStatus::Open;
    state.alerts.iter_mut().find(open)
}

fn new_alert(state: &mut State, draft: &Draft, by: &Actor) -> Alert {
    state.last_tiny_id += 1;
    let stamp = state.last_update;
    let id = format!("{}-{}", uuid(), stamp.as_millisecond());
    let mut alert = Alert {
        tiny_id: state.last_tiny_id,
        alias: draft.alias.clone().unwrap_or_else(|| id.clone()),
        id,
        message: draft.message.clone(),
        description: draft.description.clone(),
        status: AlertStatus::Open,
        acknowledged: false,
        acknowledged_by: None,
        closed_by: None,
        snoozed_until: None,
        owner: String::new(),
        priority: draft.priority.clone(),
        source: by.source.clone().unwrap_or_else(|| default_source(by)),
        entity: draft.entity.clone(),
        user: by.user.clone(),
        tags: draft.tags.clone(),
        details: draft.details.clone(),
        actions: draft.actions.clone(),
        responders: draft.responders.clone(),
        notes: Vec::new(),
        log: Vec::new(),
        count: 1,
        created_at: stamp,
        updated_at: stamp,
        last_occurred_at: stamp,
    };
    record(&mut alert, "Create", by);
    alert
}

/// An API create without a source gets the caller's address; one by hand gets the person.
fn default_source(by: &Actor) -> String {
    if by.channel == "web" {
        by.user.clone()
    } else {
        "127.0.0.1".to_owned()
    }
}

fn change(alert: &mut Alert, act: &Act, by: &Actor) -> Result<(), &'static str> {
    let open = alert.status == AlertStatus::Open;
    match act {
        Act::Create(_) | Act::Delete | Act::Escalate(_) | Act::Custom { .. } => {}
        Act::Close if !open => return Err("Alert is already closed"),
        Act::Close => {
            alert.status = AlertStatus::Closed;
            alert.closed_by = Some(by.user.clone());
        }
        Act::Acknowledge if !open => return Err("Alert is already closed"),
        Act::Acknowledge if alert.acknowledged => return Err("Alert is already acknowledged"),
        Act::Acknowledge => {
            alert.acknowledged = true;
            alert.acknowledged_by = Some(by.user.clone());
        }
        Act::UnAcknowledge if !alert.acknowledged => return Err("Alert is not acknowledged"),
        Act::UnAcknowledge => {
            alert.acknowledged = false;
            alert.acknowledged_by = None;
        }
        Act::Snooze(until) => alert.snoozed_until = (*until > now()).then_some(*until),
        Act::AddNote(note) => add_note(alert, note, by),
        Act::AddTags(tags) => add_new(&mut alert.tags, tags),
        Act::RemoveTags(tags) => alert.tags.retain(|tag| !tags.contains(tag)),
        Act::AddDetails(more) => alert.details.extend(more.clone()),
        Act::RemoveDetails(keys) => alert.details.retain(|key, _| !keys.contains(key)),
        Act::AssignOwnership(owner) => alert.owner.clone_from(owner),
        Act::TakeOwnership => alert.owner.clone_from(&by.user),
        Act::AddResponder(responder) => alert.responders.push(responder.clone()),
        Act::AddRecipient(user) => alert.responders.push(responder("user", user)),
        Act::AddTeam(team) => alert.responders.push(responder("team", team)),
        Act::Priority(priority) => alert.priority.clone_from(priority),
        Act::Message(message) => alert.message.clone_from(message),
        Act::Description(description) => alert.description.clone_from(description),
    }
    if let Some(note) = &by.note {
        add_note(alert, note, by);
    }
    Ok(())
}

fn responder(kind: &str, name: &str) -> Value {
    serde_json::json!({ "type": kind, "name": name })
}

fn ignored(alert: &Alert, act: &Act) -> bool {
    matches!(act, Act::Custom { name, only_listed: true } if !alert.actions.contains(name))
}

fn add_new(tags: &mut Vec<String>, more: &[String]) {
    for tag in more {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
}

fn add_note(alert: &mut Alert, note: &str, by: &Actor) {
    let (note, owner) = (note.to_owned(), by.user.clone());
    alert.notes.push(Note {
        id: uuid(),
        note,
        owner,
        created_at: now(),
    });
}

fn record(alert: &mut Alert, log: &str, by: &Actor) {
    let (log, owner) = (log.to_owned(), by.user.clone());
    alert.log.push(LogEntry {
        log,
        owner,
        created_at: now(),
    });
}

fn succeeded(action: &str, alert: &Alert) -> Processed {
    Processed {
        action: action.to_owned(),
        success: true,
        status: format!("{action} is executed for the alert"),
        alert_id: alert.id.clone(),
        alias: alert.alias.clone(),
        at: now(),
    }
}

fn failed(action: &str, status: &str) -> Processed {
    Processed {
        action: action.to_owned(),
        success: false,
        status: status.to_owned(),
        alert_id: String::new(),
        alias: String::new(),
        at: now(),
    }
}
