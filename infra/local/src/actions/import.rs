//! `action import`: exported files become an integration's document, which a person puts into the folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use deskbridge_core::Result;
use deskbridge_core::integration::{History, IntegrationSpec};
use deskbridge_data_actions::{ActionType, Definition, KIND, compile};
use serde_json::{Map, Value, json};

use super::{read, wrong};
use crate::term;

#[derive(Args)]
pub struct ImportArgs {
    /// Files as Genesys Cloud exports them.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Name of the integration.
    #[arg(long, default_value = "imported")]
    pub name: String,
    /// Type of the integration, if the files do not say.
    #[arg(long = "type")]
    pub kind: Option<String>,
    /// Name of its credential.
    #[arg(long)]
    pub credential: Option<String>,
    /// Form of its credential, as `user-defined`.
    #[arg(long)]
    pub credential_type: Option<String>,
    /// As `mypurecloud.de`.
    #[arg(long)]
    pub region: Option<String>,
    /// Where tokens are fetched.
    #[arg(long)]
    pub login_url: Option<String>,
}

/// Prints the document; `false` if it would be refused as it stands.
pub(super) fn import(args: &ImportArgs) -> Result<bool> {
    let mut settings = Map::new();
    let mut actions: BTreeMap<String, Value> = BTreeMap::new();
    let mut made_for = args.kind.clone();
    for file in &args.files {
        let (text, definition) = definition(file)?;
        made_for = made_for.or_else(|| definition.integration_type.clone());
        let entry = json!({"definition": text});
        if definition.action_type == ActionType::CustomAuth {
            settings.insert("login".into(), entry);
        } else if actions
            .insert(definition.name.replace('/', " "), entry)
            .is_some()
        {
            return Err(wrong(format!(
                "two files hold an action named {}",
                definition.name
            )));
        }
    }
    let given = [
        ("type", &made_for),
        ("credential", &args.credential),
        ("credential_type", &args.credential_type),
        ("region", &args.region),
        ("login_url", &args.login_url),
    ];
    for (name, value) in given {
        if let Some(value) = value {
            settings.insert(name.into(), value.as_str().into());
        }
    }
    settings.insert("actions".into(), json!(actions));
    let spec = IntegrationSpec {
        name: args.name.clone(),
        kind: KIND.to_owned(),
        enabled: true,
        team: String::new(),
        history: History::Full,
        settings: settings.into(),
    };
    let document = serde_saphyr::to_string(&spec).map_err(|error| wrong(error.to_string()))?;
    term::line(document.trim_end());
    let problems = compile(&spec).err().unwrap_or_default();
    for problem in &problems {
        term::error(problem);
    }
    Ok(problems.is_empty())
}

fn definition(file: &Path) -> Result<(String, Definition)> {
    let text = read(file)?;
    let definition = Definition::import(&text).map_err(|problems| {
        let first = problems
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        wrong(format!("{}: {first}", file.display()))
    })?;
    Ok((text, definition))
}
