use super::*;

#[tokio::test]
async fn a_ticket_is_found_by_our_key() {
    let desk = Desk::new();
    let found = desk.look_up("open_ticket", json!({})).await.unwrap();
    let Found::Done(done) = found else {
        panic!("{found:?}");
    };
    assert_eq!(done.detail, "ticket 128926: opened");
    desk.assert_requests("look_up_open_ticket");
}

#[tokio::test]
async fn a_ticket_is_found_by_a_field_of_the_tenants_own() {
    let mut desk = Desk::new();
    desk.connection = connection(json!({"key_field": "udf:Alert key"}));
    desk.look_up("open_ticket", json!({})).await.unwrap();
    let expected = json!([{
        "op": "eq", "value": "deskbridge-0123456789ab", "field": "Alert key", "udf": true,
    }]);
    assert_eq!(desk.last_body()["filter"], expected);
}

#[tokio::test]
async fn a_repeat_is_looked_for_among_the_tickets_and_then_among_the_notes() {
    let mut desk = Desk::new();
    desk.answers_now("POST /Tickets/query", 200, fixture!("api_nothing_found"));
    assert_eq!(
        desk.look_up("open_ticket", json!({})).await.unwrap(),
        Found::Absent
    );
    assert_eq!(desk.count("POST /TicketNotes/query"), 0);
    desk.link = Some(Link {
        peer: crate::autotask::ticket(128_926),
        origin: "alert".into(),
        made_by: "act_0".into(),
        since: NOW,
    });
    assert_eq!(
        desk.look_up("open_ticket", json!({})).await.unwrap(),
        Found::Absent
    );
    desk.answers_now(
        "POST /TicketNotes/query",
        200,
        fixture!("api_tickets_by_key"),
    );
    let found = desk.look_up("open_ticket", json!({})).await.unwrap();
    assert!(matches!(found, Found::Done(done) if done.detail == "ticket 128926: note added"));
}

#[tokio::test]
async fn a_note_is_found_by_its_last_line_on_a_ticket_whose_id_is_a_number() {
    let desk = Desk::new();
    let found = desk.look_up("add_note", json!({"note": "n"})).await;
    assert_eq!(found.unwrap(), Found::Absent);
    desk.assert_requests("look_up_add_note");
}

#[tokio::test]
async fn a_look_up_that_fails_says_nothing_of_the_action() {
    let desk = Desk::new();
    desk.answers_now("POST /Tickets/query", 502, "<html>");
    assert!(desk.look_up("open_ticket", json!({})).await.is_err());
}
