//! Credentials that are tried, over HTTP and against the sandboxes: what is said of each that works, and
//! of each that does not.

use deskbridge_core::connector::{Connection, Connector, Trial, Tried};
use deskbridge_core::secret::Credential;
use deskbridge_core::{ErrorKind, Result, Timestamp};
use deskbridge_testkit::sandbox::{Fault, autotask, kayako, kintone, opsgenie, relation};
use serde_json::{Value, json};

use crate::http::{Client, Targets};
use crate::{Autotask, Kayako, Kintone, Opsgenie, Relation};

async fn tried(
    connector: &dyn Connector,
    settings: Value,
    fields: &[(&str, &str)],
) -> Result<Option<Tried>> {
    let http = Client::new(Targets::Any).unwrap();
    let fields = fields.iter();
    let fields = fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let credential = Credential::new("tried", "1", fields);
    let connection = Connection {
        connector: connector.name().to_owned(),
        credential: Some("tried".to_owned()),
        look_up_wait: None,
        settings,
    };
    let trial = Trial {
        http: &http,
        now: Timestamp::from_millis(1_700_000_000_000),
        connection: &connection,
        credential: &credential,
    };
    connector.try_connection(&trial).await
}

fn refused(answer: Result<Option<Tried>>) -> (ErrorKind, String) {
    let error = answer.unwrap_err();
    (error.kind(), error.message().to_owned())
}

fn fact<'a>(tried: &'a Tried, name: &str) -> &'a str {
    let mut facts = tried.facts.iter();
    let fact = facts.find(|(known, _)| known == name);
    fact.map_or("", |(_, value)| value)
}

/// What a refusal must say.
fn assert_says(answer: Result<Option<Tried>>, kind: ErrorKind, words: &str) {
    let (found, message) = refused(answer);
    assert_eq!(found, kind, "{message}");
    assert!(message.contains(words), "{message}");
}

const KINTONE: fn(&kintone::Kintone) -> Value =
    |vendor| json!({"subdomain": "example", "app": 7, "base_url": vendor.url()});

async fn kintone() -> kintone::Kintone {
    kintone::Kintone::start(kintone::Options::default())
        .await
        .unwrap()
}

#[tokio::test]
async fn kintone_shows_the_app_the_mapping_and_every_field_to_a_token_that_may_only_add() {
    let vendor = kintone().await;
    let mut settings = KINTONE(&vendor);
    settings["key_field"] = json!("同期キー");
    settings["mapping"] = json!({"件名": "title", "チケットID": "ticket_id"});
    let token = [("api_token", kintone::ADD_ONLY)];
    let tried = tried(&Kintone::default(), settings, &token).await.unwrap();
    let shown = serde_json::to_value(tried.unwrap().facts).unwrap();
    insta::assert_json_snapshot!("kintone_facts", shown);
    assert!(vendor.records(7).is_empty(), "nothing was added");
}

#[tokio::test]
async fn kintone_names_every_right_of_a_token() {
    let vendor = kintone().await;
    for (rights, shown) in [
        ((true, false, false), "add"),
        ((true, true, false), "add, edit"),
        ((true, false, true), "add, view"),
        ((true, true, true), "add, edit, view"),
    ] {
        vendor.human_changes_token(kintone::FULL, |token| {
            (token.rights.add, token.rights.edit, token.rights.view) = rights;
        });
        let token = [("api_token", kintone::FULL)];
        let tried = tried(&Kintone::default(), KINTONE(&vendor), &token).await;
        assert_eq!(fact(&tried.unwrap().unwrap(), "rights"), shown);
    }
    assert!(vendor.records(7).is_empty(), "nothing was added");
}

#[tokio::test]
async fn kintone_says_what_is_wrong_with_a_token() {
    let vendor = kintone().await;
    let both = format!("{}, {}", kintone::ADD_ONLY, kintone::FULL);
    let try_it = async |token: &str, app: u64| {
        let mut settings = KINTONE(&vendor);
        settings["app"] = json!(app);
        tried(&Kintone::default(), settings, &[("api_token", token)]).await
    };
    let unknown = try_it("nobody-knows-it", 7).await;
    assert_says(unknown, ErrorKind::Unauthorized, "press \"update app\"");
    let light = try_it("nobody-knows-it", 7).await;
    assert_says(
        light,
        ErrorKind::Unauthorized,
        "the Light course has no API tokens",
    );
    let twice = try_it(&both, 7).await;
    assert_says(
        twice,
        ErrorKind::NeedsPerson,
        "two API tokens of the same app",
    );
    let other = try_it(kintone::ADD_ONLY, 8).await;
    assert_says(other, ErrorKind::NeedsPerson, "belongs to another app");
    vendor.human_changes_token(kintone::ADD_ONLY, |token| token.applied = false);
    let draft = try_it(kintone::ADD_ONLY, 7).await;
    assert_says(draft, ErrorKind::Unauthorized, "GAIA_IA02");
}

#[tokio::test]
async fn kintone_says_which_right_is_missing() {
    let vendor = kintone().await;
    let mut upserts = KINTONE(&vendor);
    upserts["upserts"] = json!(true);
    let token = [("api_token", kintone::ADD_ONLY)];
    let edit = tried(&Kintone::default(), upserts, &token).await;
    assert_says(edit, ErrorKind::NeedsPerson, "edit records");
    vendor.human_changes_token(kintone::ADD_ONLY, |token| {
        token.rights = kintone::Rights {
            view: true,
            ..Default::default()
        };
    });
    let add = tried(&Kintone::default(), KINTONE(&vendor), &token).await;
    assert_says(add, ErrorKind::NeedsPerson, "tick \"add records\"");
}

#[tokio::test]
async fn kintone_names_a_mapped_field_that_the_form_has_not() {
    let vendor = kintone().await;
    for (setting, value) in [
        ("mapping", json!({"電話": "to"})),
        ("key_field", json!("電話")),
    ] {
        let mut settings = KINTONE(&vendor);
        settings[setting] = value;
        let token = [("api_token", kintone::ADD_ONLY)];
        let answer = tried(&Kintone::default(), settings, &token).await;
        assert_says(
            answer,
            ErrorKind::Misconfigured,
            "the app has no field 電話",
        );
    }
}

async fn relation(closed_boxes: Vec<u64>) -> relation::Relation {
    let options = relation::Options {
        closed_boxes,
        ..Default::default()
    };
    relation::Relation::start(options).await.unwrap()
}

#[tokio::test]
async fn relation_names_the_message_box_and_the_calls_left() {
    let vendor = relation(Vec::new()).await;
    let settings = json!({"subdomain": "example", "message_box": 12, "base_url": vendor.url()});
    let token = [("api_token", "relation-sandbox-token")];
    let tried = tried(&Relation::default(), settings, &token).await;
    let tried = tried.unwrap().unwrap();
    assert_eq!(tried.says, "message box サポート (12)");
    let left = fact(&tried, "calls_left_this_minute");
    assert_eq!(left, "58, shared by all who use the token");
}

#[tokio::test]
async fn relation_says_what_is_wrong_with_token_box_or_sub_domain() {
    let vendor = relation(vec![15]).await;
    let try_it = async |token: &str, number: u64, path: &str| {
        let url = format!("{}{path}", vendor.url());
        let settings = json!({"subdomain": "example", "message_box": number, "base_url": url});
        tried(&Relation::default(), settings, &[("api_token", token)]).await
    };
    let good = "relation-sandbox-token";
    let token = try_it("other", 12, "").await;
    assert_says(
        token,
        ErrorKind::Unauthorized,
        "issue one in the system settings",
    );
    let none = try_it(good, 99, "").await;
    assert_says(
        none,
        ErrorKind::Misconfigured,
        "sees no message box 99; it sees: サポート (12)",
    );
    let closed = try_it(good, 15, "").await;
    assert_says(closed, ErrorKind::Rejected, "may not read this message box");
    let nowhere = try_it(good, 12, "/nobody").await;
    assert_says(
        nowhere,
        ErrorKind::Misconfigured,
        "settings.relation.subdomain",
    );
}

const AUTOTASK: [(&str, &str); 3] = [
    ("user_name", "bridge@api.example.com"),
    ("secret", "autotask-sandbox-secret"),
    ("integration_code", "AUTOTASKSANDBOXCODE"),
];

#[tokio::test]
async fn autotask_shows_the_zone_the_hour_and_the_picklists() {
    let vendor = autotask::Autotask::start(autotask::Options::default());
    let vendor = vendor.await.unwrap();
    let settings = json!({"base_url": vendor.url()});
    let tried = tried(&Autotask::default(), settings, &AUTOTASK).await;
    let tried = tried.unwrap().unwrap();
    assert_eq!(tried.says, "zone 127.0.0.1, 3 ticket categories");
    assert_eq!(fact(&tried, "priorities"), "Critical, High, Medium, Low");
    assert_eq!(fact(&tried, "queues"), "Level I Support, Security, Backup");
    let categories = fact(&tried, "categories");
    assert_eq!(categories, "Standard, Security alert, Backup alert");
    assert!(fact(&tried, "requests_this_hour").ends_with("of 10000"));
    assert!(vendor.tickets().is_empty());
}

#[tokio::test]
async fn autotask_says_which_part_of_the_credential_is_wrong() {
    let vendor = autotask::Autotask::start(autotask::Options::default());
    let vendor = vendor.await.unwrap();
    for (field, words) in [
        ("user_name", "does not know the user name"),
        ("secret", "must be those of an API user"),
        ("integration_code", "does not know the tracking identifier"),
    ] {
        let wrong =
            AUTOTASK.map(|(name, value)| (name, if name == field { "wrong" } else { value }));
        let settings = json!({"base_url": vendor.url()});
        let answer = tried(&Autotask::default(), settings, &wrong).await;
        assert_says(answer, ErrorKind::Unauthorized, words);
    }
}

const KAYAKO: [(&str, &str); 2] = [
    ("email", "agent@example.com"),
    ("password", "kayako-sandbox-password"),
];

#[tokio::test]
async fn kayako_signs_in_or_says_why_not() {
    let vendor = kayako::Kayako::start(kayako::Options::default());
    let vendor = vendor.await.unwrap();
    let try_it = async |fields: &[(&str, &str)]| {
        tried(
            &Kayako::default(),
            json!({"base_url": vendor.url()}),
            fields,
        )
        .await
    };
    let works = try_it(&KAYAKO).await.unwrap().unwrap();
    assert!(
        works.says.starts_with("signed in as user "),
        "{}",
        works.says
    );
    assert!(fact(&works, "statuses").contains("Completed"));
    let password = try_it(&[KAYAKO[0], ("password", "wrong")]).await;
    assert_says(password, ErrorKind::Unauthorized, "e-mail and password");
    vendor.set_log_in(kayako::LogIn::OtpExpected);
    let otp = try_it(&KAYAKO).await;
    assert_says(otp, ErrorKind::NeedsPerson, "one-time code");
    vendor.set_log_in(kayako::LogIn::CredentialExpired);
    let expired = try_it(&KAYAKO).await;
    assert_says(expired, ErrorKind::NeedsPerson, "has expired");
    vendor.set_product(kayako::Product::Classic);
    let classic = try_it(&KAYAKO).await;
    assert_says(classic, ErrorKind::Misconfigured, "Kayako Classic");
}

#[tokio::test]
async fn opsgenie_lists_an_alert_or_says_why_not() {
    let vendor = opsgenie::Opsgenie::start(opsgenie::Options::default());
    let vendor = vendor.await.unwrap();
    let site = "0f6b1c52-7d1a-4f0e-9a4e-6a1f6f3f0c11";
    let try_it = async |service: &str, fields: &[(&str, &str)]| {
        let mut settings = json!({"service": service, "base_url": vendor.url()});
        if service == "jsm" {
            settings["cloud_id"] = json!(site);
        }
        tried(&Opsgenie, settings, fields).await
    };
    let account = [
        ("email", "ops@example.com"),
        ("api_token", "jsm-sandbox-token"),
    ];
    for (service, fields) in [
        ("opsgenie-us", &[("api_key", "og-sandbox-key")][..]),
        ("jsm", &account[..]),
    ] {
        let works = try_it(service, fields).await.unwrap().unwrap();
        assert_eq!(
            works.says, "the key is accepted and may read alerts",
            "{service}"
        );
    }
    let unseen = try_it("jsm", &[("api_key", "og-sandbox-key")]).await;
    assert_eq!(
        unseen.unwrap(),
        None,
        "an integration key of JSM reads nothing"
    );
    let wrong = try_it("opsgenie-us", &[("api_key", "wrong")]).await;
    assert_says(wrong, ErrorKind::Unauthorized, "does not accept the key");
    vendor.script().on("GET", "/v2/alerts", Fault::status(403));
    let blind = try_it("opsgenie-us", &[("api_key", "og-sandbox-key")]).await;
    assert!(blind.unwrap().unwrap().says.contains("may not read alerts"));
}

#[tokio::test]
async fn a_vendor_that_cannot_answer_is_no_wrong_credential() {
    let vendor = kintone().await;
    let form = "/k/v1/app/form/fields.json";
    vendor.script().on("GET", form, Fault::status(503));
    let settings = KINTONE(&vendor);
    let token = [("api_token", kintone::ADD_ONLY)];
    let (kind, _) = refused(tried(&Kintone::default(), settings, &token).await);
    assert_eq!(kind, ErrorKind::Unavailable);
}
