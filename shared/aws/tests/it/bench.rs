//! Clients of MiniStack, and names that no other test uses.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use deskbridge_aws::sdk::{self, SdkConfig};
use deskbridge_aws::settings::Account;
use deskbridge_core::Timestamp;
use deskbridge_core::action::Action;
use deskbridge_core::event::{Decision, EventRecord};
use deskbridge_core::link::EntityRef;

use crate::ministack::MiniStack;

pub(crate) fn config(ministack: &MiniStack) -> SdkConfig {
    let account = Account {
        region: "eu-central-1".to_owned(),
        access_key_id: "test".to_owned(),
        secret_access_key: "test".to_owned(),
        session_token: None,
        endpoint_url: Some(ministack.url.clone()),
        system_roots: false,
    };
    let config = sdk::configure(&account).unwrap();
    config.into_builder().timeout_config(patient()).build()
}

/// An emulator on a busy machine answers late, and a call that is repeated meanwhile counts twice.
fn patient() -> TimeoutConfig {
    let patience = Duration::from_secs(30);
    TimeoutConfig::builder()
        .operation_attempt_timeout(patience)
        .operation_timeout(patience)
        .build()
}

pub(crate) fn fresh_name() -> String {
    static NAMES: AtomicUsize = AtomicUsize::new(0);
    let number = NAMES.fetch_add(1, Ordering::Relaxed);
    format!("test-{}-{number}", std::process::id())
}

/// For the places where a test cannot be had without MiniStack: what was started, or the test ends.
#[macro_export]
macro_rules! or_skip {
    ($started:expr) => {
        match $started {
            Some(started) => started,
            None => return,
        }
    };
}

pub(crate) fn subject(id: &str) -> EntityRef {
    EntityRef::new("source", "ticket", id)
}

/// All in one lane, of one moment.
pub(crate) fn action(id: &str) -> Action {
    Action {
        id: id.to_owned(),
        event_id: "evt_1".to_owned(),
        integration: "one".to_owned(),
        rule: "rules[0]".to_owned(),
        config_version: 1,
        connector: "target".to_owned(),
        operation: "add_note".to_owned(),
        subject: subject("1"),
        order_key: "lane".to_owned(),
        slot: None,
        params: serde_json::Value::Null,
        received_at: Timestamp::from_millis(1_700_000_000_000),
        creates: false,
        terms: deskbridge_core::action::Terms::default(),
    }
}

pub(crate) fn event(id: &str, received_at: Timestamp) -> EventRecord {
    EventRecord {
        id: id.to_owned(),
        delivery_id: id.to_owned(),
        integration: "one".to_owned(),
        connector: "source".to_owned(),
        event_type: String::new(),
        subject: Some(subject("1")),
        received_at,
        config_version: 1,
        decision: Decision::Filtered {
            why: "no rule applies".to_owned(),
        },
        duplicates: 0,
        last_duplicate_at: None,
        replays: 0,
        past: Vec::new(),
        unverified: false,
        body: "{}".to_owned(),
    }
}
