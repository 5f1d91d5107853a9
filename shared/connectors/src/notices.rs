//! Where notices go: a webhook of the owner's, signed as Standard Webhooks has it, or a channel of Slack.
//!
//! Both addresses let their holder speak there, so they are fields of the credential `notices`: `url`, with
//! `standard_webhooks_secret` to sign with, or `slack_url`, an incoming webhook's,
//! <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>.

use std::sync::Arc;

use async_trait::async_trait;
use deskbridge_core::http::{HttpRequest, Method};
use deskbridge_core::notice::{Herald, Notice};
use deskbridge_core::ports::{Secrets, VendorHttp};
use deskbridge_core::secret::{Credential, NOTICES};
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};
use serde_json::{Value, json};

use crate::signature::sign_standard;

const CALL: &str = "POST notices";

/// Returns the channels of this build.
pub fn channels(secrets: Arc<dyn Secrets>, http: Arc<dyn VendorHttp>) -> Arc<dyn Herald> {
    Arc::new(Channels { secrets, http })
}

struct Channels {
    secrets: Arc<dyn Secrets>,
    http: Arc<dyn VendorHttp>,
}

#[async_trait]
impl Herald for Channels {
    async fn tell(&self, id: &str, message: &[Notice], at: Timestamp) -> Result<bool> {
        let credential = match self.secrets.credential(NOTICES).await {
            Err(error) if error.kind() == ErrorKind::Misconfigured => return Ok(false),
            credential => credential?,
        };
        let requests = requests(&credential, id, message, at)?;
        for request in requests {
            let answer = self.http.send(request).await?;
            if !answer.is_success() {
                let why = format!("nobody took the notices: look at the credential {NOTICES}");
                let error = Error::new(ErrorKind::Unavailable, why);
                return Err(error.with_call(CALL).with_status(answer.status));
            }
        }
        Ok(true)
    }
}

fn requests(
    credential: &Credential,
    id: &str,
    message: &[Notice],
    at: Timestamp,
) -> Result<Vec<HttpRequest>> {
    let mut requests = Vec::new();
    if let Some(url) = credential.optional("url") {
        let body = body(message, at);
        let mut request = HttpRequest::new(Method::Post, url, CALL).json(&body);
        if let Some(secret) = credential.optional("standard_webhooks_secret") {
            let text = body.to_string();
            let signed = sign_standard(secret, id, at, text.as_bytes())?;
            for (name, value) in signed {
                request = request.header(name, value);
            }
        }
        requests.push(request);
    }
    if let Some(url) = credential.optional("slack_url") {
        let body = json!({"text": text(message)});
        requests.push(HttpRequest::new(Method::Post, url, CALL).json(&body));
    }
    if requests.is_empty() {
        let why = format!("credential {NOTICES} has neither url nor slack_url: set one of them");
        return Err(Error::new(ErrorKind::Misconfigured, why));
    }
    Ok(requests)
}

/// `type`, `timestamp` and `data`, as the specification asks.
fn body(message: &[Notice], at: Timestamp) -> Value {
    let notices = message.iter().map(|line| {
        json!({
            "kind": line.kind,
            "about": line.about,
            "count": line.count,
            "since": line.since.to_string(),
            "text": line.text,
        })
    });
    let notices: Vec<_> = notices.collect();
    json!({
        "type": "deskbridge.notices",
        "timestamp": at.to_string(),
        "data": { "notices": notices },
    })
}

/// Slack reads three characters as its own, <https://docs.slack.dev/messaging/formatting-message-text>.
fn text(message: &[Notice]) -> String {
    let lines = message.iter().map(|line| {
        let times = match line.count {
            1 => String::new(),
            count => format!(" ({count} times)"),
        };
        format!(
            "• {} {}{times}: {}",
            line.about,
            line.kind.says(),
            line.text
        )
    });
    let lines: Vec<_> = lines.collect();
    let text = format!("Deskbridge needs you:\n{}", lines.join("\n"));
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use deskbridge_core::connector::SignedRequest;
    use deskbridge_core::notice::Kind;

    use super::*;
    use crate::signature::verify_any;

    const AT: Timestamp = Timestamp::from_millis(1_790_000_000_000);
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn credential(fields: &[(&str, &str)]) -> Credential {
        let fields = fields.iter();
        let fields = fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Credential::new(NOTICES, "1", fields)
    }

    fn message() -> Vec<Notice> {
        vec![Notice {
            kind: Kind::ActionDead,
            about: "orders".to_owned(),
            count: 3,
            since: AT,
            text: "opsgenie.create_alert: <no answer> & more".to_owned(),
        }]
    }

    #[test]
    fn a_receiver_of_standard_webhooks_takes_the_signature() {
        let fields = [
            ("url", "https://hooks.example.com/d"),
            ("standard_webhooks_secret", SECRET),
        ];
        let sent = requests(&credential(&fields), "ntc_1", &message(), AT).unwrap();
        let headers = sent[0].headers.iter();
        let headers: Vec<_> = headers.map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        let request = SignedRequest {
            headers: &headers,
            body: sent[0].body.as_deref().unwrap(),
            now: AT,
        };
        let receiver = credential(&[("standard_webhooks_secret", SECRET)]);
        verify_any(&request, Some(&receiver)).unwrap();
        let body: Value = serde_json::from_slice(request.body).unwrap();
        let expected = json!({
            "type": "deskbridge.notices",
            "timestamp": "2026-09-21T14:13:20.000Z",
            "data": {"notices": [{
                "kind": "action_dead",
                "about": "orders",
                "count": 3,
                "since": "2026-09-21T14:13:20.000Z",
                "text": "opsgenie.create_alert: <no answer> & more",
            }]},
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn slack_gets_a_line_for_each() {
        let fields = [("slack_url", "https://hooks.slack.com/services/T/B/x")];
        let sent = requests(&credential(&fields), "ntc_1", &message(), AT).unwrap();
        let body = sent[0].body.as_deref().unwrap();
        let body: Value = serde_json::from_slice(body).unwrap();
        let line =
            "• orders given up (3 times): opsgenie.create_alert: &lt;no answer&gt; &amp; more";
        let text = format!("Deskbridge needs you:\n{line}");
        assert_eq!(body, json!({ "text": text }));
    }

    #[test]
    fn a_credential_without_an_address_says_what_to_set() {
        let refused = requests(
            &credential(&[("api_key", "canary")]),
            "ntc_1",
            &message(),
            AT,
        );
        let refused = refused.unwrap_err();
        assert!(refused.message().contains("slack_url"), "{refused}");
        assert!(!refused.message().contains("canary"));
    }
}
