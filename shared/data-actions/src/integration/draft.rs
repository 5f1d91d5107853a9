//! Drafts: actions that may still be wrong, and what makes them published ones.
//!
//! A draft stands under `settings.drafts`, beside the published action of the same name, which flows go on
//! calling. To publish it is to move it to `settings.actions` with the next version. As at the vendor, the
//! contract of a published action stays, for flows are bound to its fields:
//! <https://help.genesys.cloud/articles/add-contracts-to-custom-actions/>.

use deskbridge_core::integration::{IntegrationSpec, Problem};
use serde_json::{Map, Value};

use super::{Integration, KIND, compile};
use crate::action::Action;

/// One action, published or draft.
#[derive(Debug)]
pub struct Listed<'a> {
    pub name: &'a str,
    pub draft: bool,
    /// What is wrong with a draft; published actions hold.
    pub action: Result<&'a Action, &'a [Problem]>,
}

impl Integration {
    /// Every action by name, a draft behind the published one.
    pub fn listed(&self) -> Vec<Listed<'_>> {
        let published = self.actions.iter().map(|(name, action)| Listed {
            name,
            draft: false,
            action: Ok(action),
        });
        let drafts = self.drafts.iter().map(|(name, draft)| Listed {
            name,
            draft: true,
            action: draft.as_ref().map_err(Vec::as_slice),
        });
        let mut all: Vec<_> = published.chain(drafts).collect();
        all.sort_by_key(|each| (each.name, each.draft));
        all
    }
}

/// Returns the document with this entry as a draft, in place of an older one.
///
/// # Errors
/// What is no integration of this kind.
pub fn with_draft(
    spec: &IntegrationSpec,
    name: &str,
    entry: Value,
) -> Result<IntegrationSpec, Problem> {
    let mut spec = spec.clone();
    let fine = spec.kind == KIND;
    let Some(settings) = spec.settings.as_object_mut().filter(|_| fine) else {
        let why = format!("is no integration of the kind {KIND}");
        return Err(Problem::new("kind", why));
    };
    let drafts = settings
        .entry("drafts")
        .or_insert_with(|| Map::new().into());
    match drafts.as_object_mut() {
        Some(drafts) => drafts.insert(name.to_owned(), entry),
        None => return Err(Problem::new("settings.drafts", "must be a mapping")),
    };
    Ok(spec)
}

/// Returns the document with the draft published: it is what runs from then on.
///
/// # Errors
/// No such draft, one that does not hold, or one that changes a published contract; each with its field.
pub fn publish(spec: &IntegrationSpec, name: &str) -> Result<IntegrationSpec, Vec<Problem>> {
    let integration = compile(spec)?;
    let place = format!("settings.drafts.{name}");
    let draft = match integration.drafts.get(name) {
        Some(Ok(draft)) => draft,
        Some(Err(problems)) => return Err(problems.clone()),
        None => return Err(vec![Problem::new(place, "there is no such draft")]),
    };
    let published = integration.actions.get(name);
    if published.is_some_and(|published| !same_contract(published, draft)) {
        let why = "changes the contract, or `secure`, of a published action, which flows rely on: give the draft another name";
        return Err(vec![Problem::new(place, why)]);
    }
    let version = published.map_or(1, |published| published.published_version() + 1);
    let mut moved = spec.clone();
    let settings = moved.settings.as_object_mut();
    let entry = settings.and_then(|settings| {
        let drafts = settings.get_mut("drafts")?.as_object_mut()?;
        let mut entry = drafts.shift_remove(name)?;
        if drafts.is_empty() {
            settings.shift_remove("drafts");
        }
        entry
            .as_object_mut()?
            .insert("version".into(), version.into());
        let actions = settings
            .entry("actions")
            .or_insert_with(|| Map::new().into());
        actions.as_object_mut()?.insert(name.to_owned(), entry);
        Some(())
    });
    if entry.is_none() {
        return Err(vec![Problem::new(place, "must be a mapping")]);
    }
    compile(&moved).map(|_| moved)
}

fn same_contract(one: &Action, other: &Action) -> bool {
    let (one, other) = (&one.definition, &other.definition);
    one.input_schema == other.input_schema
        && one.output_schema == other.output_schema
        && one.secure == other.secure
}
