//! Store, queue and secrets in an AWS account: DynamoDB, SQS and Secrets Manager.
//!
//! Clients are built once, before the first event, from the environment alone: nothing is looked up
//! over the network to find a region or a credential. This is the only crate that names AWS.

pub mod dynamodb;
mod error;
pub mod lambda;
pub mod sdk;
pub mod secrets_manager;
pub mod settings;
pub mod sqs;

pub use dynamodb::DynamoStore;
pub use secrets_manager::SecretsManagerSecrets;
pub use sqs::SqsQueue;
