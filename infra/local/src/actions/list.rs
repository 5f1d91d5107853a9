//! `action list` and `action show`: what is published, what is a draft, what is built in.

use clap::Args;
use deskbridge_core::Result;
use deskbridge_data_actions::{Integration, Listed, builtin, certificates, compile};
use serde_json::{Value, json};

use std::path::Path;

use super::{Bench, Place, remote, wrong};
use crate::term;

#[derive(Args)]
pub struct ListArgs {
    /// Show the actions that come with each type instead, to be imported by name.
    #[arg(long)]
    pub builtin: bool,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Args)]
pub struct ShowArgs {
    pub integration: String,
    pub action: String,
    /// Show the draft.
    #[arg(long)]
    pub draft: bool,
    #[command(flatten)]
    pub place: Place,
}

pub(super) async fn list(args: &ListArgs) -> Result<bool> {
    let rows = match (args.builtin, &args.place.config) {
        (true, _) => statics(),
        (false, Some(folder)) => rows(folder).await?,
        (false, None) => remote::list(&args.place).await?,
    };
    if args.place.connection.json {
        term::line(Value::from(rows));
        return Ok(true);
    }
    for row in &rows {
        let text = |name: &str| row[name].as_str().unwrap_or_default();
        let off = if row["enabled"] == false {
            "  (off)"
        } else {
            ""
        };
        let state = match text("state") {
            "published" => format!("version {}", row["published_version"]),
            state => state.to_owned(),
        };
        let (place, kind) = (text("integration"), text("type"));
        let place = if place.is_empty() { kind } else { place };
        term::line(format!(
            "{place}/{}  {}  {state}{off}",
            text("action"),
            term::faint(kind)
        ));
    }
    if rows.is_empty() {
        term::line("There are no actions.");
    }
    Ok(true)
}

/// Prints the definition as the vendor exports it, with its state; `false` for a draft that does not hold.
pub(super) async fn show(args: &ShowArgs) -> Result<bool> {
    let row = match &args.place.config {
        Some(folder) => shown(args, folder).await?,
        None => remote::show(args).await?,
    };
    term::line(serde_json::to_string_pretty(&row).unwrap_or_default());
    Ok(row.get("exported").is_some())
}

async fn shown(args: &ShowArgs, folder: &Path) -> Result<Value> {
    let bench = Bench::open(folder, false).await?;
    let unknown = || wrong("there is no such integration, or it does not hold");
    let stored = bench.bundle.store.integration(&args.integration).await?;
    let stored = stored.ok_or_else(unknown)?;
    let integration = compile(&stored.spec).map_err(|_| unknown())?;
    let listed = integration.listed().into_iter();
    let mut found = listed.filter(|each| each.name == args.action && each.draft == args.draft);
    let found = found.next();
    let found = found.ok_or_else(|| wrong("the integration has no action of that name"))?;
    let mut row = row(&integration, &found, stored.spec.enabled);
    if let Ok(action) = found.action {
        row["exported"] = action.definition.export();
    }
    Ok(row)
}

async fn rows(folder: &Path) -> Result<Vec<Value>> {
    let bench = Bench::open(folder, false).await?;
    let mut rows = Vec::new();
    for stored in bench.bundle.store.integrations().await? {
        let Ok(integration) = compile(&stored.spec) else {
            continue;
        };
        let mut expires = None;
        if let Some(name) = &integration.client_certificate
            && let Ok(credential) = bench.bundle.secrets.credential(name).await
        {
            let lives = certificates(&credential).into_iter();
            expires = lives.map(|life| life.until).max();
        }
        for listed in integration.listed() {
            let mut row = row(&integration, &listed, stored.spec.enabled);
            if let Some(expires) = expires {
                row["certificate_expires_at"] = expires.to_string().into();
            }
            rows.push(row);
        }
    }
    Ok(rows)
}

fn row(integration: &Integration, listed: &Listed<'_>, enabled: bool) -> Value {
    let mut row = json!({
        "integration": integration.name,
        "type": integration.type_name(),
        "action": listed.name,
        "state": if listed.draft { "draft" } else { "published" },
    });
    match listed.action {
        Ok(action) => {
            row["definition"] = action.definition.name.clone().into();
            row["version"] = action.definition.version().into();
            row["published_version"] = action.published_version().into();
            row["reads"] = action.reads().into();
            row["timeout_seconds"] = action.timeout().as_secs().into();
        }
        Err(problems) => {
            row["state"] = "draft, invalid".into();
            let problems = problems.iter().map(ToString::to_string);
            row["problems"] = problems.collect::<Vec<_>>().into();
        }
    }
    row["enabled"] = enabled.into();
    row
}

fn statics() -> Vec<Value> {
    let all = builtin().into_iter();
    let rows = all.map(|(type_name, action)| {
        json!({"type": type_name, "action": action.name, "version": action.version(), "state": "static"})
    });
    rows.collect()
}
