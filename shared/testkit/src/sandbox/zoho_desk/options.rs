//! How a portal is set up.

use std::net::SocketAddr;

/// What the portal's owner pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    Free,
    Professional,
    Enterprise,
}

impl Edition {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Free => "FREE",
            Self::Professional => "PROFESSIONAL",
            Self::Enterprise => "ENTERPRISE",
        }
    }

    pub(super) fn webhooks(self) -> usize {
        match self {
            Self::Free => 0,
            Self::Professional => 5,
            Self::Enterprise => 10,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Department {
    pub id: String,
    pub name: String,
    /// What replies are sent from.
    pub reply_address: String,
}

#[derive(Clone, Debug)]
pub struct Agent {
    pub id: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
}

#[derive(Clone, Debug)]
pub struct Contact {
    pub id: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
}

/// A status and its type: `Open`, `On Hold` or `Closed`.
#[derive(Clone, Debug)]
pub struct Status {
    pub name: String,
    pub kind: String,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub org_id: String,
    pub org_name: String,
    pub edition: Edition,
    pub client_id: String,
    pub client_secret: String,
    /// A sign-in of the first agent's that is there from the start, with every right.
    pub refresh_token: String,
    pub departments: Vec<Department>,
    pub agents: Vec<Agent>,
    pub contacts: Vec<Contact>,
    pub statuses: Vec<Status>,
    /// API credits of a day, and how many calls are worked on at a time.
    pub credits: u64,
    pub concurrency: usize,
    pub first_number: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            org_id: "60022843030".into(),
            org_name: "Zylker".into(),
            edition: Edition::Enterprise,
            client_id: "1000.SANDBOXCLIENT".into(),
            client_secret: "sandbox-client-secret".into(),
            refresh_token: "1000.sandbox-refresh-token".into(),
            departments: departments(),
            agents: agents(),
            contacts: contacts(),
            statuses: statuses(),
            credits: 100_000,
            concurrency: 25,
            first_number: 4711,
        }
    }
}

fn departments() -> Vec<Department> {
    let rows = [
        ("198765000000006907", "サポート", "support@zylker.example"),
        ("198765000000116061", "Billing", "billing@zylker.example"),
    ];
    let department = |(id, name, reply_address): (&str, &str, &str)| Department {
        id: id.into(),
        name: name.into(),
        reply_address: reply_address.into(),
    };
    rows.map(department).into()
}

fn agents() -> Vec<Agent> {
    let rows = [
        ("198765000000139001", "Claire", "Suzuki"),
        ("198765000000139002", "Bob", "Tanaka"),
        ("198765000000139003", "Dana", "Ito"),
    ];
    let agent = |(id, first, last): (&str, &str, &str)| Agent {
        id: id.into(),
        first_name: first.into(),
        last_name: last.into(),
        email: format!("{}@zylker.example", first.to_lowercase()),
    };
    rows.map(agent).into()
}

fn contacts() -> Vec<Contact> {
    let rows = [
        ("198765000000042032", "花子", "山田", "yamada@example.com"),
        ("198765000000042033", "", "Oyamada", "oyamada@example.com"),
    ];
    let contact = |(id, first, last, email): (&str, &str, &str, &str)| Contact {
        id: id.into(),
        first_name: first.into(),
        last_name: last.into(),
        email: email.into(),
    };
    rows.map(contact).into()
}

/// One of each type is the portal's own, so that hard-coded names fail.
fn statuses() -> Vec<Status> {
    let rows = [
        ("Open", "Open"),
        ("対応中", "Open"),
        ("On Hold", "On Hold"),
        ("Closed", "Closed"),
        ("Resolved", "Closed"),
    ];
    let status = |(name, kind): (&str, &str)| Status {
        name: name.into(),
        kind: kind.into(),
    };
    rows.map(status).into()
}
