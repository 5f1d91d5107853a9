//! The data directory: private, and one process's at a time.

use std::process::{Command, Stdio};
use std::sync::Arc;

use deskbridge_core::{ErrorKind, ports::Clock};
use deskbridge_embedded::Embedded;
use deskbridge_testkit::clock::ManualClock;
use rusqlite::Connection;

use crate::bench::Bench;

/// Set for the second process, which is this test again.
const DIR: &str = "DESKBRIDGE_TEST_SECOND_PROCESS";

fn clock() -> Arc<dyn Clock> {
    Arc::new(ManualClock::default())
}

#[test]
fn a_second_process_is_refused() {
    if let Some(dir) = std::env::var_os(DIR) {
        let refused = Embedded::open(dir.as_ref(), clock()).err().unwrap();
        println!("refused: {refused}");
        return;
    }
    let bench = Bench::fresh();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "home::a_second_process_is_refused",
            "--nocapture",
        ])
        .env(DIR, bench.data())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let (pid, dir) = (std::process::id(), bench.data());
    let expected = format!("refused: process {pid} is using {}: stop it", dir.display());
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn a_second_opening_in_one_process_is_refused() {
    let bench = Bench::fresh();
    let refused = Embedded::open(&bench.data(), clock()).err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::Misconfigured);
    let bench = bench.reopen();
    drop(bench);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_what_is_stored() {
    use std::os::unix::fs::PermissionsExt;

    let bench = Bench::fresh();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&bench.data()), 0o700);
    let mut files = 0;
    for entry in bench.data().read_dir().unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files += 1;
    }
    assert!(files >= 3, "database, log and lock, not {files}");
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let below = file.path().join("data");
    let refused = Embedded::open(&below, clock()).err().unwrap();
    assert!(refused.message().contains(&below.display().to_string()));
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(Embedded::open(dir.path(), clock()).unwrap());
    let db = Connection::open(dir.path().join("deskbridge.db")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let refused = Embedded::open(dir.path(), clock()).err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::Misconfigured);
    assert!(refused.message().contains("newer"), "{refused}");
}
