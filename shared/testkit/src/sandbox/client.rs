//! The HTTP client of the sandboxes and of the tests that talk to them.

use std::sync::Arc;

/// A client for plain HTTP on this machine: no proxy, no redirects, no trusted certificates.
#[expect(
    clippy::disallowed_methods,
    reason = "vendors and their tests must not share the product's client and its guards"
)]
pub fn plain_client() -> Result<reqwest::Client, String> {
    // The workspace builds reqwest without a TLS provider, and asks for one even for plain HTTP.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let builder = reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none());
    builder.build().map_err(|error| error.to_string())
}
