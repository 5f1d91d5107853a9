//! How a Salesforce organisation is set up.

use std::net::SocketAddr;

use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    /// The connected app's consumer key and secret.
    pub client_id: String,
    pub client_secret: String,
    /// The user whom the app is approved for; assertions are signed with the sandboxes' key.
    pub username: String,
    pub password: String,
    pub security_token: String,
    /// Records that are there: type and fields.
    pub records: Vec<(String, Value)>,
}

impl Default for Options {
    fn default() -> Self {
        let contact = |name: &str, phone: &str| {
            (
                "Contact".to_owned(),
                json!({"Name": name, "Phone": phone, "Email": null}),
            )
        };
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            client_id: "salesforce-sandbox-key".into(),
            client_secret: "salesforce-sandbox-secret".into(),
            username: "flow@example.com".into(),
            password: "salesforce-sandbox-password".into(),
            security_token: "AS4DFA9SasdJas2HIasd1asdf".into(),
            records: vec![
                contact("Ann O'Hara", "+4930123456"),
                contact("Bo", "+81312345678"),
            ],
        }
    }
}
