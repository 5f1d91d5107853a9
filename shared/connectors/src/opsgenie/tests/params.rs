use super::*;

#[tokio::test]
async fn texts_are_cut_by_characters_to_the_vendors_limits() {
    let desk = Desk::v2();
    let long = "障".repeat(30_000);
    let tags: Vec<_> = (0..30).map(|n| format!("{n}{long}")).collect();
    let params = json!({
        "message": long, "alias": long, "description": long, "entity": long, "source": long,
        "note": long, "tags": tags, "details": {"a": "ö".repeat(7_000), "b": long, "c": "lost"},
    });
    desk.run("create_alert", params).await.unwrap();
    let body = desk.last_body();
    let chars = |value: &Value| value.as_str().unwrap().chars().count();
    let lengths = [
        "message",
        "alias",
        "description",
        "entity",
        "source",
        "note",
    ]
    .map(|name| chars(&body[name]));
    assert_eq!(lengths, [130, 512, 15_000, 512, 100, 25_000]);
    assert_eq!(
        (
            body["tags"].as_array().unwrap().len(),
            chars(&body["tags"][0])
        ),
        (20, 50)
    );
    let details = body["details"].as_object().unwrap();
    let size: usize = details
        .iter()
        .map(|(key, text)| key.chars().count() + chars(text))
        .sum();
    assert_eq!((details.len(), size), (2, 8_000));
    assert!(body["message"].as_str().unwrap().ends_with('…'));
}

#[tokio::test]
async fn a_longer_integration_name_is_cut_to_a_user() {
    let desk = Desk::v2().linked();
    let mut action = action("close_alert", json!({}));
    action.integration = "x".repeat(200);
    let prepared = Opsgenie.prepare(&desk.call(&action)).await.unwrap();
    let body: Value = serde_json::from_slice(&prepared.request.body.unwrap()).unwrap();
    assert_eq!(body["user"].as_str().unwrap().chars().count(), 100);
}

#[tokio::test]
async fn a_priority_is_read_as_it_comes() {
    for (given, sent) in [
        (json!("P4"), "P4"),
        (json!(" p4 "), "P4"),
        (json!(4), "P4"),
        (json!("4"), "P4"),
        (json!("Urgent"), "URGENT"),
    ] {
        let desk = Desk::v2().linked();
        desk.run("set_priority", json!({"priority": given}))
            .await
            .unwrap();
        assert_eq!(desk.last_body(), json!({"priority": sent}));
    }
}

#[tokio::test]
async fn what_a_template_left_empty_is_named() {
    let desk = Desk::v2().linked();
    for (operation, params, name) in [
        (
            "create_alert",
            json!({"message": " ", "alias": "a"}),
            "message",
        ),
        (
            "create_alert",
            json!({"message": "m", "alias": ""}),
            "alias",
        ),
        ("add_note", json!({"note": ""}), "note"),
        ("add_tags", json!({"tags": ["", " "]}), "tags"),
        ("remove_details", json!({"keys": []}), "keys"),
        ("add_details", json!({"details": {"a": null}}), "details"),
        ("set_priority", json!({"priority": ""}), "priority"),
        ("snooze_alert", json!({}), "end_time"),
        ("assign_alert", json!({"owner": {}}), "owner"),
        (
            "add_responder",
            json!({"responder": {"id": "no type"}}),
            "responder",
        ),
        ("custom_action", json!({"action": " "}), "action"),
    ] {
        let error = desk.prepare(operation, params).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misconfigured, "{operation}");
        assert!(error.message().contains(&format!("no {name} ")), "{error}");
    }
    assert!(desk.seen().is_empty());
}

#[tokio::test]
async fn the_account_api_takes_no_responder_by_name() {
    let desk = Desk::account().linked();
    let error = desk
        .prepare("add_responder", json!({"responder": "Facilities"}))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_name_of_dots_climbs_to_no_other_address() {
    for name in [".", ".."] {
        for desk in [Desk::v2(), Desk::events()] {
            let params = json!({"alias": name, "note": "n"});
            let error = desk.prepare("add_note", params).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Misconfigured);
        }
        let desk = Desk::v2().linked();
        assert!(
            desk.prepare("custom_action", json!({"action": name}))
                .await
                .is_err()
        );
        assert!(
            desk.look_up("add_tags", json!({}), Some(name))
                .await
                .is_err()
        );
        assert!(desk.seen().is_empty());
    }
}
