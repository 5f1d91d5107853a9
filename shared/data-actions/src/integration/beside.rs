//! What a document is checked for beside those that are stored.

use deskbridge_core::integration::{Integration as Stored, IntegrationSpec, Problem};
use serde_json::Value;

use super::KIND;
use crate::types::{self, IntegrationType};

/// Checks a document of this kind as it is to be stored: how many there are of its type, and that the
/// form of its credential stays while actions use it. Any other kind passes.
pub fn check_beside(spec: &IntegrationSpec, stored: &[Stored]) -> Vec<Problem> {
    let found = [over_limit(spec, stored), retyped(spec, stored)];
    found.into_iter().flatten().collect()
}

/// Says whether a type has too many integrations once `spec` is stored beside the others. The limit is
/// the vendor's, or what any of them sets as `type_limit`.
fn over_limit(spec: &IntegrationSpec, others: &[Stored]) -> Option<Problem> {
    let type_ = type_of(spec)?;
    let others = others.iter().filter(|other| {
        other.deleted_at.is_none()
            && other.name() != spec.name
            && type_of(&other.spec).is_some_and(|found| found.name() == type_.name())
    });
    let others: Vec<_> = others.collect();
    let own = |spec: &IntegrationSpec| {
        let limit = spec.settings.get("type_limit")?.as_u64()?;
        usize::try_from(limit).ok()
    };
    let set = others
        .iter()
        .filter_map(|other| own(&other.spec))
        .chain(own(spec))
        .max();
    let limit = set.unwrap_or_else(|| type_.max_integrations());
    (others.len() >= limit).then(|| {
        let why = format!(
            "there are {} integrations of the type {} already, which is its limit; raise it with type_limit",
            others.len(),
            type_.name()
        );
        Problem::new("settings.type", why)
    })
}

/// Published actions were written for one form of credential. The vendor only warns of the change:
/// <https://help.genesys.cloud/articles/add-web-services-data-actions-integration/>.
fn retyped(spec: &IntegrationSpec, stored: &[Stored]) -> Option<Problem> {
    let before = stored
        .iter()
        .find(|other| other.deleted_at.is_none() && other.name() == spec.name)?;
    let (old, new) = (type_of(&before.spec)?, type_of(spec)?);
    let field = if old.name() != new.name() {
        "settings.type"
    } else if form(&before.spec, old) != form(spec, new) {
        "settings.credential_type"
    } else {
        return None;
    };
    let kept: Vec<_> = actions(&before.spec)
        .filter(|name| actions(spec).any(|other| other == *name))
        .collect();
    (!kept.is_empty()).then(|| {
        let why = format!(
            "cannot change while actions use it: {}; make another integration, or take them out first",
            kept.join(", ")
        );
        Problem::new(field, why)
    })
}

/// The form that is set, or the first one that the type knows.
fn form<'a>(spec: &'a IntegrationSpec, type_: &'static dyn IntegrationType) -> Option<&'a str> {
    let set = spec.settings.get("credential_type").and_then(Value::as_str);
    set.or_else(|| type_.credential_types().first().copied())
}

fn actions(spec: &IntegrationSpec) -> impl Iterator<Item = &str> {
    let actions = spec.settings.get("actions").and_then(Value::as_object);
    actions.into_iter().flatten().map(|(name, _)| name.as_str())
}

fn type_of(spec: &IntegrationSpec) -> Option<&'static dyn IntegrationType> {
    let name = spec.settings.get("type")?.as_str()?;
    (spec.kind == KIND).then(|| types::named(name))?
}
