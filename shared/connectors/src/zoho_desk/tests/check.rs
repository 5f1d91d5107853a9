use super::*;

fn problems(settings: Value) -> Vec<String> {
    let connection = Connection {
        settings,
        ..connection("", json!({}))
    };
    let problems = ZohoDesk::default().check(&connection).into_iter();
    problems
        .map(|problem| format!("{} {}", problem.field, problem.message))
        .collect()
}

#[test]
fn the_least_settings_are_the_organisation_and_its_data_centre() {
    assert_eq!(
        problems(json!({ "org_id": 60_022_843_030_u64, "data_center": "eu" })),
        [""; 0]
    );
    let missing = problems(json!({}));
    assert_eq!(missing.len(), 2);
    assert!(missing[0].starts_with("settings.zoho-desk.data_center must be one of: com, eu,"));
    assert!(missing[1].starts_with("settings.zoho-desk.org_id is missing"));
}

#[test]
fn every_wrong_setting_is_named() {
    let settings = json!({
        "org_id": "x", "data_center": "zoho.eu", "mode": "push", "ratings": "yes", "departments": "1",
        "webhook_id": "w", "from_address": "", "key_field": "deskbridge", "poll_every_s": 1,
        "base_url": "ftp://example.com", "accounts_url": "https://a@b", "orgId": "1", "automation": 1,
    });
    let found = problems(settings);
    for name in [
        "org_id",
        "data_center",
        "mode",
        "ratings",
        "departments",
        "webhook_id",
        "from_address",
        "key_field",
        "poll_every_s",
        "base_url",
        "accounts_url",
        "orgId",
        "automation",
    ] {
        let field = format!("settings.zoho-desk.{name} ");
        assert!(
            found.iter().any(|problem| problem.starts_with(&field)),
            "{name}: {found:?}"
        );
    }
}

#[test]
fn a_credential_is_needed() {
    let connection = Connection {
        credential: None,
        ..connection("https://example.com", json!({}))
    };
    let problems = ZohoDesk::default().check(&connection);
    assert_eq!(problems[0].field, "settings.zoho-desk.credential");
}

#[tokio::test]
async fn a_trial_says_who_signed_in_where_and_what_there_is() {
    let desk = Desk::new().await;
    let tried = desk.tried().await.unwrap();
    assert_eq!(tried.says, "Zylker, edition ENTERPRISE, 2 departments");
    assert!(
        tried
            .facts
            .contains(&("signed in as".into(), "claire@zylker.example".into()))
    );
    assert!(
        tried
            .facts
            .contains(&(format!("department {SUPPORT}"), "サポート".into()))
    );
    let wrong = Desk::with(Options::default(), json!({ "org_id": "7" })).await;
    let error = wrong.tried().await.unwrap_err();
    assert!(error.message().contains("60022843030"), "{error}");
}

#[test]
fn keys_come_from_the_data_centre_of_the_settings_and_from_nowhere_else() {
    let connection = Connection {
        settings: json!({ "org_id": "1", "data_center": "ca" }),
        ..connection("", json!({}))
    };
    let zoho = ZohoDesk::default();
    let request = zoho.published_keys().unwrap().request(&connection).unwrap();
    assert_eq!(
        request.url,
        "https://desk.zohocloud.ca/.well-known/jwks.json"
    );
}
