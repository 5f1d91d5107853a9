//! Event subscriptions on their way out: an array of one event, and who sends it in a signed token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use serde_json::{Value, json};

use super::Portal;
use super::state::{State, Subscription};

/// Two keys, so that one can take the other's place. They sign for sandboxes only, and are no secret.
const KEYS: [(&str, &[u8]); 2] = [
    ("sandbox-1", include_bytes!("signing_key_1.pk8")),
    ("sandbox-2", include_bytes!("signing_key_2.pk8")),
];
const TOKEN_LIVES_S: i64 = 300;

/// One thing that happened, before it is known who asked to be told.
#[derive(Debug)]
pub(super) struct News {
    pub(super) event: &'static str,
    pub(super) department: String,
    /// Of a mail: `in` or `out`.
    pub(super) direction: Option<&'static str>,
    /// A rule of the portal's own did it.
    pub(super) automatic: bool,
    pub(super) payload: Value,
    pub(super) before: Option<Value>,
}

impl News {
    pub(super) fn new(event: &'static str, department: &str, payload: Value) -> Self {
        Self {
            event,
            department: department.to_owned(),
            direction: None,
            automatic: false,
            payload,
            before: None,
        }
    }
}

impl Portal {
    /// Tells everybody who subscribed to what has happened since the last time.
    pub(super) fn tell(&self, state: &mut State) {
        for news in std::mem::take(&mut state.news) {
            for subscription in &state.subscriptions {
                if let Some(body) = body(state, subscription, &news) {
                    let url = subscription.body["url"].as_str().unwrap_or_default();
                    let token = token(state, &subscription.id);
                    let headers = [("X-ZDesk-JWT", token.as_str())];
                    self.stage.outbox.post_to(url, &headers, news.event, &body);
                }
            }
        }
    }
}

fn body(state: &State, subscription: &Subscription, news: &News) -> Option<Value> {
    let wanted = &subscription.body;
    let filter = wanted.get("subscriptions")?.get(news.event)?;
    let enabled = wanted.get("isEnabled") != Some(&json!(false));
    let departments = filter["departmentIds"].as_array();
    let here = departments.is_none_or(|ids| ids.contains(&json!(news.department)));
    let direction = filter["direction"].as_str();
    let this_way = direction.is_none_or(|wanted| news.direction == Some(wanted));
    let sources = wanted.get("includeEventsFrom").and_then(Value::as_array);
    let automation = sources.is_some_and(|all| all.contains(&json!("AUTOMATION")));
    if !enabled || !here || !this_way || (news.automatic && !automation) {
        return None;
    }
    let mut event = json!({
        "eventType": news.event,
        "eventTime": state.exactly_now().to_string(),
        "orgId": state.options.org_id,
        "payload": news.payload,
    });
    if let (Some(before), true) = (&news.before, filter["includePrevState"] == true) {
        event["prevState"] = before.clone();
    }
    Some(json!([event]))
}

/// Signs with the key in use, for one webhook, as of now.
pub(super) fn token(state: &State, webhook: &str) -> String {
    let (kid, _) = KEYS[state.signing_key % KEYS.len()];
    let issued = state.exactly_now().div_euclid(1000);
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": kid });
    let claims = json!({
        "iss": format!("orgId:{}", state.options.org_id),
        "aud": format!("webhookId:{webhook}"),
        "iat": issued,
        "exp": issued + TOKEN_LIVES_S,
    });
    signed(state.signing_key, &header, &claims)
}

/// Signs whatever it is given, as a forger cannot.
pub(super) fn signed(key: usize, header: &Value, claims: &Value) -> String {
    let encode = |part: &Value| BASE64.encode(part.to_string());
    let text = format!("{}.{}", encode(header), encode(claims));
    let (_, key) = KEYS[key % KEYS.len()];
    let mut signature = Vec::new();
    // A key that cannot sign makes a token that nobody accepts.
    if let Ok(key) = KeyPair::from_pkcs8(key) {
        signature = vec![0; key.public().modulus_len()];
        key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            text.as_bytes(),
            &mut signature,
        )
        .ok();
    }
    format!("{text}.{}", BASE64.encode(signature))
}

/// The keys in use, as the data centre publishes them: the one before the newest too.
pub(super) fn jwks(state: &State) -> Value {
    let keys = KEYS
        .iter()
        .take(state.signing_key + 1)
        .filter_map(|(kid, key)| {
            let key = KeyPair::from_pkcs8(key).ok()?;
            let public: PublicKeyComponents<Vec<u8>> = key.public_key().into();
            Some(json!({
                "kty": "RSA",
                "use": "sig",
                "alg": "RS256",
                "kid": kid,
                "n": BASE64.encode(public.n),
                "e": BASE64.encode(public.e),
            }))
        });
    json!({ "keys": keys.collect::<Vec<_>>() })
}
