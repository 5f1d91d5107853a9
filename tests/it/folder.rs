//! A folder of integration files: what is applied, refused, renamed and deleted.

use std::path::Path;
use std::sync::Arc;

use deskbridge_clock::SystemClock;
use deskbridge_connectors::http::Targets;
use deskbridge_core::ports::Store;
use deskbridge_embedded::EmbeddedSecrets;
use deskbridge_local::bundle::{Bundle, Options};
use deskbridge_local::folder::{Applied, apply};

const DOCUMENT: &str = "kind: kayako-opsgenie\nsettings:\n  \
    kayako: { subdomain: john, credential: k }\n  opsgenie: { service: opsgenie-eu, credential: o }\n";

struct Place {
    config: tempfile::TempDir,
    data: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = || tempfile::tempdir().unwrap();
        Self {
            config: folder(),
            data: folder(),
        }
    }

    fn write(&self, file: &str, text: impl AsRef<str>) {
        std::fs::write(self.config.path().join(file), text.as_ref()).unwrap();
    }

    /// As a start of `serve` does it, with nothing remembered but the store.
    async fn apply(&self, keys: &[(&str, &str)]) -> (Vec<String>, Arc<dyn Store>) {
        let secrets = EmbeddedSecrets::from_map([]);
        let keys = keys
            .iter()
            .map(|(name, key)| ((*name).to_owned(), (*key).to_owned()));
        secrets.set("webhook-keys", keys.collect());
        let bundle = Bundle::open(Options {
            data: self.data.path().to_path_buf(),
            secrets: Arc::new(secrets),
            targets: Targets::PublicOnly,
            clock: Arc::new(SystemClock),
        });
        let bundle = bundle.unwrap();
        let applied = apply(&bundle, self.config.path()).await.unwrap();
        (
            applied.iter().map(word).collect(),
            Arc::clone(&bundle.store),
        )
    }
}

fn word(applied: &Applied) -> String {
    match applied {
        Applied::Created { name, .. } => format!("created {name}"),
        Applied::Changed { name } => format!("changed {name}"),
        Applied::Unchanged { name } => format!("unchanged {name}"),
        Applied::Deleted { name } => format!("deleted {name}"),
        Applied::Refused { file, problems } => format!("refused {file}: {problems:?}"),
    }
}

fn named(name: &str) -> String {
    format!("name: {name}\n{DOCUMENT}")
}

#[tokio::test]
async fn a_file_removed_while_nothing_ran_deletes_its_integration() {
    let place = Place::new();
    place.write("a.yaml", named("one"));
    place.write("b.yaml", named("two"));
    assert_eq!(place.apply(&[]).await.0, ["created one", "created two"]);
    std::fs::remove_file(place.config.path().join("b.yaml")).unwrap();
    assert_eq!(place.apply(&[]).await.0, ["unchanged one", "deleted two"]);
    place.write("b.yaml", named("two"));
    assert_eq!(place.apply(&[]).await.0, ["unchanged one", "changed two"]);
}

#[tokio::test]
async fn an_integration_renamed_inside_its_file_does_not_live_on_under_its_old_name() {
    let place = Place::new();
    place.write("a.yaml", named("one"));
    place.apply(&[]).await;
    place.write("a.yaml", named("uno"));
    assert_eq!(place.apply(&[]).await.0, ["created uno", "deleted one"]);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_changes_nothing_and_stops_nobody_else() {
    let place = Place::new();
    place.write("a.yaml", named("one"));
    place.apply(&[]).await;
    place.write("a.yaml", "name: [");
    place.write("b.yaml", named("two"));
    let (applied, store) = place.apply(&[]).await;
    assert!(applied[0].starts_with("refused a.yaml"), "{applied:?}");
    assert_eq!(applied[1..], ["created two"]);
    let one = store.integration("one").await.unwrap().unwrap();
    assert!(one.spec.enabled && one.deleted_at.is_none());
}

#[tokio::test]
async fn a_key_that_two_integrations_share_is_refused_for_the_second_only() {
    let place = Place::new();
    for name in ["one", "three", "two"] {
        place.write(&format!("{name}.yaml"), named(name));
    }
    let key = "a-chosen-key-0123456789";
    let (applied, _) = place.apply(&[("one", key), ("two", key)]).await;
    assert_eq!(applied[..2], ["created one", "created three"]);
    assert!(applied[2].starts_with("refused two.yaml"), "{applied:?}");
}

#[tokio::test]
async fn secrets_under_a_wrong_name_are_not_shown() {
    let place = Place::new();
    for file in ["credentials.yml", "credentials-old.yaml"] {
        place.write(file, "k: { password: canary-1 }");
    }
    assert_eq!(place.apply(&[]).await.0, Vec::<String>::new());
    place.write("secrets.yaml", "name: x\nkind: [ { password: canary-2 }\n");
    let (applied, _) = place.apply(&[]).await;
    assert!(applied[0].starts_with("refused"), "{applied:?}");
    assert!(!applied[0].contains("canary"), "{applied:?}");
}

#[tokio::test]
async fn chosen_keys_are_not_rotated_behind_their_owners_back() {
    let place = Place::new();
    place.write("a.yaml", named("one"));
    place.apply(&[("one", "a-chosen-key-0123456789")]).await;
    let rotate = |name: &str, data: &Path| {
        deskbridge_local::keys::rotate(deskbridge_local::keys::RotateArgs {
            name: name.to_owned(),
            data: data.to_path_buf(),
        })
    };
    let error = rotate("one", place.data.path()).await.unwrap_err();
    assert!(error.message().contains("webhook-keys"), "{error}");
    place.write("a.yaml", named("one"));
    place.apply(&[]).await;
    rotate("one", place.data.path()).await.unwrap();
}
