//! How many instructions a function executes, counted by callgrind: the same on a busy machine.
//!
//! <https://valgrind.org/docs/manual/cl-manual.html>

use std::{fs, io};

use deskbridge_lambda_host::Failure;

use crate::floor::Floor;
use crate::target::{self, Target};

/// Warm events are counted together and divided.
const WARM: u64 = 10;
const RUNS: u32 = 4;

/// Instructions, of all threads, in user space.
pub(crate) struct Counts {
    /// Up to the first time that it asks for an event.
    pub(crate) init: u64,
    /// None without an event.
    pub(crate) first_and_warm: Option<(u64, u64)>,
}

/// Instructions of one run.
pub(crate) struct Count {
    pub(crate) least: u64,
    /// No request was repeated, which takes some 300,000 instructions.
    pub(crate) clean: bool,
}

pub(crate) async fn all(target: &Target, floor: &Floor) -> Result<Counts, Failure> {
    let init = after(target, floor, 0).await?.least;
    if target.event.is_none() {
        return Ok(Counts {
            init,
            first_and_warm: None,
        });
    }
    let first = after(target, floor, 1).await?.least;
    let warm = after(target, floor, 1 + WARM).await?.least;
    let warm = warm.saturating_sub(first) / WARM;
    Ok(Counts {
        init,
        first_and_warm: Some((first.saturating_sub(init), warm)),
    })
}

/// Counts from the start to the wait that follows this many events. Where the machine is so busy
/// that the adapters lose patience and repeat a request, it is the least of several runs.
pub(crate) async fn after(target: &Target, floor: &Floor, events: u64) -> Result<Count, Failure> {
    let mut least = u64::MAX;
    for _ in 0..RUNS {
        floor.take();
        least = least.min(once(target, floor, events).await?);
        if !floor.take().repeated {
            return Ok(Count { least, clean: true });
        }
    }
    Ok(Count {
        least,
        clean: false,
    })
}

/// Counts one run, repeated requests and all.
pub(crate) async fn once(target: &Target, floor: &Floor, events: u64) -> Result<u64, Failure> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("callgrind.out");
    let tool = [
        "valgrind".to_owned(),
        "--tool=callgrind".to_owned(),
        format!("--callgrind-out-file={}", out.display()),
    ];
    let mut function = target::start(target, floor, &tool).await?;
    function.idle().await?;
    for _ in 0..events {
        target::invoke(target, &mut function).await?;
    }
    function.stop().await?;
    Ok(total(&fs::read_to_string(out)?)?)
}

fn total(profile: &str) -> io::Result<u64> {
    profile
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))
        .and_then(|number| number.trim().parse().ok())
        .ok_or_else(|| io::Error::other("callgrind wrote no totals"))
}
