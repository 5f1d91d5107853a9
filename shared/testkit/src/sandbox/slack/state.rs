//! What Slack holds: messages, forms, addresses for answers, codes of installations.

use std::collections::BTreeMap;

use serde_json::Value;

use super::options::{Channel, Options, Workspace};
use crate::sandbox::now;

/// One message, or one that a single person sees.
#[derive(Clone, Debug)]
pub struct Message {
    pub team: String,
    pub channel: String,
    pub ts: String,
    pub text: String,
    pub blocks: Vec<Value>,
    pub metadata: Value,
    pub thread_ts: Option<String>,
    /// The one person who sees it, if it is not for all.
    pub only_for: Option<String>,
    /// Posted by a person, and not by the app.
    pub by_person: Option<String>,
    pub edited: bool,
    /// When it was posted, in milliseconds.
    pub at: i64,
}

/// A form on somebody's screen.
#[derive(Clone, Debug)]
pub struct View {
    pub id: String,
    pub team: String,
    pub user: String,
    pub view: Value,
    pub hash: String,
}

/// What somebody did that a form may be opened for, once, within three seconds.
#[derive(Clone, Debug)]
pub(super) struct Trigger {
    pub(super) team: String,
    pub(super) user: String,
    pub(super) at: i64,
    pub(super) used: bool,
}

/// An address that came with a command or a button.
#[derive(Clone, Debug)]
pub(super) struct AnswerAddress {
    pub(super) team: String,
    pub(super) channel: String,
    pub(super) user: String,
    /// The message of the button.
    pub(super) original: Option<String>,
    pub(super) at: i64,
    pub(super) uses: u32,
}

/// What a person allowed, until the app asks for its token.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) team: String,
    pub(super) user: String,
    pub(super) channel: String,
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<String>,
    pub(super) at: i64,
}

/// How many messages a channel would take now, as of a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    pub(super) left: f64,
    pub(super) at: i64,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) messages: Vec<Message>,
    pub(super) views: Vec<View>,
    pub(super) triggers: BTreeMap<String, Trigger>,
    pub(super) addresses: BTreeMap<String, AnswerAddress>,
    pub(super) codes: BTreeMap<String, Code>,
    /// By team and channel.
    pub(super) buckets: BTreeMap<(String, String), Bucket>,
    /// Tokens that were good once, by what is said of them now.
    pub(super) ended_tokens: BTreeMap<String, &'static str>,
    /// Direct messages: the channel of each team and person.
    pub(super) direct: BTreeMap<(String, String), String>,
    /// Where the clock stands still, if it does.
    pub(super) time: Option<i64>,
    next: u64,
}

impl State {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            messages: Vec::new(),
            views: Vec::new(),
            triggers: BTreeMap::new(),
            addresses: BTreeMap::new(),
            codes: BTreeMap::new(),
            buckets: BTreeMap::new(),
            ended_tokens: BTreeMap::new(),
            direct: BTreeMap::new(),
            time: None,
            next: 1,
        }
    }

    pub(super) fn now(&self) -> i64 {
        self.time.unwrap_or_else(|| now().as_millisecond())
    }

    /// A number that was never given before.
    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Seconds, and six digits that make it unique.
    pub(super) fn ts(&mut self) -> String {
        let number = self.number() % 1_000_000;
        format!("{}.{number:06}", self.now().div_euclid(1_000))
    }

    pub(super) fn workspace(&self, id: &str) -> Option<&Workspace> {
        let mut workspaces = self.options.workspaces.iter();
        workspaces.find(|workspace| workspace.id == id)
    }

    pub(super) fn workspace_mut(&mut self, id: &str) -> Option<&mut Workspace> {
        let mut workspaces = self.options.workspaces.iter_mut();
        workspaces.find(|workspace| workspace.id == id)
    }

    pub(super) fn channel(&self, team: &str, id: &str) -> Option<Channel> {
        let workspace = self.workspace(team)?;
        let listed = workspace.channels.iter().find(|channel| channel.id == id);
        listed.cloned().or_else(|| {
            let direct = |(key, channel): (&(String, String), &String)| {
                (key.0 == team && channel == id).then(|| key.1.clone())
            };
            let person = self.direct.iter().find_map(direct)?;
            Some(Channel {
                id: id.to_owned(),
                name: person,
                private: true,
                archived: false,
                member: true,
            })
        })
    }

    /// Returns the channel in which the app writes to this person alone.
    pub(super) fn direct(&mut self, team: &str, user: &str) -> String {
        let key = (team.to_owned(), user.to_owned());
        let number = self.number();
        let channel = self.direct.entry(key);
        channel.or_insert_with(|| format!("D0{number:06}")).clone()
    }

    /// Takes one message of what the channel takes at once; says in how many seconds, if none is left.
    pub(super) fn take(&mut self, team: &str, channel: &str) -> Option<u64> {
        let (now, burst) = (self.now(), f64::from(self.options.burst));
        let key = (team.to_owned(), channel.to_owned());
        let bucket = self.buckets.entry(key).or_insert(Bucket {
            left: burst,
            at: now,
        });
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds between messages are few"
        )]
        let passed = (now - bucket.at) as f64 / 1_000.0;
        bucket.left = (bucket.left + passed).min(burst);
        bucket.at = now;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return None;
        }
        Some(1)
    }

    pub(super) fn trigger(&mut self, team: &str, user: &str) -> String {
        let id = format!("{}.{}.trigger", self.number(), self.now());
        let trigger = Trigger {
            team: team.to_owned(),
            user: user.to_owned(),
            at: self.now(),
            used: false,
        };
        self.triggers.insert(id.clone(), trigger);
        id
    }

    /// Returns the path of a new address for answers.
    pub(super) fn answer_path(
        &mut self,
        team: &str,
        channel: &str,
        user: &str,
        original: Option<&str>,
    ) -> String {
        let path = format!("/commands/{team}/{}/sandbox", self.number());
        let address = AnswerAddress {
            team: team.to_owned(),
            channel: channel.to_owned(),
            user: user.to_owned(),
            original: original.map(str::to_owned),
            at: self.now(),
            uses: 0,
        };
        self.addresses.insert(path.clone(), address);
        path
    }
}
