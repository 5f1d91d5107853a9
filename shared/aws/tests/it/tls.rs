//! Whom a function trusts to be AWS.

use std::path::Path;
use std::sync::Arc;

use deskbridge_aws::settings;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::functions::Account;
use crate::or_skip;

/// MiniStack behind TLS, with a certificate of an authority that is none of Amazon's.
struct Secured {
    url: String,
    authority: String,
}

impl Secured {
    async fn before(ministack: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = params.self_signed(&key).unwrap().pem();
        let acceptor = acceptor(&Issuer::new(params, key));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let behind = ministack.trim_start_matches("http://").to_owned();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    let Ok(mut secured) = acceptor.accept(stream).await else {
                        return;
                    };
                    let mut plain = TcpStream::connect(behind).await.unwrap();
                    let copied = tokio::io::copy_bidirectional(&mut secured, &mut plain);
                    copied.await.ok();
                });
            }
        });
        Self {
            url: format!("https://{address}"),
            authority,
        }
    }
}

fn acceptor(issuer: &Issuer<'_, KeyPair>) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn only_amazons_authorities_are_trusted() {
    let mut account = or_skip!(Account::fresh().await);
    let secured = account.secured().await;
    trust(&mut account, &secured, &[]);
    let mut sweep = account.start("sweep").await;
    assert!(sweep.invoke("{}").await.is_err());
    sweep.stop().await.unwrap();
    let log = account.log("sweep");
    let failed = log.iter().find(|line| line["message"] == "AWS call failed");
    assert_eq!(failed.unwrap()["why"], "no connection");
}

#[tokio::test]
async fn the_systems_authorities_are_trusted_where_the_environment_says_so() {
    let mut account = or_skip!(Account::fresh().await);
    let secured = account.secured().await;
    trust(&mut account, &secured, &[(settings::ROOTS, "system")]);
    let mut sweep = account.start("sweep").await;
    let answer = sweep.invoke("{}").await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer, json!({"due": 0}));
}

/// Makes the authority the system's only one, whether the function asks the system or not.
fn trust(account: &mut Account, secured: &Secured, more: &[(&'static str, &str)]) {
    let file = account.logs.path().join("authority.pem");
    std::fs::write(&file, &secured.authority).unwrap();
    let environment = &mut account.environment;
    environment.retain(|(name, _)| *name != settings::ENDPOINT_URL);
    environment.push((settings::ENDPOINT_URL, secured.url.clone()));
    environment.push(("SSL_CERT_FILE", text(&file)));
    let more = more
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    environment.extend(more);
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

impl Account {
    async fn secured(&self) -> Secured {
        let mut environment = self.environment.iter();
        let plain = environment.find(|(name, _)| *name == settings::ENDPOINT_URL);
        Secured::before(&plain.unwrap().1).await
    }
}
