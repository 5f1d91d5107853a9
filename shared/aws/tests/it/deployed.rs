//! Both templates, deployed with the release bootstraps by the tools that an owner uses, and what
//! the functions then do for one another.

mod stack;
mod story;

use stack::Stack;

use crate::or_skip;

#[tokio::test(flavor = "multi_thread")]
async fn what_sam_deploys_carries_a_webhook_to_its_alert() {
    let stack = or_skip!(Stack::deploy(stack::sam).await);
    story::play(&stack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cdk_deploys_carries_a_webhook_to_its_alert() {
    let stack = or_skip!(Stack::deploy(stack::cdk).await);
    story::play(&stack).await;
}
