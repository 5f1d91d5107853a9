//! With `guard`, holds the functions to their limits; without it, measures everything. AWS is a
//! stand-in in this process, over plain HTTP, and over TLS to count handshakes.

use std::error::Error;
use std::path::Path;

use crate::floor::Floor;
use crate::{guard, tables, target};

pub(crate) async fn run(argument: Option<&str>) -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut targets = target::all(&root)?;
    let floor = Floor::start().await?;
    match argument {
        Some("guard") => guard::hold(&targets, &floor).await,
        None => {
            target::pass_on(&mut targets, &floor).await?;
            tables::times(&targets, &floor).await?;
            tables::counts(&targets, &floor).await?;
            tables::handshakes(&targets, &floor).await
        }
        Some(_) => Err("the only argument is `guard`".into()),
    }
}
