//! Cases, posts and the lists as Kayako prints them: references, unless more is asked for.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::options::Person;
use super::state::{CaseRow, Post, State};
use crate::sandbox::http::Request;

/// What a caller wants beyond the plain object: `include=…` and `fields=+…`.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    include: Vec<String>,
    fields: Vec<String>,
}

impl Wanted {
    pub(super) fn of(request: &Request) -> Self {
        let list = |name| {
            let joined = request.argument(name).unwrap_or_default();
            // An unescaped plus arrives as a blank.
            joined
                .split(',')
                .map(|part| part.trim().trim_start_matches('+').to_owned())
                .collect()
        };
        Self {
            include: list("include"),
            fields: list("fields"),
        }
    }

    fn includes(&self, resource: &str) -> bool {
        self.include
            .iter()
            .any(|wanted| wanted == "*" || wanted == resource)
    }

    fn field(&self, name: &str) -> bool {
        self.fields.iter().any(|wanted| wanted == name)
    }
}

pub(super) fn case(state: &mut State, case: &CaseRow, wanted: &Wanted, base: &str) -> Value {
    let one = |resource, id, whole| nested(wanted, resource, id, whole);
    let status = one(
        "case_status",
        Some(case.status_id),
        status(state, case.status_id),
    );
    let agent = case.agent_id.and_then(|id| user(state, id));
    let last_post = case.posts.last();
    let mut shown = json!({
        "id": case.id,
        "subject": case.subject,
        "source_channel": case.channel,
        "requester": one("user", Some(case.requester_id), user(state, case.requester_id)),
        "creator": one("user", Some(case.creator_id), user(state, case.creator_id)),
        "assigned_agent": one("user", case.agent_id, agent),
        "assigned_team": one("team", case.team_id, case.team_id.and_then(|id| team(state, id))),
        "status": status,
        "priority":
            one("case_priority", case.priority_id, case.priority_id.and_then(|id| priority(state, id))),
        "type": one("case_type", case.type_id, case.type_id.and_then(|id| case_type(state, id))),
        "custom_fields": fields(case),
        "last_replier": one("user", Some(case.last_replier_id), user(state, case.last_replier_id)),
        "state": if case.trashed { "TRASH" } else { "ACTIVE" },
        "post_count": case.posts.len(),
        "has_notes": case.posts.iter().any(Post::is_note),
        "rating": null,
        "rating_status": "UNOFFERED",
        "last_post_preview": last_post.map(|post| post.contents.chars().take(100).collect::<String>()),
        "last_completed_at": case.completed_at.map(iso),
        "last_closed_at": case.closed_at.map(iso),
        "created_at": iso(case.created_at),
        "updated_at": iso(case.updated_at),
        "resource_type": "case",
        "resource_url": format!("{base}/api/v1/cases/{}", case.id),
    });
    if wanted.field("tags") {
        shown["tags"] = tags(state, &case.tags);
    }
    shown
}

pub(super) fn tags(state: &mut State, names: &[String]) -> Value {
    let row = |name: &String| {
        let id = state.tag_id(name);
        json!({ "id": id, "name": name, "resource_type": "tag" })
    };
    names.iter().map(row).collect()
}

pub(super) fn post(case: &CaseRow, post: &Post) -> Value {
    let kind = if post.is_note() {
        "note"
    } else {
        "case_message"
    };
    json!({
        "id": post.id,
        "subject": case.subject,
        "contents": post.contents,
        "creator": { "id": post.creator_id, "resource_type": "user" },
        "source_channel": { "type": post.channel, "resource_type": "channel" },
        "original": { "id": post.id, "resource_type": kind },
        "is_requester": post.is_requester,
        "post_status": "SENT",
        "created_at": iso(post.created_at),
        "resource_type": "post",
    })
}

pub(super) fn status(state: &State, id: u64) -> Option<Value> {
    let status = state.status(id)?;
    Some(json!({
        "id": status.id,
        "label": status.label,
        "type": status.kind.as_str(),
        "visibility": "PUBLIC",
        "resource_type": "case_status",
    }))
}

pub(super) fn priority(state: &State, id: u64) -> Option<Value> {
    let row = state.options.priorities.iter().find(|row| row.id == id)?;
    Some(json!({
        "id": row.id,
        "label": row.label,
        "level": row.level,
        "resource_type": "case_priority",
    }))
}

pub(super) fn case_type(state: &State, id: u64) -> Option<Value> {
    let (id, label) = state.options.types.iter().find(|row| row.0 == id)?;
    Some(json!({ "id": id, "label": label, "type": "CUSTOM", "resource_type": "case_type" }))
}

pub(super) fn team(state: &State, id: u64) -> Option<Value> {
    let row = state.options.teams.iter().find(|row| row.id == id)?;
    Some(json!({ "id": row.id, "title": row.title, "resource_type": "team" }))
}

pub(super) fn user(state: &State, id: u64) -> Option<Value> {
    state.person(id).map(person)
}

pub(super) fn person(person: &Person) -> Value {
    json!({
        "id": person.id,
        "full_name": person.name,
        "emails": [{ "id": person.id + 4_000, "email": person.email,
                     "is_primary": true, "resource_type": "identity_email" }],
        "role": { "id": if person.agent { 3 } else { 4 }, "resource_type": "role" },
        "is_enabled": true,
        "resource_type": "user",
    })
}

/// A whole object if it was asked for, else `{id, resource_type}`, else null.
fn nested(wanted: &Wanted, resource: &str, id: Option<u64>, whole: Option<Value>) -> Value {
    match id {
        None => Value::Null,
        Some(_) if wanted.includes(resource) => whole.unwrap_or_default(),
        Some(id) => json!({ "id": id, "resource_type": resource }),
    }
}

fn fields(case: &CaseRow) -> Value {
    let row = |(key, value): (&String, &String)| json!({ "field": { "key": key }, "value": value, "resource_type": "case_field_value" });
    case.fields.iter().map(row).collect()
}

fn iso(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%dT%H:%M:%S+00:00")
        .to_string()
}
