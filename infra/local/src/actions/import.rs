//! `action import`: exported files become an integration's document, which a person puts into the folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use deskbridge_core::Result;
use deskbridge_core::integration::{History, IntegrationSpec};
use deskbridge_data_actions::{ActionType, Definition, KIND, builtin, compile, with_draft};
use serde_json::{Map, Value, json};

use super::document::{Document, told};
use super::{read, wrong};
use crate::term;

#[derive(Args)]
pub struct ImportArgs {
    /// Files as Genesys Cloud exports them.
    #[arg(required_unless_present = "builtin")]
    pub files: Vec<PathBuf>,
    /// A built-in action by its name, as salesforce/GetContactByPhoneNumber; may be said several times.
    #[arg(long)]
    pub builtin: Vec<String>,
    /// Name of an integration of the folder that takes the actions as drafts, instead of printing a new one.
    #[arg(long, conflicts_with_all = ["name", "kind", "credential", "credential_type", "region", "login_url"])]
    pub into: Option<String>,
    /// With --into: write the file even if that loses its comments.
    #[arg(long, requires = "into")]
    pub drop_comments: bool,
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
    /// With --into: folder of integration files.
    #[arg(long, value_name = "FOLDER", default_value = "integrations")]
    pub config: PathBuf,
}

/// Prints the document, or writes drafts into one; `false` if it would be refused as it stands.
pub(super) async fn import(args: &ImportArgs) -> Result<bool> {
    let definitions = definitions(args)?;
    match &args.into {
        Some(name) => add(args, name, definitions).await,
        None => print(args, definitions),
    }
}

/// Texts as exported, each with what it says.
type Definitions = Vec<(String, Definition)>;

fn definitions(args: &ImportArgs) -> Result<Definitions> {
    let mut all = Vec::new();
    for file in &args.files {
        all.push(definition(file)?);
    }
    for name in &args.builtin {
        let known = builtin().into_iter();
        let mut known = known.filter(|(kind, action)| format!("{kind}/{}", action.name) == *name);
        let Some((_, action)) = known.next() else {
            let why =
                format!("there is no built-in action {name}: `action list --builtin` shows all");
            return Err(wrong(why));
        };
        all.push((action.export().to_string(), action));
    }
    Ok(all)
}

async fn add(args: &ImportArgs, name: &str, definitions: Definitions) -> Result<bool> {
    let document = Document::open(&args.config, name).await?;
    let mut spec = document.spec.clone();
    let mut added = Vec::new();
    for (text, definition) in definitions {
        let action = definition.name.replace('/', " ");
        let drafted = with_draft(&spec, &action, json!({"definition": text}));
        spec = drafted.map_err(|problem| wrong(problem.to_string()))?;
        added.push(action);
    }
    if let Err(problems) = compile(&spec) {
        return Ok(told(&problems));
    }
    document.write(&spec, args.drop_comments)?;
    for action in added {
        term::line(format!(
            "{name}/{action} is a draft: test it, then publish it"
        ));
    }
    Ok(true)
}

fn print(args: &ImportArgs, definitions: Definitions) -> Result<bool> {
    let mut settings = Map::new();
    let mut actions: BTreeMap<String, Value> = BTreeMap::new();
    let mut made_for = args.kind.clone();
    for (text, definition) in definitions {
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
    Ok(told(&compile(&spec).err().unwrap_or_default()))
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
