//! What each function's bootstrap costs, beside a bare `lambda_runtime` one.
//!
//! `tests/functions.sh` builds them all in the release profile and runs this: with `guard` the
//! figures that no busy machine disturbs are held to their limits, without it everything is
//! measured. AWS is a stand-in in this process, over plain HTTP.

#![expect(clippy::print_stdout, reason = "the figures are what this is for")]

mod floor;
mod instructions;
mod paired;
mod size;
mod target;

use std::error::Error;
use std::path::Path;

use floor::Floor;
use target::{HELLO, Target};

/// In bytes: a larger one unpacks noticeably slower.
const MAX_ZIP: usize = 3_000_000;
/// Up to the first request for an event, connections to the stand-in included.
const MAX_INIT: u64 = 3_000_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut targets = target::all(&root)?;
    let floor = Floor::start().await?;
    match std::env::args().nth(1).as_deref() {
        Some("guard") => guard(&targets, &floor).await,
        None => {
            target::pass_on(&mut targets, &floor).await?;
            times(&targets, &floor).await?;
            counts(&targets, &floor).await
        }
        Some(_) => Err("the only argument is `guard`".into()),
    }
}

async fn guard(targets: &[Target], floor: &Floor) -> Result<(), Box<dyn Error>> {
    let mut over = Vec::new();
    println!("| function | zip, kB | init, k instructions |\n|---|---|---|");
    for target in targets {
        let zip = size::of(&target.bootstrap)?.zip;
        let init = instructions::after(target, floor, 0).await?;
        println!("| {} | {} | {} |", target.name, zip / 1000, init / 1000);
        if target.name != HELLO && (zip > MAX_ZIP || init > MAX_INIT) {
            over.push(target.name.as_str());
        }
    }
    match over.as_slice() {
        [] => Ok(()),
        _ => Err(format!(
            "over {} kB or {} k instructions: {}",
            MAX_ZIP / 1000,
            MAX_INIT / 1000,
            over.join(", ")
        )
        .into()),
    }
}

async fn times(targets: &[Target], floor: &Floor) -> Result<(), Box<dyn Error>> {
    println!(
        "| function | binary, zip MB | RSS MB | init ms, CPU | × hello, CPU | first ms, CPU | warm ms, CPU |"
    );
    println!("|---|---|---|---|---|---|---|");
    let measured = paired::all(targets, floor).await?;
    for (target, measured) in targets.iter().zip(measured) {
        let size = size::of(&target.bootstrap)?;
        let figures = measured.medians;
        println!(
            "| {} | {:.2}, {:.2} | {:.1} | {:.2}, {:.2} | {:.2}, {:.2} | {:.2}, {:.2} | {:.3}, {:.3} |",
            target.name,
            size.binary as f64 / 1e6,
            size.zip as f64 / 1e6,
            figures.resident,
            figures.init_wall,
            figures.init_processor,
            measured.init_wall_ratio,
            measured.init_processor_ratio,
            figures.first_wall,
            figures.first_processor,
            figures.warm_wall,
            figures.warm_processor,
        );
    }
    Ok(())
}

async fn counts(targets: &[Target], floor: &Floor) -> Result<(), Box<dyn Error>> {
    println!("\n| function | init, k instructions | first event | warm event |\n|---|---|---|---|");
    for target in targets {
        let counts = instructions::all(target, floor).await?;
        let events = counts.first_and_warm.map_or_else(
            || "– | –".to_owned(),
            |(first, warm)| format!("{} | {}", first / 1000, warm / 1000),
        );
        println!("| {} | {} | {events} |", target.name, counts.init / 1000);
    }
    Ok(())
}
