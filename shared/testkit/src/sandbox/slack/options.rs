//! How Slack, its workspaces and the app are set up.

use std::net::SocketAddr;

#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub email: String,
}

#[derive(Clone, Debug)]
pub struct Channel {
    pub id: String,
    pub name: String,
    pub private: bool,
    pub archived: bool,
    /// Whether the app is in it.
    pub member: bool,
}

#[derive(Clone, Debug)]
pub struct Workspace {
    pub id: String,
    pub name: String,
    pub people: Vec<Person>,
    pub channels: Vec<Channel>,
    /// The app's token, where it is installed.
    pub token: Option<String>,
    pub scopes: Vec<String>,
}

/// The app, as its own pages have it.
#[derive(Clone, Debug)]
pub struct App {
    pub id: String,
    pub client_id: String,
    pub client_secret: String,
    pub signing_secret: String,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub app: App,
    pub workspaces: Vec<Workspace>,
    /// How many messages a channel takes at once before it takes one a second.
    pub burst: u32,
}

/// The workspace that has the app.
pub const TEAM: &str = "T0ACME";
/// One that has not.
pub const OTHER_TEAM: &str = "T0OTHER";
/// The app's token in `TEAM`.
pub const TOKEN: &str = "xoxb-sandbox-acme";
pub const SIGNING_SECRET: &str = "slack-sandbox-signing-secret";
/// Public, with the app in it.
pub const SUPPORT: &str = "C0SUPPORT";
/// Public, without the app.
pub const GENERAL: &str = "C0GENERAL";
/// Private, without the app.
pub const LEADS: &str = "G0LEADS";
pub const ANN: &str = "U0ANN";
pub const BOB: &str = "U0BOB";
/// Everything that the product asks for.
pub const SCOPES: [&str; 10] = [
    "commands",
    "chat:write",
    "chat:write.public",
    "incoming-webhook",
    "im:write",
    "users:read",
    "users:read.email",
    "channels:history",
    "groups:history",
    "im:history",
];

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            app: App {
                id: "A0DESK".into(),
                client_id: "1111.2222".into(),
                client_secret: "slack-sandbox-client-secret".into(),
                signing_secret: SIGNING_SECRET.into(),
            },
            workspaces: vec![
                workspace(TEAM, "Acme", Some(TOKEN)),
                workspace(OTHER_TEAM, "Other", None),
            ],
            burst: 3,
        }
    }
}

fn workspace(id: &str, name: &str, token: Option<&str>) -> Workspace {
    let person = |id: &str, name: &str| Person {
        id: id.into(),
        name: name.into(),
        email: format!("{name}@example.com"),
    };
    let channel = |id: &str, name: &str, private, member| Channel {
        id: id.into(),
        name: name.into(),
        private,
        archived: false,
        member,
    };
    Workspace {
        id: id.into(),
        name: name.into(),
        people: vec![person(ANN, "ann"), person(BOB, "bob")],
        channels: vec![
            channel(SUPPORT, "support", false, true),
            channel(GENERAL, "general", false, false),
            channel(LEADS, "leads", true, false),
        ],
        token: token.map(Into::into),
        scopes: SCOPES.map(Into::into).to_vec(),
    }
}
