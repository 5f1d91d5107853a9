//! What `serve` says to the person who started it.

use std::net::SocketAddr;

use deskbridge_core::Result;

use super::DataFolder;
use crate::bundle::Bundle;
use crate::demo::records::Vendors;
use crate::demo::sandbox::{Keys, Sandbox};
use crate::folder::Applied;
use crate::term;

pub(super) fn started(address: SocketAddr, data: &DataFolder, private: bool) {
    term::line(format!("{} on http://{address}", term::bold("Deskbridge")));
    match data {
        DataFolder::Kept(path) => term::line(format!("Store: {}", path.display())),
        DataFolder::Temporary(_) => {
            term::line("Store: temporary, gone when this ends (--data keeps one)")
        }
    }
    if private {
        term::line("Private addresses may be called: for sandboxes and tests, not for production.");
    }
}

pub(super) fn sandbox(sandbox: &Sandbox, records: &Vendors, address: SocketAddr, keys: &Keys) {
    term::line("");
    term::line(term::bold("Sandbox vendors"));
    term::line(format!("  Kayako    {}", sandbox.kayako.url()));
    term::line(format!("  Opsgenie  {}", sandbox.opsgenie.url()));
    term::line(format!("  Autotask  {}", sandbox.autotask.url()));
    term::line(format!("  Re:lation {}", records.relation.url()));
    term::line(format!("  kintone   {}", records.kintone.url()));
    term::line(term::faint(
        "  Open these pages to see what each of them holds. Then open an alert:",
    ));
    post(
        address,
        &format!("kayako/{}", keys.support),
        "{\"Case ID\": \"9\", \"Status\": \"New\", \"Subject\": \"Printer on fire\"}",
    );
    term::line(term::faint("  Or make a ticket of one:"));
    post(
        address,
        &format!("alert/{}", keys.alerts),
        "{\"title\": \"Device SRV-B lost power\", \"organisation\": \"Nordwind\", \"type\": \"Power\"}",
    );
}

fn post(address: SocketAddr, path: &str, body: &str) {
    term::line(format!("  curl http://{address}/webhooks/{path} \\"));
    term::line("    -H 'content-type: application/json' \\");
    term::line(format!("    -d '{body}'"));
}

/// Says what is running, or what to do when nothing is.
pub(super) async fn integrations(bundle: &Bundle, address: SocketAddr) -> Result<()> {
    let all = bundle.store.integrations().await?;
    let live: Vec<_> = all.iter().filter(|one| one.deleted_at.is_none()).collect();
    term::line("");
    if live.is_empty() {
        term::line("No integrations yet: put a file into a folder and start with --config FOLDER,");
        term::line("or try it out with --sandbox.");
        return Ok(());
    }
    term::line(term::bold("Integrations"));
    for one in live {
        let state = if one.spec.enabled {
            term::good("on")
        } else {
            term::faint("off")
        };
        term::line(format!(
            "  {}  {}  {state}",
            one.name(),
            term::faint(&one.spec.kind)
        ));
    }
    term::line(term::faint(&format!(
        "  Webhooks: POST http://{address}/webhooks/<vendor>/<the integration's key>"
    )));
    Ok(())
}

pub(super) async fn applied(bundle: &Bundle, address: SocketAddr, applied: &Applied) {
    match applied {
        Applied::Unchanged { .. } => {}
        Applied::Created { name, key } => {
            term::line(format!("{} {name}", term::good("created")));
            if let Some(key) = key {
                let vendors = vendors(bundle, name).await;
                for vendor in &vendors {
                    term::line(format!("  http://{address}/webhooks/{vendor}/{key}"));
                }
                if !vendors.is_empty() {
                    term::line("  Keep these addresses: the key in them is not shown again.");
                }
            }
        }
        Applied::Changed { name } => term::line(format!("{} {name}", term::good("changed"))),
        Applied::Deleted { name } => term::line(format!("{} {name}", term::bad("deleted"))),
        Applied::Refused { file, problems } => {
            term::line(format!(
                "{} {file}: what was stored before stays in force",
                term::bad("refused")
            ));
            for problem in problems {
                let text = problem.to_string();
                term::line(format!("  {}", text.trim_start_matches(": ")));
            }
        }
    }
}

/// The vendors of the integration that post: not those that are asked.
async fn vendors(bundle: &Bundle, name: &str) -> Vec<String> {
    let Ok(Some(configured)) = bundle.directory.named(name).await else {
        return Vec::new();
    };
    let connections = configured
        .plan()
        .map(|plan| plan.connections.keys().cloned().collect());
    let mut vendors: Vec<String> = connections.unwrap_or_default();
    let connectors = &bundle.receive.connectors;
    vendors.retain(|name| {
        connectors
            .named(name)
            .is_some_and(|c| c.webhook().is_some() && c.poll().is_none())
    });
    vendors
}
