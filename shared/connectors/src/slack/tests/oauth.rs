use deskbridge_core::ErrorKind;
use deskbridge_testkit::sandbox::plain_client;
use deskbridge_testkit::sandbox::slack::{ANN, OTHER_TEAM};

use super::*;
use crate::slack::oauth::{access_request, authorize_url, installation, missing_scopes, refusal};

const BACK: &str = "https://desk.example.com/slack/oauth/callback";
const APP: (&str, &str) = ("1111.2222", "slack-sandbox-client-secret");

/// Where a person is sent back to, after the page.
async fn decided(desk: &Desk, decision: &str) -> String {
    let url = authorize_url(&desk.vendor.url(), APP.0, BACK, "st/ate", None);
    let client = plain_client().unwrap();
    let page = client.get(&url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("chat:write.public"), "{page}");
    let url = url.replace("/authorize?", "/decide?");
    let url = format!("{url}&decision={decision}&place={OTHER_TEAM}/{SUPPORT}");
    let answer = client.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 302);
    answer.headers()["location"].to_str().unwrap().to_owned()
}

async fn access(desk: &Desk, app: (&str, &str), code: &str, back: &str) -> HttpResponse {
    let request = access_request(&desk.vendor.url(), app, code, back);
    desk.vendor.send(request).await.unwrap()
}

#[tokio::test]
async fn an_installation_brings_the_token_the_channel_and_who_it_was() {
    let desk = Desk::new().await;
    let location = decided(&desk, "allow").await;
    let (address, query) = location.split_once('?').unwrap();
    assert_eq!(address, BACK);
    assert!(query.ends_with("&state=st%2Fate"), "{query}");
    let code = query.split('&').next().unwrap().replace("code=", "");
    let installed = installation(&access(&desk, APP, &code, BACK).await).unwrap();
    assert_eq!(
        (installed.team_id.as_str(), installed.team_name.as_str()),
        (OTHER_TEAM, "Other")
    );
    assert_eq!(installed.installed_by, ANN);
    assert_eq!(
        installed.channel,
        Some((SUPPORT.to_owned(), "#support".to_owned()))
    );
    assert_eq!(installed.missing, [""; 0]);
    let token = &installed.credential["bot_token"];
    let other = Desk {
        credential: credential(token),
        ..desk
    };
    let params = json!({"channel": SUPPORT, "text": "hello"});
    other.run("post_message", params).await.unwrap();
    assert_eq!(other.vendor.messages(OTHER_TEAM, SUPPORT).len(), 1);
    let again = installation(&access(&other, APP, &code, BACK).await).unwrap_err();
    assert!(
        again.message().contains("begin again"),
        "a code is good once: {again}"
    );
}

#[tokio::test]
async fn each_refusal_says_what_to_do() {
    let desk = Desk::new().await;
    let location = decided(&desk, "cancel").await;
    assert!(location.contains("error=access_denied"), "{location}");
    assert_eq!(refusal("access_denied"), "the installation was cancelled");
    assert!(!refusal("<script>").contains('<'));
    for (app, words) in [
        ((APP.0, "wrong"), "client_secret is wrong"),
        (("9.9", APP.1), "client_id or client_secret is wrong"),
        (APP, "begin again"),
    ] {
        let error = installation(&access(&desk, app, "no-code", BACK).await).unwrap_err();
        assert!(error.message().contains(words), "{words}: {error}");
    }
    let location = decided(&desk, "allow").await;
    let code = location.split(['=', '&']).nth(1).unwrap();
    let elsewhere = access(&desk, APP, code, "https://evil.example/callback").await;
    let error = installation(&elsewhere).unwrap_err();
    assert!(error.message().contains("redirect URLs"), "{error}");
}

#[test]
fn what_is_not_supported_is_said() {
    let installed = |change: fn(&mut Value)| {
        let mut body = json!({
            "ok": true, "access_token": "xoxb-1", "token_type": "bot", "scope": "commands,chat:write",
            "team": {"id": "T1", "name": "Acme"}, "authed_user": {"id": "U1"},
        });
        change(&mut body);
        installation(&answer(200, &body))
    };
    assert!(installed(|_| {}).unwrap().missing.contains(&"im:write"));
    let error = installed(|body| body["team"] = Value::Null).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let error = installed(|body| body["refresh_token"] = json!("xoxe-1")).unwrap_err();
    assert!(error.message().contains("rotation"), "{error}");
    installed(|body| body["token_type"] = json!("user")).unwrap_err();
    installation(&answer(200, &json!("<html>"))).unwrap_err();
    assert_eq!(missing_scopes("").len(), crate::slack::oauth::SCOPES.len());
}
