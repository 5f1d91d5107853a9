use deskbridge_core::ErrorKind;
use url::Url;

use super::*;
use crate::zoho_desk::oauth::{self, Application, SCOPES, SET_UP_SCOPES};

const APPLICATION: Application<'_> = Application {
    client_id: "1000.SANDBOXCLIENT",
    client_secret: "sandbox-client-secret",
    redirect_uri: "https://bridge.example.com/zoho-desk/oauth/callback",
};

/// Consents as an agent in a browser would, and returns the query of the redirect.
async fn consented(desk: &Desk, agent: &str) -> BTreeMap<String, String> {
    let scopes = [SCOPES, SET_UP_SCOPES].concat();
    let url = oauth::authorize_url(&desk.vendor.url(), &APPLICATION, &scopes, "st&te");
    let page = desk
        .vendor
        .send(HttpRequest::new(Method::Get, &url, "page"))
        .await
        .unwrap();
    assert_eq!(page.status, 200);
    let url = url.replace("/auth?", &format!("/auth/accept?agent={agent}&"));
    let answer = desk
        .vendor
        .send(HttpRequest::new(Method::Get, &url, "accept"))
        .await
        .unwrap();
    let target = Url::parse(answer.header("location").unwrap()).unwrap();
    assert!(target.as_str().starts_with(APPLICATION.redirect_uri));
    target.query_pairs().into_owned().collect()
}

#[tokio::test]
async fn a_sign_in_becomes_a_credential_that_acts_as_that_agent() {
    let mut desk = Desk::new().await;
    let query = consented(&desk, BOB).await;
    assert_eq!(query["state"], "st&te");
    let request = oauth::exchange_request(&desk.vendor.url(), &APPLICATION, &query["code"]);
    let answer = desk.vendor.send(request.clone()).await.unwrap();
    let fields = oauth::read_grant(&answer)
        .unwrap()
        .credential(&APPLICATION)
        .unwrap();
    desk.credential = Credential::new("zoho-desk-bob", "1", fields);
    let done = desk.run("find_agent", json!({})).await.unwrap();
    assert_eq!(done.detail, format!("agent {BOB}"));
    let again = desk.vendor.send(request).await.unwrap();
    let error = oauth::read_grant(&again).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::NeedsPerson, "a code is good once");
}

#[tokio::test]
async fn the_server_that_a_sign_in_came_back_from_is_zohos_or_the_one_it_went_to() {
    let desk = Desk::new().await;
    let query = consented(&desk, BOB).await;
    let asked = desk.vendor.url();
    let named = query["accounts-server"].replace("localhost", asked.trim_start_matches("http://"));
    assert_eq!(oauth::accounts_server(Some(&named), &asked).unwrap(), asked);
    let eu = oauth::accounts_server(
        Some("https://accounts.zoho.eu"),
        "https://accounts.zoho.com",
    );
    assert_eq!(eu.unwrap(), "https://accounts.zoho.eu");
    let stranger = oauth::accounts_server(Some("https://accounts.zoho.eu.example.com"), &asked);
    assert_eq!(stranger.unwrap_err().kind(), ErrorKind::Rejected);
}

#[test]
fn a_grant_without_a_refresh_token_is_no_sign_in() {
    let answer = HttpResponse {
        status: 200,
        headers: Vec::new(),
        body: br#"{"access_token":"a","expires_in":3600}"#.to_vec(),
    };
    let grant = oauth::read_grant(&answer).unwrap();
    assert!(grant.credential(&APPLICATION).is_err());
}

#[test]
fn a_refusal_with_200_is_a_refusal() {
    for (error, kind) in [
        ("invalid_code", ErrorKind::NeedsPerson),
        ("invalid_client", ErrorKind::Unauthorized),
        ("invalid_client_secret", ErrorKind::Unauthorized),
        ("something_new", ErrorKind::NeedsPerson),
    ] {
        let answer = HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: json!({ "error": error }).to_string().into(),
        };
        assert_eq!(
            oauth::read_grant(&answer).err().unwrap().kind(),
            kind,
            "{error}"
        );
    }
}
