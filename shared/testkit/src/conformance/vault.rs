//! The suite of `Vault`.

use std::collections::BTreeMap;
use std::sync::Arc;

use deskbridge_core::ports::{Held, Secrets, Vault};
use deskbridge_core::{Error, ErrorKind};

/// A vault with nothing in it, and the secrets that are read from it in the same process.
pub trait VaultHarness: Send + Sync {
    fn vault(&self) -> Arc<dyn Vault>;
    fn secrets(&self) -> Arc<dyn Secrets>;
}

/// Makes a test of each case of the suite.
#[macro_export]
macro_rules! vault_conformance {
    ($fresh:expr) => {
        $crate::conformance_cases! { $fresh, $crate::conformance::vault {
            what_is_put_is_read_at_once
            a_put_replaces_the_whole_document
            a_put_names_the_version_that_is_read
            what_is_removed_is_gone
            what_is_gone_is_removed_already
            a_removed_name_can_be_put_again
            what_is_held_is_listed_by_name
            what_no_vault_could_keep_is_refused
        } }
    };
}

pub async fn what_is_put_is_read_at_once(harness: &dyn VaultHarness) {
    let fields = [("user", "ada"), ("api_key", "鍵 \"quoted\": #1\n two\\n")];
    put(harness, "main", &fields).await;
    for (field, value) in fields {
        assert_eq!(read(harness, "main", field).await.as_deref(), Some(value));
    }
    put(harness, "main", &[("user", "eve")]).await;
    assert_eq!(read(harness, "main", "user").await.as_deref(), Some("eve"));
}

pub async fn a_put_replaces_the_whole_document(harness: &dyn VaultHarness) {
    put(harness, "main", &[("user", "ada"), ("api_key", "1")]).await;
    put(harness, "other", &[("user", "bob")]).await;
    put(harness, "main", &[("token", "2")]).await;
    assert_eq!(read(harness, "main", "user").await, None);
    assert_eq!(read(harness, "main", "token").await.as_deref(), Some("2"));
    assert_eq!(read(harness, "other", "user").await.as_deref(), Some("bob"));
}

pub async fn a_put_names_the_version_that_is_read(harness: &dyn VaultHarness) {
    let first = put(harness, "main", &[("api_key", "1")]).await;
    let second = put(harness, "main", &[("api_key", "2")]).await;
    assert_ne!(first, second);
    let credential = harness.secrets().credential("main").await;
    assert_eq!(credential.expect("was put").version, second);
}

pub async fn what_is_removed_is_gone(harness: &dyn VaultHarness) {
    put(harness, "main", &[("api_key", "1")]).await;
    put(harness, "other", &[("api_key", "2")]).await;
    assert_eq!(read(harness, "main", "api_key").await.as_deref(), Some("1"));
    let removed = harness.vault().remove("main").await;
    removed.expect("was put");
    let missing = harness.secrets().credential("main").await;
    let missing = missing.expect_err("was removed");
    assert_eq!(missing.kind(), ErrorKind::Misconfigured);
    assert_eq!(
        read(harness, "other", "api_key").await.as_deref(),
        Some("2")
    );
    assert_eq!(names(harness).await, ["other"]);
}

pub async fn what_is_gone_is_removed_already(harness: &dyn VaultHarness) {
    let vault = harness.vault();
    vault.remove("main").await.expect("nothing is there");
    put(harness, "main", &[("api_key", "1")]).await;
    vault.remove("main").await.expect("was put");
    vault.remove("main").await.expect("is gone already");
}

pub async fn a_removed_name_can_be_put_again(harness: &dyn VaultHarness) {
    put(harness, "main", &[("api_key", "1"), ("user", "ada")]).await;
    harness.vault().remove("main").await.expect("was put");
    put(harness, "main", &[("api_key", "2")]).await;
    assert_eq!(read(harness, "main", "api_key").await.as_deref(), Some("2"));
    assert_eq!(read(harness, "main", "user").await, None);
    assert_eq!(names(harness).await, ["main"]);
}

pub async fn what_is_held_is_listed_by_name(harness: &dyn VaultHarness) {
    assert_eq!(names(harness).await, Vec::<String>::new());
    put(harness, "zeta", &[("api_key", "canary-1")]).await;
    put(harness, "alpha", &[("user", "canary-2"), ("api_key", "c")]).await;
    assert_eq!(names(harness).await, ["alpha", "zeta"]);
    put(harness, "zeta", &[("token", "canary-3")]).await;
    let held = held(harness).await;
    let fields: Vec<_> = held.iter().map(|one| one.fields.clone()).collect();
    let told = [Some(vec!["api_key", "user"]), Some(vec!["token"])];
    let told = told.map(|names| names.map(|names| names.into_iter().map(str::to_owned).collect()));
    assert!(fields == told || fields == [None, None], "{fields:?}");
    assert!(!format!("{held:?}").contains("canary"));
}

pub async fn what_no_vault_could_keep_is_refused(harness: &dyn VaultHarness) {
    put(harness, "main", &[("api_key", "1")]).await;
    let (long, large) = ("n".repeat(65), "canary".repeat(10_000));
    let refused: [(&str, &[(&str, &str)]); 7] = [
        ("", &[("api_key", "canary")]),
        ("a/b", &[("api_key", "canary")]),
        ("a b", &[("api_key", "canary")]),
        (&long, &[("api_key", "canary")]),
        ("main", &[("api: key", "canary")]),
        ("main", &[]),
        ("main", &[("api_key", &large)]),
    ];
    for (name, fields) in refused {
        let error = try_put(harness, name, fields).await;
        let error = error.expect_err("no vault could keep it");
        assert_eq!(error.kind(), ErrorKind::Misconfigured);
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
    assert_eq!(read(harness, "main", "api_key").await.as_deref(), Some("1"));
}

async fn put(harness: &dyn VaultHarness, name: &str, fields: &[(&str, &str)]) -> String {
    let version = try_put(harness, name, fields).await;
    version.expect("a document that fits")
}

async fn try_put(
    harness: &dyn VaultHarness,
    name: &str,
    fields: &[(&str, &str)],
) -> Result<String, Error> {
    let fields = fields.iter();
    let fields = fields.map(|(field, value)| ((*field).to_owned(), (*value).to_owned()));
    let fields: BTreeMap<_, _> = fields.collect();
    harness.vault().put(name, fields).await
}

async fn read(harness: &dyn VaultHarness, name: &str, field: &str) -> Option<String> {
    let credential = harness.secrets().credential(name).await;
    let credential = credential.expect("was put");
    credential.optional(field).map(str::to_owned)
}

async fn held(harness: &dyn VaultHarness) -> Vec<Held> {
    harness.vault().held().await.expect("a list")
}

async fn names(harness: &dyn VaultHarness) -> Vec<String> {
    let held = held(harness).await.into_iter();
    held.map(|one| one.name).collect()
}
