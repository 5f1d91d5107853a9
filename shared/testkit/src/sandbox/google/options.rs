//! How a Google sandbox is set up.

use std::net::SocketAddr;

use crate::sandbox::rsa::SANDBOX_KEY;

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    /// The service account, as its key file has it.
    pub client_email: String,
    pub client_id: String,
    pub private_key_id: String,
    pub private_key: String,
    /// What the domain's administrator has delegated to the account.
    pub delegated_scopes: Vec<String>,
    /// Users of the domain.
    pub users: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            client_email: "flow@sandbox.iam.gserviceaccount.com".into(),
            client_id: "100000000000000000001".into(),
            private_key_id: "5a4db0c5a4db0c".into(),
            private_key: SANDBOX_KEY.into(),
            delegated_scopes: vec![
                "https://www.googleapis.com/auth/admin.directory.user.readonly".into(),
                "https://www.googleapis.com/auth/calendar.readonly".into(),
            ],
            users: vec!["admin@example.com".into(), "ann@example.com".into()],
        }
    }
}
