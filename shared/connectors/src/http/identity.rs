//! TLS as a client: whom it trusts, and what it shows of itself.

use std::sync::Arc;

use deskbridge_core::dedup::digest;
use deskbridge_core::http::ClientIdentity;
use deskbridge_core::{Error, ErrorKind, Result, Retry};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use secrecy::ExposeSecret as _;

use super::set_up;

/// Tells identities apart, and says nothing of them.
pub(super) fn name(identity: &ClientIdentity) -> String {
    let roots = identity.roots.as_deref().unwrap_or_default();
    let key = identity.key.expose_secret();
    digest(&[&identity.certificate, key, roots])
}

/// Settings of one client.
///
/// # Errors
/// `Misconfigured` for a certificate and key that cannot be read, or do not belong together.
pub(super) fn tls(identity: Option<&ClientIdentity>) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| set_up(&error))?;
    let own = identity.and_then(|identity| identity.roots.as_deref());
    let builder = builder.with_root_certificates(match own {
        Some(pem) => private(pem)?,
        None => public(),
    });
    let Some(identity) = identity else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = certificates(&identity.certificate, "certificate")?;
    let key = PrivateKeyDer::from_pem_slice(identity.key.expose_secret().as_bytes());
    let key = key.map_err(|_| wrong("privateKey is no key in PEM"))?;
    let config = builder.with_client_auth_cert(chain, key);
    config.map_err(|_| wrong("certificate and privateKey do not belong together"))
}

fn public() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    roots
}

fn private(pem: &str) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem, "serverRoots")? {
        let added = roots.add(certificate);
        added.map_err(|_| wrong("serverRoots holds what is no authority"))?;
    }
    Ok(roots)
}

fn certificates(pem: &str, field: &str) -> Result<Vec<CertificateDer<'static>>> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let found = read.ok().filter(|found| !found.is_empty());
    found.ok_or_else(|| wrong(&format!("{field} holds no certificate in PEM")))
}

fn wrong(why: &str) -> Error {
    let why = format!("the client certificate's credential: {why}; set it again");
    Error::new(ErrorKind::Misconfigured, why).with_retry(Retry::WhenCredentialChanges)
}
