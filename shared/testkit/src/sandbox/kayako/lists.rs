//! Everything that is read: cases, posts, statuses, priorities, types, channels, users, teams.

use serde_json::{Value, json};

use super::answer::{Failure, Paging, Success};
use super::api::number;
use super::options::Person;
use super::params::{Params, split_tags};
use super::show::{self, Wanted};
use super::state::{CaseRow, Post, State};
use crate::sandbox::http::Request;

const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 100;

pub(super) fn read(
    state: &mut State,
    request: &Request,
    path: &[&str],
    user_id: u64,
) -> Result<Success, Failure> {
    match path {
        ["me"] => one("user", show::user(state, user_id)),
        ["cases"] => Ok(cases(state, request)),
        ["cases", "statuses"] => Ok(statuses(state, request)),
        ["cases", "priorities"] => Ok(priorities(state, request)),
        ["cases", "types"] => Ok(types(state, request)),
        ["cases", "channels"] => Ok(page("channel", &channels(state), request)),
        ["cases", id] => {
            let case = case(state, id)?;
            let wanted = Wanted::of(request);
            one(
                "case",
                Some(show::case(state, &case, &wanted, &request.base_url())),
            )
        }
        ["cases", id, "posts"] => posts(state, request, id),
        ["cases", id, "tags"] => {
            let tags = case(state, id)?.tags;
            let rows = show::tags(state, &tags);
            Ok(Success::one(200, "tag", &rows))
        }
        ["cases", id, "reply", "channels"] => {
            case(state, id)?;
            Ok(page("channel", &channels(state), request))
        }
        ["users"] => Ok(users(state, request)),
        ["users", id] => one("user", show::user(state, number(id)?)),
        ["teams"] => Ok(teams(state, request)),
        ["teams", id] => one("team", show::team(state, number(id)?)),
        _ => Err(Failure::not_found()),
    }
}

pub(super) fn create_user(state: &mut State, request: &Request) -> Result<Success, Failure> {
    let params = Params::of(request)?;
    let name = params.required("full_name")?;
    let email = params.required("email")?;
    if state.person_called(&email).is_some() {
        let taken = Failure::new(409, "FIELD_DUPLICATE", "The email is used by another user");
        return Err(taken.about("email"));
    }
    let id = state
        .options
        .people
        .iter()
        .map(|person| person.id)
        .max()
        .unwrap_or(200)
        + 7;
    let person = Person {
        id,
        name,
        email,
        agent: false,
    };
    let shown = show::person(&person);
    state.options.people.push(person);
    Ok(Success::one(201, "user", &shown))
}

fn one(resource: &str, data: Option<Value>) -> Result<Success, Failure> {
    data.map(|data| Success::one(200, resource, &data))
        .ok_or_else(Failure::not_found)
}

fn case(state: &State, id: &str) -> Result<CaseRow, Failure> {
    state
        .case(number(id)?)
        .cloned()
        .ok_or_else(Failure::not_found)
}

/// Newest change first; `tags` lets those through that bear all of them.
fn cases(state: &mut State, request: &Request) -> Success {
    let wanted = Wanted::of(request);
    let base = request.base_url();
    let tags = request.argument("tags").map(split_tags).unwrap_or_default();
    let fits = |case: &&CaseRow| !case.trashed && tags.iter().all(|tag| case.tags.contains(tag));
    let mut rows: Vec<CaseRow> = state.cases.iter().rev().filter(fits).cloned().collect();
    rows.sort_by_key(|case| std::cmp::Reverse(case.updated_at));
    let paging = paging(request);
    let visible = rows.iter().skip(paging.offset).take(paging.limit);
    let data: Vec<Value> = visible
        .map(|case| show::case(state, case, &wanted, &base))
        .collect();
    Success::page("case", &data, &paging, rows.len())
}

/// Newest first; `filters` chooses between what customers see and internal notes.
fn posts(state: &State, request: &Request, id: &str) -> Result<Success, Failure> {
    let case = case(state, id)?;
    let filters = request
        .argument("filters")
        .unwrap_or("MESSAGES,NOTES")
        .to_owned();
    let wanted = |post: &&Post| filters.contains(if post.is_note() { "NOTES" } else { "MESSAGES" });
    let rows: Vec<Value> = case
        .posts
        .iter()
        .rev()
        .filter(wanted)
        .map(|post| show::post(&case, post))
        .collect();
    Ok(page("post", &rows, request))
}

fn statuses(state: &State, request: &Request) -> Success {
    let ids = state.options.statuses.iter().map(|row| row.id);
    page(
        "case_status",
        &ids.filter_map(|id| show::status(state, id))
            .collect::<Vec<_>>(),
        request,
    )
}

fn priorities(state: &State, request: &Request) -> Success {
    let ids = state.options.priorities.iter().map(|row| row.id);
    let rows: Vec<_> = ids.filter_map(|id| show::priority(state, id)).collect();
    page("case_priority", &rows, request)
}

fn types(state: &State, request: &Request) -> Success {
    let ids = state.options.types.iter().map(|row| row.0);
    page(
        "case_type",
        &ids.filter_map(|id| show::case_type(state, id))
            .collect::<Vec<_>>(),
        request,
    )
}

fn teams(state: &State, request: &Request) -> Success {
    let ids = state.options.teams.iter().map(|row| row.id);
    page(
        "team",
        &ids.filter_map(|id| show::team(state, id))
            .collect::<Vec<_>>(),
        request,
    )
}

/// All users, or the one with the address in `email`.
fn users(state: &State, request: &Request) -> Success {
    let email = request.argument("email");
    let wanted = |person: &&Person| email.is_none_or(|email| person.email == email);
    let rows: Vec<_> = state
        .options
        .people
        .iter()
        .filter(wanted)
        .map(show::person)
        .collect();
    page("user", &rows, request)
}

/// The account's id is what a reply calls `channel_id`.
fn channels(state: &State) -> Vec<Value> {
    let mailbox = json!({ "id": state.options.mailbox_id, "resource_type": "mailbox" });
    vec![
        json!({ "type": "MAIL", "account": mailbox, "character_limit": null,
                "resource_type": "channel" }),
        json!({ "type": "NOTE", "account": null, "character_limit": null,
                "resource_type": "channel" }),
    ]
}

fn page(resource: &str, rows: &[Value], request: &Request) -> Success {
    let paging = paging(request);
    let visible: Vec<Value> = rows
        .iter()
        .skip(paging.offset)
        .take(paging.limit)
        .cloned()
        .collect();
    Success::page(resource, &visible, &paging, rows.len())
}

fn paging(request: &Request) -> Paging {
    let is_paging = |name: &str| matches!(name, "offset" | "limit" | "_session_id");
    let filters = request
        .query
        .iter()
        .filter(|(name, _)| !is_paging(name))
        .cloned()
        .collect();
    Paging {
        offset: request.number("offset").unwrap_or(0),
        limit: request
            .number("limit")
            .unwrap_or(DEFAULT_LIMIT)
            .clamp(1, MAX_LIMIT),
        base: format!("{}{}", request.base_url(), request.path),
        filters,
    }
}
