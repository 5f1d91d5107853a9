//! One Slack workspace: which channel hears of which department, and of what.

use std::collections::BTreeMap;

use deskbridge_core::integration::Problem;
use serde::Deserialize;

use super::Literal;
use super::notices::NOTICES;

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Workspace {
    /// Slack's id, as `T012AB3CD`.
    pub(super) team: String,
    /// For people.
    #[serde(default, rename = "name")]
    _name: String,
    #[serde(default = "on")]
    pub(super) enabled: bool,
    /// Why it was switched off, if nobody here did it.
    #[serde(default, rename = "why")]
    _why: String,
    /// One channel for all departments, by id,
    channel: Option<String>,
    /// or one for each department, by its id or name.
    departments: Option<Departments>,
    /// Switches by kind of news; what is not named is on.
    #[serde(default)]
    notify: BTreeMap<String, bool>,
    #[serde(default = "on")]
    pub(super) direct_messages: bool,
    #[serde(default = "on")]
    pub(super) commands: bool,
}

/// A mapping, or a list where one department may stand twice by mistake.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "a mapping of departments to channels")]
enum Departments {
    Map(BTreeMap<String, Channel>),
    List(Vec<Mapped>),
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Mapped {
    department: String,
    channel: String,
}

/// A channel; a list is read to be refused with a word on why.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "a channel's id")]
enum Channel {
    One(String),
    Many(Vec<String>),
}

fn on() -> bool {
    true
}

impl Workspace {
    pub(super) fn wants(&self, notice: &str) -> bool {
        self.enabled && self.notify.get(notice).copied().unwrap_or(true)
    }

    /// The channels with the condition under which each hears of a ticket: none for all of them.
    pub(super) fn channels(&self) -> Vec<(String, Option<String>)> {
        if let Some(channel) = &self.channel {
            return vec![(channel.clone(), None)];
        }
        let mut channels = BTreeMap::<String, Vec<String>>::new();
        for (department, channel) in self.mapped() {
            channels.entry(channel).or_default().push(department);
        }
        let channels = channels.into_iter().map(|(channel, departments)| {
            let named = Literal(&departments);
            let ticket = "result.ticket";
            let condition =
                format!("{ticket}.department_id in {named} or {ticket}.department in {named}");
            (channel, Some(condition))
        });
        channels.collect()
    }

    fn mapped(&self) -> Vec<(String, String)> {
        match &self.departments {
            None => Vec::new(),
            Some(Departments::List(list)) => list
                .iter()
                .map(|mapped| (mapped.department.clone(), mapped.channel.clone()))
                .collect(),
            Some(Departments::Map(map)) => map
                .iter()
                .filter_map(|(department, channel)| match channel {
                    Channel::One(channel) => Some((department.clone(), channel.clone())),
                    Channel::Many(_) => None,
                })
                .collect(),
        }
    }

    pub(super) fn problems(&self, place: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut refuse = |field: &str, message: String| {
            problems.push(Problem::new(format!("{place}.{field}"), message));
        };
        if !is_id(&self.team) {
            refuse("team", "must be a workspace's id, as T012AB3CD".to_owned());
        }
        if self.channel.is_some() && self.departments.is_some() {
            let message = "has a channel for all departments beside it: leave one of the two out";
            refuse("departments", message.to_owned());
        }
        if let Some(channel) = self.channel.as_ref().filter(|channel| !is_id(channel)) {
            refuse("channel", not_a_channel(channel));
        }
        self.check_departments(&mut refuse);
        for name in self.notify.keys() {
            if !NOTICES.iter().any(|notice| notice.name == name) {
                let known: Vec<_> = NOTICES.iter().map(|notice| notice.name).collect();
                let message = format!("is no kind of news; there are: {}", known.join(", "));
                refuse(&format!("notify.{name}"), message);
            }
        }
        problems
    }

    fn check_departments(&self, refuse: &mut impl FnMut(&str, String)) {
        let twice = "has one channel only; several departments may share one";
        if let Some(Departments::Map(map)) = &self.departments {
            for (department, channel) in map {
                if let Channel::Many(channels) = channel {
                    let message =
                        format!("names {} channels; a department {twice}", channels.len());
                    refuse(&format!("departments.{department}"), message);
                }
            }
        }
        let mapped = self.mapped();
        for (index, (department, channel)) in mapped.iter().enumerate() {
            let same = |(other, _): &(String, String)| other == department;
            if mapped.iter().take(index).any(same) {
                let field = format!("departments[{index}].department");
                refuse(&field, format!("{department} {twice}"));
            }
            if !is_id(channel) {
                refuse(&format!("departments.{department}"), not_a_channel(channel));
            }
        }
    }
}

/// Slack's ids are capital letters and digits.
fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    text.len() > 1 && text.len() <= 32 && text.chars().all(plain)
}

fn not_a_channel(text: &str) -> String {
    format!(
        "{text} is no channel's id: Slack shows it at the end of the channel's details, as C012AB3CD"
    )
}
