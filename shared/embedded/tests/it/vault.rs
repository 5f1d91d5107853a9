//! The vault suite over memory and over a file, and what the file and the environment add.

use std::fs;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;
use std::sync::Arc;

use deskbridge_core::ErrorKind;
use deskbridge_core::ports::{Secrets, Vault};
use deskbridge_embedded::{EmbeddedSecrets, Fields};
use deskbridge_testkit::clock::ManualClock;
use deskbridge_testkit::conformance::vault::VaultHarness;
use tempfile::TempDir;

struct Memory(Arc<EmbeddedSecrets>);

impl VaultHarness for Memory {
    fn vault(&self) -> Arc<dyn Vault> {
        Arc::clone(&self.0) as _
    }

    fn secrets(&self) -> Arc<dyn Secrets> {
        Arc::clone(&self.0) as _
    }
}

mod memory {
    use super::*;

    deskbridge_testkit::vault_conformance!(Memory(Arc::new(EmbeddedSecrets::from_map([]))));
}

/// Its clock stands still: nothing here waits until the file is looked at again.
struct OnDisk {
    dir: TempDir,
    secrets: Arc<EmbeddedSecrets>,
}

impl OnDisk {
    fn fresh() -> Self {
        Self::with(&[])
    }

    fn with(variables: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("credentials.yaml");
        let variables = variables.iter();
        let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let clock = Arc::new(ManualClock::default());
        let secrets = EmbeddedSecrets::open(Some(path), variables, clock).unwrap();
        Self {
            dir,
            secrets: Arc::new(secrets),
        }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("credentials.yaml")
    }

    fn write(&self, yaml: &str, mode: u32) {
        use std::io::Write as _;
        let mut options = fs::File::options();
        options.create(true).truncate(true).write(true).mode(mode);
        let mut file = options.open(self.path()).unwrap();
        file.set_permissions(fs::Permissions::from_mode(mode))
            .unwrap();
        file.write_all(yaml.as_bytes()).unwrap();
    }
}

impl VaultHarness for OnDisk {
    fn vault(&self) -> Arc<dyn Vault> {
        Arc::clone(&self.secrets) as _
    }

    fn secrets(&self) -> Arc<dyn Secrets> {
        Arc::clone(&self.secrets) as _
    }
}

mod on_disk {
    use super::*;

    deskbridge_testkit::vault_conformance!(OnDisk::fresh());
}

#[tokio::test]
async fn a_new_file_is_for_its_owner_only() {
    let disk = OnDisk::fresh();
    disk.secrets.put("main", key("1")).await.unwrap();
    let mode = fs::metadata(disk.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let files = fs::read_dir(disk.dir.path()).unwrap().count();
    assert_eq!(files, 1, "nothing is left beside it");
}

#[tokio::test]
async fn what_others_wrote_meanwhile_stays() {
    let disk = OnDisk::fresh();
    disk.secrets.put("main", key("1")).await.unwrap();
    let text = fs::read_to_string(disk.path()).unwrap();
    disk.write(&format!("# by hand\nother: {{key: b}}\n{text}"), 0o600);
    disk.secrets.put("main", key("2")).await.unwrap();
    let text = fs::read_to_string(disk.path()).unwrap();
    assert!(
        text.starts_with("# by hand\nother: {key: b}\nmain:"),
        "{text}"
    );
    let other = disk.secrets.credential("other").await.unwrap();
    assert_eq!(other.field("key").unwrap(), "b");
}

#[tokio::test]
async fn a_file_that_cannot_be_changed_safely_is_left_alone() {
    let disk = OnDisk::fresh();
    for (yaml, mode, says) in [
        ("main: {key: canary", 0o600, "by hand"),
        ("{main: {key: canary}}", 0o600, "by hand"),
        ("main: {key: canary}", 0o644, "chmod 600"),
    ] {
        disk.write(yaml, mode);
        let refused = disk.secrets.put("main", key("2")).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Misconfigured);
        assert!(refused.message().contains(says), "{refused}");
        assert!(!refused.message().contains("canary"), "{refused}");
        assert_eq!(fs::read_to_string(disk.path()).unwrap(), yaml);
    }
}

#[tokio::test]
async fn what_the_environment_sets_is_changed_there() {
    let disk = OnDisk::with(&[("DESKBRIDGE_CREDENTIAL_MY_DESK__API_KEY", "canary")]);
    let refused = disk.secrets.put("my-desk", api_key()).await.unwrap_err();
    let variable = "DESKBRIDGE_CREDENTIAL_MY_DESK__API_KEY";
    assert!(refused.message().contains(variable), "{refused}");
    disk.secrets.put("my-desk", key("1")).await.unwrap();
    let held = disk.secrets.held().await.unwrap();
    assert_eq!(held[0].name, "my-desk");
    let both = ["api_key".to_owned(), "key".to_owned()];
    assert_eq!(held[0].fields.as_deref(), Some(&both[..]));
    let refused = disk.secrets.remove("my-desk").await.unwrap_err();
    assert!(refused.message().contains("environment"), "{refused}");
    assert!(!refused.message().contains("canary"), "{refused}");
    let kept = disk.secrets.credential("my-desk").await.unwrap();
    assert!(kept.optional("key").is_none(), "the file's part is gone");
}

#[tokio::test]
async fn what_only_the_environment_sets_is_held_too() {
    let disk = OnDisk::with(&[("DESKBRIDGE_CREDENTIAL_MY_DESK__API_KEY", "canary")]);
    let held = disk.secrets.held().await.unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].name, "my-desk");
}

fn key(value: &str) -> Fields {
    Fields::from([("key".to_owned(), value.to_owned())])
}

fn api_key() -> Fields {
    Fields::from([("api_key".to_owned(), "1".to_owned())])
}
