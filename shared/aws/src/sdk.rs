//! One HTTP client and one configuration for all services, made from the environment alone.
//!
//! Amazon's roots are pinned: parsing the system's 145 costs ten times the rest of the start, and
//! AWS answers with no other, <https://www.amazontrust.com/repository/>. The `aws-config` crate is
//! left out, since all it would find is what Lambda sets in the environment anyway.

mod http;

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use deskbridge_core::Result;

pub use aws_types::SdkConfig;

use crate::settings::Account;

/// All services answer within milliseconds; what takes longer is lost, and asking again is quicker.
const CONNECT: Duration = Duration::from_secs(1);
const ATTEMPT: Duration = Duration::from_secs(1);
const OPERATION: Duration = Duration::from_secs(3);
const MAX_ATTEMPTS: u32 = 3;
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const MAX_BACKOFF: Duration = Duration::from_millis(500);

/// Builds what every client of this process shares. Call it once: the connections live in it.
pub fn configure(account: &Account) -> Result<SdkConfig> {
    let credentials = Credentials::new(
        &account.access_key_id,
        &account.secret_access_key,
        account.session_token.clone(),
        None,
        "environment",
    );
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(account.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http::client(account.system_roots, CONNECT)?)
        .retry_config(retries())
        .timeout_config(time_outs());
    config.set_endpoint_url(account.endpoint_url.clone());
    Ok(config.build())
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(MAX_ATTEMPTS)
        .with_initial_backoff(FIRST_BACKOFF)
        .with_max_backoff(MAX_BACKOFF)
}

fn time_outs() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build()
}
