//! From names to ids. Numbers are the tenant's own, even those of priorities, so labels are looked
//! for in its picklists. A name that does not exist is a mistake in a rule: never tried again.

mod company;

use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use crate::autotask::client::{Client, Job};
use crate::autotask::types::{Category, Choice, Defaults, FieldList, Items};
use crate::text::truncate;
pub(super) use company::company;

const MAX_MESSAGE_CHARS: usize = 300;
/// New tickets have this status where nobody says otherwise; its number is the same everywhere.
pub(super) const NEW: i64 = 1;
const CATEGORIES: &str = "POST /TicketCategories/query";
const DEFAULTS: &str = "GET /TicketCategories/{id}/FieldDefaults";
/// The longest page of a query.
const PAGE: usize = 500;

/// The fields of one entity, as a list to choose from.
struct Fields {
    key: &'static str,
    path: &'static str,
    route: &'static str,
}

const TICKET: Fields = Fields {
    key: "fields/Tickets",
    path: "/Tickets/entityInformation/fields",
    route: "GET /Tickets/entityInformation/fields",
};
const NOTE: Fields = Fields {
    key: "fields/TicketNotes",
    path: "/TicketNotes/entityInformation/fields",
    route: "GET /TicketNotes/entityInformation/fields",
};

/// Finds the category by name or id; the tenant's default one where the rule names none.
pub(super) async fn category(job: &Job<'_>) -> Result<Option<Category>> {
    let wanted = job.call.word("category");
    let pick = |all: &Vec<Category>| {
        let mut active = all.iter().filter(|category| category.is_active);
        let found = active.find(|category| match &wanted {
            Some(wanted) => fits(wanted, category),
            None => category.is_global_default,
        });
        found.cloned()
    };
    let search = all_categories();
    let read = job
        .client
        .query::<Category>("/TicketCategories/query", CATEGORIES, &search);
    let found = job.client.pick("categories", read, pick).await?;
    match (&found, &wanted) {
        (None, Some(wanted)) => Err(unknown(job, "category", wanted, &[])),
        _ => Ok(found),
    }
}

/// The names of all active categories.
pub(in crate::autotask) async fn category_names(client: &Client<'_>) -> Result<Vec<String>> {
    let search = all_categories();
    let path = "/TicketCategories/query";
    let all: Vec<Category> = client.query(path, CATEGORIES, &search).await?;
    let active = all.into_iter().filter(|category| category.is_active);
    Ok(active.map(|category| category.name).collect())
}

/// A query needs a filter, so this one asks for all that have an id.
fn all_categories() -> Value {
    json!({
        "MaxRecords": PAGE,
        "IncludeFields": ["id", "name", "isActive", "isGlobalDefault"],
        "filter": [{ "op": "exist", "field": "id" }],
    })
}

fn fits(wanted: &str, category: &Category) -> bool {
    same(&category.name, wanted) || wanted.trim().parse() == Ok(category.id)
}

pub(super) async fn defaults(job: &Job<'_>, category: i64) -> Result<Defaults> {
    let path = format!("/TicketCategories/{category}/FieldDefaults");
    let key = format!("defaults/{category}");
    // A category has one set of them, which comes as a list.
    let first = |answer: &Items<Defaults>| answer.items.first().cloned();
    let found = job
        .client
        .pick(&key, job.client.get(&path, DEFAULTS), first);
    Ok(found.await?.unwrap_or_default())
}

/// Resolves a parameter to a value of the ticket's picklist `field`: by label, or by number.
pub(super) async fn choice(job: &Job<'_>, param: &str, field: &str) -> Result<Option<i64>> {
    let Some(wanted) = job.call.word(param) else {
        return Ok(None);
    };
    let found = pick(&job.client, &TICKET, field, |choices| {
        value(choices, &wanted)
    })
    .await?;
    if found.is_some() {
        return Ok(found);
    }
    let there = ticket_labels(&job.client, field).await?;
    Err(unknown(job, param, &wanted, &there))
}

/// The labels of a ticket's picklist that may be used.
pub(in crate::autotask) async fn ticket_labels(
    client: &Client<'_>,
    field: &str,
) -> Result<Vec<String>> {
    let there = pick(client, &TICKET, field, |choices| Some(labels(choices))).await?;
    Ok(there.unwrap_or_default())
}

/// Notes of the type Task Notes, where the tenant has it; otherwise of its first one.
pub(super) async fn note_type(job: &Job<'_>) -> Result<i64> {
    note_choice(job, "noteType", "Task Notes").await
}

/// Notes for all users of Autotask; customers see them only where the tenant says so.
pub(super) async fn publish(job: &Job<'_>) -> Result<i64> {
    note_choice(job, "publish", "All Autotask Users").await
}

async fn note_choice(job: &Job<'_>, field: &str, usual: &str) -> Result<i64> {
    let found = pick(&job.client, &NOTE, field, |choices| {
        let first = || active(choices).next()?.value.parse().ok();
        value(choices, usual).or_else(first)
    });
    // 1 is what the vendor's own examples send.
    Ok(found.await?.unwrap_or(1))
}

async fn pick<R>(
    client: &Client<'_>,
    fields: &Fields,
    field: &str,
    pick: impl Fn(&[Choice]) -> Option<R>,
) -> Result<Option<R>> {
    let read = client.get(fields.path, fields.route);
    let picked = client.pick(fields.key, read, |list: &FieldList| {
        let mut known = list.fields.iter();
        let known = known.find(|known| known.name.eq_ignore_ascii_case(field))?;
        pick(known.picklist_values.as_deref().unwrap_or_default())
    });
    picked.await
}

fn active(choices: &[Choice]) -> impl Iterator<Item = &Choice> {
    choices.iter().filter(|choice| choice.is_active)
}

/// A label goes before a number: a priority may well be called "1".
fn value(choices: &[Choice], wanted: &str) -> Option<i64> {
    let labelled = active(choices).find(|choice| same(&choice.label, wanted));
    let numbered = || active(choices).find(|choice| same(&choice.value, wanted));
    labelled.or_else(numbered)?.value.parse().ok()
}

fn labels(choices: &[Choice]) -> Vec<String> {
    active(choices).map(|choice| choice.label.clone()).collect()
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

fn unknown(job: &Job<'_>, what: &str, wanted: &str, there: &[String]) -> Error {
    let rule = &job.call.action.rule;
    let there = match there {
        [] => String::new(),
        labels => format!("; there are: {}", labels.join(", ")),
    };
    let why = format!("{rule}: Autotask has no active {what} {wanted}{there}");
    Error::new(ErrorKind::Misconfigured, truncate(&why, MAX_MESSAGE_CHARS))
}
