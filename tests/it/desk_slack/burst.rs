//! Many changes at once, in one channel.

use std::collections::BTreeMap;

use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::slack::{SUPPORT, TEAM};

use super::world::World;

const TICKETS: usize = 6;
const UPDATES: usize = 6;

/// Slack's sandbox takes three messages at once and then one a second in a channel, and refuses more.
#[tokio::test]
async fn a_burst_is_posted_in_order_at_slacks_rate_none_lost_and_none_twice() {
    let world = World::start().await;
    let slack = &world.chat.slack;
    let tickets: Vec<_> = (0..TICKETS)
        .map(|n| world.opens_ticket(&format!("T{n}")))
        .collect();
    for update in 0..UPDATES {
        for ticket in &tickets {
            let comment = format!("c{update}");
            world
                .chat
                .desk
                .human_comments(ticket, super::world::CLAIRE, &comment, false);
        }
    }
    // Who posts is killed after the message stands there, every now and then.
    for killed in [5, 12, 30] {
        let fault = Fault::CommitThenReset;
        slack
            .script()
            .after(killed, 1, "POST", "/api/chat.postMessage", fault);
    }
    let all = TICKETS * (UPDATES + 1);
    for _ in 0..60 {
        world.pass(30).await;
        if world.posted().len() >= all {
            break;
        }
    }
    world.pass(60).await;
    let mut by_ticket = BTreeMap::<String, Vec<String>>::new();
    let mut seconds = BTreeMap::<i64, usize>::new();
    for message in slack.messages(TEAM, SUPPORT) {
        let ticket = message
            .text
            .split(" #")
            .nth(1)
            .unwrap_or_default()
            .to_owned();
        let words = serde_json::to_string(&message.blocks).unwrap();
        let comment = (0..UPDATES)
            .rev()
            .find(|n| words.contains(&format!("> c{n}")));
        let what = comment.map_or("new".to_owned(), |n| format!("c{n}"));
        by_ticket.entry(ticket).or_default().push(what);
        *seconds.entry(message.at / 1_000).or_default() += 1;
    }
    let mut expected = vec!["new".to_owned()];
    expected.extend((0..UPDATES).map(|n| format!("c{n}")));
    assert_eq!(by_ticket.len(), TICKETS);
    for (ticket, posted) in &by_ticket {
        assert_eq!(posted, &expected, "{ticket}");
    }
    assert!(seconds.values().all(|count| *count <= 4), "{seconds:?}");
}
