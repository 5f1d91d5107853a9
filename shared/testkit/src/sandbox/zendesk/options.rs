//! How a Zendesk account is set up.

use std::net::SocketAddr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub role: String,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub email: String,
    pub api_token: String,
    pub users: Vec<User>,
}

impl Default for Options {
    fn default() -> Self {
        let user = |id, name: &str, email: &str, phone: &str, role: &str| User {
            id,
            name: name.into(),
            email: email.into(),
            phone: phone.into(),
            role: role.into(),
        };
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            email: "agent@example.com".into(),
            api_token: "zendesk-sandbox-token".into(),
            users: vec![
                user(9_001, "Agent", "agent@example.com", "", "admin"),
                user(
                    9_017,
                    "Ann \"A\" O'Hara",
                    "ann@example.com",
                    "+4930123456",
                    "end-user",
                ),
                user(9_033, "Bo", "bo@example.com", "+81312345678", "end-user"),
            ],
        }
    }
}
