use deskbridge_core::connector::Repeat;
use deskbridge_core::{ErrorKind, Retry};

use super::*;

#[tokio::test]
async fn a_ticket_is_found_by_its_number_and_then_read_in_full() {
    let desk = Desk::new().await;
    desk.ticket("Printer");
    desk.vendor
        .human_assigns(&desk.vendor.tickets()[0].id, Some(BOB));
    let done = desk
        .run("find_ticket", json!({ "number": "#4711" }))
        .await
        .unwrap();
    assert_eq!(done.detail, "ticket 4711: read");
    assert_snapshot("find_ticket", &desk.http.shown());
    let none = desk
        .run("find_ticket", json!({ "number": 99 }))
        .await
        .unwrap_err();
    assert_eq!(
        (none.kind(), none.message()),
        (ErrorKind::NotFound, "Zoho Desk has no ticket number 99")
    );
    let words = desk
        .run("find_ticket", json!({ "number": "1&status=Open" }))
        .await;
    assert_eq!(words.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_search_shows_what_fits_and_asks_for_one_more() {
    let desk = Desk::new().await;
    for n in 0..3 {
        desk.ticket(&format!("Printer & scanner {n}"));
    }
    let params = json!({ "text": "printer & scanner", "limit": 2 });
    let done = desk.run("search_tickets", params).await.unwrap();
    assert_eq!(done.detail, "2 tickets found");
    assert_snapshot("search_tickets", &desk.http.shown());
    let nothing = desk
        .run("search_tickets", json!({ "text": "nowhere" }))
        .await
        .unwrap();
    assert_eq!(nothing.detail, "0 tickets found");
}

#[tokio::test]
async fn lists_are_of_tickets_that_are_not_closed_by_the_portals_own_statuses() {
    let desk = Desk::new().await;
    let ids: Vec<_> = ["a", "b", "c", "d"]
        .map(|subject| desk.ticket(subject))
        .into();
    desk.vendor.human_assigns(&ids[0], Some(CLAIRE));
    desk.vendor.human_sets_status(&ids[1], "対応中");
    desk.vendor.human_sets_status(&ids[2], "Resolved");
    desk.vendor.human_sets_due(&ids[3], START - MINUTE);
    for (which, count) in [("mine", 1), ("open", 3), ("unassigned", 2), ("overdue", 1)] {
        let done = desk
            .run("list_tickets", json!({ "which": which }))
            .await
            .unwrap();
        assert_eq!(done.detail, format!("{count} tickets found"), "{which}");
    }
    assert_snapshot("list_tickets", &desk.http.shown());
    let wrong = desk
        .run("list_tickets", json!({ "which": "all" }))
        .await
        .unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Misconfigured);
}

#[tokio::test]
async fn a_ticket_is_created_with_every_name_resolved_and_our_mark() {
    let desk = Desk::new().await;
    let params = json!({
        "subject": "Printer", "department": "billing", "description": "It <burns>\nbadly",
        "email": "new@example.com", "name": "New Customer", "priority": "High",
        "status": "対応中", "assignee": "bob@zylker.example",
    });
    let done = desk.run("create_ticket", params).await.unwrap();
    let ticket = desk.vendor.tickets().remove(0);
    assert_eq!(done.entity.unwrap().id, ticket.id);
    assert_eq!(
        (ticket.department.as_str(), ticket.assignee.as_deref()),
        (BILLING, Some(BOB))
    );
    assert_eq!(
        ticket.description,
        "It &lt;burns&gt;<br/>badly<br/><br/>deskbridge-0123456789ab"
    );
    assert_snapshot("create_ticket", &desk.http.body_of("POST /tickets"));
}

#[tokio::test]
async fn a_new_ticket_needs_a_department_and_a_contact() {
    let desk = Desk::new().await;
    let error = desk
        .run(
            "create_ticket",
            json!({ "subject": "a", "email": "a@example.com" }),
        )
        .await;
    let error = error.unwrap_err();
    assert_eq!(
        error.message(),
        "say the department; there are: サポート, Billing"
    );
    let params = json!({ "subject": "a", "department": SUPPORT });
    let error = desk.run("create_ticket", params).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
    assert_eq!(desk.vendor.tickets().len(), 0);
}

#[tokio::test]
async fn a_comment_is_private_unless_it_is_said_to_be_public() {
    let desk = Desk::new().await;
    let id = desk.ticket("Printer");
    for (public, expected) in [
        (json!(null), false),
        (json!(true), true),
        (json!("true"), true),
        (json!("no"), false),
    ] {
        let params = json!({ "number": "4711", "text": "Looked at <it>", "public": public });
        desk.run("add_comment", params).await.unwrap();
        let comments = desk.vendor.ticket(&id).unwrap().comments;
        assert_eq!(comments.last().unwrap().is_public, expected);
        assert_eq!(comments.last().unwrap().content, "Looked at <it>");
    }
    assert_snapshot(
        "add_comment",
        &desk.http.body_of("POST /tickets/{id}/comments"),
    );
}

#[tokio::test]
async fn a_reply_goes_to_the_customer_from_the_departments_address() {
    let desk = Desk::new().await;
    let id = desk
        .vendor
        .human_opens_ticket(BILLING, "yamada@example.com", "Refund");
    let params = json!({ "ticket_id": id, "text": "On its way" });
    let done = desk.run("send_reply", params).await.unwrap();
    assert_eq!(done.detail, "ticket 4711: reply sent");
    let mails = desk.vendor.mails_sent();
    assert_eq!(
        (mails[0].from.as_str(), mails[0].to.as_str()),
        ("billing@zylker.example", "yamada@example.com")
    );
    assert_snapshot(
        "send_reply",
        &desk.http.body_of("POST /tickets/{id}/sendReply"),
    );
}

#[test]
fn a_reply_whose_outcome_is_unknown_waits_for_a_person() {
    let zoho = ZohoDesk::default();
    for operation in zoho.operations() {
        let expected = match operation.name {
            "send_reply" => operation.repeat == Repeat::Park,
            "create_ticket" | "add_comment" => matches!(operation.repeat, Repeat::LookUp { .. }),
            _ => operation.repeat == Repeat::Harmless,
        };
        assert!(expected, "{}", operation.name);
    }
}

#[tokio::test]
async fn closed_is_the_portals_own_status_of_that_type() {
    let mut options = Options::default();
    options.statuses.retain(|status| status.name != "Closed");
    let desk = Desk::with(options, json!({})).await;
    let id = desk.ticket("Printer");
    desk.run(
        "update_ticket",
        json!({ "ticket_id": id, "status": "closed" }),
    )
    .await
    .unwrap();
    assert_eq!(desk.vendor.ticket(&id).unwrap().status, "Resolved");
    let error = desk
        .run(
            "update_ticket",
            json!({ "ticket_id": id, "status": "Gone" }),
        )
        .await;
    let error = error.unwrap_err();
    let why = "this portal has no such status; there are: Open, 対応中, On Hold, Resolved";
    assert_eq!((error.message(), error.retry()), (why, Retry::Never));
}

#[tokio::test]
async fn a_ticket_is_assigned_to_the_one_who_asks_or_by_address() {
    let desk = Desk::new().await;
    let id = desk.ticket("Printer");
    for (who, agent) in [
        ("me", CLAIRE),
        ("BOB@zylker.example", BOB),
        (CLAIRE, CLAIRE),
    ] {
        let params = json!({ "ticket_id": id, "assignee": who });
        desk.run("update_ticket", params).await.unwrap();
        assert_eq!(
            desk.vendor.ticket(&id).unwrap().assignee.as_deref(),
            Some(agent)
        );
    }
    let params = json!({ "ticket_id": id, "assignee": "zylker.example" });
    let error = desk.run("update_ticket", params).await.unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::NotFound,
        "a part of an address is nobody's"
    );
    let error = desk
        .run("update_ticket", json!({ "ticket_id": id }))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
}

#[tokio::test]
async fn an_agent_is_found_by_address_or_as_the_one_who_signed_in() {
    let desk = Desk::new().await;
    let myself = desk.run("find_agent", json!({})).await.unwrap();
    assert_eq!(myself.detail, format!("agent {CLAIRE}"));
    let bob = desk
        .run("find_agent", json!({ "email": "bob@zylker.example" }))
        .await
        .unwrap();
    assert_eq!(bob.detail, format!("agent {BOB}"));
}

#[tokio::test]
async fn a_ticket_that_is_gone_is_changed_by_nobody() {
    let desk = Desk::new().await;
    let id = desk.ticket("Printer");
    desk.vendor.human_deletes(&id);
    for (operation, params) in [
        ("add_comment", json!({ "ticket_id": id, "text": "a" })),
        ("send_reply", json!({ "ticket_id": id, "text": "a" })),
        (
            "update_ticket",
            json!({ "ticket_id": id, "status": "Closed" }),
        ),
        ("read_ticket", json!({ "ticket_id": id })),
    ] {
        let error = desk.run(operation, params).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{operation}");
    }
    let writes = desk
        .http
        .routes()
        .into_iter()
        .filter(|route| !route.starts_with("GET") && *route != "POST /oauth/v2/token");
    assert_eq!(writes.count(), 0);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_leaves_a_write_unknown_and_a_read_harmless() {
    let desk = Desk::new().await;
    let id = desk.ticket("Printer");
    desk.http
        .answers("POST /tickets/{id}/comments", 200, "<html>");
    let write = desk
        .run("add_comment", json!({ "ticket_id": id, "text": "a" }))
        .await
        .unwrap_err();
    assert_eq!(write.retry(), Retry::LookUp);
    desk.http.answers("GET /tickets/{id}", 200, "<html>");
    let read = desk
        .run("read_ticket", json!({ "ticket_id": id }))
        .await
        .unwrap_err();
    assert_eq!(read.retry(), Retry::Later(None));
}

#[tokio::test]
async fn what_was_done_is_done_although_it_cannot_be_read_afterwards() {
    let desk = Desk::new().await;
    let id = desk.ticket("Printer");
    let params = json!({ "ticket_id": id, "text": "a" });
    let prepared = desk.prepare("add_comment", params.clone()).await.unwrap();
    desk.http.answers("GET /tickets/{id}", 500, "");
    let action = action("add_comment", params);
    let done = desk.zoho.send(&desk.call(&action), prepared).await.unwrap();
    assert!(
        matches!(done, Answer::Done(done) if done.detail == format!("ticket {id}: comment added"))
    );
}

#[tokio::test]
async fn only_the_departments_of_the_settings_are_searched() {
    let desk = Desk::with(Options::default(), json!({ "departments": [BILLING] })).await;
    desk.ticket("Printer");
    desk.vendor
        .human_opens_ticket(BILLING, "a@example.com", "Printer");
    for (operation, params) in [
        ("search_tickets", json!({ "text": "Printer" })),
        ("list_tickets", json!({ "which": "open" })),
    ] {
        let done = desk.run(operation, params).await.unwrap();
        assert_eq!(done.detail, "1 tickets found");
    }
}
