//! What each function's bootstrap costs, beside a bare `lambda_runtime` one: see `tests/functions.sh`.

#![expect(clippy::print_stdout, reason = "the figures are what this is for")]

mod floor;
mod guard;
mod instructions;
mod paired;
mod run;
mod secured;
mod size;
mod tables;
mod target;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run::run(std::env::args().nth(1).as_deref()).await
}
