//! Client certificates of web services: the one that is shown now, and the one that follows it.
//!
//! A credential holds `certificate` and `privateKey`, and perhaps `nextCertificate`, `nextPrivateKey` and
//! `serverRoots`, all in PEM. The current one is shown while it holds, then the next one, so that a change
//! needs nobody at midnight. The vendor's own pair works alike:
//! <https://help.genesys.cloud/articles/mtls-support-for-data-actions/>.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::http::ClientIdentity;
use deskbridge_core::secret::Credential;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::error::{ActionError, ErrorType, Result};

/// How long before its end a certificate without a successor is a warning.
pub const WARN_BEFORE: Duration = Duration::from_secs(30 * 24 * 3_600);
/// Fields of certificates, each with that of its key.
const PAIRS: [(&str, &str); 2] = [
    ("certificate", "privateKey"),
    ("nextCertificate", "nextPrivateKey"),
];

/// When a certificate in a credential holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateLife {
    /// The field that holds it.
    pub field: &'static str,
    pub from: Timestamp,
    pub until: Timestamp,
}

impl CertificateLife {
    fn holds(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}

/// Returns the lives of the certificates that a credential holds, the current one first; nothing for a
/// credential that holds none, or what cannot be read.
pub fn certificates(credential: &Credential) -> Vec<CertificateLife> {
    let each = PAIRS.iter();
    each.filter_map(|(field, _)| life(field, credential.optional(field)?))
        .collect()
}

/// Says that the last certificate of a credential ends within [`WARN_BEFORE`], or has ended.
pub fn expiry_warning(credential: &Credential, now: Timestamp) -> Option<String> {
    let last = certificates(credential)
        .into_iter()
        .max_by_key(|life| life.until)?;
    let left = last.until.since(now);
    if left >= WARN_BEFORE {
        return None;
    }
    let name = &credential.name;
    let days = left.as_secs() / (24 * 3_600);
    let state = match left.is_zero() {
        true => "has ended".to_owned(),
        false => format!("ends within {} days", days + 1),
    };
    Some(format!(
        "the client certificate of the credential {name} {state}: set nextCertificate and nextPrivateKey"
    ))
}

/// What is shown to the server now.
pub(crate) fn identity(credential: &Credential, now: Timestamp) -> Result<Arc<ClientIdentity>> {
    let lives = certificates(credential);
    let Some(life) = lives.iter().find(|life| life.holds(now)) else {
        let why = match lives.is_empty() {
            true => "holds no certificate in PEM: set certificate and privateKey",
            false => {
                "holds no certificate that is valid now: set nextCertificate and nextPrivateKey"
            }
        };
        let why = format!("the credential {} {why}", credential.name);
        return Err(ActionError::new(ErrorType::Misconfigured, why));
    };
    let keys = PAIRS.iter().find(|(field, _)| *field == life.field);
    let key = keys.map_or("privateKey", |(_, key)| *key);
    Ok(Arc::new(ClientIdentity {
        certificate: credential.field(life.field)?.to_owned(),
        key: credential.field(key)?.into(),
        roots: credential.optional("serverRoots").map(str::to_owned),
    }))
}

/// Of a chain its first certificate counts, which is the client's own.
fn life(field: &'static str, pem: &str) -> Option<CertificateLife> {
    let der = CertificateDer::pem_slice_iter(pem.as_bytes())
        .next()?
        .ok()?;
    let (_, certificate) = X509Certificate::from_der(&der).ok()?;
    let validity = certificate.validity();
    let time = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1_000));
    Some(CertificateLife {
        field,
        from: time(validity.not_before.timestamp()),
        until: time(validity.not_after.timestamp()),
    })
}
