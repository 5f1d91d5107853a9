use super::*;

#[tokio::test]
async fn a_ticket_is_reported_with_the_names_of_people_and_places() {
    let desk = Desk::new().await;
    let id = desk.ticket("Printer");
    desk.vendor.human_assigns(&id, Some(BOB));
    let done = desk.run("read_ticket", json!({ "ticket_id": id })).await;
    let ticket = done.unwrap().result.unwrap()["ticket"].clone();
    for (field, value) in [
        ("number", "4711"),
        ("department", "サポート"),
        ("contact", "花子 山田"),
        ("assignee", "Bob Tanaka"),
        ("assignee_email", "bob@zylker.example"),
        ("email", "yamada@example.com"),
    ] {
        assert_eq!(ticket[field], value, "{field}");
    }
}

#[tokio::test]
async fn the_comment_and_the_mail_that_are_asked_for_are_reported_as_text() {
    let desk = Desk::new().await;
    let id = desk.ticket("Printer");
    let mail = desk.vendor.human_writes_mail(&id, "Still burning");
    let note = desk.vendor.human_comments(&id, BOB, "<b>Looked</b>", false);
    let params = json!({ "ticket_id": id, "comment_id": note, "thread_id": mail });
    let read = desk
        .run("read_ticket", params)
        .await
        .unwrap()
        .result
        .unwrap();
    let (comment, thread) = (&read["comment"], &read["thread"]);
    assert_eq!(
        (&comment["text"], &comment["author"]),
        (&json!("Looked"), &json!("Bob Tanaka"))
    );
    assert_eq!(
        (&thread["text"], &thread["direction"]),
        (&json!("Still burning"), &json!("in"))
    );
}

#[tokio::test]
async fn a_change_reports_the_ticket_as_it_is_afterwards() {
    let desk = Desk::new().await;
    desk.ticket("Printer");
    let params = json!({ "number": 4711, "status": "Closed", "assignee": "me" });
    let done = desk.run("update_ticket", params).await.unwrap();
    let ticket = &done.result.unwrap()["ticket"];
    assert_eq!(
        (&ticket["status"], &ticket["assignee"]),
        (&json!("Closed"), &json!("Claire Suzuki"))
    );
}

#[tokio::test]
async fn a_list_reports_its_tickets_and_whether_there_are_more() {
    let desk = Desk::new().await;
    for n in 0..3 {
        desk.ticket(&format!("Printer {n}"));
    }
    let params = json!({ "text": "Printer", "limit": 2 });
    let listed = desk
        .run("search_tickets", params)
        .await
        .unwrap()
        .result
        .unwrap();
    assert_eq!(
        (&listed["count"], &listed["more"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(listed["tickets"].as_array().unwrap().len(), 2);
    let agent = desk
        .run("find_agent", json!({}))
        .await
        .unwrap()
        .result
        .unwrap();
    assert_eq!(agent["agent"]["email"], "claire@zylker.example");
}
