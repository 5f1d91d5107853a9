//! The command `deskbridge`.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    deskbridge_local::cli::run(deskbridge_local::cli::Cli::parse())
}
