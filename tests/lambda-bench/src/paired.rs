//! Times, as ratios to the bare function's in the same round: what disturbs one disturbs the other.

use std::time::{Duration, Instant};

use deskbridge_lambda_host::Failure;

use crate::floor::Floor;
use crate::target::{self, Target};

const ROUNDS: usize = 11;
const WARM: u32 = 100;

/// One round's figures, or the medians of all.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) init_wall: f64,
    pub(crate) init_processor: f64,
    pub(crate) first_wall: f64,
    pub(crate) first_processor: f64,
    pub(crate) warm_wall: f64,
    pub(crate) warm_processor: f64,
    /// After all events, in megabytes.
    pub(crate) resident: f64,
}

pub(crate) struct Measured {
    pub(crate) medians: Figures,
    /// Medians of each round's ratio to the bare function's start.
    pub(crate) init_wall_ratio: f64,
    pub(crate) init_processor_ratio: f64,
}

/// All targets once a round, the bare one first; in the order of `targets`.
pub(crate) async fn all(targets: &[Target], floor: &Floor) -> Result<Vec<Measured>, Failure> {
    let mut rounds = vec![Vec::new(); targets.len()];
    for _ in 0..ROUNDS {
        for (target, rounds) in targets.iter().zip(&mut rounds) {
            rounds.push(round(target, floor).await?);
        }
    }
    let base = rounds.first().cloned().unwrap_or_default();
    Ok(rounds.iter().map(|own| measured(own, &base)).collect())
}

async fn round(target: &Target, floor: &Floor) -> Result<Figures, Failure> {
    let mut function = target::start(target, floor, &[]).await?;
    function.idle().await?;
    let init_wall = function.ready_after().unwrap_or_default();
    let init = function.usage()?;
    let mut walls = Vec::new();
    let mut first = init;
    if target.event.is_some() {
        for event in 0..=WARM {
            let began = Instant::now();
            target::invoke(target, &mut function).await?;
            walls.push(millis(began.elapsed()));
            if event == 0 {
                first = function.usage()?;
            }
        }
    }
    let end = function.usage()?;
    let first_wall = walls.first().copied().unwrap_or(f64::NAN);
    Ok(Figures {
        init_wall: millis(init_wall),
        init_processor: millis(init.processor),
        first_wall,
        first_processor: millis(first.processor - init.processor),
        warm_wall: median(walls.into_iter().skip(1)),
        warm_processor: millis((end.processor - first.processor) / WARM),
        resident: end.resident as f64 / 1e6,
    })
}

fn measured(own: &[Figures], base: &[Figures]) -> Measured {
    let of = |figure: fn(&Figures) -> f64| median(own.iter().map(figure));
    let ratio = |figure: fn(&Figures) -> f64| {
        let pairs = own.iter().zip(base);
        median(pairs.map(|(own, base)| figure(own) / figure(base)))
    };
    Measured {
        medians: Figures {
            init_wall: of(|round| round.init_wall),
            init_processor: of(|round| round.init_processor),
            first_wall: of(|round| round.first_wall),
            first_processor: of(|round| round.first_processor),
            warm_wall: of(|round| round.warm_wall),
            warm_processor: of(|round| round.warm_processor),
            resident: of(|round| round.resident),
        },
        init_wall_ratio: ratio(|round| round.init_wall),
        init_processor_ratio: ratio(|round| round.init_processor),
    }
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
