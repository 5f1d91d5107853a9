//! The secrets suite over memory and over a file, and what the file and the environment add.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use deskbridge_core::ports::Secrets;
use deskbridge_core::{ErrorKind, Result};
use deskbridge_embedded::{EmbeddedSecrets, Fields};
use deskbridge_testkit::clock::ManualClock;
use deskbridge_testkit::conformance::secrets::SecretsHarness;
use tempfile::TempDir;

struct Memory(Arc<EmbeddedSecrets>);

#[async_trait]
impl SecretsHarness for Memory {
    fn secrets(&self) -> Arc<dyn Secrets> {
        Arc::clone(&self.0) as _
    }

    async fn put(&self, name: &str, fields: &[(&str, &str)]) {
        self.0.set(name, owned(fields));
    }

    fn debug(&self) -> String {
        format!("{:?}", self.0)
    }
}

mod memory {
    use super::*;

    deskbridge_testkit::secrets_conformance!(Memory(Arc::new(EmbeddedSecrets::from_map([]))));
}

struct OnDisk {
    dir: TempDir,
    clock: Arc<ManualClock>,
    secrets: Arc<EmbeddedSecrets>,
    written: Mutex<Vec<(String, Fields)>>,
}

impl OnDisk {
    fn fresh() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::default());
        let path = dir.path().join("credentials.yaml");
        let secrets = EmbeddedSecrets::open(Some(path), [], Arc::clone(&clock) as _);
        Self {
            secrets: Arc::new(secrets.unwrap()),
            dir,
            clock,
            written: Mutex::default(),
        }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("credentials.yaml")
    }

    fn write(&self, yaml: &str) {
        write(&self.path(), yaml, 0o600);
        self.clock.advance(Duration::from_secs(1));
    }
}

#[async_trait]
impl SecretsHarness for OnDisk {
    fn secrets(&self) -> Arc<dyn Secrets> {
        Arc::clone(&self.secrets) as _
    }

    async fn put(&self, name: &str, fields: &[(&str, &str)]) {
        let mut yaml = String::new();
        let mut written = self.written.lock().unwrap();
        written.retain(|(other, _)| other != name);
        written.push((name.to_owned(), owned(fields)));
        for (name, fields) in written.iter() {
            // A JSON object is YAML too.
            yaml += &format!("{name}: {}\n", serde_json::to_string(fields).unwrap());
        }
        self.write(&yaml);
    }

    fn debug(&self) -> String {
        format!("{:?}", self.secrets)
    }
}

mod on_disk {
    use super::*;

    deskbridge_testkit::secrets_conformance!(OnDisk::fresh());
}

#[tokio::test]
async fn plain_scalars_are_taken_as_they_are_written() {
    let disk = OnDisk::fresh();
    disk.write("main:\n  id: 0123\n  yes: true\n  key: abc\n  long: >-\n    one\n    two\n");
    let main = disk.secrets.credential("main").await.unwrap();
    let fields = [
        ("id", "0123"),
        ("yes", "true"),
        ("key", "abc"),
        ("long", "one two"),
    ];
    for (field, value) in fields {
        assert_eq!(main.field(field).unwrap(), value);
    }
}

#[test]
fn a_file_open_to_others_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("credentials.yaml");
    write(&path, "main: {key: canary}", 0o640);
    let refused = open(&path, &[]).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Misconfigured);
    let command = format!("chmod 600 {}", path.display());
    assert!(refused.message().contains(&command), "{refused}");
}

#[test]
fn a_file_that_is_not_yaml_is_refused_without_quoting_it() {
    let dir = tempfile::tempdir().unwrap();
    for yaml in [
        "main:\n  key: [canary",
        "main: canary",
        "- canary",
        "main: {key: {canary: 1}}",
    ] {
        let path = dir.path().join("credentials.yaml");
        write(&path, yaml, 0o600);
        let refused = open(&path, &[]).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Misconfigured);
        assert!(
            !format!("{refused} {refused:?}").contains("canary"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn an_empty_file_holds_nothing() {
    let disk = OnDisk::fresh();
    disk.write("# none yet\n");
    let missing = disk.secrets.credential("main").await.unwrap_err();
    let expected = format!("add it to {}", disk.path().display());
    assert!(missing.message().contains(&expected), "{missing}");
}

#[tokio::test]
async fn a_file_half_written_does_not_take_credentials_away() {
    let disk = OnDisk::fresh();
    disk.write("main: {key: one}");
    assert_eq!(key(&disk).await, "one");
    disk.write("main: {key: tw");
    assert_eq!(key(&disk).await, "one");
    disk.write("main: {key: two}");
    assert_eq!(key(&disk).await, "two");
}

#[tokio::test]
async fn a_file_is_looked_at_once_a_second() {
    let disk = OnDisk::fresh();
    disk.write("main: {key: one}");
    assert_eq!(key(&disk).await, "one");
    write(&disk.path(), "main: {key: three}", 0o600);
    assert_eq!(key(&disk).await, "one");
    disk.clock.advance(Duration::from_secs(1));
    assert_eq!(key(&disk).await, "three");
}

#[tokio::test]
async fn a_refused_version_has_the_file_looked_at_at_once() {
    let disk = OnDisk::fresh();
    disk.write("main: {key: one}");
    let old = disk.secrets.credential("main").await.unwrap();
    write(&disk.path(), "main: {key: three}", 0o600);
    let new = disk.secrets.reread("main", &old.version).await.unwrap();
    assert_eq!(new.field("key").unwrap(), "three");
}

#[tokio::test]
async fn closing_the_file_to_others_is_enough_for_it_to_be_read() {
    let disk = OnDisk::fresh();
    write(&disk.path(), "main: {key: one}", 0o644);
    disk.clock.advance(Duration::from_secs(1));
    disk.secrets.credential("main").await.unwrap_err();
    fs::set_permissions(disk.path(), fs::Permissions::from_mode(0o600)).unwrap();
    disk.clock.advance(Duration::from_secs(1));
    assert_eq!(key(&disk).await, "one");
}

#[tokio::test]
async fn the_environment_overrides_and_adds() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("credentials.yaml");
    write(&path, "my-desk: {api-key: file, user: ada}", 0o600);
    let variables = [
        ("DESKBRIDGE_CREDENTIAL_MY_DESK__API_KEY", "variable"),
        ("DESKBRIDGE_CREDENTIAL_MY_DESK__SIGNING_SECRET", "more"),
        ("DESKBRIDGE_CREDENTIAL_A__B__TOKEN", "two hyphens"),
        ("DESKBRIDGE_CREDENTIAL_ODD", "no field"),
        ("PATH", "/bin"),
    ];
    let secrets = open(&path, &variables).unwrap();
    let desk = secrets.credential("my-desk").await.unwrap();
    assert_eq!(desk.field("api-key").unwrap(), "variable");
    assert_eq!(desk.field("signing_secret").unwrap(), "more");
    assert_eq!(desk.field("user").unwrap(), "ada");
    let other = secrets.credential("a--b").await.unwrap();
    assert_eq!(other.field("token").unwrap(), "two hyphens");
    let missing = secrets.credential("my-slack").await.unwrap_err();
    let variable = "DESKBRIDGE_CREDENTIAL_MY_SLACK__<FIELD>";
    assert!(missing.message().contains(variable), "{missing}");
}

async fn key(disk: &OnDisk) -> String {
    let main = disk.secrets.credential("main").await.unwrap();
    main.field("key").unwrap().to_owned()
}

fn open(path: &std::path::Path, variables: &[(&str, &str)]) -> Result<EmbeddedSecrets> {
    let variables = variables.iter();
    let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let clock = Arc::new(ManualClock::default());
    EmbeddedSecrets::open(Some(path.to_owned()), variables, clock)
}

/// Each time a second later: two writes within one tick of the file system look the same.
fn write(path: &std::path::Path, text: &str, mode: u32) {
    static WRITES: AtomicU64 = AtomicU64::new(0);
    let mut options = File::options();
    options.create(true).truncate(true).write(true).mode(mode);
    let mut file = options.open(path).unwrap();
    file.set_permissions(fs::Permissions::from_mode(mode))
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let seconds = WRITES.fetch_add(1, Ordering::Relaxed);
    let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    file.set_modified(modified).unwrap();
}

fn owned(fields: &[(&str, &str)]) -> Fields {
    let fields = fields.iter();
    fields
        .map(|(field, value)| ((*field).to_owned(), (*value).to_owned()))
        .collect()
}
