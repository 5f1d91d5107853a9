//! What channels and people are told of by themselves.

use deskbridge_testkit::sandbox::slack::{ANN, SUPPORT, TEAM};

use super::world::{CLAIRE, World, shown};

#[tokio::test]
async fn all_departments_are_told_of_in_a_single_channel() {
    let world = World::start().await;
    world.opens_ticket("Printer");
    let desk = &world.chat.desk;
    desk.human_opens_ticket("198765000000116061", "yamada@example.com", "Bill");
    world.pass(3).await;
    let posted = world.posted();
    assert_eq!(
        posted,
        ["New ticket · #4711 Printer", "New ticket · #4712 Bill"]
    );
}

#[tokio::test]
async fn each_department_is_told_of_in_its_own_channel() {
    let world = World::start().await;
    let mapped = "departments: { サポート: C0SUPPORT, Billing: C0GENERAL }";
    world
        .save_with("channel: C0SUPPORT ", &format!("{mapped} "))
        .await;
    world.opens_ticket("Printer");
    let desk = &world.chat.desk;
    desk.human_opens_ticket("198765000000116061", "yamada@example.com", "Bill");
    world.pass(3).await;
    assert_eq!(world.posted(), ["New ticket · #4711 Printer"]);
    let other = world.chat.slack.messages(TEAM, "C0GENERAL");
    assert_eq!(other[0].text, "New ticket · #4712 Bill");
}

#[tokio::test]
async fn the_actions_that_are_told_of_can_be_chosen() {
    let world = World::start().await;
    let ticket = world.opens_ticket("Printer");
    world.pass(2).await;
    let desk = &world.chat.desk;
    desk.human_assigns(&ticket, Some(CLAIRE));
    world.pass(2).await;
    desk.human_sets_status(&ticket, "On Hold");
    world.pass(2).await;
    desk.human_sets_priority(&ticket, "High");
    world.pass(2).await;
    desk.human_escalates(&ticket);
    world.pass(2).await;
    desk.human_writes_mail(&ticket, "Any news?");
    world.pass(2).await;
    desk.human_replies(&ticket, CLAIRE, "Soon.");
    world.pass(2).await;
    desk.human_comments(&ticket, CLAIRE, "<p>Toner</p>", false);
    world.pass(2).await;
    desk.human_sets_status(&ticket, "Resolved");
    world.pass(2).await;
    desk.human_sets_status(&ticket, "Open");
    world.pass(2).await;
    let posted = world.posted();
    let headlines: Vec<_> = posted
        .iter()
        .map(|text| text.split(" · ").next().unwrap_or_default())
        .collect();
    let expected = [
        "New ticket",
        "Assigned to Claire Suzuki",
        "Status is now On Hold",
        "Priority is now High",
        "Ticket escalated",
        "Reply from yamada@example.com",
        // agent_replied is switched off.
        "Comment by Claire Suzuki",
        "Ticket closed",
        "Ticket reopened",
    ];
    assert_eq!(headlines, expected);
}

#[tokio::test]
async fn agents_are_told_of_the_next_transitions() {
    let world = World::with_ann().await;
    let ticket = world.opens_ticket("Printer");
    world.chat.desk.human_assigns(&ticket, Some(CLAIRE));
    world.pass(3).await;
    world.chat.desk.human_sets_status(&ticket, "対応中");
    world.pass(4).await;
    let direct = world.chat.slack.direct_channel(TEAM, ANN).unwrap();
    let told = world.chat.slack.messages(TEAM, &direct);
    let next = told.iter().find(|m| m.text.starts_with("Next steps"));
    assert!(shown(next.unwrap()).contains("Resolve · Escalate"));
}

#[tokio::test]
async fn news_come_as_direct_messages_to_who_signed_in_only() {
    let world = World::with_ann().await;
    let ticket = world.opens_ticket("Printer");
    world.pass(2).await;
    assert_eq!(
        world.chat.slack.direct_channel(TEAM, ANN),
        None,
        "nobody has it"
    );
    world.chat.desk.human_assigns(&ticket, Some(CLAIRE));
    world.pass(2).await;
    let direct = world.chat.slack.direct_channel(TEAM, ANN).unwrap();
    let told = world.chat.slack.messages(TEAM, &direct);
    assert!(told[0].text.starts_with("Assigned to Claire Suzuki"));
    let other = "198765000000139002";
    world.chat.desk.human_assigns(&ticket, Some(other));
    world.pass(2).await;
    assert_eq!(world.chat.slack.messages(TEAM, &direct).len(), 1);
}

#[tokio::test]
async fn a_subject_pings_nobody() {
    let world = World::start().await;
    world.opens_ticket("<!channel> <https://evil.example|here>");
    world.pass(2).await;
    let message = world.chat.slack.messages(TEAM, SUPPORT).pop().unwrap();
    let all = shown(&message) + &message.text;
    assert!(
        !all.contains("<!channel>") && !all.contains("<https://evil"),
        "{all}"
    );
}

#[tokio::test]
async fn a_workspace_that_is_off_is_told_nothing_until_it_is_on_again() {
    let world = World::with_ann().await;
    world.save_with("name: Acme", "enabled: false").await;
    world.opens_ticket("Printer");
    world.pass(2).await;
    assert_eq!(world.posted(), [""; 0]);
    let told = world.ann_types("ticket 4711").await;
    assert!(told.text.contains("switched off"), "{}", told.text);
    world.save_with("name: Acme", "enabled: true").await;
    world.opens_ticket("Scanner");
    world.pass(2).await;
    assert_eq!(world.posted(), ["New ticket · #4712 Scanner"]);
}
