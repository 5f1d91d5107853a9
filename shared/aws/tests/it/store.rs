//! The store suite over three tables.

use std::sync::Arc;

use deskbridge_aws::DynamoStore;
use deskbridge_core::ports::Store;
use deskbridge_testkit::conformance::store::StoreHarness;

use crate::bench::{config, fresh_name};
use crate::create;
use crate::ministack::MiniStack;
use crate::or_skip;

pub(crate) struct Tables(Arc<DynamoStore>);

impl Tables {
    async fn fresh() -> Option<Self> {
        let config = config(MiniStack::shared()?);
        let client = aws_sdk_dynamodb::Client::new(&config);
        let names = create::tables(&client, &fresh_name()).await;
        Some(Self(Arc::new(DynamoStore::new(client, names))))
    }
}

impl StoreHarness for Tables {
    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.0) as _
    }
}

deskbridge_testkit::store_conformance!(or_skip!(Tables::fresh().await));
