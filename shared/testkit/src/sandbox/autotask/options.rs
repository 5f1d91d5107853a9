//! How an Autotask tenant is set up.

use std::net::SocketAddr;
use std::time::Duration;

/// One value of a picklist; the number and the label are the tenant's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: i64,
    pub label: String,
    pub active: bool,
}

/// A field whose values are a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picklist {
    /// As on the wire: `queueID`.
    pub field: String,
    pub choices: Vec<Choice>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    pub id: i64,
    pub name: String,
    pub active: bool,
}

/// A ticket category: what it gives to a new ticket, and what it asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Category {
    pub id: i64,
    pub name: String,
    pub is_global_default: bool,
    /// Field defaults as on the wire, as `("queueID", 8)`.
    pub defaults: Vec<(String, i64)>,
    /// It gives tickets a due date; the API does not show that.
    pub defaults_due_date: bool,
    pub requires_resolution: bool,
    pub requires_note_titles: bool,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    /// The API user's name, which is an e-mail address, its secret and its tracking identifier.
    pub user_name: String,
    pub secret: String,
    pub integration_code: String,
    /// Counted over a rolling hour, whoever calls.
    pub requests_per_hour: usize,
    /// How many requests of one tracking identifier an endpoint works on at a time.
    pub threads: usize,
    /// How long each request takes.
    pub takes: Duration,
    pub companies: Vec<Company>,
    pub categories: Vec<Category>,
    pub ticket_picklists: Vec<Picklist>,
    pub note_picklists: Vec<Picklist>,
    /// Ids and names of the resources that may be impersonated.
    pub resources: Vec<(i64, String)>,
    pub first_ticket_id: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            user_name: "bridge@api.example.com".into(),
            secret: "autotask-sandbox-secret".into(),
            integration_code: "AUTOTASKSANDBOXCODE".into(),
            requests_per_hour: 10_000,
            threads: 3,
            takes: Duration::ZERO,
            companies: companies(),
            categories: categories(),
            ticket_picklists: ticket_picklists(),
            note_picklists: vec![
                picklist("noteType", &[(1, "Task Summary"), (3, "Task Notes")]),
                picklist(
                    "publish",
                    &[(1, "All Autotask Users"), (2, "Internal Project Team")],
                ),
            ],
            resources: vec![
                (29_682_885, "Autotask Administrator".into()),
                (29_682_901, "Mina Sato".into()),
            ],
            first_ticket_id: 128_926,
        }
    }
}

fn companies() -> Vec<Company> {
    let rows = [
        (0, "Example MSP", true),
        (175, "Nordwind GmbH", true),
        (176, "Südhafen AG", true),
        (177, "Gone Ltd", false),
        (181, "Twin Works", true),
        (182, "Twin Works", true),
    ];
    let company = |(id, name, active): (i64, &str, bool)| Company {
        id,
        name: name.into(),
        active,
    };
    rows.map(company).into()
}

fn categories() -> Vec<Category> {
    let defaults = |rows: &[(&str, i64)]| {
        let owned = |(field, value): &(&str, i64)| ((*field).to_owned(), *value);
        rows.iter().map(owned).collect()
    };
    vec![
        Category {
            id: 3,
            name: "Standard".into(),
            is_global_default: true,
            defaults: defaults(&[("status", 1), ("priority", 2), ("queueID", 29_683_354)]),
            defaults_due_date: true,
            ..Category::default()
        },
        Category {
            id: 112,
            name: "Security alert".into(),
            defaults: defaults(&[("status", 8), ("priority", 4), ("queueID", 29_683_360)]),
            defaults_due_date: true,
            requires_resolution: true,
            requires_note_titles: true,
            ..Category::default()
        },
        Category {
            id: 113,
            name: "Backup alert".into(),
            defaults: defaults(&[("queueID", 29_683_378)]),
            ..Category::default()
        },
    ]
}

fn ticket_picklists() -> Vec<Picklist> {
    let mut status = picklist(
        "status",
        &[(1, "New"), (5, "Complete"), (8, "In Progress"), (19, "Old")],
    );
    for choice in &mut status.choices {
        choice.active = choice.value != 19;
    }
    vec![
        status,
        picklist(
            "priority",
            &[(4, "Critical"), (1, "High"), (2, "Medium"), (3, "Low")],
        ),
        picklist(
            "queueID",
            &[
                (29_683_354, "Level I Support"),
                (29_683_360, "Security"),
                (29_683_378, "Backup"),
            ],
        ),
        picklist("source", &[(6, "Phone"), (8, "Monitoring Alert")]),
        picklist("issueType", &[(11, "Server"), (13, "Security")]),
        picklist("subIssueType", &[(136, "Power"), (151, "Phishing")]),
        picklist("ticketType", &[(1, "Service Request"), (5, "Alert")]),
    ]
}

fn picklist(field: &str, choices: &[(i64, &str)]) -> Picklist {
    let choice = |(value, label): &(i64, &str)| Choice {
        value: *value,
        label: (*label).to_owned(),
        active: true,
    };
    Picklist {
        field: field.into(),
        choices: choices.iter().map(choice).collect(),
    }
}
