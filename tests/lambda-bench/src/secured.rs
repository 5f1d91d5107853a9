//! The same stand-in behind TLS, with an authority of its own, so that a handshake can be counted.

use std::error::Error;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use tempfile::NamedTempFile;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::floor::Floor;

/// Whom a function must trust to reach it, and how many have connected.
pub(crate) struct Secured {
    pub(crate) authority: NamedTempFile,
    handshakes: AtomicU64,
}

impl Secured {
    /// Since this was last asked.
    pub(crate) fn take(&self) -> u64 {
        self.handshakes.swap(0, Ordering::Relaxed)
    }
}

/// Puts TLS before the stand-in.
pub(crate) async fn before(floor: &Floor) -> Result<Floor, Box<dyn Error>> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let mut authority = NamedTempFile::new()?;
    authority.write_all(params.self_signed(&key)?.pem().as_bytes())?;
    let acceptor = acceptor(&Issuer::new(params, key))?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("https://{}", listener.local_addr()?);
    let secured = Arc::new(Secured {
        authority,
        handshakes: AtomicU64::new(0),
    });
    tokio::spawn(accept(
        listener,
        acceptor,
        floor.address,
        Arc::clone(&secured),
    ));
    let mut behind = floor.clone();
    behind.url = url;
    behind.secured = Some(secured);
    Ok(behind)
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    behind: SocketAddr,
    secured: Arc<Secured>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, secured) = (acceptor.clone(), Arc::clone(&secured));
        tokio::spawn(async move {
            let mut stream = acceptor.accept(stream).await?;
            secured.handshakes.fetch_add(1, Ordering::Relaxed);
            let mut plain = TcpStream::connect(behind).await?;
            tokio::io::copy_bidirectional(&mut stream, &mut plain).await
        });
    }
}

fn acceptor(issuer: &Issuer<'_, KeyPair>) -> Result<TlsAcceptor, Box<dyn Error>> {
    let key = KeyPair::generate()?;
    let leaf = CertificateParams::new(["127.0.0.1".to_owned()])?;
    let leaf = leaf.signed_by(&key, issuer)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
