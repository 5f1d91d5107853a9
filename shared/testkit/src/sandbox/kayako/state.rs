//! What a Kayako tenant holds.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::options::{Options, Person, Status, StatusType};
use super::session::Session;
use crate::sandbox::now;

/// A case with its labels, for tests, webhooks and the page.
#[derive(Clone, Debug)]
pub struct Case {
    pub id: u64,
    pub subject: String,
    pub status: String,
    pub status_type: StatusType,
    /// Empty if the case has none; so are `case_type`, `team` and `assignee`.
    pub priority: String,
    pub case_type: String,
    pub team: String,
    pub assignee: String,
    pub requester: String,
    pub last_replier: String,
    pub tags: Vec<String>,
    /// `ACTIVE` or `TRASH`.
    pub state: &'static str,
    pub channel: String,
    pub post_count: usize,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Post {
    pub id: u64,
    pub contents: String,
    /// `NOTE` is internal; everything else the customer sees.
    pub channel: String,
    pub creator_id: u64,
    pub creator: String,
    pub is_requester: bool,
    pub created_at: Timestamp,
}

impl Post {
    pub fn is_note(&self) -> bool {
        self.channel == "NOTE"
    }
}

/// A mail that Kayako sent to a customer.
#[derive(Clone, Debug)]
pub struct Mail {
    pub case_id: u64,
    pub to: String,
    pub contents: String,
}

#[derive(Clone, Debug)]
pub(super) struct CaseRow {
    pub(super) id: u64,
    pub(super) subject: String,
    pub(super) status_id: u64,
    pub(super) priority_id: Option<u64>,
    pub(super) type_id: Option<u64>,
    pub(super) team_id: Option<u64>,
    pub(super) agent_id: Option<u64>,
    pub(super) requester_id: u64,
    pub(super) creator_id: u64,
    pub(super) last_replier_id: u64,
    pub(super) tags: Vec<String>,
    pub(super) trashed: bool,
    pub(super) channel: String,
    pub(super) fields: BTreeMap<String, String>,
    pub(super) posts: Vec<Post>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) completed_at: Option<Timestamp>,
    pub(super) closed_at: Option<Timestamp>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) cases: Vec<CaseRow>,
    pub(super) mails: Vec<Mail>,
    pub(super) created: HashMap<String, usize>,
    pub(super) sessions: HashMap<String, Session>,
    pub(super) sessions_opened: usize,
    /// The ids of tags, in the order of their first use.
    pub(super) tag_names: Vec<String>,
    last_post_id: u64,
}

impl State {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            cases: Vec::new(),
            mails: Vec::new(),
            created: HashMap::new(),
            sessions: HashMap::new(),
            sessions_opened: 0,
            tag_names: Vec::new(),
            last_post_id: 5_000,
        }
    }

    pub(super) fn case(&self, id: u64) -> Option<&CaseRow> {
        self.cases.iter().find(|case| case.id == id)
    }

    pub(super) fn case_mut(&mut self, id: u64) -> Option<&mut CaseRow> {
        self.cases.iter_mut().find(|case| case.id == id)
    }

    pub(super) fn next_case_id(&self) -> u64 {
        self.cases
            .last()
            .map_or(self.options.first_case_id, |case| case.id + 1)
    }

    pub(super) fn status(&self, id: u64) -> Option<&Status> {
        self.options.statuses.iter().find(|status| status.id == id)
    }

    pub(super) fn status_of_type(&self, kind: StatusType) -> Option<u64> {
        let found = self
            .options
            .statuses
            .iter()
            .find(|status| status.kind == kind);
        found.map(|status| status.id)
    }

    pub(super) fn person(&self, id: u64) -> Option<&Person> {
        self.options.people.iter().find(|person| person.id == id)
    }

    pub(super) fn person_called(&self, name: &str) -> Option<u64> {
        let called = |person: &&Person| person.name == name || person.email == name;
        self.options
            .people
            .iter()
            .find(called)
            .map(|person| person.id)
    }

    pub(super) fn tag_id(&mut self, name: &str) -> usize {
        let known = self.tag_names.iter().position(|tag| tag == name);
        known.unwrap_or_else(|| {
            self.tag_names.push(name.to_owned());
            self.tag_names.len() - 1
        }) + 801
    }

    /// Adds a post; a public one of an agent goes to the requester by mail.
    pub(super) fn add_post(&mut self, case_id: u64, creator_id: u64, channel: &str, text: &str) {
        self.last_post_id += 1;
        let (id, creator) = (self.last_post_id, self.name_of(Some(creator_id)));
        let Some(case) = self.case_mut(case_id) else {
            return;
        };
        let (requester_id, is_requester) = (case.requester_id, case.requester_id == creator_id);
        case.posts.push(Post {
            id,
            contents: text.to_owned(),
            channel: channel.to_owned(),
            creator_id,
            creator,
            is_requester,
            created_at: now(),
        });
        case.last_replier_id = creator_id;
        if channel == "MAIL" && !is_requester {
            let to = self.person(requester_id).map(|person| person.email.clone());
            let mail = Mail {
                case_id,
                to: to.unwrap_or_default(),
                contents: text.to_owned(),
            };
            self.mails.push(mail);
        }
    }

    pub(super) fn view(&self, case: &CaseRow) -> Case {
        let options = &self.options;
        let status = self.status(case.status_id);
        let priority = options
            .priorities
            .iter()
            .find(|row| Some(row.id) == case.priority_id);
        let case_type = options
            .types
            .iter()
            .find(|(id, _)| Some(*id) == case.type_id);
        let team = options
            .teams
            .iter()
            .find(|team| Some(team.id) == case.team_id);
        Case {
            id: case.id,
            subject: case.subject.clone(),
            status: status
                .map(|status| status.label.clone())
                .unwrap_or_default(),
            status_type: status.map_or(StatusType::Custom, |status| status.kind),
            priority: priority.map(|row| row.label.clone()).unwrap_or_default(),
            case_type: case_type
                .map(|(_, label)| label.clone())
                .unwrap_or_default(),
            team: team.map(|team| team.title.clone()).unwrap_or_default(),
            assignee: self.name_of(case.agent_id),
            requester: self.name_of(Some(case.requester_id)),
            last_replier: self.name_of(Some(case.last_replier_id)),
            tags: case.tags.clone(),
            state: if case.trashed { "TRASH" } else { "ACTIVE" },
            channel: case.channel.clone(),
            post_count: case.posts.len(),
            created_at: case.created_at,
            updated_at: case.updated_at,
        }
    }

    fn name_of(&self, person: Option<u64>) -> String {
        let person = person.and_then(|id| self.person(id));
        person.map(|person| person.name.clone()).unwrap_or_default()
    }
}
