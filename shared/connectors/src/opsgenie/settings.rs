//! The connection's settings: read and checked in one pass, so that both always agree.

use deskbridge_core::connector::Connection;
use deskbridge_core::integration::Problem;
use serde_json::Value;

use crate::fields::Reader;

const KNOWN: [&str; 8] = [
    "service",
    "base_url",
    "credential",
    "team",
    "team_id",
    "cloud_id",
    "site",
    "webhook_credential",
];

/// Which product, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// The US host refuses accounts of the EU and the other way round.
    OpsgenieUs,
    OpsgenieEu,
    /// One host for all regions.
    Jsm,
}

const SERVICES: [(&str, Service); 3] = [
    ("opsgenie-us", Service::OpsgenieUs),
    ("opsgenie-eu", Service::OpsgenieEu),
    ("jsm", Service::Jsm),
];

impl Service {
    fn host(self) -> &'static str {
        match self {
            Self::OpsgenieUs => "https://api.opsgenie.com",
            Self::OpsgenieEu => "https://api.eu.opsgenie.com",
            Self::Jsm => "https://api.atlassian.com",
        }
    }
}

#[derive(Debug)]
pub(super) struct Settings {
    pub(super) service: Service,
    base_url: Option<String>,
    /// The name or the id of the team that gets every alert, and nobody else.
    pub(super) team: Option<String>,
    pub(super) team_id: Option<String>,
    pub(super) cloud_id: Option<String>,
    site: Option<String>,
}

impl Settings {
    /// Returns the settings, or everything that is wrong with them.
    pub(super) fn read(connection: &Connection) -> Result<Self, Vec<Problem>> {
        let Some(settings) = connection.settings.as_object() else {
            return Err(vec![Problem::new("settings.opsgenie", "must be a mapping")]);
        };
        let mut problems = Vec::new();
        let mut reader = Reader::new("settings.opsgenie", settings, &mut problems);
        reader.refuse_unknown(&KNOWN);
        reader.text("webhook_credential");
        let service = service(&mut reader);
        let read = Self {
            service: service.unwrap_or(Service::OpsgenieUs),
            base_url: reader.base_url(),
            team: reader.text("team"),
            team_id: reader.text("team_id"),
            cloud_id: reader.checked(
                "cloud_id",
                is_cloud_id,
                "must be an id of letters, digits and hyphens",
            ),
            site: reader.checked(
                "site",
                is_host,
                "must be a host name, as your-site.atlassian.net",
            ),
        };
        if matches!(service, Some(Service::OpsgenieUs | Service::OpsgenieEu)) {
            refuse_what_is_of_jsm(&mut reader);
        }
        match problems.is_empty() {
            true => Ok(read),
            false => Err(problems),
        }
    }

    /// The host of every API, without a slash at its end.
    pub(super) fn host(&self) -> &str {
        self.base_url.as_deref().unwrap_or(self.service.host())
    }

    /// Where the site tells its cloud id to anybody who asks.
    pub(super) fn tenant_info(&self) -> Option<String> {
        let site = self.site.as_ref()?;
        let host = self.base_url.clone();
        let host = host.unwrap_or_else(|| format!("https://{site}"));
        Some(format!("{host}/_edge/tenant_info"))
    }
}

pub(super) fn problem(setting: &str, why: impl Into<String>) -> Problem {
    Problem::new(format!("settings.opsgenie.{setting}"), why)
}

fn refuse_what_is_of_jsm(reader: &mut Reader<'_>) {
    for name in ["cloud_id", "site"] {
        if reader.value(name).is_some() {
            reader.refuse(name, "belongs to service: jsm");
        }
    }
}

fn service(reader: &mut Reader<'_>) -> Option<Service> {
    let named = reader.value("service").and_then(Value::as_str);
    let found = SERVICES.iter().find(|(name, _)| Some(*name) == named);
    if found.is_none() {
        let names = SERVICES.map(|(name, _)| name).join(", ");
        reader.refuse("service", format!("must be one of: {names}"));
    }
    found.map(|(_, service)| *service)
}

pub(super) fn is_cloud_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn is_host(text: &str) -> bool {
    text.contains('.') && text.split('.').all(is_cloud_id)
}
