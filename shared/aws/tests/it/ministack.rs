//! Starts MiniStack, out of the `.venv` that `test.sh` sets up.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

const STARTS: usize = 8;

pub(crate) struct MiniStack {
    pub(crate) url: String,
    pub(crate) version: String,
    child: Mutex<Option<Running>>,
}

/// It ends when its standard input does: when this is dropped, and when this process dies.
struct Running {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl MiniStack {
    /// The one of this process; nothing where `.venv` is not set up, which is said aloud, and on CI
    /// is a failure.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<MiniStack>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// One whose clock nobody else goes by.
    pub(crate) fn start() -> Option<Self> {
        let python = repository().join(".venv/bin/python");
        if !repository().join(".venv/bin/ministack").exists() {
            #[expect(clippy::disallowed_methods, reason = "CI must not skip")]
            let ci = std::env::var("CI").is_ok();
            assert!(!ci, "the tests over MiniStack need .venv: run ./test.sh");
            println!("SKIPPED over MiniStack: run ./test.sh, which sets up .venv");
            return None;
        }
        // Somebody else may take the port between its choice and its use.
        let mut starts = (0..STARTS).filter_map(|_| Self::try_start(&python));
        Some(starts.next().expect("MiniStack does not start"))
    }

    fn try_start(python: &Path) -> Option<Self> {
        let mut process = Command::new(python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/start_ministack.py"))
            .env_remove("AWS_PROFILE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut running = Running {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()),
            process,
        };
        let said = running.hear();
        let mut words = said.split_whitespace().skip(1);
        let (port, version) = (words.next()?, words.next()?);
        Some(Self {
            url: format!("http://127.0.0.1:{port}"),
            version: version.to_owned(),
            child: Mutex::new(Some(running)),
        })
    }

    /// Moves its clock on.
    pub(crate) fn advance(&self, time: Duration) {
        assert_eq!(self.tell(&time.as_secs_f64().to_string()), "moved");
    }

    /// From now on a role may do what its policies say, and nothing else.
    pub(crate) fn check_roles(&self) {
        assert_eq!(self.tell("roles"), "checked");
    }

    fn tell(&self, line: &str) -> String {
        let mut child = self.child.lock().unwrap();
        let running = child.as_mut().unwrap();
        writeln!(running.input, "{line}").unwrap();
        running.hear()
    }
}

impl Running {
    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }
}

impl Drop for MiniStack {
    fn drop(&mut self) {
        if let Some(Running {
            mut process, input, ..
        }) = self.child.lock().unwrap().take()
        {
            drop(input);
            process.wait().ok();
        }
    }
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
