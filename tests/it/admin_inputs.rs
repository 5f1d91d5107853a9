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
    let mut wrong = Vec::new();
    for row in rows {
        let headers = match row.method {
            "PUT" => vec![JSON, ("if-match", "*")],
            _ => vec![JSON],
        };
        let asked = row.body.clone().unwrap_or_default();
        let (status, said) = world
            .admin_with(token, row.method, &row.path, &headers, row.body)
            .await;
        let field = row.field.is_none_or(|field| said["field"] == json!(field));
        let echoes = asked.contains("canary") && said.to_string().contains("canary");
        if status != row.status || said["status"] != json!(status) || !field || echoes {
            wrong.push(format!("{}: {said}", row.what));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
        viewer.trim_start_matches("dbt_"),
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

type Change = fn(&mut Value);

async fn check_documents(changes: Vec<(&'static str, Change, &'static str)>) {
    let world = World::start().await;
    let admin = world.token("lead", Role::Admin, None).await;
    let path = "integrations/support-alerts";
    let rows = changes
        .into_iter()
        .map(|(what, change, field)| row(what, "PUT", path, document(change), 422).at(field));
    check(&world, &admin, rows.collect()).await;
}

#[tokio::test]
async fn documents_that_are_none() {
    check_documents(vec![
        (
            "a field of ours",
            |d| d["version"] = json!("canary"),
            "version",
        ),
        ("somebody's role", |d| d["role"] = json!("canary"), "role"),
        ("another name", |d| d["name"] = json!("canary"), "name"),
        ("an unknown kind", |d| d["kind"] = json!("canary"), "kind"),
        ("no settings", |d| d["settings"] = json!(null), "settings"),
        ("a team in two lines", |d| d["team"] = json!("a\nb"), "team"),
        ("a number for a name", |d| d["name"] = json!(7), "name"),
    ])
    .await;
}

#[tokio::test]
async fn settings_that_do_not_hold() {
    check_documents(vec![
        (
            "a setting that is none",
            |d| d["settings"]["nonsense"] = json!(1),
            "settings.nonsense",
        ),
        (
            "a template that ends early",
            |d| d["settings"]["alert"] = json!({"message": "{{ canary"}),
            "settings.open_alert.message",
        ),
        (
            "an action without its name",
            |d| {
                d["settings"]["create_conversations"] =
                    json!([{"on": "custom_action", "name": "", "do": "add_note"}]);
            },
            "settings.create_conversations[0].name",
        ),
        (
            "an address inside the house",
            |d| d["settings"]["kayako"]["base_url"] = json!("http://user@canary.internal:22"),
            "settings.kayako.base_url",
        ),
        (
            "ten thousand mappings",
            |d| {
                let one = json!({"on": "closed", "do": "complete_conversation"});
                d["settings"]["create_conversations"] = json!(vec![one; 10_001]);
            },
            "settings.create_conversations[1].on",
        ),
    ])
    .await;
}

#[tokio::test]
async fn names_that_are_none() {
    let world = World::start().await;
    let admin = world.token("lead", Role::Admin, None).await;
    for name in ["", "a b", "A", "%E2%80%AE", "%20%20"] {
        let path = format!("integrations/{name}");
        let body = Some(document(|d| d["name"] = json!("A")).to_string());
        let (status, said) = world.admin_with(&admin, "PUT", &path, &[JSON], body).await;
        assert!([404, 422].contains(&status), "{name}: {status} {said}");
    }
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
async fn what_is_not_there() {
    let world = World::start().await;
    let admin = world.token("lead", Role::Admin, None).await;
    let long = format!("events/{}", "x".repeat(10_000));
    let none = Value::Null;
    let dropped = json!({"resolution": "drop"});
    let rows = vec![
        row(
            "an unknown event",
            "GET",
            "events/evt_none",
            none.clone(),
            404,
        ),
        row(
            "a path for an id",
            "GET",
            "events/..%2f..%2fetc",
            none.clone(),
            404,
        ),
        row("an endless id", "GET", &long, none.clone(), 404),
        row("an unknown address", "GET", "canary", none.clone(), 404),
        row("a wrong method", "PATCH", "events", none.clone(), 405),
        row("an unknown token", "DELETE", "tokens/none", none, 404),
        row(
            "an unknown action",
            "POST",
            "actions/act_none/resolve",
            dropped,
            404,
        ),
    ];
    check(&world, &admin, rows).await;
}

#[tokio::test]
async fn what_a_person_cannot_say_of_an_action() {
    let world = World::start().await;
    let admin = world.token("lead", Role::Admin, None).await;
    world.post_kayako(&[]).await;
    world.settle().await;
    let delivered = world.actions().await.remove(0).action.id;
    let path = format!("actions/{delivered}/resolve");
    let say = |what, body, status| row(what, "POST", &path, body, status);
    let rows = vec![
        say("it is delivered", json!({"resolution": "send_again"}), 409),
        say("an unknown word", json!({"resolution": "canary"}), 422).at("resolution"),
        say(
            "an id of what is dropped",
            json!({"resolution": "drop", "id": "canary"}),
            422,
        )
        .at("id"),
        say("nothing", json!({}), 422),
    ];
    check(&world, &admin, rows).await;
}

#[tokio::test]
async fn what_cannot_be_explained_and_tokens_that_cannot_be() {
    let world = World::start().await;
    let admin = world.token("lead", Role::Admin, None).await;
    let unreadable =
        json!({"integration": "support-alerts", "connector": "kayako", "body": "canary"});
    let never = json!({"name": "x", "role": "viewer", "expires_in_days": 0});
    let taken = json!({"name": "lead", "role": "viewer"});
    let rows = vec![
        row("nothing to explain", "POST", "explain", json!({}), 422).at("event_id"),
        row("a body that is no JSON", "POST", "explain", unreadable, 422).at("body"),
        row("no role", "POST", "tokens", json!({"name": "x"}), 422),
        row("a name that is taken", "POST", "tokens", taken, 409).at("name"),
        row("one that never was", "POST", "tokens", never, 422).at("expires_in_days"),
    ];
    check(&world, &admin, rows).await;
}
