//! `watches`: vendors that cannot push, and how asking them goes.

use clap::Args;
use deskbridge_core::Result;

use super::{Connection, list, table, text, time};

#[derive(Args)]
pub struct WatchesArgs {
    #[command(flatten)]
    connection: Connection,
}

pub async fn watches(args: WatchesArgs) -> Result<()> {
    let all = args.connection.remote()?.get("watches").await?;
    args.connection.print(&all, |all| {
        let rows = list(all, "watches").iter().map(|one| {
            [
                text(one, "integration").to_owned(),
                text(one, "watched").to_owned(),
                time(one, "answered_at"),
                time(one, "due_at"),
                text(one, "trouble").to_owned(),
            ]
        });
        let heading = ["INTEGRATION", "WATCHES", "ANSWERED", "NEXT", "TROUBLE"];
        let none = "Nothing is watched: the vendors post by themselves.";
        table::print(heading, rows.collect(), none);
    });
    Ok(())
}
