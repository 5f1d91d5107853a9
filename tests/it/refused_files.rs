//! A file that is refused: every way in names the file, the line and the field.

use std::process::Command;
use std::sync::Arc;

use deskbridge_core::operator::Role;
use deskbridge_local::folder::{Applied, apply};
use it_support::World;

use crate::crash::binary;

/// Each with what is said of it, its line included.
const FILES: [(&str, &str); 5] = [
    (
        "name: support-alerts\nkind: [kayako\nsettings:\n  x: 1\n",
        "expected string scalar at line 2",
    ),
    (
        "name: support-alerts\nkind: kayako-opsgenie\nenabled: perhaps\nsettings: {}\n",
        "invalid boolean at line 3",
    ),
    (
        "name: support-alerts\nkind: kayako-opsgenie\nsettings: {}\ncolour: canary\n",
        "unknown field `colour`, expected one of name, kind, enabled, team, history, settings at line 4",
    ),
    (
        "name: support-alerts\nkind: kayako-opsgenie\nsettings:\n  kayako:\n    subdomain: john\n    \
         credential: k\n  opsgenie:\n    service: canary\n    credential: o\n",
        "settings.opsgenie.service: must be one of: opsgenie-us, opsgenie-eu, jsm (line 8)",
    ),
    (
        "name: support-alerts\nkind: kayako-opsgenie\nsettings:\n  kayako: { subdomain: john, credential: k }\n  \
         opsgenie: { service: jsm, credential: o }\n  send_alert_updates:\n    - on: canary\n",
        "(line 7)",
    ),
];

/// Standard error of a command that was refused.
fn refusal(world: &World, token: &str, arguments: &[&str]) -> String {
    let url = format!("http://{}", world.address);
    let mut command = Command::new(binary());
    command.args(arguments).args(["--url", &url]);
    let output = command.env("DESKBRIDGE_TOKEN", token).output().unwrap();
    assert!(!output.status.success(), "{arguments:?} was not refused");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_file_is_named_with_line_and_field_on_every_way_in() {
    let world = Arc::new(World::start().await);
    let token = world.token("lead", Role::Admin, None).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.yaml");
    let path = file.to_string_lossy().into_owned();
    let event = folder.path().join("event.json");
    std::fs::write(&event, "{}").unwrap();
    let event = event.to_string_lossy().into_owned();
    let test = ["test", "support-alerts", "--from", "kayako", "--event"];
    let test = [&test[..], &[&event, "--against", &path]].concat();
    for (text, says) in FILES {
        std::fs::write(&file, text).unwrap();
        for arguments in [&["apply", "-f", &path][..], &["diff", "-f", &path], &test] {
            let (world, token) = (Arc::clone(&world), token.clone());
            let owned: Vec<_> = arguments.iter().map(ToString::to_string).collect();
            let run = move || {
                let arguments: Vec<_> = owned.iter().map(String::as_str).collect();
                refusal(&world, &token, &arguments)
            };
            let said = tokio::task::spawn_blocking(run).await.unwrap();
            assert!(said.contains(says), "{arguments:?} says {said}");
            assert!(said.contains("bad.yaml: "), "{arguments:?} says {said}");
            assert!(!said.contains("canary"), "{arguments:?} says {said}");
        }
        let applied = apply(&world.bundle, folder.path()).await.unwrap();
        let [Applied::Refused { file, problems }] = applied.as_slice() else {
            panic!("not refused: {applied:?}");
        };
        let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
        let said = said.join("\n");
        assert_eq!(file, "bad.yaml");
        assert!(said.contains(says), "the folder says {said}");
    }
}
