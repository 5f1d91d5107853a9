//! What people do in Slack.

use deskbridge_testkit::sandbox::slack::{ANN, SUPPORT, TEAM};

use super::world::{World, shown};

#[tokio::test]
async fn a_slash_command_shows_what_it_asks_for() {
    let world = World::with_ann().await;
    world.opens_ticket("Printer");
    world.opens_ticket("Scanner");
    world.pass(3).await;
    let ticket = world.ann_types("ticket 4711").await;
    assert!(shown(&ticket).contains("#4711 Printer"));
    for command in ["search Scanner", "open", "unassigned"] {
        let found = world.ann_types(command).await;
        assert!(
            shown(&found).contains("#4712 Scanner"),
            "{command}: {found:?}"
        );
    }
    for command in ["mine", "overdue"] {
        let none = world.ann_types(command).await;
        assert!(
            none.text.starts_with("0 tickets"),
            "{command}: {}",
            none.text
        );
    }
    let help = world.ann_types("help").await;
    assert!(shown(&help).contains("/desk comment N TEXT"));
    let missing = world.ann_types("ticket").await;
    assert!(missing.text.contains("/desk ticket N"));
}

#[tokio::test]
async fn an_answer_is_for_who_asked_unless_it_is_shared() {
    let world = World::with_ann().await;
    world.opens_ticket("Printer");
    world.pass(2).await;
    world.ann_types("search Printer").await;
    assert_eq!(world.posted().len(), 1, "the notification alone");
    let slack = &world.chat.slack;
    slack
        .human_types((TEAM, ANN, SUPPORT), "/desk", "search Printer share")
        .await;
    world.pass(2).await;
    assert_eq!(world.posted().len(), 2);
}

#[tokio::test]
async fn tickets_are_created_in_slack_and_from_a_message() {
    let world = World::with_ann().await;
    let slack = &world.chat.slack;
    slack
        .human_types((TEAM, ANN, SUPPORT), "/desk", "create New chairs")
        .await;
    world.settle().await;
    let form = [
        ("subject", "New chairs"),
        ("text", "Ten of them"),
        ("email", "yamada@example.com"),
    ];
    world.ann_submits(&form).await;
    let message = slack.human_writes((TEAM, ANN, SUPPORT), "The lamp is broken");
    slack
        .human_uses_shortcut((TEAM, ANN), &message, "create_ticket")
        .await;
    world.settle().await;
    let form = [
        ("subject", "Lamp"),
        ("text", "The lamp is broken"),
        ("email", "yamada@example.com"),
    ];
    world.ann_submits(&form).await;
    let tickets = world.chat.desk.tickets();
    let subjects: Vec<_> = tickets
        .iter()
        .map(|ticket| ticket.subject.as_str())
        .collect();
    assert_eq!(subjects, ["New chairs", "Lamp"], "{:?}", world.told_ann());
    let told = world.told_ann();
    assert!(
        told.iter()
            .all(|message| message.text.starts_with("Ticket created")),
        "{told:?}"
    );
    // Ann is still known as who she is.
    world.ann_types("ticket 4711").await;
}

#[tokio::test]
async fn comments_are_added_by_a_command_and_by_a_button() {
    let world = World::with_ann().await;
    let ticket = world.opens_ticket("Printer");
    world.pass(2).await;
    let told = world.ann_types("comment 4711 Toner is out").await;
    assert!(told.text.starts_with("Comment added"), "{}", told.text);
    let slack = &world.chat.slack;
    let message = slack.messages(TEAM, SUPPORT).remove(0);
    slack.human_presses((TEAM, ANN), &message, "comment").await;
    world.settle().await;
    world.ann_submits(&[("text", "Ordered")]).await;
    let comments = world.chat.desk.ticket(&ticket).unwrap().comments;
    let comments: Vec<_> = comments
        .iter()
        .map(|c| (c.content.as_str(), c.is_public))
        .collect();
    assert_eq!(comments, [("Toner is out", false), ("Ordered", false)]);
}

#[tokio::test]
async fn a_reply_reaches_the_customer_only_once_it_is_confirmed() {
    let world = World::with_ann().await;
    world.opens_ticket("Printer");
    world.pass(2).await;
    let slack = &world.chat.slack;
    slack
        .human_types((TEAM, ANN, SUPPORT), "/desk", "reply 4711 It is fixed")
        .await;
    world.pass(2).await;
    assert!(world.chat.desk.mails_sent().is_empty(), "not confirmed yet");
    world.ann_submits(&[("text", "It is fixed")]).await;
    let mails = world.chat.desk.mails_sent();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].content.contains("It is fixed"));
}

#[tokio::test]
async fn a_ticket_is_closed_by_a_button() {
    let world = World::with_ann().await;
    let ticket = world.opens_ticket("Printer");
    world.pass(2).await;
    let message = world.chat.slack.messages(TEAM, SUPPORT).remove(0);
    let slack = &world.chat.slack;
    slack.human_presses((TEAM, ANN), &message, "close").await;
    world.pass(2).await;
    assert_eq!(world.chat.desk.ticket(&ticket).unwrap().status, "Closed");
}

#[tokio::test]
async fn slack_is_answered_before_zoho_desk_is_asked() {
    let world = World::with_ann().await;
    world.opens_ticket("Printer");
    world.pass(2).await;
    let calls = world.chat.desk.requests().len();
    let slack = &world.chat.slack;
    let at_once = slack
        .human_types((TEAM, ANN, SUPPORT), "/desk", "ticket 4711")
        .await;
    assert_eq!(at_once.status, 200);
    assert!(at_once.body.contains("ephemeral"), "{}", at_once.body);
    assert_eq!(
        world.chat.desk.requests().len(),
        calls,
        "nobody asked Zoho yet"
    );
    world.pass(2).await;
    assert_eq!(world.told_ann().len(), 1, "the answer came");
}

#[tokio::test]
async fn a_refusal_is_told_in_words() {
    let world = World::with_ann().await;
    let told = world.ann_types("ticket 9999").await;
    assert!(told.text.starts_with("That did not work."), "{}", told.text);
}
