//! What a vendor's folder offers: how its webhooks are read, and what its API can do.

mod all;
mod answer;
mod keys;
mod poll;
mod trial;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::Timestamp;
use crate::action::Action;
use crate::dedup::DedupKey;
use crate::error::{Error, ErrorKind, Result};
use crate::http::HttpRequest;
use crate::integration::Problem;
use crate::json::JsonError;
use crate::link::{EntityRef, Link};
use crate::ports::VendorHttp;
use crate::secret::Credential;

pub use all::Connectors;
pub use answer::{Answer, Done, Found, Reply};
pub use keys::PublishedKeys;
pub use poll::{Ask, Page, Poll, Watched};
pub use trial::{Trial, Tried};

/// One vendor.
#[async_trait]
pub trait Connector: Send + Sync {
    /// The name in addresses, settings and records: `kayako`.
    fn name(&self) -> &'static str;

    /// How this vendor's webhooks are read, if it has any.
    fn webhook(&self) -> Option<&dyn Webhook> {
        None
    }

    /// How this vendor is asked what happened, if it cannot say so by itself. What it answers is read
    /// by `webhook()`, as if it had been posted.
    fn poll(&self) -> Option<&dyn Poll> {
        None
    }

    /// What this vendor's API can do; nothing for one that only sends.
    fn operations(&self) -> &'static [Operation] {
        &[]
    }

    /// Checks an integration's connection settings, without calling anybody.
    fn check(&self, connection: &Connection) -> Vec<Problem>;

    /// How many actions may be under way at a time with one credential, where the vendor refuses
    /// more. The queue keeps to it, whatever the number of dispatchers.
    fn parallel(&self) -> Option<u32> {
        None
    }

    /// Makes the one request that carries the action out. May read from the vendor (ids, sessions),
    /// must write nothing: an error here means that nothing was sent.
    async fn prepare(&self, call: &Call<'_>) -> Result<Prepared> {
        Err(call.unsupported())
    }

    /// Sends the prepared request and reads the answer.
    async fn send(&self, call: &Call<'_>, _prepared: Prepared) -> Result<Answer> {
        Err(call.unsupported())
    }

    /// Looks whether the action took effect, by its mark, its key or the vendor's `handle`. An
    /// error means that the look-up failed, and says nothing of the action.
    async fn look_up(&self, call: &Call<'_>, _handle: Option<&str>) -> Result<Found> {
        Err(call.unsupported())
    }

    /// Asks the vendor whether this credential works with these settings; changes nothing there.
    /// Nothing where the vendor offers no such question.
    async fn try_connection(&self, _trial: &Trial<'_>) -> Result<Option<Tried>> {
        Ok(None)
    }

    /// Has the vendor post its webhooks to `url`; called again, it makes nothing twice. Nothing where
    /// a person does that in the vendor's own pages.
    async fn subscribe(&self, _trial: &Trial<'_>, _url: &str) -> Result<Option<Tried>> {
        Ok(None)
    }
}

/// How a vendor's webhooks are checked and read.
pub trait Webhook: Send + Sync {
    /// Content types the vendor sends, without parameters; empty: it may send none.
    fn content_types(&self) -> &'static [&'static str];

    /// The status that the vendor takes for success.
    fn accepted_status(&self) -> u16 {
        202
    }

    /// Verifies the request over its raw bytes, before anything is read from it. The default is for
    /// vendors that sign nothing: the key in the address is all there is.
    fn verify(&self, _request: &SignedRequest<'_>, _secret: Option<&Credential>) -> Result<()> {
        Ok(())
    }

    /// The keys that the vendor publishes, where it signs with such: then they verify, not `verify`.
    fn published_keys(&self) -> Option<&dyn PublishedKeys> {
        None
    }

    /// Returns the body as JSON text, which is what is bounded, parsed and kept. The default is for
    /// vendors that send JSON.
    fn json<'a>(
        &self,
        _content_type: Option<&str>,
        text: &'a str,
        _connection: Option<&Connection>,
    ) -> Result<Cow<'a, str>, JsonError> {
        Ok(Cow::Borrowed(text))
    }

    /// Splits a body that reports several events into one body for each, in the shape that `read`
    /// takes; each is then stored, decided and replayed alone. Nothing: the body is one event. One
    /// at a time, so that the limit on their number bounds the work too.
    fn split<'a>(&self, _body: &'a Value, _connection: &Connection) -> Parts<'a> {
        Box::new(std::iter::empty())
    }

    /// The sender's own id of this delivery, from its headers: the same when it tries again. It is
    /// used for a body without a key, `DedupKey::Each`.
    fn delivery(&self, _request: &SignedRequest<'_>, _connection: &Connection) -> Option<String> {
        None
    }

    /// What the sender is told where it wants words of its own. It may not depend on anything that is
    /// not in the body: it is given before any vendor is called.
    fn answer(&self, _body: &Value) -> Option<Reply> {
        None
    }

    /// Which of the vendor's customers sent this, where all of them share one address of ours: Deskbridge
    /// is one app there, with one secret, the credential `webhook-<connector>`.
    fn tenant(&self, _body: &Value) -> Option<String> {
        None
    }

    /// Whether the vendor asks with a GET if anybody is at an address, before it takes it.
    fn is_probed(&self) -> bool {
        false
    }

    /// Reads the body. `integration` is the name our own writes are signed with.
    fn read(
        &self,
        body: &Value,
        connection: &Connection,
        integration: &str,
    ) -> Result<Incoming, Drift>;
}

/// The events of one body, each in a body of its own.
pub type Parts<'a> = Box<dyn Iterator<Item = Value> + 'a>;

/// The parts of a request that signatures are made over.
pub struct SignedRequest<'a> {
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
    pub now: Timestamp,
}

impl SignedRequest<'_> {
    /// Returns a header's value if it was sent exactly once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self
            .headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let (_, value) = found.next()?;
        found.next().is_none().then_some(value.as_str())
    }
}

/// What a webhook says, in our terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    pub key: DedupKey,
    /// Without the connector's name: `conversation_opened`.
    pub event_type: String,
    pub subject: EntityRef,
    /// Who did it, as far as the vendor says.
    pub actor: Option<String>,
    /// The body bears the mark of a thing we made.
    pub made_by_us: bool,
    /// Values that stand at the vendor now, by the names that `Prepared::writes` uses.
    pub observed: BTreeMap<String, String>,
    /// What templates and conditions see, each under a name of its own: `conversation`, `alert`.
    pub data: Map<String, Value>,
}

/// A body that is sound JSON and yet not what the vendor documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    pub field: String,
    pub why: String,
}

impl Drift {
    pub fn new(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            why: why.into(),
        }
    }
}

/// What a repeat of an operation whose outcome is unknown may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Send again: the vendor keys it, or it sets what it set before.
    Harmless,
    /// Look first, `wait` after the call at the earliest: the vendor's index lags that long. Absent
    /// `looks` times running, a minute apart, it is sent again.
    LookUp { wait: Duration, looks: u32 },
    /// Nothing to look at: a person decides.
    Park,
}

/// One thing a vendor's API can do.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// Without the connector's name: `add_note`.
    pub name: &'static str,
    /// The kind of entity that it makes, to be linked to the event's subject.
    pub creates: Option<&'static str>,
    /// It makes one although the subject is linked already, and the newer one is linked from then on.
    pub renews: bool,
    /// The kind of entity that it acts on, found through the subject's link.
    pub acts_on: Option<&'static str>,
    /// It ends the counterpart: an older event may not open a new one afterwards.
    pub ends: bool,
    pub repeat: Repeat,
    /// Parameters that must be there, and those that may.
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
}

/// One vendor as an integration uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    pub connector: String,
    pub credential: Option<String>,
    /// How long this vendor's index lags, where the owner knows better than the connector.
    pub look_up_wait: Option<Duration>,
    /// The connector's own settings: sub domain, base address, dialect.
    pub settings: Value,
}

impl Connection {
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).and_then(Value::as_str)
    }

    /// Returns the operation's `Repeat`, with the owner's own waiting time where there is one.
    pub fn repeat(&self, operation: &Operation) -> Repeat {
        match (operation.repeat, self.look_up_wait) {
            (Repeat::LookUp { looks, .. }, Some(wait)) => Repeat::LookUp { wait, looks },
            (repeat, _) => repeat,
        }
    }
}

/// Everything a connector needs to carry out one action.
pub struct Call<'a> {
    pub http: &'a dyn VendorHttp,
    pub now: Timestamp,
    pub connection: &'a Connection,
    pub credential: &'a Credential,
    pub operation: &'static Operation,
    pub action: &'a Action,
    /// The entity to act on, where there is one.
    pub target: Option<&'a EntityRef>,
    /// The subject's counterpart at this vendor so far.
    pub link: Option<&'a Link>,
    /// When the action was first sent, in an earlier attempt.
    pub first_sent_at: Option<Timestamp>,
}

impl Call<'_> {
    /// The error of an operation that the connector does not offer.
    pub fn unsupported(&self) -> Error {
        let (connector, operation) = (&self.connection.connector, self.operation.name);
        let why = format!("{connector} has no operation {operation}");
        Error::new(ErrorKind::Unsupported, why)
    }

    /// Returns a text parameter; empty counts as absent.
    pub fn text(&self, name: &str) -> Option<&str> {
        let value = self.action.params.get(name)?.as_str()?;
        Some(value).filter(|text| !text.is_empty())
    }

    pub fn required(&self, name: &str) -> Result<&str> {
        self.text(name).ok_or_else(|| {
            let rule = &self.action.rule;
            Error::new(
                ErrorKind::Misconfigured,
                format!("{rule} rendered no {name}: check its template"),
            )
        })
    }

    /// Returns a text or number parameter as text; empty counts as absent.
    pub fn word(&self, name: &str) -> Option<String> {
        match self.action.params.get(name)? {
            Value::Number(number) => Some(number.to_string()),
            _ => self.text(name).map(str::to_owned),
        }
    }

    /// Returns a number parameter; empty counts as absent.
    pub fn number<N: FromStr>(&self, name: &str) -> Result<Option<N>> {
        let Some(text) = self.word(name) else {
            return Ok(None);
        };
        text.trim().parse().map(Some).map_err(|_| {
            let rule = &self.action.rule;
            let why = format!("{rule} rendered a {name} that is no number: check its template");
            Error::new(ErrorKind::Misconfigured, why)
        })
    }

    /// Returns a list parameter; a text is split at commas.
    pub fn list(&self, name: &str) -> Vec<String> {
        match self.action.params.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(text_of).collect(),
            Some(Value::String(text)) => split_list(text),
            _ => Vec::new(),
        }
    }
}

/// Splits `a, b,,c` into its non-empty items.
pub fn split_list(text: &str) -> Vec<String> {
    let items = text.split(',').map(str::trim);
    items
        .filter(|item| !item.is_empty())
        .map(Into::into)
        .collect()
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A request that is ready to leave, and what its echo would look like.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub request: HttpRequest,
    /// What the vendor's next webhooks will report because of this write, recorded before it leaves.
    pub writes: Vec<(EntityRef, String, String)>,
}

impl Prepared {
    pub fn new(request: HttpRequest) -> Self {
        Self {
            request,
            writes: Vec::new(),
        }
    }
}
