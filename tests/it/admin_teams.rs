//! Two teams: what belongs to the other one is not there, however it is asked for.

use deskbridge_core::operator::Role;
use it_support::World;
use serde_json::{Value, json};

const NONE: Value = Value::Null;

/// Events and actions of both teams: `support` has Kayako, `service-desk` has the alerts.
async fn two_teams() -> World {
    let world = World::start().await;
    world.post_kayako(&[]).await;
    let headers = [("content-type", "application/json")];
    let alert = r#"{"title": "SRV-B lost power", "organisation": "Nordwind", "type": "Power"}"#;
    let (status, said) = world
        .post_with("alert", &world.alerts_key, &headers, alert)
        .await;
    assert_eq!(status, 202, "{said}");
    world.settle().await;
    world
}

/// The ids of one integration's first event and of its action.
async fn ids(world: &World, integration: &str) -> (String, String) {
    let events = world.events().await;
    let ours = |event: &&deskbridge_core::event::EventRecord| {
        event.integration == integration && !event.decision.actions().is_empty()
    };
    let event = events.iter().find(ours).unwrap();
    (event.id.clone(), event.decision.actions()[0].id.clone())
}

#[tokio::test]
async fn every_foreign_cell_is_not_found() {
    let world = two_teams().await;
    let teams = [
        ("support", "support-alerts", "kaseya-alerts"),
        ("service-desk", "kaseya-alerts", "support-alerts"),
    ];
    for (team, own, foreign) in teams {
        for role in [Role::Viewer, Role::Admin] {
            let token = world.token("x", role, Some(team)).await;
            for (name, reads) in [(own, 200), (foreign, 404)] {
                let (event, action) = ids(&world, name).await;
                let asked = [
                    ("GET", format!("integrations/{name}"), NONE),
                    ("GET", format!("integrations/{name}/rules"), NONE),
                    ("GET", format!("events?integration={name}"), NONE),
                    ("GET", format!("events/{event}"), NONE),
                    ("GET", format!("actions/{action}"), NONE),
                    ("POST", "explain".to_owned(), json!({"event_id": event})),
                ];
                for (method, path, body) in asked {
                    let (status, said) = world.admin(&token, method, &path, body).await;
                    assert_eq!(status, reads, "{team} {role:?} {method} {path}: {said}");
                }
            }
            writes_are_not_found(&world, &token, role, foreign).await;
        }
    }
}

async fn writes_are_not_found(world: &World, token: &str, role: Role, foreign: &str) {
    let (event, action) = ids(world, foreign).await;
    let whole = world.token("whole", Role::Admin, None).await;
    let path = format!("integrations/{foreign}");
    let (_, shown) = world.admin(&whole, "GET", &path, NONE).await;
    let mut claimed = shown["document"].clone();
    claimed["team"] = json!(match foreign {
        "support-alerts" => "service-desk",
        _ => "support",
    });
    let writes = [
        ("PUT", path.clone(), claimed),
        ("DELETE", path.clone(), NONE),
        ("POST", format!("{path}/enable"), NONE),
        ("POST", format!("{path}/disable"), NONE),
        ("POST", format!("{path}/rotate-key"), NONE),
        ("POST", format!("events/{event}/replay"), NONE),
        (
            "POST",
            format!("actions/{action}/resolve"),
            json!({"resolution": "drop"}),
        ),
    ];
    let expected = match role {
        Role::Viewer | Role::Flow => 403,
        Role::Admin => 404,
    };
    for (method, path, body) in writes {
        let (status, said) = world.admin(token, method, &path, body).await;
        assert_eq!(status, expected, "{role:?} {method} {path}: {said}");
    }
    let diff = world
        .admin(
            token,
            "POST",
            &format!("{path}/diff"),
            shown["document"].clone(),
        )
        .await;
    assert_eq!(diff.0, 404, "{}", diff.1);
    let (_, after) = world.admin(&whole, "GET", &path, NONE).await;
    assert_eq!(after, shown);
}

#[tokio::test]
async fn lists_hold_only_what_is_ours_and_no_counts_leak() {
    let world = two_teams().await;
    let whole = world.token("whole", Role::Admin, None).await;
    let token = world.token("x", Role::Admin, Some("support")).await;
    let path = "integrations/kaseya-alerts/disable";
    assert_eq!(world.admin(&whole, "POST", path, NONE).await.0, 200);
    for path in ["integrations", "events", "parked", "changes", "tokens"] {
        let (status, said) = world.admin(&token, "GET", path, NONE).await;
        assert_eq!(status, 200);
        let said = said.to_string();
        assert!(!said.contains("kaseya-alerts"), "{path}: {said}");
        assert!(!said.contains("whole"), "{path}: {said}");
    }
    let (_, health) = world.admin(&token, "GET", "health", NONE).await;
    assert_eq!(health["tally"], NONE);
    let (_, health) = world.admin(&whole, "GET", "health", NONE).await;
    assert!(health["tally"]["events"].as_u64().unwrap() >= 2);
}

#[tokio::test]
async fn a_team_makes_tokens_and_integrations_of_its_own_only() {
    let world = two_teams().await;
    let token = world.token("x", Role::Admin, Some("support")).await;
    let body = json!({"name": "spy", "role": "viewer", "team": "service-desk"});
    assert_eq!(world.admin(&token, "POST", "tokens", body).await.0, 403);
    let body = json!({"name": "own", "role": "viewer"});
    let (status, made) = world.admin(&token, "POST", "tokens", body).await;
    assert_eq!((status, &made["team"]), (201, &json!("support")));
    let path = "integrations/support-alerts";
    let (_, shown) = world.admin(&token, "GET", path, NONE).await;
    let mut given_away = shown["document"].clone();
    given_away["team"] = json!("service-desk");
    assert_eq!(world.admin(&token, "PUT", path, given_away).await.0, 403);
}
