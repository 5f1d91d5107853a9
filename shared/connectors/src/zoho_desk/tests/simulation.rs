use std::collections::BTreeSet;

use super::*;

const STEPS: usize = 600;

/// Steele and Vigna's `SplitMix64`: the same trouble in every run.
struct Chance(u64);

impl Chance {
    fn of(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap()
    }
}

/// What is told of a thing that is added: its kind and its id.
type Added = (String, String);

fn added(event: &str, id: &str) -> Added {
    (event.to_owned(), id.to_owned())
}

/// Lets somebody do something, and returns what must be told of it.
fn happen(desk: &Desk, chance: &mut Chance, tickets: &mut Vec<String>) -> Option<Added> {
    let ticket = match chance.of(6) {
        0 => None,
        _ if tickets.is_empty() => None,
        _ => Some(tickets[chance.of(tickets.len())].clone()),
    };
    let Some(ticket) = ticket else {
        let id = desk.ticket("Printer");
        tickets.push(id.clone());
        return Some(added("Ticket_Add", &id));
    };
    match chance.of(5) {
        0 => {
            let id = desk.vendor.human_comments(&ticket, BOB, "a", false);
            Some(added("Ticket_Comment_Add", &id))
        }
        1 => {
            let id = desk.vendor.human_writes_mail(&ticket, "b");
            Some(added("Ticket_Thread_Add", &id))
        }
        2 => {
            desk.vendor.human_rates(&ticket, "GOOD", "");
            None
        }
        3 => {
            let status = ["Open", "対応中", "Resolved"][chance.of(3)];
            desk.vendor.human_sets_status(&ticket, status);
            None
        }
        _ => {
            desk.vendor
                .human_assigns(&ticket, [None, Some(BOB), Some(CLAIRE)][chance.of(3)]);
            None
        }
    }
}

fn told_of(bodies: &[Value]) -> impl Iterator<Item = Added> {
    bodies.iter().map(|body| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&body["eventType"]), text(&body["payload"]["id"]))
    })
}

/// The status that the last event of each ticket speaks of.
fn remember(last: &mut BTreeMap<String, String>, bodies: &[Value]) {
    for body in bodies {
        if matches!(
            body["eventType"].as_str(),
            Some("Ticket_Add" | "Ticket_Update")
        ) {
            let text = |name: &str| body["payload"][name].as_str().unwrap().to_owned();
            last.insert(text("id"), text("status"));
        }
    }
}

#[tokio::test]
async fn in_hours_of_trouble_everything_is_told_and_the_last_word_is_right() {
    let mut desk = Desk::with(Options::default(), json!({ "mode": "poll" })).await;
    let (mut chance, mut tickets) = (Chance(0x5eed), Vec::new());
    let (mut expected, mut told) = (BTreeSet::new(), BTreeSet::new());
    let mut last = BTreeMap::new();
    desk.told().await;
    for _ in 0..STEPS {
        desk.pass(SECOND * i64::try_from(chance.of(40)).unwrap());
        expected.extend(happen(&desk, &mut chance, &mut tickets));
        let routes = [
            "GET /tickets/search",
            "GET /tickets/{id}",
            "GET /customerHappiness",
        ];
        match chance.of(8) {
            // The page is lost before its cursor is kept.
            0 => drop(desk.ask().await),
            1 => desk
                .http
                .answers(routes[chance.of(3)], [429, 502, 401][chance.of(3)], "{}"),
            2 | 3 => {
                if let Ok(page) = desk.ask().await {
                    desk.cursor = Some(page.cursor);
                    told.extend(told_of(&page.bodies));
                    remember(&mut last, &page.bodies);
                }
            }
            _ => {}
        }
    }
    desk.http.instead.lock().unwrap().clear();
    desk.pass(20 * MINUTE);
    let rest = desk.told().await;
    told.extend(told_of(&rest));
    remember(&mut last, &rest);
    let missing: Vec<_> = expected.difference(&told).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(expected.len() > 200, "{}", expected.len());
    for ticket in desk.vendor.tickets() {
        assert_eq!(last[&ticket.id], ticket.status);
    }
}
