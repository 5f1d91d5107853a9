use deskbridge_core::dedup::DedupKey;

use super::*;

fn fixture(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_sent_message_is_read_with_every_item() {
    let body = fixture(include_str!("../fixtures/message_sent.json"));
    let incoming = read(&body).unwrap();
    let shown = json!({
        "key": format!("{:?}", incoming.key),
        "type": incoming.event_type,
        "subject": incoming.subject.to_string(),
        "data": incoming.data,
    });
    assert_snapshot("message_sent", &shown);
}

#[test]
fn a_memo_is_read_as_text_with_the_customer_it_names() {
    let body = fixture(include_str!("../fixtures/record_memo.json"));
    let data = read(&body).unwrap().data;
    assert_eq!(data["message"]["body"], "これは応対メモです。");
    assert_eq!(data["message"]["channel_label"], "応対メモ");
    assert_eq!(data["customer"]["name"], "山田 花子");
    assert_eq!(data["customer"]["email"], "yamada@example.com");
}

#[test]
fn a_closing_has_no_message_and_all_its_fields_are_there() {
    let body = fixture(include_str!("../fixtures/ticket_closed.json"));
    let incoming = read(&body).unwrap();
    assert_eq!(
        incoming.key,
        DedupKey::Once("12/ticket_closed/4711/1700000000000".into())
    );
    assert_eq!(incoming.data["message"]["body"], "");
    assert_eq!(incoming.data["ticket"]["status_label"], "対応完了");
    assert_eq!(incoming.data["customer"]["name"], "");
}

#[test]
fn a_pushed_closing_is_known_by_the_tickets_last_change() {
    let mut body = fixture(include_str!("../fixtures/ticket_closed.json"));
    body.as_object_mut().unwrap().remove("after");
    let key = read(&body).unwrap().key;
    assert_eq!(
        key,
        DedupKey::Once("12/ticket_closed/4711/2023-11-14T22:20:00Z".into())
    );
}

#[test]
fn the_same_message_of_another_box_is_another_event() {
    let body = fixture(include_str!("../fixtures/message_sent.json"));
    let relation = Relation::default();
    let key = |number| {
        let connection = connection("http://localhost", number);
        relation.read(&body, &connection, "sync").unwrap().key
    };
    assert_ne!(key(12), key(15));
}

#[test]
fn what_does_not_fit_names_its_field() {
    let body = fixture(include_str!("../fixtures/message_sent.json"));
    for (field, place) in [
        ("activity", "activity"),
        ("ticket", "ticket.ticket_id"),
        ("message", "message.message_id"),
    ] {
        let mut body = body.clone();
        body[field] = json!(null);
        assert_eq!(read(&body).unwrap_err().field, place);
    }
}

#[test]
fn an_unknown_channel_keeps_its_code() {
    let mut body = fixture(include_str!("../fixtures/message_sent.json"));
    body["message"]["method_cd"] = json!("chatwork");
    let data = read(&body).unwrap().data;
    assert_eq!(data["message"]["channel_label"], "chatwork");
}
