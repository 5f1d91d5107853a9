//! Who has not signed in to Zoho Desk is asked to, once.

use deskbridge_testkit::sandbox::slack::{ANN, BOB, Message, SUPPORT, TEAM};

use super::world::{World, shown};
use it_support::client;

/// The address behind the button that a person is shown.
fn link(message: &Message) -> String {
    let blocks = shown(message);
    let start = blocks.find("http://").expect("a link");
    let rest = blocks.get(start..).unwrap();
    let end = rest.find('"').unwrap();
    rest.get(..end).unwrap().to_owned()
}

struct Page {
    status: u16,
    location: String,
    cookie: String,
    body: String,
}

async fn open(url: &str, cookie: &str) -> Page {
    let request = client().get(url).header("cookie", cookie);
    let answer = request.send().await.unwrap();
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map_or("", |value| value.to_str().unwrap()).to_owned()
    };
    let cookie = header("set-cookie");
    Page {
        status: answer.status().as_u16(),
        location: header("location"),
        cookie: cookie.split(';').next().unwrap_or_default().to_owned(),
        body: answer.text().await.unwrap(),
    }
}

/// Goes through Zoho's page as this agent and returns where that leads.
async fn consent(start: &str, agent: &str) -> (String, String) {
    let begun = open(&format!("{start}&go=1"), "").await;
    assert_eq!(begun.status, 303, "{}", begun.body);
    let accept = begun
        .location
        .replace("/oauth/v2/auth?", "/oauth/v2/auth/accept?");
    let accepted = open(&format!("{accept}&agent={agent}"), "").await;
    assert_eq!(accepted.status, 302, "{}", accepted.body);
    (accepted.location, begun.cookie)
}

#[tokio::test]
async fn who_has_not_signed_in_is_asked_to_once_and_never_again() {
    let world = World::start().await;
    world.opens_ticket("Printer");
    world.pass(2).await;
    let asked = world.ann_types("ticket 4711").await;
    assert!(
        asked.text.starts_with("Sign in to Zoho Desk once"),
        "{}",
        asked.text
    );
    let start = link(&asked);
    let page = open(&start, "").await;
    assert!(
        page.body.contains(ANN) && page.body.contains(TEAM),
        "it says who"
    );
    let (back, cookie) = consent(&start, "198765000000139002").await;
    let done = open(&back, &cookie).await;
    assert_eq!(done.status, 200, "{}", done.body);
    let told = world.ann_types("comment 4711 Hello").await;
    assert!(told.text.starts_with("Comment added"), "{}", told.text);
    let ticket = &world.chat.desk.tickets()[0];
    assert_eq!(
        ticket.comments[0].author, "198765000000139002",
        "as herself"
    );
}

#[tokio::test]
async fn a_sign_in_is_good_once_and_in_the_browser_that_began_it() {
    let world = World::start().await;
    let start = link(&world.ann_types("mine").await);
    let agent = "198765000000139002";
    let (back, cookie) = consent(&start, agent).await;
    assert_eq!(open(&back, "deskbridge_sign_in=another").await.status, 400);
    assert_eq!(open(&back, &cookie).await.status, 400, "it was used up");
    let (back, cookie) = consent(&start, agent).await;
    assert_eq!(open(&back, &cookie).await.status, 200);
    assert_eq!(open(&back, &cookie).await.status, 400);
}

#[tokio::test]
async fn a_sign_in_ends_after_ten_minutes_and_its_link_after_half_an_hour() {
    let world = World::start().await;
    let start = link(&world.ann_types("mine").await);
    let (back, cookie) = consent(&start, "198765000000139002").await;
    world.pass(601).await;
    assert_eq!(open(&back, &cookie).await.status, 400);
    world.pass(1_200).await;
    assert_eq!(open(&start, "").await.status, 404);
}

#[tokio::test]
async fn a_cancelled_sign_in_changes_nothing() {
    let world = World::start().await;
    let start = link(&world.ann_types("mine").await);
    let begun = open(&format!("{start}&go=1"), "").await;
    let state = begun.location.split("state=").nth(1).unwrap();
    let callback = format!("http://{}/zoho-desk/oauth/callback", world.address);
    let back = format!("{callback}?error=access_denied&state={state}");
    let page = open(&back, &begun.cookie).await;
    assert!(page.body.contains("cancelled"), "{}", page.body);
    let asked = world.ann_types("mine").await;
    assert!(asked.text.starts_with("Sign in"));
}

#[tokio::test]
async fn a_link_that_nobody_asked_for_leads_nowhere() {
    let world = World::start().await;
    for ask in ["", "evt_00000000000000000000000000000000"] {
        let url = format!("http://{}/zoho-desk/oauth/start?ask={ask}", world.address);
        assert_eq!(open(&url, "").await.status, 404, "{ask}");
    }
}

#[tokio::test]
async fn everybody_has_a_sign_in_of_their_own() {
    let world = World::with_ann().await;
    let slack = &world.chat.slack;
    slack
        .human_types((TEAM, BOB, SUPPORT), "/desk", "mine")
        .await;
    world.pass(2).await;
    let messages = slack.messages(TEAM, SUPPORT);
    let told = messages.iter().find(|m| m.only_for.as_deref() == Some(BOB));
    assert!(told.unwrap().text.starts_with("Sign in"));
}
