//! Measures everything and prints it.

use std::error::Error;

use crate::floor::Floor;
use crate::target::{HELLO, Target};
use crate::{instructions, paired, secured, size};

pub(crate) async fn times(targets: &[Target], floor: &Floor) -> Result<(), Box<dyn Error>> {
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

pub(crate) async fn counts(targets: &[Target], floor: &Floor) -> Result<(), Box<dyn Error>> {
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

/// What each connection of the start costs more over TLS: its handshake, and its few bytes.
pub(crate) async fn handshakes(targets: &[Target], floor: &Floor) -> Result<(), Box<dyn Error>> {
    let secured_floor = secured::before(floor).await?;
    let Some(secured) = &secured_floor.secured else {
        return Ok(());
    };
    println!("\n| function | handshakes at the start | each, k instructions |\n|---|---|---|");
    for target in targets.iter().filter(|target| target.name != HELLO) {
        let plain = instructions::after(target, floor, 0).await?;
        secured.take();
        let over_tls = instructions::once(target, &secured_floor, 0).await?;
        let handshakes = secured.take();
        let more = over_tls.saturating_sub(plain.least);
        let each = more.checked_div(handshakes).unwrap_or(0) / 1000;
        println!("| {} | {handshakes} | {each} |", target.name);
    }
    Ok(())
}
