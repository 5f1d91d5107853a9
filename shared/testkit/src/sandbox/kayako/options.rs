//! How a Kayako tenant is set up.

use std::net::SocketAddr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusType {
    New,
    Open,
    Pending,
    Completed,
    Closed,
    Custom,
}

impl StatusType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Open => "OPEN",
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
            Self::Closed => "CLOSED",
            Self::Custom => "CUSTOM",
        }
    }
}

/// A case status; the label is the tenant's own text.
#[derive(Clone, Debug)]
pub struct Status {
    pub id: u64,
    pub kind: StatusType,
    pub label: String,
}

#[derive(Clone, Debug)]
pub struct Priority {
    pub id: u64,
    pub label: String,
    pub level: u8,
}

#[derive(Clone, Debug)]
pub struct Team {
    pub id: u64,
    pub title: String,
}

/// A user; agents can be assigned, customers only ask.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: u64,
    pub name: String,
    pub email: String,
    pub agent: bool,
}

/// What a right password gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogIn {
    Works,
    /// Two-factor authentication: 403 `OTP_EXPECTED`.
    OtpExpected,
    /// The password is too old: 403 `CREDENTIAL_EXPIRED`.
    CredentialExpired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    Kayako,
    /// The older product: XML and HTML, and no `/api/v1`.
    Classic,
}

/// When a trigger calls the endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Status equal to New, on every save while that holds.
    StatusIsNew,
    /// Status changed or equal to Completed, on every save while that holds.
    StatusIsCompleted,
    StatusIsClosed,
    AnySave,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    /// The agent whose password the hub has; one of `people`, and the answer of `/me`.
    pub email: String,
    pub password: String,
    /// An OAuth bearer token, if one was issued.
    pub access_token: Option<String>,
    pub log_in: LogIn,
    pub product: Product,
    pub brand: String,
    pub form: String,
    pub statuses: Vec<Status>,
    pub priorities: Vec<Priority>,
    /// Case types: id and label.
    pub types: Vec<(u64, String)>,
    pub teams: Vec<Team>,
    pub people: Vec<Person>,
    /// The `channel_id` of the one mailbox.
    pub mailbox_id: u64,
    pub first_case_id: u64,
    pub triggers: Vec<Trigger>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            email: "agent@example.com".into(),
            password: "kayako-sandbox-password".into(),
            access_token: None,
            log_in: LogIn::Works,
            product: Product::Kayako,
            brand: "OpsGenie".into(),
            form: "Default".into(),
            statuses: statuses(),
            priorities: priorities(),
            types: vec![(71, "Question".into()), (72, "Incident".into())],
            teams: vec![team(301, "General"), team(302, "Second line")],
            people: people(),
            mailbox_id: 617,
            first_case_id: 9,
            triggers: vec![Trigger::StatusIsNew, Trigger::StatusIsCompleted],
        }
    }
}

fn statuses() -> Vec<Status> {
    let rows = [
        (11, StatusType::New, "New"),
        (23, StatusType::Open, "Open"),
        (37, StatusType::Pending, "Pending"),
        (41, StatusType::Completed, "Completed"),
        (58, StatusType::Closed, "Closed"),
        (71, StatusType::Custom, "Waiting for engineering"),
    ];
    rows.map(|(id, kind, label)| Status {
        id,
        kind,
        label: label.into(),
    })
    .into()
}

fn priorities() -> Vec<Priority> {
    let rows = [
        (14, "Low", 1),
        (13, "Normal", 2),
        (12, "High", 3),
        (19, "Urgent", 4),
    ];
    rows.map(|(id, label, level)| Priority {
        id,
        label: label.into(),
        level,
    })
    .into()
}

fn team(id: u64, title: &str) -> Team {
    Team {
        id,
        title: title.into(),
    }
}

fn people() -> Vec<Person> {
    let rows = [
        (207, "Deskbridge", "agent@example.com", true),
        (211, "testUser", "test.user@example.com", true),
        (219, "Mina Sato", "mina@example.com", true),
        (240, "Jonas Weber", "jonas@customer.example", false),
    ];
    let person = |(id, name, email, agent): (u64, &str, &str, bool)| Person {
        id,
        name: name.into(),
        email: email.into(),
        agent,
    };
    rows.map(person).into()
}
