//! Turns what people call statuses, priorities, teams, agents and mailboxes into Kayako's ids.
//!
//! Ids differ from one Kayako to the next, and administrators add labels of their own, so nothing
//! is taken for granted. A name that does not exist is a mistake in a rule: never tried again.

use std::collections::BTreeSet;

use deskbridge_core::{Error, ErrorKind, Result};

use crate::kayako::client::{Job, List};
use crate::kayako::settings::{Channel, folded};
use crate::kayako::types::{Choice, EmailMatch, Outlet, User};
use crate::text::{encode, truncate};

const MAX_MESSAGE_CHARS: usize = 300;

/// The types that every Kayako has one status of; a status of any other type is CUSTOM.
const STATUS_TYPES: [&str; 5] = ["new", "open", "pending", "completed", "closed"];

pub(in crate::kayako) const STATUSES: List = List {
    noun: "status",
    path: "/cases/statuses.json",
    route: "GET /cases/statuses.json",
};
const PRIORITIES: List = List {
    noun: "priority",
    path: "/cases/priorities.json",
    route: "GET /cases/priorities.json",
};
const TEAMS: List = List {
    noun: "team",
    path: "/teams.json",
    route: "GET /teams.json",
};

/// Finds a status by its type, whatever it is called here, or by its label.
pub(super) async fn status(job: &Job<'_>, wanted: &str) -> Result<Choice> {
    let name = folded(wanted);
    let by_type = STATUS_TYPES.contains(&name.as_str());
    let of_type =
        |choice: &Choice| by_type && choice.kind.as_deref().map(folded) == Some(name.clone());
    choose(job, &STATUSES, wanted, of_type).await
}

/// Finds a priority by its label or by its level, 1 to 4.
pub(super) async fn priority(job: &Job<'_>, wanted: &str) -> Result<u64> {
    let level = wanted.trim().parse().ok();
    let of_level = |choice: &Choice| level.is_some() && choice.level == level;
    Ok(choose(job, &PRIORITIES, wanted, of_level).await?.id)
}

pub(super) async fn team(job: &Job<'_>, wanted: &str) -> Result<u64> {
    Ok(choose(job, &TEAMS, wanted, |_| false).await?.id)
}

/// Finds an agent by e-mail address or full name.
/// <https://developer.kayako.com/api/v1/general/autocomplete>
pub(super) async fn agent(job: &Job<'_>, wanted: &str) -> Result<u64> {
    let found = if wanted.contains('@') {
        agents_by_address(job, wanted).await?
    } else {
        agents_by_name(job, wanted).await?
    };
    let mut ids = found.into_iter();
    let why = match (ids.next(), ids.next()) {
        (Some(id), None) => return Ok(id),
        (None, _) => "is the name or e-mail address of no agent at this Kayako",
        (Some(_), Some(_)) => "fits more than one agent: give an e-mail address",
    };
    // The agent's address is left out of the message; the rule says it.
    let rule = &job.call.action.rule;
    Err(Error::new(
        ErrorKind::Misconfigured,
        format!("{rule}.agent {why}"),
    ))
}

/// Returns the mailbox that new conversations leave through.
pub(super) async fn mailbox(job: &Job<'_>) -> Result<u64> {
    let route = "GET /cases/channels.json";
    let outlets = job.client.read("/cases/channels.json", route).await?;
    mail_account(outlets, route)
}

/// Returns the mailbox that a reply to this conversation leaves through.
pub(super) async fn reply_mailbox(job: &Job<'_>, id: u64) -> Result<u64> {
    let route = "GET /cases/{id}/reply/channels.json";
    let path = format!("/cases/{id}/reply/channels.json");
    mail_account(job.client.read(&path, route).await?, route)
}

fn mail_account(outlets: Vec<Outlet>, route: &'static str) -> Result<u64> {
    let mut outlets = outlets.into_iter();
    let mail =
        outlets.find(|outlet| outlet.kind == Channel::Mail.word() && outlet.account.is_some());
    let account = mail.and_then(|outlet| outlet.account);
    account.map(|account| account.id).ok_or_else(|| {
        let why = "Kayako offers no mailbox to send this from";
        Error::new(ErrorKind::Rejected, why).with_call(route)
    })
}

/// Prefers an entry that `fits` over one whose label is `wanted`. A list that was remembered and
/// has neither is read again: somebody may have added to it.
async fn choose(
    job: &Job<'_>,
    list: &List,
    wanted: &str,
    fits: impl Fn(&Choice) -> bool,
) -> Result<Choice> {
    let pick = |choices: &[Choice]| {
        let live = || {
            choices
                .iter()
                .filter(|choice| choice.is_deleted != Some(true))
        };
        let labelled = || live().find(|choice| folded(&choice.label) == folded(wanted));
        live()
            .find(|choice| fits(choice))
            .or_else(labelled)
            .cloned()
    };
    let remembered = job.client.remembered(list);
    if let Some(choice) = remembered.and_then(|choices| pick(&choices)) {
        return Ok(choice);
    }
    let choices = job.client.read_list(list).await?;
    pick(&choices).ok_or_else(|| unknown(list, wanted, &choices))
}

fn unknown(list: &List, wanted: &str, choices: &[Choice]) -> Error {
    let labels: Vec<_> = choices.iter().map(|choice| choice.label.as_str()).collect();
    let there = labels.join(", ");
    let why = format!("Kayako has no {} {wanted}; there are: {there}", list.noun);
    Error::new(ErrorKind::Misconfigured, truncate(&why, MAX_MESSAGE_CHARS))
}

/// Kayako completes what was typed so far, so a longer address may come back too.
async fn agents_by_address(job: &Job<'_>, address: &str) -> Result<BTreeSet<u64>> {
    let path = format!(
        "/autocomplete/emails.json?address={}&include=identity_email",
        encode(address.trim())
    );
    let found: Vec<EmailMatch> = job
        .client
        .read(&path, "GET /autocomplete/emails.json")
        .await?;
    let fits = |found: &EmailMatch| {
        let email = found.identity.email.as_deref();
        let same = email.is_none_or(|email| folded(email) == folded(address));
        same && found.parent.resource_type == "user"
    };
    Ok(found
        .iter()
        .filter(|m| fits(m))
        .map(|m| m.parent.id)
        .collect())
}

async fn agents_by_name(job: &Job<'_>, name: &str) -> Result<BTreeSet<u64>> {
    let path = format!(
        "/autocomplete/users.json?name={}&in=ADMINS,AGENTS",
        encode(name.trim())
    );
    let found: Vec<User> = job
        .client
        .read(&path, "GET /autocomplete/users.json")
        .await?;
    let fits = |user: &User| {
        let full_name = user.full_name.as_deref();
        full_name.is_some_and(|full_name| folded(full_name) == folded(name))
    };
    Ok(found
        .iter()
        .filter(|user| fits(user))
        .map(|user| user.id)
        .collect())
}
