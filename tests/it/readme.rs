//! The README's worked example, run as it stands there: each command's output is what is shown.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use regex::Regex;

use crate::crash::binary;

/// What is read only may be asked again until what is under way has arrived.
const PATIENCE: Duration = Duration::from_secs(30);
/// Below the ports that systems give out by themselves.
const FIRST_PORT: u16 = 20_000;

#[test]
fn the_worked_example_comes_out_as_shown() {
    let section = section();
    let place = Place::serve();
    std::fs::write(
        place.folder.path().join("orders.yaml"),
        place.here(block(&section, "yaml").next().unwrap()),
    )
    .unwrap();
    let mut key = None;
    let mut commands = 0;
    for (command, shown) in block(&section, "console").flat_map(steps) {
        place.check(&command, &shown, &mut key);
        commands += 1;
    }
    assert!(commands >= 15, "{commands} commands");
}

/// The text of the README from "Operate it" to the next heading.
fn section() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (_, from) = readme.split_once("\n## Operate it\n").unwrap();
    from.split("\n## ").next().unwrap().to_owned()
}

fn block<'a>(section: &'a str, kind: &str) -> impl Iterator<Item = &'a str> {
    let kind = format!("{kind}\n");
    let blocks: Vec<_> = section.split("```").skip(1).step_by(2).collect();
    blocks
        .into_iter()
        .filter_map(move |block| block.strip_prefix(kind.as_str()))
}

/// Each command with the output that is shown below it.
fn steps(block: &str) -> Vec<(String, String)> {
    let steps = format!("\n{block}");
    let steps = steps.split("\n$ ").skip(1).map(|step| {
        let (command, shown) = step.split_once('\n').unwrap_or((step, ""));
        (command.to_owned(), shown.trim_end().to_owned())
    });
    steps.collect()
}

struct Place {
    folder: tempfile::TempDir,
    port: u16,
    server: Child,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.server.kill().unwrap_or_default();
        self.server.wait().map(drop).unwrap_or_default();
    }
}

impl Place {
    fn serve() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_ports();
        let server = Command::new(binary())
            .args(["serve", "--sandbox", "--data", "data", "--listen"])
            .arg(format!("127.0.0.1:{port}"))
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let place = Self {
            folder,
            port,
            server,
        };
        let ready = || place.run("deskbridge list").1;
        let begun = Instant::now();
        while !ready() {
            assert!(begun.elapsed() < PATIENCE, "serve does not start");
        }
        place
    }

    /// With the ports of this run in place of the README's.
    fn here(&self, text: &str) -> String {
        let port = |place: u16| format!("127.0.0.1:{}", self.port + place);
        text.replace("127.0.0.1:9000", &port(0))
            .replace("127.0.0.1:9002", &port(2))
    }

    fn check(&self, command: &str, shown: &str, key: &mut Option<String>) {
        let keys = Regex::new("[0-9a-f]{40}").unwrap();
        let times = Regex::new("[0-9]{4}-[0-9-]{5} [0-9:]{8}").unwrap();
        let plain = |text: &str| {
            let text = keys.replace_all(text, "KEY");
            times.replace_all(text.trim_end(), "TIME").into_owned()
        };
        let live = match &key {
            Some(key) => keys.replace_all(command, key.as_str()).into_owned(),
            None => command.to_owned(),
        };
        let expected = plain(&self.here(shown));
        let reads = ["events", "explain", "diff"];
        let again = reads
            .iter()
            .any(|word| live.starts_with(&format!("deskbridge {word}")));
        let begun = Instant::now();
        loop {
            let (out, done) = self.run(&self.here(&live));
            if let Some(found) = keys.find(&out) {
                *key = Some(found.as_str().to_owned());
            }
            if plain(&out) == expected && done {
                return;
            }
            let patient = again && begun.elapsed() < PATIENCE;
            assert!(patient, "$ {command}\n{out}\nis not as shown:\n{shown}");
        }
    }

    fn run(&self, command: &str) -> (String, bool) {
        let folder = binary().parent().map(PathBuf::from).unwrap();
        #[expect(clippy::disallowed_methods, reason = "tests are not the product")]
        let path = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(self.folder.path())
            .env("PATH", format!("{}:{path}", folder.display()))
            .env("DESKBRIDGE_URL", format!("http://127.0.0.1:{}", self.port))
            .env_remove("DESKBRIDGE_TOKEN")
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &errors;
        (text, output.status.success())
    }
}

/// The first of four ports in a row that nobody has.
fn free_ports() -> u16 {
    let taken = |port| TcpListener::bind(("127.0.0.1", port)).ok();
    let begin = u16::try_from(std::process::id() % 2_000).unwrap();
    let bases = (0..500).map(|step| FIRST_PORT + (begin + step) * 4);
    let mut free = bases.filter(|base| {
        let ports: Vec<_> = (0..4).filter_map(|place| taken(base + place)).collect();
        ports.len() == 4
    });
    free.next().expect("four free ports")
}
