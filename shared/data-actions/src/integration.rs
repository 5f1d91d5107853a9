//! An integration of the kind `data-actions`: its type, its credential, its actions.

mod beside;
mod draft;
mod entry;

use std::collections::BTreeMap;

use deskbridge_core::integration::{IntegrationSpec, Problem};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::action::Action;
use crate::definition::ActionType;
use crate::guard::{Escape, Rules};
use crate::types::{self, IntegrationType, TypeSettings};
use entry::Entry;

pub use beside::check_beside;
pub use draft::{Listed, publish, with_draft};

/// The kind's name.
pub const KIND: &str = "data-actions";
const MAX_ACTIONS: usize = 500;
const MAX_ACTION_NAME_CHARS: usize = 128;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(rename = "type")]
    kind: String,
    credential: Option<String>,
    credential_type: Option<String>,
    /// The credential with the certificate that a web service asks for.
    client_certificate: Option<String>,
    base_url: Option<String>,
    login_url: Option<String>,
    region: Option<String>,
    audience: Option<String>,
    /// For people.
    #[serde(default)]
    notes: String,
    #[serde(default)]
    escape: Escape,
    /// How many integrations of this type there may be, in place of the vendor's number.
    type_limit: Option<usize>,
    /// Of a user-defined OAuth credential.
    login: Option<Entry>,
    #[serde(default)]
    actions: BTreeMap<String, Entry>,
    /// They may be wrong, so they are read one by one.
    #[serde(default)]
    drafts: BTreeMap<String, Value>,
}

/// An integration that is ready to run actions.
pub struct Integration {
    pub name: String,
    pub notes: String,
    pub credential: Option<String>,
    pub client_certificate: Option<String>,
    pub settings: TypeSettings,
    pub login: Option<Action>,
    pub actions: BTreeMap<String, Action>,
    /// What is not published yet, or what is wrong with it.
    pub drafts: BTreeMap<String, Result<Action, Vec<Problem>>>,
    pub(crate) type_: &'static dyn IntegrationType,
    escape: Escape,
}

/// Reads and compiles the settings of an integration.
///
/// # Errors
/// Everything that does not hold, each with its place in the settings.
pub fn compile(spec: &IntegrationSpec) -> Result<Integration, Vec<Problem>> {
    let settings: Settings = read(&spec.settings, "settings")?;
    let Some(type_) = types::named(&settings.kind) else {
        let known: Vec<_> = types::all().iter().map(|each| each.name()).collect();
        let why = format!("must be one of: {}", known.join(", "));
        return Err(vec![Problem::new("settings.type", why)]);
    };
    let own = TypeSettings {
        credential_type: settings.credential_type.clone(),
        base_url: settings.base_url.clone(),
        login_url: settings.login_url.clone(),
        region: settings.region.clone(),
        audience: settings.audience.clone(),
    };
    let mut problems = problems(&settings, &own, type_);
    let login = settings
        .login
        .and_then(|entry| action("login", entry, "settings.login", type_, &mut problems));
    let mut actions = BTreeMap::new();
    for (name, entry) in settings.actions {
        let place = format!("settings.actions.{name}");
        if let Some(action) = action(&name, entry, &place, type_, &mut problems) {
            actions.insert(name, action);
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let drafts = settings.drafts.into_iter();
    let drafts = drafts.map(|(name, value)| {
        let draft = draft(&name, &value, type_);
        (name, draft)
    });
    let drafts = drafts.collect();
    Ok(Integration {
        name: spec.name.clone(),
        notes: settings.notes,
        credential: settings.credential,
        client_certificate: settings.client_certificate,
        settings: own,
        login,
        actions,
        drafts,
        type_,
        escape: settings.escape,
    })
}

impl Integration {
    /// The name of the integration's type.
    pub fn type_name(&self) -> &'static str {
        self.type_.name()
    }

    /// An action by its name in the settings, or by its definition's.
    pub fn action(&self, name: &str) -> Option<(&str, &Action)> {
        let by_key = self.actions.get_key_value(name);
        let by_name = || {
            self.actions
                .iter()
                .find(|(_, action)| action.definition.name == name)
        };
        by_key
            .or_else(by_name)
            .map(|(key, action)| (key.as_str(), action))
    }

    pub(crate) fn rules(&self, action: &Action) -> Rules {
        Rules {
            escape: self.escape,
            free: action.extras.free_structure,
            dialect: self.type_.dialect(),
            fixed_address: self.type_.fixed_address(),
        }
    }
}

fn read<T: DeserializeOwned>(value: &Value, place: &str) -> Result<T, Vec<Problem>> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." {
            place.to_owned()
        } else {
            format!("{place}.{path}")
        };
        vec![Problem::new(field, error.inner().to_string())]
    })
}

fn draft(name: &str, value: &Value, type_: &dyn IntegrationType) -> Result<Action, Vec<Problem>> {
    let place = format!("settings.drafts.{name}");
    let entry: Entry = read(value, &place)?;
    let mut problems = Vec::new();
    action(name, entry, &place, type_, &mut problems).ok_or(problems)
}

fn action(
    name: &str,
    entry: Entry,
    place: &str,
    type_: &dyn IntegrationType,
    problems: &mut Vec<Problem>,
) -> Option<Action> {
    let compiled = entry
        .compile(name, place)
        .and_then(|action| match mismatch(&action, type_) {
            Some(why) => Err(vec![Problem::new(format!("{place}.definition"), why)]),
            None => Ok(action),
        });
    compiled.map_err(|found| problems.extend(found)).ok()
}

/// A definition says which type it was made for; relative addresses lead elsewhere in another.
fn mismatch(action: &Action, type_: &dyn IntegrationType) -> Option<String> {
    if let Some(why) = type_.check_definition(&action.definition) {
        return Some(why.to_owned());
    }
    let made_for = action.definition.integration_type.as_deref()?;
    (made_for != type_.vendor_id()).then(|| {
        let known = types::named(made_for).map(|found| found.name());
        let known = known.unwrap_or("of which this build has none");
        format!(
            "was exported from an integration of the type {made_for} ({known}), and this one is {}",
            type_.name()
        )
    })
}

fn problems(settings: &Settings, own: &TypeSettings, type_: &dyn IntegrationType) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add =
        |field: &str, why: String| problems.push(Problem::new(format!("settings.{field}"), why));
    let forms = type_.credential_types();
    if let Some(form) = &own.credential_type
        && !forms.contains(&form.as_str())
    {
        add(
            "credential_type",
            format!("must be one of: {}", forms.join(", ")),
        );
    }
    if type_.needs_credential(own) && settings.credential.as_deref().is_none_or(str::is_empty) {
        add(
            "credential",
            format!("names no credential, which {} needs", type_.name()),
        );
    }
    let oauth = own.credential_type.as_deref() == Some("user-defined-oauth");
    if oauth != settings.login.is_some() {
        add(
            "login",
            "stands with the credential type user-defined-oauth, and only there".to_owned(),
        );
    }
    if settings.client_certificate.is_some() && !type_.takes_certificate() {
        add(
            "client_certificate",
            "stands with the type web-services only".to_owned(),
        );
    }
    if settings.actions.len() > MAX_ACTIONS {
        add("actions", format!("has more than {MAX_ACTIONS} actions"));
    }
    if settings.type_limit == Some(0) {
        add("type_limit", "must be at least 1".to_owned());
    }
    for (part, name) in names(settings) {
        let why = format!(
            "use names of 1 to {MAX_ACTION_NAME_CHARS} characters without /, that differ in more than case"
        );
        add(&format!("{part}.{name}"), why);
    }
    let addresses = [
        ("base_url", &own.base_url),
        ("login_url", &own.login_url),
        ("audience", &own.audience),
    ];
    for (field, url) in addresses {
        if let Some(why) = url.as_deref().and_then(url_problem) {
            add(field, why.to_owned());
        }
    }
    let own = type_.check(own).into_iter();
    problems.extend(
        own.map(|problem| Problem::new(format!("settings.{}", problem.field), problem.message)),
    );
    problems
}

/// Names of actions and drafts that are none, or that are there in another case.
fn names(settings: &Settings) -> Vec<(&'static str, &String)> {
    let mut seen = BTreeMap::new();
    let published = settings.actions.keys().map(|name| ("actions", name));
    let drafts = settings.drafts.keys().map(|name| ("drafts", name));
    let wrong = published.chain(drafts).filter(|(_, name)| {
        let fine = !name.is_empty()
            && name.chars().count() <= MAX_ACTION_NAME_CHARS
            && !name.chars().any(|c| c.is_control() || c == '/');
        let first = seen.entry(name.to_lowercase()).or_insert(*name);
        !fine || first != name
    });
    wrong.collect()
}

/// In form only: where it leads is judged when it is called.
fn url_problem(text: &str) -> Option<&'static str> {
    let url = url::Url::parse(text).ok();
    let fine = url.is_some_and(|url| {
        let plain = url.username().is_empty() && url.password().is_none();
        matches!(url.scheme(), "http" | "https")
            && plain
            && url.query().is_none()
            && url.fragment().is_none()
    });
    (!fine).then_some("must be an address without user, query and fragment, as https://example.com")
}

/// Whether a definition is a login action, which cannot be called by itself.
pub(crate) fn is_login(action: &Action) -> bool {
    action.definition.action_type == ActionType::CustomAuth
}
