//! The HTTP client of all services: HTTP/1.1, over TLS or to an emulator in the clear.
//!
//! The SDK's own brings HTTP/2, proxies and the system's certificate verifier along, a tenth of a
//! bootstrap, and AWS takes HTTP/1.1 everywhere.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use deskbridge_core::{Error, ErrorKind, Result};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

const AMAZON_ROOTS: &[u8] = include_bytes!("../amazon_roots.pem");

/// Clones share one pool of connections.
#[derive(Clone, Debug)]
struct Http(legacy::Client<HttpsConnector<connect::HttpConnector>, SdkBody>);

/// Builds the client. It trusts Amazon's authorities, or the system's if that is asked for.
pub(super) fn client(system_roots: bool, connect: Duration) -> Result<SharedHttpClient> {
    let mut tcp = connect::HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(connect));
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls(system_roots)?)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    let client = legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build(connector);
    Ok(SharedHttpClient::new(Http(client)))
}

fn tls(system_roots: bool) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|_| unreadable())?;
    let roots = match system_roots {
        true => systems(),
        false => amazons()?,
    };
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn amazons() -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(AMAZON_ROOTS) {
        let certificate = certificate.map_err(|_| unreadable())?;
        roots.add(certificate).map_err(|_| unreadable())?;
    }
    Ok(roots)
}

/// Those that can be read: one that cannot is no reason to trust none.
fn systems() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn unreadable() -> Error {
    Error::new(
        ErrorKind::Misconfigured,
        "the trusted root certificates cannot be read",
    )
}

impl HttpClient for Http {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Http {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x();
            let request = request.map_err(|error| ConnectorError::user(error.into()))?;
            let response = client.request(request).await;
            // Whatever broke on the way: the SDK asks again.
            let response = response.map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}
