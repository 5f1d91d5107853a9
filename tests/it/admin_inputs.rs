//! What the management API refuses, with the exact status: the rows on it of the bad-input catalogue.

use deskbridge_core::operator::Role;
use it_support::World;
use serde_json::{Value, json};

const JSON: (&str, &str) = ("content-type", "application/json");

struct Row {
    what: &'static str,
    method: &'static str,
    path: String,
    body: Option<String>,
    status: u16,
    field: Option<&'static str>,
}

fn row(what: &'static str, method: &'static str, path: &str, body: Value, status: u16) -> Row {
    Row {
        what,
        method,
        path: path.to_owned(),
        body: (!body.is_null()).then(|| body.to_string()),
        status,
        field: None,
    }
}

impl Row {
    fn at(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }
}

async fn check(world: &World, token: &str, rows: Vec<Row>) {
    for row in rows {
        let (what, asked) = (row.what, row.body.clone());
        let headers = match row.method {
            "PUT" => vec![JSON, ("if-match", "*")],
            _ => vec![JSON],
        };
        let (status, said) = world
            .admin_with(token, row.method, &row.path, &headers, row.body)
            .await;
        assert_eq!(status, row.status, "{what}: {said}");
        assert_eq!(said["status"], json!(status), "{what}: {said}");
        if let Some(field) = row.field {
            assert_eq!(said["field"], json!(field), "{what}: {said}");
        }
        let canary = asked.is_some_and(|body| body.contains("canary"));
        assert!(
            !canary || !said.to_string().contains("canary"),
            "{what}: {said}"
        );
    }
}

fn document(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = json!({
        "name": "support-alerts",
        "kind": "kayako-opsgenie",
        "team": "support",
        "settings": {
            "kayako": {"subdomain": "john", "credential": "kayako-john"},
            "opsgenie": {"service": "opsgenie-us", "credential": "opsgenie-support"},
        },
    });
    change(&mut document);
    document
}

#[tokio::test]
async fn tokens_that_open_nothing() {
    let world = World::start().await;
    let viewer = world.token("mon", Role::Viewer, None).await;
    for token in [
        "",
        "dbt_00",
        "canary",
        &viewer.to_uppercase(),
        viewer.get(4..).unwrap(),
    ] {
        let (status, said) = world.admin(token, "GET", "events", Value::Null).await;
        assert_eq!(status, 401, "{token}: {said}");
        assert!(!said.to_string().contains("canary"));
    }
    let basic = [("authorization", "Basic Y2FuYXJ5")];
    let (status, _) = world.admin_with("", "GET", "events", &basic, None).await;
    assert_eq!(status, 401);
    let twice = [("authorization", "Bearer other")];
    let (status, _) = world
        .admin_with(&viewer, "GET", "events", &twice, None)
        .await;
    assert_eq!(status, 401, "two tokens are none");
}

#[tokio::test]
async fn a_viewer_changes_nothing() {
    let world = World::start().await;
    let viewer = world.token("mon", Role::Viewer, None).await;
    let writes = [
        ("PUT", "integrations/support-alerts"),
        ("DELETE", "integrations/support-alerts"),
        ("POST", "integrations/support-alerts/enable"),
        ("POST", "integrations/support-alerts/disable"),
        ("POST", "integrations/support-alerts/rotate-key"),
        ("POST", "events/evt_none/replay"),
        ("POST", "actions/act_none/resolve"),
        ("POST", "tokens"),
        ("DELETE", "tokens/mon"),
    ];
    for (method, path) in writes {
        let (status, said) = world.admin(&viewer, method, path, json!({})).await;
        assert_eq!(status, 403, "{method} {path}: {said}");
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
async fn documents_that_do_not_hold() {
    let world = World::start().await;
    let admin = world.token("lead", Role::Admin, None).await;
    let put = |what, change: fn(&mut Value), status, field| {
        let path = "integrations/support-alerts";
        row(what, "PUT", path, document(change), status).at(field)
    };
    let rows = vec![
        put(
            "a field of ours",
            |d| d["version"] = json!("canary"),
            422,
            "version",
        ),
        put(
            "somebody else's role",
            |d| d["role"] = json!("canary"),
            422,
            "role",
        ),
        put("another name", |d| d["name"] = json!("canary"), 422, "name"),
        put(
            "an unknown kind",
            |d| d["kind"] = json!("canary"),
            422,
            "kind",
        ),
        put(
            "no settings",
            |d| d["settings"] = json!(null),
            422,
            "settings",
        ),
        put(
            "a team with a line break",
            |d| d["team"] = json!("a\nb"),
            422,
            "team",
        ),
        put("a number for a name", |d| d["name"] = json!(7), 422, "name"),
        put(
            "a setting that is none",
            |d| d["settings"]["canary"] = json!(1),
            422,
            "settings",
        ),
        put(
            "a template that ends early",
            |d| d["settings"]["alert"] = json!({"message": "{{ canary"}),
            422,
            "settings.alert.message",
        ),
        put(
            "an update without its tag",
            |d| {
                d["settings"]["create_conversations"] =
                    json!([{"on": "custom_action", "name": "", "do": "add_note"}]);
            },
            422,
            "settings.create_conversations[0].name",
        ),
        put(
            "an address inside the house",
            |d| d["settings"]["kayako"]["base_url"] = json!("http://user@canary.internal:22"),
            422,
            "settings.kayako.base_url",
        ),
        put(
            "too many rules",
            |d| {
                let one = json!({"on": "closed", "do": "complete_conversation"});
                d["settings"]["create_conversations"] = json!(vec![one; 10_001]);
            },
            422,
            "settings.create_conversations[1]",
        ),
    ];
    let unnamed = ["", "a b", "A", "%E2%80%AE", "%20%20"];
    for name in unnamed {
        let path = format!("integrations/{name}");
        let body = Some(document(|d| d["name"] = json!("A")).to_string());
        let (status, said) = world.admin_with(&admin, "PUT", &path, &[JSON], body).await;
        assert!([404, 405, 422].contains(&status), "{name}: {status} {said}");
    }
    check(&world, &admin, rows).await;
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let world = World::start().await;
    let admin = world.token("lead", Role::Admin, None).await;
    let path = "integrations/support-alerts/diff";
    let ask = async |headers: &[(&str, &str)], body: String| {
        let asked = world.admin_with(&admin, "POST", path, headers, Some(body));
        asked.await.0
    };
    assert_eq!(ask(&[JSON], String::new()).await, 400);
    assert_eq!(ask(&[JSON], "{".into()).await, 400);
    assert_eq!(ask(&[JSON], "[".repeat(100_000)).await, 400);
    assert_eq!(ask(&[JSON], "null".into()).await, 422);
    assert_eq!(
        ask(&[JSON], format!("\"{}\"", "x".repeat(1_100_000))).await,
        413
    );
    assert_eq!(ask(&[], "{}".into()).await, 415);
    assert_eq!(
        ask(&[("content-type", "text/yaml")], "a: *a".into()).await,
        415
    );
    let packed = [JSON, ("content-encoding", "gzip")];
    assert_eq!(ask(&packed, "{}".into()).await, 415);
}

#[tokio::test]
async fn lists_are_asked_for_within_bounds() {
    let world = World::start().await;
    let admin = world.token("lead", Role::Admin, None).await;
    let other = world.token("mon", Role::Admin, None).await;
    for id in 1..=3 {
        world.post_kayako(&[("Case ID", &id.to_string())]).await;
    }
    world.settle().await;
    let (_, page) = world
        .admin(&admin, "GET", "events?limit=1", Value::Null)
        .await;
    let next = page["next"].as_str().unwrap().to_owned();
    let ask = async |token: &str, query: &str| {
        let path = format!("events?{query}");
        world.admin(token, "GET", &path, Value::Null).await.0
    };
    for limit in ["0", "-1", "201", "1000000000", "x", ""] {
        assert_eq!(ask(&admin, &format!("limit={limit}")).await, 422, "{limit}");
    }
    assert_eq!(ask(&admin, "canary=1").await, 422);
    assert_eq!(ask(&admin, "integration=").await, 422);
    assert_eq!(ask(&admin, &format!("before={next}")).await, 200);
    let forged: String = next.chars().rev().collect();
    for cursor in ["", "x", "AAAA", &forged, &format!("{next}A")] {
        assert_eq!(
            ask(&admin, &format!("before={cursor}")).await,
            400,
            "{cursor}"
        );
    }
    assert_eq!(
        ask(&other, &format!("before={next}")).await,
        400,
        "another token's"
    );
    let path = format!("changes?before={next}");
    let (status, _) = world.admin(&admin, "GET", &path, Value::Null).await;
    assert_eq!(status, 400, "another list's");
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
async fn what_is_not_there_or_not_so() {
    let world = World::start().await;
    let admin = world.token("lead", Role::Admin, None).await;
    world.post_kayako(&[]).await;
    world.settle().await;
    let delivered = world.actions().await.remove(0).action.id;
    let resolve = |id: &str| format!("actions/{id}/resolve");
    let long = "x".repeat(10_000);
    let rows = vec![
        row(
            "an unknown event",
            "GET",
            "events/evt_none",
            Value::Null,
            404,
        ),
        row(
            "an id that is none",
            "GET",
            "events/..%2f..%2fetc",
            Value::Null,
            404,
        ),
        row(
            "an endless id",
            "GET",
            &format!("events/{long}"),
            Value::Null,
            404,
        ),
        row("an unknown address", "GET", "canary", Value::Null, 404),
        row("a wrong method", "PATCH", "events", Value::Null, 405),
        row(
            "an unknown action",
            "POST",
            &resolve("act_none"),
            json!({"resolution": "drop"}),
            404,
        ),
        row(
            "a delivered action",
            "POST",
            &resolve(&delivered),
            json!({"resolution": "send_again"}),
            409,
        ),
        row(
            "an unknown word",
            "POST",
            &resolve(&delivered),
            json!({"resolution": "canary"}),
            422,
        )
        .at("resolution"),
        row(
            "an id of what is dropped",
            "POST",
            &resolve(&delivered),
            json!({"resolution": "drop", "id": "canary"}),
            422,
        )
        .at("id"),
        row("nothing to explain", "POST", "explain", json!({}), 422).at("event_id"),
        row(
            "a body that is no JSON",
            "POST",
            "explain",
            json!({"integration": "support-alerts", "connector": "kayako", "body": "canary"}),
            422,
        )
        .at("body"),
        row(
            "a token without a role",
            "POST",
            "tokens",
            json!({"name": "x"}),
            422,
        ),
        row(
            "a token of a name that is taken",
            "POST",
            "tokens",
            json!({"name": "lead", "role": "viewer"}),
            409,
        )
        .at("name"),
        row(
            "a token that never was",
            "POST",
            "tokens",
            json!({"name": "x", "role": "viewer", "expires_in_days": 0}),
            422,
        )
        .at("expires_in_days"),
    ];
    check(&world, &admin, rows).await;
}
