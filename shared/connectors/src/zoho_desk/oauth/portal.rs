//! The portal that somebody signs in to, and who they are there.

use deskbridge_core::connector::Connection;
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::Value;

use crate::zoho_desk::settings::{Settings, id_of};

const MYSELF: &str = "GET /myinfo";

/// Where an integration's settings lead.
pub struct Portal {
    /// The accounts server, without a slash at its end.
    pub accounts: String,
    desk: String,
    org_id: String,
}

impl Portal {
    pub fn of(connection: &Connection) -> Result<Self> {
        let settings = Settings::read(connection)?;
        Ok(Self {
            accounts: settings.accounts_url,
            desk: settings.desk_url,
            org_id: settings.org_id,
        })
    }

    /// Asks who it is that signed in: <https://desk.zoho.com/DeskAPIDocument#MyInfo>.
    pub fn myself_request(&self, access_token: &str) -> HttpRequest {
        let url = format!("{}/api/v1/myinfo", self.desk);
        HttpRequest::new(Method::Get, url, MYSELF)
            .header("authorization", format!("Zoho-oauthtoken {access_token}"))
            .header("orgid", self.org_id.clone())
    }
}

/// Returns the agent's id.
pub fn agent_id(answer: &HttpResponse) -> Result<String> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let id = answer.is_success().then(|| id_of(&body["id"])).flatten();
    id.ok_or_else(|| {
        let why =
            "Zoho Desk knows no agent by this sign-in: sign in to the portal of this integration";
        let error = Error::new(ErrorKind::Rejected, why);
        error.with_call(MYSELF).with_status(answer.status)
    })
}
