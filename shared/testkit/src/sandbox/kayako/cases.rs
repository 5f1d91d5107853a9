//! Writing cases: create, update, reply, tags, trash. Each save runs the triggers.

use std::collections::BTreeMap;

use super::Tenant;
use super::answer::{Failure, Success};
use super::options::StatusType;
use super::params::{Params, split_tags};
use super::show::{self, Wanted};
use super::state::{CaseRow, State};
use crate::sandbox::http::Request;
use crate::sandbox::{lock, now};

const CHANNELS: [&str; 4] = ["MAIL", "TWITTER", "FACEBOOK", "NOTE"];

pub(super) fn create(tenant: &Tenant, request: &Request, user_id: u64) -> Result<Success, Failure> {
    let params = Params::of(request)?;
    let mut state = lock(&tenant.state);
    let subject = params.required("subject")?;
    let contents = params.required("contents")?;
    let requester_id = params
        .id("requester_id")?
        .ok_or_else(|| Failure::required("requester_id"))?;
    state
        .person(requester_id)
        .ok_or_else(|| Failure::invalid("requester_id"))?;
    let channel = channel(&state, &params)?;
    let mut case = new_case(&state, &subject, requester_id, user_id, &channel);
    change(&state, &mut case, &params)?;
    *state.created.entry(subject).or_default() += 1;
    let id = insert(tenant, &mut state, case, user_id, &contents);
    shown(&mut state, request, 201, id)
}

pub(super) fn update(tenant: &Tenant, request: &Request, id: u64) -> Result<Success, Failure> {
    let params = Params::of(request)?;
    let mut state = lock(&tenant.state);
    let mut case = open_case(&state, id)?;
    change(&state, &mut case, &params)?;
    save(tenant, &mut state, case);
    shown(&mut state, request, 200, id)
}

/// A public reply or an internal note, and whatever else is changed in the same save.
pub(super) fn reply(
    tenant: &Tenant,
    request: &Request,
    id: u64,
    user_id: u64,
) -> Result<Success, Failure> {
    let params = Params::of(request)?;
    let mut state = lock(&tenant.state);
    let mut case = open_case(&state, id)?;
    let contents = params.required("contents")?;
    let channel = channel(&state, &params)?;
    change(&state, &mut case, &params)?;
    replace(&mut state, case);
    state.add_post(id, user_id, &channel, &contents);
    let case = open_or_closed_case(&state, id)?;
    save(tenant, &mut state, case);
    let wanted = Wanted::of(request);
    let case = open_or_closed_case(&state, id)?;
    let posts: Vec<_> = case
        .posts
        .last()
        .map(|post| show::post(&case, post))
        .into_iter()
        .collect();
    let shown = show::case(&mut state, &case, &wanted, &request.base_url());
    let data = serde_json::json!({ "posts": posts, "case": shown });
    Ok(Success::one(201, "case_reply", &data))
}

/// POST adds, PUT replaces, DELETE removes.
pub(super) fn change_tags(tenant: &Tenant, request: &Request, id: u64) -> Result<Success, Failure> {
    let params = Params::of(request)?;
    let mut state = lock(&tenant.state);
    let mut case = open_case(&state, id)?;
    let in_query = || request.argument("tags").map(split_tags);
    let tags = params
        .tags()?
        .or_else(in_query)
        .ok_or_else(|| Failure::required("tags"))?;
    match request.method.as_str() {
        "POST" => tags
            .into_iter()
            .for_each(|tag| push_new(&mut case.tags, tag)),
        "PUT" => case.tags = tags,
        _ => case.tags.retain(|tag| !tags.contains(tag)),
    }
    let tags = case.tags.clone();
    save(tenant, &mut state, case);
    let rows = show::tags(&mut state, &tags);
    Ok(Success::one(200, "tag", &rows))
}

pub(super) fn trash(tenant: &Tenant, id: u64) -> Result<Success, Failure> {
    let mut state = lock(&tenant.state);
    let mut case = open_or_closed_case(&state, id)?;
    case.trashed = true;
    save(tenant, &mut state, case);
    Ok(Success::one(
        200,
        "case",
        &serde_json::json!({ "id": id, "state": "TRASH" }),
    ))
}

pub(super) fn new_case(
    state: &State,
    subject: &str,
    requester_id: u64,
    creator_id: u64,
    channel: &str,
) -> CaseRow {
    let stamp = now();
    CaseRow {
        id: state.next_case_id(),
        subject: subject.to_owned(),
        status_id: state.status_of_type(StatusType::New).unwrap_or_default(),
        priority_id: None,
        type_id: None,
        team_id: state.options.teams.first().map(|team| team.id),
        agent_id: None,
        requester_id,
        creator_id,
        last_replier_id: creator_id,
        tags: Vec::new(),
        trashed: false,
        channel: channel.to_owned(),
        fields: BTreeMap::new(),
        posts: Vec::new(),
        created_at: stamp,
        updated_at: stamp,
        completed_at: None,
        closed_at: None,
    }
}

/// Keeps a new case with its first post and runs the triggers once.
pub(super) fn insert(
    tenant: &Tenant,
    state: &mut State,
    case: CaseRow,
    author_id: u64,
    contents: &str,
) -> u64 {
    let (id, channel) = (case.id, case.channel.clone());
    state.cases.push(case);
    state.add_post(id, author_id, &channel, contents);
    if let Some(case) = state.case(id).cloned() {
        save(tenant, state, case);
    }
    id
}

/// Writes the case back and runs the triggers.
pub(super) fn save(tenant: &Tenant, state: &mut State, mut case: CaseRow) {
    case.updated_at = now();
    match state.status(case.status_id).map(|status| status.kind) {
        Some(StatusType::Completed) => case.completed_at = case.completed_at.or(Some(now())),
        Some(StatusType::Closed) => case.closed_at = case.closed_at.or(Some(now())),
        _ => case.completed_at = None,
    }
    let id = case.id;
    replace(state, case);
    tenant.run_triggers(state, id);
}

fn replace(state: &mut State, case: CaseRow) {
    if let Some(kept) = state.case_mut(case.id) {
        *kept = case;
    }
}

fn open_or_closed_case(state: &State, id: u64) -> Result<CaseRow, Failure> {
    state.case(id).cloned().ok_or_else(Failure::not_found)
}

/// A closed case is final: nothing may be saved on it.
pub(super) fn open_case(state: &State, id: u64) -> Result<CaseRow, Failure> {
    let case = open_or_closed_case(state, id)?;
    let closed = state.status(case.status_id).map(|status| status.kind) == Some(StatusType::Closed);
    if closed {
        Err(Failure::closed())
    } else {
        Ok(case)
    }
}

fn channel(state: &State, params: &Params) -> Result<String, Failure> {
    let channel = params.required("channel")?;
    if !CHANNELS.contains(&channel.as_str()) {
        return Err(Failure::invalid("channel"));
    }
    let id = params.id("channel_id")?;
    match (channel.as_str(), id) {
        ("NOTE", _) => Ok(channel),
        (_, None) => Err(Failure::required("channel_id")),
        ("MAIL", Some(id)) if id == state.options.mailbox_id => Ok(channel),
        _ => Err(Failure::invalid("channel_id")),
    }
}

/// What create, update and reply have in common; ids must exist in this tenant.
fn change(state: &State, case: &mut CaseRow, params: &Params) -> Result<(), Failure> {
    let options = &state.options;
    if let Some(subject) = params.text("subject")? {
        case.subject = subject;
    }
    let one = |name, known: &dyn Fn(u64) -> bool, old| chosen(params, name, known, old);
    case.status_id = one(
        "status_id",
        &|id| state.status(id).is_some(),
        Some(case.status_id),
    )?
    .ok_or_else(|| Failure::invalid("status_id"))?;
    let priority = |id| options.priorities.iter().any(|row| row.id == id);
    case.priority_id = one("priority_id", &priority, case.priority_id)?;
    let case_type = |id| options.types.iter().any(|row| row.0 == id);
    case.type_id = one("type_id", &case_type, case.type_id)?;
    let team = |id| options.teams.iter().any(|row| row.id == id);
    case.team_id = one("assigned_team_id", &team, case.team_id)?;
    let agent = |id| state.person(id).is_some_and(|person| person.agent);
    case.agent_id = one("assigned_agent_id", &agent, case.agent_id)?;
    let person = |id| state.person(id).is_some();
    case.requester_id = one("requester_id", &person, Some(case.requester_id))?
        .ok_or_else(|| Failure::invalid("requester_id"))?;
    if let Some(tags) = params.tags()? {
        case.tags = tags;
    }
    case.fields.extend(params.field_values());
    Ok(())
}

fn chosen(
    params: &Params,
    name: &str,
    known: &dyn Fn(u64) -> bool,
    old: Option<u64>,
) -> Result<Option<u64>, Failure> {
    if !params.has(name) {
        return Ok(old);
    }
    match params.id(name)? {
        Some(id) if !known(id) => Err(Failure::invalid(name)),
        id => Ok(id),
    }
}

fn push_new(tags: &mut Vec<String>, tag: String) {
    if !tags.contains(&tag) {
        tags.push(tag);
    }
}

fn shown(state: &mut State, request: &Request, status: u16, id: u64) -> Result<Success, Failure> {
    let case = open_or_closed_case(state, id)?;
    let shown = show::case(state, &case, &Wanted::of(request), &request.base_url());
    Ok(Success::one(status, "case", &shown))
}
