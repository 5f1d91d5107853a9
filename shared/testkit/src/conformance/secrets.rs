//! The suite of `Secrets`.

use std::sync::Arc;

use async_trait::async_trait;
use deskbridge_core::ports::Secrets;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, ErrorKind};

/// Secrets with nothing in them, and a way to write some.
#[async_trait]
pub trait SecretsHarness: Send + Sync {
    fn secrets(&self) -> Arc<dyn Secrets>;
    /// Replaces the document, and makes sure that the next read sees it.
    async fn put(&self, name: &str, fields: &[(&str, &str)]);
    /// What the adapter shows of itself in a log.
    fn debug(&self) -> String;
}

/// Makes a test of each case of the suite.
#[macro_export]
macro_rules! secrets_conformance {
    ($fresh:expr) => {
        $crate::conformance_cases! { $fresh, $crate::conformance::secrets {
            a_credential_has_its_fields
            a_missing_credential_says_what_to_do
            a_version_changes_with_the_content_only
            a_refused_version_gives_way_to_the_one_that_stands
            credentials_are_apart
            nothing_shows_a_value
        } }
    };
}

pub async fn a_credential_has_its_fields(harness: &dyn SecretsHarness) {
    let fields = [("user", "ada"), ("api_key", "鍵 \"quoted\": #1")];
    harness.put("main", &fields).await;
    let credential = read(harness, "main").await;
    assert_eq!(credential.name, "main");
    for (field, value) in fields {
        assert_eq!(credential.field(field).expect("was put"), value);
    }
    assert!(credential.optional("password").is_none());
}

pub async fn a_missing_credential_says_what_to_do(harness: &dyn SecretsHarness) {
    harness.put("main", &[("api_key", "canary-1")]).await;
    let error = missing(harness, "other").await;
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
    assert!(error.message().contains("other"), "{error}");
    assert!(!error.to_string().contains("canary"), "{error}");
}

pub async fn a_version_changes_with_the_content_only(harness: &dyn SecretsHarness) {
    harness
        .put("main", &[("api_key", "1"), ("user", "2")])
        .await;
    let first = read(harness, "main").await.version;
    assert_eq!(read(harness, "main").await.version, first);
    harness
        .put("main", &[("api_key", "12"), ("user", "")])
        .await;
    let second = read(harness, "main").await;
    assert_ne!(second.version, first);
    assert_eq!(second.field("api_key").expect("was put"), "12");
    harness
        .put("main", &[("user", "2"), ("api_key", "1")])
        .await;
    assert_ne!(read(harness, "main").await.version, second.version);
}

pub async fn a_refused_version_gives_way_to_the_one_that_stands(harness: &dyn SecretsHarness) {
    harness.put("main", &[("api_key", "1")]).await;
    let old = read(harness, "main").await;
    harness.put("main", &[("api_key", "2")]).await;
    let again = |seen: String| async move { harness.secrets().reread("main", &seen).await };
    let new = again(old.version.clone()).await.expect("was put");
    assert_eq!(new.field("api_key").expect("was put"), "2");
    assert_ne!(new.version, old.version);
    let same = again(new.version.clone()).await.expect("was put");
    assert_eq!(same.version, new.version, "nothing newer stands");
}

pub async fn credentials_are_apart(harness: &dyn SecretsHarness) {
    harness.put("main", &[("api_key", "1")]).await;
    let before = read(harness, "main").await.version;
    harness.put("other", &[("api_key", "2")]).await;
    let main = read(harness, "main").await;
    assert_eq!(main.field("api_key").expect("was put"), "1");
    assert_eq!(main.version, before);
}

pub async fn nothing_shows_a_value(harness: &dyn SecretsHarness) {
    harness.put("main", &[("api_key", "canary-1")]).await;
    let credential = read(harness, "main").await;
    let no_field = credential.field("password").expect_err("was not put");
    let missing = missing(harness, "other").await;
    let shown = [
        format!("{credential:?}"),
        credential.version.clone(),
        format!("{no_field} {no_field:?}"),
        format!("{missing} {missing:?}"),
        harness.debug(),
    ];
    for text in shown {
        assert!(!text.contains("canary"), "{text}");
    }
}

async fn read(harness: &dyn SecretsHarness, name: &str) -> Credential {
    let credential = harness.secrets().credential(name).await;
    credential.expect("was put")
}

async fn missing(harness: &dyn SecretsHarness, name: &str) -> Error {
    let missing = harness.secrets().credential(name).await;
    missing.expect_err("was not put")
}
