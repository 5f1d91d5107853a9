use super::*;

#[tokio::test]
async fn a_ticket_is_found_by_our_mark_among_others_of_its_subject() {
    let desk = Desk::new().await;
    let params = json!({ "subject": "Printer", "department": SUPPORT, "email": "a@example.com" });
    desk.ticket("Printer");
    assert_eq!(
        desk.look_up("create_ticket", params.clone()).await.unwrap(),
        Found::Absent
    );
    let made = desk.run("create_ticket", params.clone()).await.unwrap();
    let found = desk.look_up("create_ticket", params).await.unwrap();
    assert!(matches!(found, Found::Done(done) if done.entity == made.entity));
}

#[tokio::test]
async fn a_ticket_is_found_by_a_field_of_the_portals_own() {
    let desk = Desk::with(Options::default(), json!({ "key_field": "cf_deskbridge" })).await;
    let params = json!({ "subject": "Printer", "department": SUPPORT, "email": "a@example.com" });
    desk.run("create_ticket", params.clone()).await.unwrap();
    let body = desk.http.body_of("POST /tickets");
    assert_eq!(
        body["cf"],
        json!({ "cf_deskbridge": "deskbridge-0123456789ab" })
    );
    let found = desk.look_up("create_ticket", params).await.unwrap();
    assert!(matches!(found, Found::Done(_)));
}

#[tokio::test]
async fn a_comment_is_found_by_its_words_unless_it_was_there_before() {
    let mut desk = Desk::new().await;
    let id = desk.ticket("Printer");
    desk.vendor.set_time(START - 10 * MINUTE);
    desk.vendor
        .human_comments(&id, BOB, "Looked  at\nit", false);
    desk.vendor.set_time(START);
    let params = json!({ "ticket_id": id, "text": "Looked at it" });
    assert_eq!(
        desk.look_up("add_comment", params.clone()).await.unwrap(),
        Found::Absent
    );
    desk.pass(SECOND);
    desk.run("add_comment", params.clone()).await.unwrap();
    let found = desk.look_up("add_comment", params).await.unwrap();
    assert!(matches!(found, Found::Done(done) if done.detail == "ticket 4711: comment added"));
}

#[tokio::test]
async fn a_look_up_that_fails_says_nothing_of_the_action() {
    let desk = Desk::new().await;
    let id = desk.ticket("Printer");
    desk.http
        .answers("GET /tickets/{id}/comments", 502, "<html>");
    let params = json!({ "ticket_id": id, "text": "a" });
    desk.look_up("add_comment", params).await.unwrap_err();
    desk.http.answers("GET /tickets/search", 200, "<html>");
    let params = json!({ "subject": "a" });
    desk.look_up("create_ticket", params).await.unwrap_err();
}
