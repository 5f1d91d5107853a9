//! Zoho Desk's signed webhooks from the portal to a decision, and `PyJWT`'s opinion of the signatures.

use std::io::Write as _;
use std::time::Duration;

use deskbridge_connectors::ZohoDesk as Connector;
use deskbridge_core::connector::{Connection, Connector as _, SignedRequest, Trial, Webhook as _};
use deskbridge_core::http::{HttpRequest, Method};
use deskbridge_core::ports::{Clock as _, VendorHttp as _};
use deskbridge_core::secret::Credential;
use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::zoho_desk::{Options, ZohoDesk};
use it_support::{World, client};
use serde_json::{Value, json};

const SUPPORT: &str = "198765000000006907";
const MINUTE: Duration = Duration::from_secs(60);
const MUTATIONS: usize = 10_000;

/// A ticket that comes in gets a comment, as the simplest thing that can be seen there.
const DOCUMENT: &str = r#"
name: support-alerts
kind: custom
settings:
  connections:
    zoho-desk: { org_id: "60022843030", credential: zoho-desk-main, base_url: "ZOHO_URL" }
  rules:
    - id: seen
      on: zoho-desk.ticket_added
      do: zoho-desk.add_comment
      with: { ticket_id: "{{ ticket.id }}", text: "Seen: {{ ticket.subject }}" }
    - id: closed
      on: zoho-desk.ticket_updated
      if: changes.closed
      do: zoho-desk.add_comment
      with: { ticket_id: "{{ ticket.id }}", text: "Closed, was {{ changes.status.from }}", public: true }
"#;

/// A portal, subscribed to by an integration that comments on what it tells.
struct Desk {
    portal: ZohoDesk,
    world: World,
}

impl Desk {
    async fn start() -> Self {
        let portal = ZohoDesk::start(Options::default()).await.unwrap();
        let document = DOCUMENT.replace("ZOHO_URL", &portal.url());
        let world = World::start_with(|_| document).await;
        portal.set_time(world.clock.now().as_millis());
        world.set_credential("zoho-desk-main", &credential());
        let desk = Self { portal, world };
        desk.subscribe().await;
        desk
    }

    fn address(&self) -> String {
        let (address, key) = (self.world.address, &self.world.key);
        format!("http://{address}/webhooks/zoho-desk/{key}")
    }

    async fn subscribe(&self) {
        let fields = credential().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let trial = Trial {
            http: &self.portal,
            now: self.world.clock.now(),
            connection: &connection(&self.portal.url()),
            credential: &Credential::new("zoho-desk-main", "1", fields),
        };
        let subscribed = Connector::default()
            .subscribe(&trial, &self.address())
            .await;
        assert_eq!(subscribed.unwrap().unwrap().says, "the webhook was created");
    }

    /// Posts one event as the portal would, with this token.
    async fn post(&self, token: Option<&str>) -> u16 {
        let body = json!([{ "eventType": "Ticket_Add", "payload": { "id": "1" } }]);
        let request = client()
            .post(self.address())
            .header("content-type", "application/json")
            .body(body.to_string());
        let request = match token {
            Some(token) => request.header("X-ZDesk-JWT", token),
            None => request,
        };
        request.send().await.unwrap().status().as_u16()
    }

    fn keys_read(&self) -> usize {
        let requests = self.portal.requests();
        requests
            .iter()
            .filter(|request| request.path.ends_with("/jwks.json"))
            .count()
    }

    async fn pass(&self, time: Duration) {
        self.world.pass(time).await;
        self.portal.set_time(self.world.clock.now().as_millis());
    }
}

fn credential() -> [(&'static str, &'static str); 3] {
    [
        ("client_id", "1000.SANDBOXCLIENT"),
        ("client_secret", "sandbox-client-secret"),
        ("refresh_token", "1000.sandbox-refresh-token"),
    ]
}

fn connection(url: &str) -> Connection {
    Connection {
        connector: "zoho-desk".into(),
        credential: Some("zoho-desk-main".into()),
        look_up_wait: None,
        settings: json!({ "org_id": "60022843030", "base_url": url }),
    }
}

#[tokio::test]
async fn what_the_portal_tells_is_answered_with_200_and_acted_upon() {
    let desk = Desk::start().await;
    let ticket = desk
        .portal
        .human_opens_ticket(SUPPORT, "a@example.com", "Printer");
    assert!(desk.portal.settled(MINUTE).await);
    desk.pass(MINUTE).await;
    desk.portal.human_sets_status(&ticket, "Resolved");
    assert!(desk.portal.settled(MINUTE).await);
    desk.pass(MINUTE).await;
    let comments = desk.portal.ticket(&ticket).unwrap().comments;
    let comments: Vec<_> = comments
        .iter()
        .map(|row| (row.content.as_str(), row.is_public))
        .collect();
    assert_eq!(
        comments,
        [("Seen: Printer", false), ("Closed, was Open", true)]
    );
    let answers = desk
        .portal
        .deliveries()
        .into_iter()
        .map(|delivery| format!("{:?}", delivery.outcome));
    assert!(answers.into_iter().all(|answer| answer == "Answered(200)"));
    assert_eq!(desk.keys_read(), 1, "kept");
}

#[tokio::test]
async fn nobody_else_gets_in_and_a_new_key_does() {
    let desk = Desk::start().await;
    let ours = desk.portal.subscriptions().remove(0).id;
    let token = desk.portal.webhook_token(&ours);
    assert_eq!(desk.post(Some(&token)).await, 200);
    assert_eq!(desk.post(None).await, 401);
    assert_eq!(desk.post(Some(&token.replace('.', "_"))).await, 401);
    desk.portal.change_signing_key();
    let newer = desk.portal.webhook_token(&ours);
    assert_eq!(
        desk.post(Some(&newer)).await,
        401,
        "the keys were read this minute"
    );
    desk.pass(MINUTE).await;
    let newer = desk.portal.webhook_token(&ours);
    assert_eq!(desk.post(Some(&newer)).await, 200);
    assert_eq!(desk.keys_read(), 2);
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_a_503_and_older_ones_do_for_a_day() {
    let desk = Desk::start().await;
    let ours = desk.portal.subscriptions().remove(0).id;
    desk.portal
        .script()
        .on("GET", "jwks.json", Fault::status(502));
    let token = desk.portal.webhook_token(&ours);
    assert_eq!(desk.post(Some(&token)).await, 503);
    assert_eq!(desk.post(Some(&token)).await, 200);
    desk.portal
        .script()
        .times(9, "GET", "jwks.json", Fault::status(502));
    for (hours, status) in [(2, 200), (23, 503)] {
        desk.pass(hours * 60 * MINUTE).await;
        let token = desk.portal.webhook_token(&ours);
        assert_eq!(desk.post(Some(&token)).await, status, "{hours}");
    }
}

/// Which tokens pass is not only our own opinion: `PyJWT` sees the same ones.
#[tokio::test(flavor = "multi_thread")]
async fn pyjwt_agrees_on_ten_thousand_mutated_tokens() {
    let portal = ZohoDesk::start(Options::default()).await.unwrap();
    let request = HttpRequest::new(
        Method::Get,
        format!("{}/.well-known/jwks.json", portal.url()),
        "keys",
    );
    let keys = portal.send(request).await.unwrap().body;
    let mut tokens = signed(&portal);
    let first = tokens[0].clone();
    let mut random = 0x5eed_u64;
    while tokens.len() < MUTATIONS {
        tokens.push(mutated(&first, &mut random));
    }
    let verdicts: Vec<_> = tokens
        .iter()
        .map(|token| json!([token, passes(token, &keys)]))
        .collect();
    let accepted = verdicts.iter().filter(|verdict| verdict[1] == true).count();
    assert!(accepted >= 5, "some must pass: {accepted}");
    let keys: Value = serde_json::from_slice(&keys).unwrap();
    let case = json!({
        "keys": keys, "iss": "orgId:60022843030", "aud": "webhookId:7", "tokens": verdicts,
    });
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(case.to_string().as_bytes()).unwrap();
    let path = file.path().display().to_string();
    crate::judges::judge("zoho_desk_jwt.py", vec![path]).await;
}

/// Tokens that the portal's key has signed, good ones and wrong ones; the first one is good.
fn signed(portal: &ZohoDesk) -> Vec<String> {
    let now = deskbridge_clock::SystemClock.now().as_millis() / 1000;
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "sandbox-1" });
    let claims = json!({
        "iss": "orgId:60022843030", "aud": "webhookId:7", "iat": now, "exp": now + 900,
    });
    let mut tokens = vec![portal.sign(&header, &claims)];
    for (name, value) in [
        ("iss", json!("orgId:6002284303")),
        ("iss", json!("orgId:600228430300")),
        ("iss", Value::Null),
        ("aud", json!("webhookId:8")),
        ("aud", json!("orgId:7")),
        ("aud", Value::Null),
        ("exp", json!(now - 300)),
        ("exp", json!(now + 20)),
        ("exp", json!(now - 5)),
        ("exp", Value::Null),
        ("exp", json!("soon")),
        ("iat", json!(now + 300)),
        ("iat", json!(now + 20)),
        ("nbf", json!(now + 300)),
        ("nbf", json!(now - 300)),
        ("more", json!({ "a": [1, 2] })),
    ] {
        let mut claims = claims.clone();
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }
        tokens.push(portal.sign(&header, &claims));
    }
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("RS384")),
        ("kid", json!("sandbox-2")),
        ("kid", json!(1)),
        ("crit", json!(["exp"])),
        ("typ", json!("other")),
    ] {
        let mut header = header.clone();
        header[name] = value;
        tokens.push(portal.sign(&header, &claims));
    }
    tokens
}

/// Changes, drops, doubles or moves characters of a token, within the alphabet that tokens have:
/// ``PyJWT`` passes over others, and we do not.
fn mutated(token: &str, random: &mut u64) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    let mut text = token.as_bytes().to_vec();
    let mut pick = |most: usize| {
        // Steele and Vigna's SplitMix64: the same tokens in every run.
        *random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*random ^ (*random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap_or_default()
    };
    for _ in 0..=pick(3) {
        let (at, other) = (pick(text.len()), pick(text.len()));
        let letter = ALPHABET[pick(ALPHABET.len())];
        match pick(6) {
            0 => drop(text.remove(at)),
            1 => text.insert(at, letter),
            2 => text.swap(at, other),
            3 => text.truncate(text.len() - pick(8)),
            // The last character, of which only some bits count.
            4 => {
                let last = text.len() - 1;
                text[last] = letter;
            }
            _ => text[at] = letter,
        }
    }
    String::from_utf8(text).unwrap_or_default()
}

fn passes(token: &str, keys: &[u8]) -> bool {
    let mut connection = connection("http://localhost");
    connection.settings["webhook_id"] = json!("7");
    let headers = [("X-ZDesk-JWT".to_owned(), token.to_owned())];
    let signed = SignedRequest {
        headers: &headers,
        body: b"[]",
        now: deskbridge_clock::SystemClock.now(),
    };
    let connector = Connector::default();
    let published = connector.published_keys().unwrap();
    published.verify(&signed, &connection, keys).is_ok()
}
