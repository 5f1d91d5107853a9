//! The data action's events, run over a sandbox vendor.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_aws::lambda::data_action::run_data_action;
use deskbridge_connectors::http::Targets;
use deskbridge_data_actions::ActionError;
use deskbridge_embedded::EmbeddedSecrets;
use deskbridge_local::bundle::{Bundle, Options};
use deskbridge_local::demo::help_desk;
use deskbridge_testkit::clock::ManualClock;
use deskbridge_testkit::sandbox::zendesk::Zendesk;
use serde_json::{Value, json};

const FIND_USER: &str = include_str!("../../../../events/data-action/find_user.json");
const CREATE_TICKET: &str = include_str!("../../../../events/data-action/create_ticket_once.json");
const NO_SUCH_ACTION: &str = include_str!("../../../../events/data-action/no_such_action.json");

struct Desk {
    bundle: Bundle,
    zendesk: Zendesk,
    _data: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let secrets = Arc::new(EmbeddedSecrets::from_map([]));
        let bundle = Bundle::open(Options {
            data: data.path().to_path_buf(),
            secrets: Arc::clone(&secrets),
            targets: Targets::Any,
            clock: Arc::new(ManualClock::default()),
        });
        let bundle = bundle.unwrap();
        let zendesk = help_desk::start(&bundle, &secrets).await.unwrap();
        Self {
            bundle,
            zendesk,
            _data: data,
        }
    }

    async fn invoke(&self, event: Value) -> Result<Value, ActionError> {
        let deadline = self.bundle.clock.now() + Duration::from_secs(10);
        run_data_action(&self.bundle.data_actions, event, "request-1", deadline).await
    }
}

fn event(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn an_output_is_returned_as_plain_json() {
    let desk = Desk::open().await;
    let output = desk.invoke(event(FIND_USER)).await.unwrap();
    assert_eq!(output["matchCount"], 1);
    assert_eq!(output["users"][0]["id"], 9_017);
}

#[tokio::test]
async fn an_invocation_that_is_repeated_makes_one_ticket() {
    let desk = Desk::open().await;
    let first = desk.invoke(event(CREATE_TICKET)).await.unwrap();
    let again = desk.invoke(event(CREATE_TICKET)).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(desk.zendesk.tickets().len(), 1);
}

#[tokio::test]
async fn a_failure_fails_the_invocation_unless_the_flow_cannot_read_it() {
    let desk = Desk::open().await;
    let error = desk.invoke(event(NO_SUCH_ACTION)).await.unwrap_err();
    assert_eq!(error.error_type.name(), "UNKNOWN_ACTION");
    let mut told = event(NO_SUCH_ACTION);
    told["on_error"] = json!("return");
    let told = desk.invoke(told).await.unwrap();
    assert_eq!(
        (&told["ok"], &told["error"]["errorType"]),
        (&json!(false), &json!("UNKNOWN_ACTION"))
    );
}

#[tokio::test]
async fn an_event_of_another_shape_is_told_what_it_needs_and_not_what_it_held() {
    let desk = Desk::open().await;
    let error = desk
        .invoke(json!({"integration": 5, "input": "canary"}))
        .await
        .unwrap_err();
    assert_eq!(error.error_type.name(), "INVALID_INPUT");
    assert!(
        error.message.contains("`integration` and `action`") && !error.message.contains("canary")
    );
}
