//! Channels and people: opened, read back, listed, found.

use serde_json::{Value, json};

use super::api::{Answer, Asked, Refusal};
use super::messages::shown;
use super::state::{Message, State};

const USUAL_PAGE: usize = 100;
const MAX_PAGE: usize = 999;

pub(super) fn open(state: &mut State, asked: &Asked) -> Answer {
    asked.may("im:write")?;
    let users = asked.needed("users", "users_not_found")?;
    let people = state
        .workspace(&asked.team)
        .map(|workspace| workspace.people.clone());
    let known = |id: &str| people.iter().flatten().any(|person| person.id == id);
    if users.contains(',') || !known(&users) {
        return Err("user_not_found".into());
    }
    let key = (asked.team.clone(), users.clone());
    let before = state.direct.contains_key(&key);
    let id = state.direct(&asked.team, &users);
    Ok(json!({"no_op": before, "already_open": before, "channel": {"id": id}}))
}

pub(super) fn history(state: &State, asked: &Asked) -> Answer {
    let channel = readable(state, asked)?;
    let mut found: Vec<_> = in_channel(state, asked, &channel)
        .filter(|message| message.thread_ts.is_none())
        .collect();
    found.reverse();
    Ok(paged(&found, asked))
}

/// The thread's first message, then its answers, the oldest first.
pub(super) fn replies(state: &State, asked: &Asked) -> Answer {
    let channel = readable(state, asked)?;
    let thread = asked.needed("ts", "thread_not_found")?;
    let all = state.messages.iter().filter(|message| {
        message.team == asked.team && message.channel == channel && message.ts == thread
    });
    if all.count() == 0 {
        return Err("thread_not_found".into());
    }
    let found = in_channel(state, asked, &channel);
    let of_thread =
        |message: &&Message| message.ts == thread || message.thread_ts.as_deref() == Some(&thread);
    Ok(paged(&found.filter(of_thread).collect::<Vec<_>>(), asked))
}

pub(super) fn list(state: &State, asked: &Asked) -> Answer {
    asked.may("channels:read")?;
    let channels = state
        .workspace(&asked.team)
        .map(|workspace| &workspace.channels);
    let channels = channels.into_iter().flatten().map(|channel| {
        json!({"id": channel.id, "name": channel.name, "is_private": channel.private,
            "is_archived": channel.archived, "is_member": channel.member})
    });
    Ok(json!({"channels": channels.collect::<Vec<_>>(), "response_metadata": {"next_cursor": ""}}))
}

pub(super) fn person(state: &State, asked: &Asked, by: &str) -> Answer {
    asked.may("users:read")?;
    if by == "email" {
        asked.may("users:read.email")?;
    }
    let (missing, wanted) = match by {
        "email" => ("users_not_found", asked.text("email")),
        _ => ("user_not_found", asked.text("user")),
    };
    let workspace = state.workspace(&asked.team);
    let mut people = workspace
        .into_iter()
        .flat_map(|workspace| &workspace.people);
    let person = people.find(|person| {
        let own = if by == "email" {
            &person.email
        } else {
            &person.id
        };
        Some(own) == wanted.as_ref()
    });
    let person = person.ok_or(missing)?;
    let profile = json!({"real_name": person.name, "email": person.email});
    Ok(json!({"user": {"id": person.id, "name": person.name, "profile": profile}}))
}

/// The app must be in it, and may read that kind of channel.
fn readable(state: &State, asked: &Asked) -> Result<String, Refusal> {
    let id = asked.needed("channel", "channel_not_found")?;
    let channel = state.channel(&asked.team, &id).ok_or("channel_not_found")?;
    asked.may(match (id.starts_with('D'), channel.private) {
        (true, _) => "im:history",
        (false, true) => "groups:history",
        (false, false) => "channels:history",
    })?;
    match (channel.member, channel.private) {
        (true, _) => Ok(id),
        (false, true) => Err("channel_not_found".into()),
        (false, false) => Err("not_in_channel".into()),
    }
}

fn in_channel<'a>(
    state: &'a State,
    asked: &'a Asked,
    channel: &'a str,
) -> impl Iterator<Item = &'a Message> {
    let oldest = asked.text("oldest");
    state.messages.iter().filter(move |message| {
        message.team == asked.team
            && message.channel == channel
            && message.only_for.is_none()
            && oldest.as_ref().is_none_or(|oldest| message.ts > *oldest)
    })
}

fn paged(found: &[&Message], asked: &Asked) -> Value {
    let limit = asked.text("limit").and_then(|text| text.parse().ok());
    let limit = limit.unwrap_or(USUAL_PAGE).clamp(1, MAX_PAGE);
    let start = asked.text("cursor").and_then(|text| text.parse().ok());
    let start: usize = start.unwrap_or(0);
    let metadata = asked
        .text("include_all_metadata")
        .is_some_and(|flag| flag == "true" || flag == "1");
    let page: Vec<_> = found
        .iter()
        .skip(start)
        .take(limit)
        .map(|message| shown(message, metadata))
        .collect();
    let more = found.len() > start + limit;
    let next = match more {
        true => (start + limit).to_string(),
        false => String::new(),
    };
    json!({"messages": page, "has_more": more, "response_metadata": {"next_cursor": next}})
}
