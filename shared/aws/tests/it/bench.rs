//! Clients of MiniStack, and names that no other test uses.

use std::sync::atomic::{AtomicUsize, Ordering};

use deskbridge_aws::sdk::{self, SdkConfig};
use deskbridge_aws::settings::Account;

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
    sdk::configure(&account).unwrap()
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
