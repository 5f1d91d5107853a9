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
use target::Target;

/// What is aimed at: a zip's bytes, and the instructions up to the first request for an event,
/// connections to the stand-in included. One that is over is named, and passes.
const GOAL: Cost = Cost {
    zip: 3_000_000,
    init: 3_000_000,
};
/// A little over what the largest function takes: what is over that was not meant.
const LIMIT: Cost = Cost {
    zip: 4_500_000,
    init: 3_500_000,
};

#[derive(Clone, Copy)]
struct Cost {
    zip: usize,
    init: u64,
}

impl Cost {
    fn within(self, other: Self) -> bool {
        self.zip <= other.zip && self.init <= other.init
    }
}

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
    println!("| function | zip, kB | init, k instructions | |\n|---|---|---|---|");
    for target in targets {
        let init = instructions::after(target, floor, 0).await?;
        let cost = Cost {
            zip: size::of(&target.bootstrap)?.zip,
            init: init.least,
        };
        let verdict = match (cost.within(LIMIT), cost.within(GOAL)) {
            (true, true) => "",
            (true, false) => "over the goal",
            (false, _) if init.clean => "over the limit",
            (false, _) => "the machine is too busy to count",
        };
        let over_limit = cost.zip > LIMIT.zip || init.clean && cost.init > LIMIT.init;
        let (zip, init) = (cost.zip / 1000, cost.init / 1000);
        println!("| {} | {zip} | {init} | {verdict} |", target.name);
        if over_limit {
            over.push(target.name.as_str());
        }
    }
    match over.is_empty() {
        true => Ok(()),
        false => Err(format!("over the limit: {}", over.join(", ")).into()),
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
