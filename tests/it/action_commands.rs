//! `deskbridge action` of a running Deskbridge: it prints what it prints of the same files in a folder.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use deskbridge_core::operator::Role;
use deskbridge_data_actions::with_draft;
use deskbridge_testkit::sandbox::zendesk::{self, Zendesk};
use it_support::World;
use serde_json::json;

use crate::crash::binary;
use crate::data_actions::{ticket, world};

/// What a command printed on both streams, and whether it went well.
type Said = (String, String, bool);

struct Desk {
    world: World,
    zendesk: Zendesk,
    token: String,
    folder: tempfile::TempDir,
}

impl Desk {
    /// The integration with two drafts, one of them broken, applied and in a folder.
    async fn start() -> Self {
        let (world, zendesk) = world().await;
        let token = world.token("boss", Role::Admin, None).await;
        let stored = world.bundle.store.integration("help-desk").await;
        let spec = stored.unwrap().unwrap().spec;
        let mut draft = spec.settings["actions"]["create-ticket"].clone();
        draft["timeout_seconds"] = json!(7);
        let mut spec = with_draft(&spec, "create-ticket", draft).unwrap();
        spec.settings["drafts"]["broken"] = json!({"request": {"method": "GET", "url": "#if("}});
        let document = serde_saphyr::to_string(&spec).unwrap();
        world.apply(&document).await;
        let options = zendesk::Options::default();
        let (user, key) = (options.email, options.api_token);
        let secrets = format!("zendesk-main:\n  userEmail: {user}\n  apiToken: {key}\n");
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in [("help-desk.yaml", document), ("credentials.yaml", secrets)] {
            let mut open = std::fs::OpenOptions::new();
            let open = open.write(true).create_new(true).mode(0o600);
            let mut file = open.open(folder.path().join(file)).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        }
        Self {
            world,
            zendesk,
            token,
            folder,
        }
    }

    /// Over the management API.
    async fn api(&self, arguments: &[&str], input: &str) -> Said {
        let url = format!("http://{}", self.world.address);
        let mut command = self.command(arguments);
        command.args(["--url", &url]);
        said(command, input.to_owned()).await
    }

    async fn folder(&self, arguments: &[&str], input: &str) -> Said {
        let mut command = self.command(arguments);
        command.arg("--config").arg(self.folder.path());
        said(command, input.to_owned()).await
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.arg("action").args(arguments);
        command.env("DESKBRIDGE_TOKEN", &self.token);
        command.current_dir(Path::new(self.folder.path()));
        command
    }
}

async fn said(mut command: Command, input: String) -> Said {
    let run = move || {
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = pipes.stderr(Stdio::piped()).spawn().unwrap();
        // A command that reads nothing may be gone already.
        let mut pipe = child.stdin.take().unwrap();
        pipe.write_all(input.as_bytes()).unwrap_or_default();
        drop(pipe);
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, error) = (text(&output.stdout), text(&output.stderr));
        (out, error, output.status.success())
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_deskbridge_says_what_its_folder_says() {
    let desk = Desk::start().await;
    let saved = r#"{"ticket": {"id": 77}}"#;
    let cases: [(&[&str], &str); 6] = [
        (&["show", "help-desk", "create-ticket"], ""),
        (&["show", "help-desk", "create-ticket", "--draft"], ""),
        (&["show", "help-desk", "broken", "--draft"], ""),
        (&["run", "help-desk", "create-ticket", "--input", "-"], "{}"),
        (&["publish", "help-desk", "broken"], ""),
        (&["list"], ""),
    ];
    for (arguments, input) in cases {
        let (api, folder) = (
            desk.api(arguments, input).await,
            desk.folder(arguments, input).await,
        );
        assert_eq!(
            (&api.0, api.2),
            (&folder.0, folder.2),
            "{arguments:?}: {} {}",
            api.1,
            folder.1
        );
    }
    let json = ["list", "--json"];
    assert_eq!(desk.api(&json, "").await, desk.folder(&json, "").await);
    let replay = ["test", "help-desk", "create-ticket", "--response", "-"];
    let (out, error, done) = desk.api(&replay, saved).await;
    assert!(done, "{error}");
    assert!(out.contains("77"), "{out}");
    assert!(desk.zendesk.requests().is_empty(), "nobody was called");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_tested_published_and_run_by_commands() {
    let desk = Desk::start().await;
    let input = ticket().to_string();
    let with_input = |word| [word, "help-desk", "create-ticket", "--input", "-"];
    let (trace, error, done) = desk.api(&with_input("test"), &input).await;
    assert!(done, "{error}");
    assert!(trace.contains("operations"), "{trace}");
    let publish = ["publish", "help-desk", "create-ticket"];
    let (out, error, _) = desk.api(&publish, "").await;
    assert_eq!(
        out, "published help-desk/create-ticket (version 2)\n",
        "{error}"
    );
    let (out, error, done) = desk.api(&with_input("run"), &input).await;
    assert!(done, "{error}");
    assert_eq!(desk.zendesk.tickets().len(), 2);
    assert!(out.contains(&desk.zendesk.tickets()[1].id.to_string()));
    let (_, error, done) = desk.api(&publish, "").await;
    assert!(!done, "there is no draft any more");
    assert!(!error.is_empty());
}
