//! A folder of integration files: read, checked, brought into the store, and watched.

mod lines;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use deskbridge_core::integration::{Integration, IntegrationSpec, Problem};
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_data_actions::check_beside;

use crate::bundle::Bundle;
use crate::keys;
pub use lines::Lines;

/// The file of secrets in the same folder. Nothing whose name begins like this is ever read as an
/// integration, nor shown.
pub const CREDENTIALS_FILE: &str = "credentials.yaml";
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// What became of one file or integration.
#[derive(Debug, PartialEq, Eq)]
pub enum Applied {
    Created {
        name: String,
        key: Option<String>,
    },
    Changed {
        name: String,
    },
    Unchanged {
        name: String,
    },
    Deleted {
        name: String,
    },
    /// Nothing was changed: what was stored before stays in force.
    Refused {
        file: String,
        problems: Vec<Problem>,
    },
}

/// Reads the folder and makes the store agree with it. An integration whose file is gone, or holds
/// another one now, is deleted; what did not come from a file is left alone.
pub async fn apply(bundle: &Bundle, folder: &Path) -> Result<Vec<Applied>> {
    let (specs, mut applied) = read(folder)?;
    let mut names: BTreeMap<String, PathBuf> = BTreeMap::new();
    for (file, spec) in &specs {
        names
            .entry(spec.name.clone())
            .or_insert_with(|| file.clone());
    }
    // First, so that what they watch is free for another.
    let deleted = delete_those_gone(bundle, folder, &names).await?;
    for (file, spec) in specs {
        match names.get(&spec.name) {
            Some(first) if *first != file => {
                let message = format!("{} is also in {}", spec.name, file_name(first));
                applied.push(refused(&file, vec![Problem::new("name", message)]));
            }
            _ => applied.push(apply_one(bundle, &file, spec).await?),
        }
    }
    applied.extend(deleted);
    bundle.directory.forget();
    bundle.data_actions.forget();
    wake_credentials(bundle).await?;
    Ok(applied)
}

/// A file that cannot be read just now still stands for its integration.
async fn delete_those_gone(
    bundle: &Bundle,
    folder: &Path,
    names: &BTreeMap<String, PathBuf>,
) -> Result<Vec<Applied>> {
    let mut applied = Vec::new();
    for stored in bundle.store.integrations().await? {
        let Some(file) = stored.file.as_ref().filter(|_| stored.deleted_at.is_none()) else {
            continue;
        };
        let renamed = names.values().any(|path| &file_name(path) == file);
        if !names.contains_key(stored.name()) && (renamed || !folder.join(file).exists()) {
            applied.push(delete(bundle, stored).await?);
        }
    }
    Ok(applied)
}

/// The file of secrets is in this folder too: what waits for a credential tries again now.
async fn wake_credentials(bundle: &Bundle) -> Result<()> {
    let mut names = BTreeSet::new();
    for integration in bundle.store.integrations().await? {
        if let Some(configured) = bundle.directory.named(integration.name()).await?
            && let Ok(plan) = configured.plan()
        {
            names.extend(
                plan.connections
                    .values()
                    .filter_map(|c| c.credential.clone()),
            );
        }
    }
    for name in names {
        bundle
            .store
            .wake_credential(&name, bundle.clock.now())
            .await?;
    }
    Ok(())
}

/// Checks one document and stores it. A new integration gets its keys here. One that comes from no
/// file has an empty path, and can be changed through the management API.
pub async fn apply_one(bundle: &Bundle, file: &Path, spec: IntegrationSpec) -> Result<Applied> {
    let problems = problems(bundle, &spec).await?;
    if !problems.is_empty() {
        return Ok(refused(file, problems));
    }
    let name = spec.name.clone();
    let stored = bundle.store.integration(&name).await?;
    let chosen = match keys::chosen(&*bundle.secrets, &name).await {
        Ok(chosen) => chosen,
        Err(error) => {
            let problem = Problem::new("name", error.message().to_owned());
            return Ok(refused(file, vec![problem]));
        }
    };
    let (key_hashes, new_key) = match (&stored, chosen.is_empty()) {
        (_, false) => (keys::hashes(&chosen), None),
        (Some(stored), true) if !stored.key_hashes.is_empty() => (stored.key_hashes.clone(), None),
        _ => {
            let key = keys::random()?;
            (keys::hashes(std::slice::from_ref(&key)), Some(key))
        }
    };
    let version = stored.as_ref().map_or(0, |stored| stored.version);
    let origin = Some(file_name(file)).filter(|name| !name.is_empty());
    let keys_chosen = !chosen.is_empty();
    let came_from = |stored: &Integration| (stored.file.clone(), stored.keys_chosen);
    let same = |stored: &Integration| {
        let unchanged = stored.spec == spec && stored.key_hashes == key_hashes;
        unchanged
            && stored.deleted_at.is_none()
            && came_from(stored) == (origin.clone(), keys_chosen)
    };
    if stored.as_ref().is_some_and(same) {
        return Ok(Applied::Unchanged { name });
    }
    let now = bundle.clock.now();
    let integration = Integration {
        spec,
        version: version + 1,
        key_hashes,
        tenants: Vec::new(),
        file: origin,
        keys_chosen,
        deleted_at: None,
        updated_at: now,
        live_since: Integration::live_since(stored.as_ref(), now),
    };
    let integration = bundle.directory.with_tenants(integration);
    match bundle.store.put_integration(integration, version).await {
        Ok(()) => {}
        // Of this file only: a key that another integration has, or a change made meanwhile.
        Err(error) if error.kind() == ErrorKind::Conflict => {
            return Ok(refused(file, vec![Problem::new("", error.message())]));
        }
        Err(error) => return Err(error),
    }
    Ok(match stored {
        None => Applied::Created { name, key: new_key },
        Some(_) => Applied::Changed { name },
    })
}

async fn problems(bundle: &Bundle, spec: &IntegrationSpec) -> Result<Vec<Problem>> {
    let mut problems = bundle.directory.check_to_save(spec).await?;
    if problems.is_empty() {
        problems.extend(check_beside(spec, &bundle.store.integrations().await?));
    }
    Ok(problems)
}

async fn delete(bundle: &Bundle, mut stored: Integration) -> Result<Applied> {
    let (name, version) = (stored.name().to_owned(), stored.version);
    stored.version += 1;
    stored.deleted_at = Some(bundle.clock.now());
    bundle.store.put_integration(stored, version).await?;
    Ok(Applied::Deleted { name })
}

type Specs = Vec<(PathBuf, IntegrationSpec)>;

/// Returns the folder's integration files, in their order.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<_> = paths.filter(|path| is_integration_file(path)).collect();
    paths.sort();
    Ok(paths)
}

fn read(folder: &Path) -> Result<(Specs, Vec<Applied>)> {
    let paths = files(folder)?;
    let (mut specs, mut refusals) = (Vec::new(), Vec::new());
    for path in paths {
        match read_file(&path) {
            Ok(spec) => specs.push((path, spec)),
            Err(problem) => refusals.push(refused(&path, vec![problem])),
        }
    }
    Ok((specs, refusals))
}

fn is_integration_file(path: &Path) -> bool {
    let yaml = path
        .extension()
        .is_some_and(|ending| ending == "yaml" || ending == "yml");
    let name = file_name(path);
    yaml && !name.starts_with("credentials") && !name.starts_with('.')
}

/// Reads one file; a mistake names its line.
pub fn read_file(path: &Path) -> Result<IntegrationSpec, Problem> {
    let problem = |text: String| Problem::new("", text);
    let size = std::fs::metadata(path)
        .map_err(|error| problem(error.to_string()))?
        .len();
    if size > MAX_FILE_BYTES {
        return Err(problem(format!("is larger than {MAX_FILE_BYTES} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    // Without the parser's own excerpt: a file of secrets may stand here under a wrong name.
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(&text, options).map_err(|error| problem(error.to_string()))
}

fn refused(path: &Path, problems: Vec<Problem>) -> Applied {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines = Lines::of(&text);
    let placed = problems.into_iter().map(|problem| {
        let line = lines.as_ref().and_then(|lines| lines.line(&problem.field));
        match line {
            Some(line) => Problem::new(problem.field, format!("{} (line {line})", problem.message)),
            None => problem,
        }
    });
    Applied::Refused {
        file: file_name(path),
        problems: placed.collect(),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn unreadable(folder: &Path, error: &std::io::Error) -> Error {
    Error::new(
        ErrorKind::Misconfigured,
        format!("the folder {} cannot be read: {error}", folder.display()),
    )
}
