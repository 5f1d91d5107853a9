//! Writing secrets under the deployment's prefix. The names of the fields stand in the description, so
//! that a list needs no value.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html>

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, SecretListEntry};
use deskbridge_core::ports::{Held, Vault};
use deskbridge_core::secret::check_document;
use deskbridge_core::{Result, Timestamp};

use super::SecretsManagerSecrets;
use crate::error::{encode, unavailable};

const UPDATE: &str = "secretsmanager:UpdateSecret";
const CREATE: &str = "secretsmanager:CreateSecret";
const RESTORE: &str = "secretsmanager:RestoreSecret";
const DELETE: &str = "secretsmanager:DeleteSecret";
const DESCRIBE: &str = "secretsmanager:DescribeSecret";
const LIST: &str = "secretsmanager:ListSecrets";

/// What a description of ours begins with.
const FIELDS: &str = "Deskbridge credential: ";
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html>
const MAX_DESCRIPTION_CHARS: usize = 2_048;

/// A document as it is sent.
struct Document<'a> {
    secret_id: &'a str,
    text: &'a str,
    description: &'a str,
}

#[async_trait]
impl Vault for SecretsManagerSecrets {
    /// Writes over the secret, restores one that was removed, or makes a new one.
    async fn put(&self, name: &str, fields: BTreeMap<String, String>) -> Result<String> {
        check_document(name, &fields)?;
        let document = Document {
            secret_id: &self.secret_id(name),
            text: &encode("credential", &fields)?,
            description: &description(&fields),
        };
        // While it is held, nobody reads what is about to be replaced.
        let slot = self.slot(name);
        let mut slot = slot.lock().await;
        *slot = None;
        match self.update(&document).await {
            Ok(version) => Ok(version),
            Err(error) if has_code(&error, "ResourceNotFoundException") => {
                self.create(&document).await
            }
            Err(error) if has_code(&error, "InvalidRequestException") => {
                self.restore(document.secret_id).await?;
                let updated = self.update(&document).await;
                updated.map_err(|error| unavailable(UPDATE, &error))
            }
            Err(error) => Err(unavailable(UPDATE, &error)),
        }
    }

    /// Leaves the service's time to recover it: 30 days, in which a `put` brings the name back.
    async fn remove(&self, name: &str) -> Result<()> {
        let secret_id = self.secret_id(name);
        let slot = self.slot(name);
        let mut slot = slot.lock().await;
        *slot = None;
        let request = self.client.delete_secret().secret_id(&secret_id);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if has_code(&error, "ResourceNotFoundException") => Ok(()),
            Err(error)
                if has_code(&error, "InvalidRequestException")
                    && self.is_removed(&secret_id).await? =>
            {
                Ok(())
            }
            Err(error) => Err(unavailable(DELETE, &error)),
        }
    }

    async fn held(&self) -> Result<Vec<Held>> {
        let ours = Filter::builder()
            .key(FilterNameStringType::Name)
            .values(&self.prefix)
            .build();
        let request = self.client.list_secrets().filters(ours);
        let mut pages = request.into_paginator().send();
        let mut held = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| unavailable(LIST, &error))?;
            held.extend(page.secret_list().iter().filter_map(|one| self.told(one)));
        }
        held.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(held)
    }
}

impl SecretsManagerSecrets {
    async fn update(
        &self,
        document: &Document<'_>,
    ) -> Result<String, SdkError<impl ProvideErrorMetadata + use<>, super::HttpResponse>> {
        let request = self.client.update_secret().secret_id(document.secret_id);
        let request = request.description(document.description);
        let answer = request.secret_string(document.text).send().await?;
        Ok(answer.version_id.unwrap_or_default())
    }

    async fn create(&self, document: &Document<'_>) -> Result<String> {
        let request = self.client.create_secret().name(document.secret_id);
        let request = request.description(document.description);
        let answer = request.secret_string(document.text).send().await;
        let answer = answer.map_err(|error| unavailable(CREATE, &error))?;
        Ok(answer.version_id.unwrap_or_default())
    }

    async fn restore(&self, secret_id: &str) -> Result<()> {
        let request = self.client.restore_secret().secret_id(secret_id);
        let answer = request.send().await;
        answer
            .map(drop)
            .map_err(|error| unavailable(RESTORE, &error))
    }

    async fn is_removed(&self, secret_id: &str) -> Result<bool> {
        let request = self.client.describe_secret().secret_id(secret_id);
        let answer = request.send().await;
        let answer = answer.map_err(|error| unavailable(DESCRIBE, &error))?;
        Ok(answer.deleted_date.is_some())
    }

    fn told(&self, entry: &SecretListEntry) -> Option<Held> {
        let name = entry.name()?.strip_prefix(&self.prefix)?;
        let changed_at = entry.last_changed_date().or(entry.created_date());
        let changed_at = changed_at.and_then(|at| at.to_millis().ok());
        let fields = entry
            .description()
            .and_then(|said| said.strip_prefix(FIELDS));
        Some(Held {
            name: name.to_owned(),
            fields: fields.map(|names| names.split(", ").map(str::to_owned).collect()),
            changed_at: changed_at.map(Timestamp::from_millis),
        })
    }
}

/// Names only; too many of them are not told at all rather than in part.
fn description(fields: &BTreeMap<String, String>) -> String {
    let names: Vec<_> = fields.keys().map(String::as_str).collect();
    let told = format!("{FIELDS}{}", names.join(", "));
    match told.len() <= MAX_DESCRIPTION_CHARS {
        true => told,
        false => String::new(),
    }
}

fn has_code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, code: &str) -> bool {
    let service = error.as_service_error();
    service.and_then(ProvideErrorMetadata::code) == Some(code)
}
