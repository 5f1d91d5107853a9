use deskbridge_core::Timestamp;
use deskbridge_core::connector::SignedRequest;
use deskbridge_core::dedup::DedupKey;
use deskbridge_core::json::JsonError;
use deskbridge_core::secret::Credential;

use super::*;

fn shown(incoming: &Incoming) -> Value {
    let key = match &incoming.key {
        DedupKey::Once(key) => json!({ "once": key }),
        DedupKey::Each => json!("each"),
        DedupKey::Within { .. } => json!("within"),
    };
    json!({
        "event_type": incoming.event_type,
        "key": key,
        "subject": incoming.subject.to_string(),
        "alert": incoming.data["alert"],
    })
}

/// The bodies of the events that one post makes.
fn parts(body: &Value, connection: &Connection) -> Vec<Value> {
    let parts: Vec<_> = Alert::default().split(body, connection).collect();
    match parts.is_empty() {
        true => vec![body.clone()],
        false => parts,
    }
}

fn series(body: Value, settings: Value) -> String {
    let incoming = read_with(&body, &connection(settings)).unwrap();
    assert_eq!(incoming.subject.id, incoming.data["alert"]["series"]);
    incoming.subject.id
}

#[test]
fn every_preset_reads_its_body_as_kept_in_its_snapshot() {
    for (name, body) in [
        ("json", fixture!("json")),
        ("compliance-manager", fixture!("compliance_manager")),
        ("connectbooster", fixture!("connectbooster")),
        ("datto-file-protection", fixture!("datto_file_protection")),
        ("datto-workplace", fixture!("datto_workplace")),
        ("graphus", fixture!("graphus")),
        ("spanning-salesforce", fixture!("spanning_salesforce")),
        ("datto-rmm", fixture!("datto_rmm_triggered")),
        ("alertmanager", fixture!("alertmanager_firing")),
    ] {
        let connection = preset(name);
        let parts = parts(&parse(body), &connection);
        let read = parts
            .iter()
            .map(|part| shown(&read_with(part, &connection).unwrap()));
        assert_snapshot(name, &Value::Array(read.collect()));
    }
}

#[test]
fn an_alert_and_its_end_are_two_events_of_one_series() {
    for (name, raised, resolved) in [
        ("json", fixture!("json"), fixture!("json_resolved")),
        (
            "datto-rmm",
            fixture!("datto_rmm_triggered"),
            fixture!("datto_rmm_resolved"),
        ),
        (
            "alertmanager",
            fixture!("alertmanager_firing"),
            fixture!("alertmanager_resolved"),
        ),
    ] {
        let connection = preset(name);
        let raised = read_with(&parts(&parse(raised), &connection)[0], &connection).unwrap();
        let resolved = read_with(&parse(resolved), &connection).unwrap();
        assert_eq!(raised.event_type, "raised", "{name}");
        assert_eq!(resolved.event_type, "resolved", "{name}");
        assert_eq!(raised.subject, resolved.subject, "{name}");
        assert_eq!(resolved.data["alert"]["resolved"], true, "{name}");
        if name != "json" {
            assert_ne!(raised.key, resolved.key, "{name}");
        }
    }
}

#[test]
fn two_identical_alerts_are_two_events_unless_the_sender_names_the_delivery() {
    let mut body = parse(fixture!("json"));
    assert_eq!(read(&body).unwrap().key, DedupKey::Each);
    body["delivery"] = json!("d-1");
    assert_eq!(read(&body).unwrap().key, DedupKey::Once("alert/d-1".into()));
}

#[test]
fn alertmanager_repeats_an_alert_under_the_same_key_and_fires_anew_under_another() {
    let connection = preset("alertmanager");
    let body = parse(fixture!("alertmanager_firing"));
    let key = |body: &Value| {
        read_with(&parts(body, &connection)[1], &connection)
            .unwrap()
            .key
    };
    let mut grown = body.clone();
    grown["alerts"][0]["status"] = json!("resolved");
    assert_eq!(
        key(&body),
        key(&grown),
        "another alert of the group changed"
    );
    let mut again = body.clone();
    again["alerts"][1]["startsAt"] = json!("2026-11-22T03:00:00.000Z");
    assert_ne!(key(&body), key(&again));
}

#[test]
fn each_alert_of_a_post_stands_alone_with_what_all_share() {
    let connection = preset("alertmanager");
    let body = parse(fixture!("alertmanager_firing"));
    let parts = parts(&body, &connection);
    assert_eq!(parts.len(), 2);
    for (index, part) in parts.iter().enumerate() {
        assert_eq!(part["alerts"], json!([body["alerts"][index]]));
        assert_eq!(part["externalURL"], body["externalURL"]);
    }
    assert_eq!(read_with(&body, &connection).unwrap_err().field, "alerts");
    for (alerts, why) in [(json!([]), "is empty"), (json!({}), "is no list")] {
        let mut body = body.clone();
        body["alerts"] = alerts;
        assert_eq!(super::webhook::parts(&body, &connection), [body.clone()]);
        let drift = read_with(&body, &connection).unwrap_err();
        assert_eq!(drift, Drift::new("alerts", why));
    }
}

#[test]
fn a_body_that_does_not_fit_names_the_field_and_its_path() {
    let drift = read(&parse(fixture!("json_without_title"))).unwrap_err();
    assert_eq!(drift, Drift::new("fields.title", "$.title found nothing"));
    for (field, value) in [
        ("title", json!({"text": "x"})),
        ("organisation", json!(["Example Ltd", "Other Ltd"])),
        ("resolved", json!("perhaps")),
    ] {
        let mut body = parse(fixture!("json"));
        body[field] = value;
        assert_eq!(read(&body).unwrap_err().field, format!("fields.{field}"));
    }
}

#[test]
fn the_owners_fields_replace_single_ones_of_the_preset() {
    let settings = json!({"preset": "graphus", "fields": {
        "title": "{{ body.title }} for {{ body.mailbox }}", "severity": "High", "link": "",
    }});
    let mut body = parse(fixture!("graphus"));
    body["mailbox"] = json!("jonas@example.com");
    let alert = &read_with(&body, &connection(settings)).unwrap().data["alert"];
    assert_eq!(alert["title"], "Message quarantined for jonas@example.com");
    assert_eq!(alert["severity"], "High");
    assert_eq!(alert["link"], "");
    assert_eq!(alert["type"], "Quarantine");
    assert_eq!(alert["source"], "Graphus");
}

#[test]
fn yes_and_no_come_as_words_and_as_truth_values() {
    for (said, resolved) in [
        (json!(true), true),
        (json!("True"), true),
        (json!("Resolved"), true),
        (json!(1), true),
        (json!(false), false),
        (json!("false"), false),
        (json!("firing"), false),
        (json!(null), false),
        (json!(""), false),
    ] {
        let body = json!({"title": "t", "resolved": said});
        let incoming = read(&body).unwrap();
        assert_eq!(incoming.data["alert"]["resolved"], resolved, "{said}");
    }
}

#[test]
fn a_series_is_a_title_in_an_organisation() {
    let one = |title: &str, organisation: &str, settings: Value| {
        series(
            json!({"title": title, "organisation": organisation}),
            settings,
        )
    };
    let usual = || json!({});
    assert_eq!(one("a  b\n", "x", usual()), one("a b", " x ", usual()));
    assert_ne!(
        one("a b", "x", usual()),
        one("A b", "x", usual()),
        "case stays"
    );
    assert_ne!(one("a b", "x", usual()), one("a b", "y", usual()));
    assert_ne!(one("a", "b", usual()), one("b", "a", usual()));
    let exact = || json!({"series": {"title": "exact"}});
    assert_ne!(one("a  b", "x", exact()), one("a b", "x", exact()));
    assert_ne!(one("a b", "x", exact()), one("a b", "y", exact()));
    let anywhere = || json!({"series": {"scope": "none"}});
    assert_eq!(one("a b", "x", anywhere()), one("a b", "y", anywhere()));
}

#[test]
fn a_form_is_read_like_the_same_json() {
    let form = "title=Device+SRV-B+lost+power&organisation=Example+Ltd&resolved=false";
    let header = Some("application/x-www-form-urlencoded; charset=utf-8");
    let json = Alert::default().json(header, form, None).unwrap();
    let from_form = read(&parse(&json)).unwrap();
    let from_json = read(&parse(fixture!("json"))).unwrap();
    assert_eq!(from_form.subject, from_json.subject);
    let broken = Alert::default().json(header, "title=%ff", None);
    assert_eq!(broken, Err(JsonError::NotUtf8));
}

#[test]
fn a_text_that_breaks_a_hand_written_body_is_kept_as_a_failed_event() {
    let body = r#"{"alertUID":"1","alertMessage":"cannot open "C:\temp""}"#;
    let rmm = preset("datto-rmm");
    let kept = Alert::default().json(None, body, Some(&rmm)).unwrap();
    let kept = parse(&kept);
    assert_eq!(kept, json!({ "unreadable": body }));
    assert_eq!(read_with(&kept, &rmm).unwrap_err().field, "body");
    let plain = Alert::default().json(None, body, Some(&preset("json")));
    assert_eq!(
        plain.as_deref(),
        Ok(body),
        "a machine's JSON is whole or refused"
    );
    let deep = "[".repeat(100);
    let deep = Alert::default()
        .json(None, &deep, Some(&rmm))
        .unwrap()
        .into_owned();
    assert!(deep.starts_with('['), "bounds hold for everybody");
}

fn delivery(headers: &[(&str, &str)], settings: Value) -> Option<String> {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let request = SignedRequest {
        headers: &headers,
        body: b"{}",
        now: Timestamp::from_millis(0),
    };
    Alert::default().delivery(&request, &connection(settings))
}

#[test]
fn a_delivery_id_comes_in_a_customary_header_or_in_the_owners() {
    for name in ["Webhook-Id", "X-GitHub-Delivery", "Idempotency-Key"] {
        assert_eq!(
            delivery(&[(name, " d1 ")], json!({})).as_deref(),
            Some("d1")
        );
    }
    let own = || json!({"delivery_header": "X-Alert-Post"});
    assert_eq!(
        delivery(&[("x-alert-post", "d2")], own()).as_deref(),
        Some("d2")
    );
    let long = "x".repeat(257);
    for headers in [
        vec![],
        vec![("webhook-id", "d1")],
        vec![("x-alert-post", "")],
        vec![("x-alert-post", long.as_str())],
        vec![("x-alert-post", "d2"), ("x-alert-post", "d3")],
    ] {
        assert_eq!(delivery(&headers, own()), None, "{headers:?}");
    }
}

#[test]
fn a_token_is_asked_for_where_a_credential_is_set() {
    let secret = Credential::new("alert-webhook", "1", [("token".into(), "t0ken".into())]);
    let verify = |value: &str, secret: Option<&Credential>| {
        let headers = [("X-Deskbridge-Token".to_owned(), value.to_owned())];
        let request = SignedRequest {
            headers: &headers,
            body: b"{}",
            now: Timestamp::from_millis(0),
        };
        Alert::default().verify(&request, secret).is_ok()
    };
    assert!(verify("t0ken", Some(&secret)));
    assert!(verify("", None));
    assert!(!verify("t0ken2", Some(&secret)));
    assert!(!verify("", Some(&secret)));
}
