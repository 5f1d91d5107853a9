use deskbridge_core::Timestamp;

use super::*;

/// The example of the Standard Webhooks libraries' own tests; its signature is what they make of it.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const AT: i64 = 1_614_265_330;
const BODY: &str = r#"{"test": 2432232314}"#;
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

/// GitHub's documented example.
const GITHUB_SECRET: &str = "It's a Secret to Everybody";
const GITHUB_BODY: &str = "Hello, World!";
const GITHUB_SIGNATURE: &str =
    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

fn credential(fields: &[(&str, &str)]) -> Credential {
    let fields = fields.iter();
    let fields = fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Credential::new("hook", "1", fields)
}

struct Post {
    headers: Vec<(String, String)>,
    body: String,
    now: i64,
}

impl Post {
    fn new(headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers.iter();
        let headers = headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self {
            headers: headers.collect(),
            body: body.to_owned(),
            now: AT,
        }
    }

    fn standard() -> Self {
        let at = AT.to_string();
        let headers = [
            ("Webhook-Id", ID),
            ("Webhook-Timestamp", &at),
            ("Webhook-Signature", SIGNATURE),
        ];
        Self::new(&headers, BODY)
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn kind(&self, secret: &Credential) -> Option<ErrorKind> {
        let request = SignedRequest {
            headers: &self.headers,
            body: self.body.as_bytes(),
            now: Timestamp::from_millis(self.now * 1_000),
        };
        let error = verify_any(&request, Some(secret)).err()?;
        let said = error.to_string();
        assert!(!said.contains("MfKQ9") && !said.contains("g0hM9"), "{said}");
        Some(error.kind())
    }

    fn holds(&self, secret: &str) -> bool {
        self.kind(&credential(&[("standard_webhooks_secret", secret)]))
            .is_none()
    }
}

#[test]
fn the_published_example_of_standard_webhooks_holds() {
    assert!(Post::standard().holds(SECRET));
    assert!(Post::standard().holds(SECRET.strip_prefix("whsec_").unwrap()));
}

#[test]
fn either_of_two_secrets_and_any_of_several_signatures_will_do() {
    let other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    assert!(Post::standard().holds(&format!("{other},{SECRET}")));
    assert!(Post::standard().holds(&format!("{SECRET}, {other}")));
    assert!(!Post::standard().holds(other));
    let several = format!("v1a,AAAA v9,{} v1,AAAA {SIGNATURE}", "A".repeat(44));
    assert!(
        Post::standard()
            .with("webhook-signature", &several)
            .holds(SECRET)
    );
    let many = format!("{}{SIGNATURE}", "v1,AAAA ".repeat(10));
    assert!(
        !Post::standard()
            .with("webhook-signature", &many)
            .holds(SECRET),
        "after ten no more"
    );
}

#[test]
fn a_clock_may_be_five_minutes_off_either_way() {
    for (off, holds) in [
        (0, true),
        (300, true),
        (-300, true),
        (301, false),
        (-301, false),
    ] {
        let mut post = Post::standard();
        post.now = AT + off;
        let secret = credential(&[("standard_webhooks_secret", SECRET)]);
        let skewed = (!holds).then_some(ErrorKind::ClockSkew);
        assert_eq!(post.kind(&secret), skewed, "{off}");
    }
    for at in [
        "0",
        "-1",
        "1e18",
        "999999999999999999",
        "yesterday",
        " 1614265330",
        "1614265330.0",
    ] {
        assert!(
            !Post::standard().with("webhook-timestamp", at).holds(SECRET),
            "{at}"
        );
    }
}

#[test]
fn whatever_is_changed_or_missing_is_refused() {
    let changed = |name, value: &str| Post::standard().with(name, value);
    let mut body = Post::standard();
    body.body = r#"{"test":2432232314}"#.into();
    let mut twice = Post::standard();
    twice.headers.push(("webhook-id".into(), ID.into()));
    for (name, post) in [
        ("another body, though the same JSON", body),
        ("another id", changed("webhook-id", "msg_2")),
        ("another time", changed("webhook-timestamp", "1614265331")),
        ("no signature", changed("webhook-signature", "")),
        (
            "no version",
            changed("webhook-signature", SIGNATURE.trim_start_matches("v1,")),
        ),
        (
            "another version",
            changed("webhook-signature", &SIGNATURE.replace("v1", "v2")),
        ),
        (
            "cut",
            changed("webhook-signature", SIGNATURE.trim_end_matches("OLJ1OE=")),
        ),
        (
            "upper case",
            changed("webhook-signature", &SIGNATURE.to_uppercase()),
        ),
        ("sent twice", twice),
        ("nothing", Post::new(&[], BODY)),
    ] {
        let secret = credential(&[("standard_webhooks_secret", SECRET)]);
        assert_eq!(post.kind(&secret), Some(ErrorKind::Unauthorized), "{name}");
    }
}

#[test]
fn an_id_that_cannot_be_one_is_malformed() {
    let secret = credential(&[("standard_webhooks_secret", SECRET)]);
    for id in ["a.b".to_owned(), "x".repeat(10_000)] {
        let kind = Post::standard().with("webhook-id", &id).kind(&secret);
        assert_eq!(kind, Some(ErrorKind::Malformed));
    }
}

#[test]
fn github_s_documented_example_holds_and_nothing_like_it() {
    let kind = |signature: &str, body: &str, secret: &str| {
        let post = Post::new(&[("X-Hub-Signature-256", signature)], body);
        post.kind(&credential(&[("github_secret", secret)]))
    };
    assert_eq!(kind(GITHUB_SIGNATURE, GITHUB_BODY, GITHUB_SECRET), None);
    let two = format!("other,{GITHUB_SECRET}");
    assert_eq!(kind(GITHUB_SIGNATURE, GITHUB_BODY, &two), None);
    let upper = GITHUB_SIGNATURE.to_uppercase().replace("SHA", "sha");
    for (signature, body, secret) in [
        (GITHUB_SIGNATURE, "Hello, World", GITHUB_SECRET),
        (GITHUB_SIGNATURE, GITHUB_BODY, "other"),
        (
            GITHUB_SIGNATURE.trim_start_matches("sha256="),
            GITHUB_BODY,
            GITHUB_SECRET,
        ),
        (
            GITHUB_SIGNATURE.trim_end_matches("7"),
            GITHUB_BODY,
            GITHUB_SECRET,
        ),
        (upper.as_str(), GITHUB_BODY, GITHUB_SECRET),
        ("sha256=", GITHUB_BODY, GITHUB_SECRET),
        ("sha256=日本", GITHUB_BODY, GITHUB_SECRET),
        ("", GITHUB_BODY, GITHUB_SECRET),
    ] {
        assert_eq!(
            kind(signature, body, secret),
            Some(ErrorKind::Unauthorized),
            "{signature}"
        );
    }
}

#[test]
fn a_token_comes_in_the_header_that_the_credential_names() {
    let post = Post::new(&[("X-Api-Key", "t0ken")], "{}");
    assert_eq!(
        post.kind(&credential(&[("token", "t0ken"), ("header", "x-api-key")])),
        None
    );
    let wrong = Some(ErrorKind::Unauthorized);
    assert_eq!(post.kind(&credential(&[("token", "t0ken")])), wrong);
    assert_eq!(
        post.kind(&credential(&[("token", "t"), ("header", "x-api-key")])),
        wrong
    );
}

#[test]
fn a_credential_that_names_no_way_or_two_lets_nothing_in() {
    let wrong = Some(ErrorKind::Misconfigured);
    for fields in [
        vec![],
        vec![("token", "")],
        vec![("header", "x-api-key")],
        vec![("token", "t"), ("github_secret", "s")],
        vec![("standard_webhooks_secret", "whsec_c2hvcnQ=")],
        vec![("standard_webhooks_secret", "no base 64!")],
    ] {
        assert_eq!(
            Post::standard().kind(&credential(&fields)),
            wrong,
            "{fields:?}"
        );
    }
    let empty = credential(&[("github_secret", " , ")]);
    assert_eq!(
        Post::new(&[], "").kind(&empty),
        Some(ErrorKind::Unauthorized)
    );
}

#[test]
fn ten_thousand_forged_requests_are_all_refused() {
    use proptest::prelude::*;
    let secret = credential(&[("standard_webhooks_secret", SECRET)]);
    let github = credential(&[("github_secret", GITHUB_SECRET)]);
    let config = ProptestConfig::with_cases(10_000);
    let any = (any::<prop::sample::Index>(), 1_u8..=255, 0..4_usize);
    proptest!(config, |((at, flip, part) in any)| {
        let mut post = Post::standard();
        let target = match part {
            0 => &mut post.body,
            field => &mut post.headers[field - 1].1,
        };
        let mut bytes = target.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        *target = String::from_utf8_lossy(&bytes).into_owned();
        prop_assert!(post.kind(&secret).is_some());

        let mut signature = GITHUB_SIGNATURE.to_owned().into_bytes();
        let at = at % signature.len();
        signature[at] ^= flip;
        let signature = String::from_utf8_lossy(&signature).into_owned();
        let post = Post::new(&[("X-Hub-Signature-256", &signature)], GITHUB_BODY);
        prop_assert!(post.kind(&github).is_some());
    });
}
