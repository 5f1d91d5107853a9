//! Client certificates, shown to a server that lets nobody in without one.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use deskbridge_clock::SystemClock;
use deskbridge_core::ports::Clock as _;
use deskbridge_core::secret::Credential;
use deskbridge_data_actions::{certificates, expiry_warning};
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::sandboxes::{Desk, SOON};
use crate::support::error_type;

const PAST: (i32, i32) = (2001, 2002);
const LONG: (i32, i32) = (2001, 2090);

/// An authority of the owner's own, and a web service whose certificate it signed.
struct Service {
    url: String,
    authority: String,
    issuer: Issuer<'static, KeyPair>,
    /// The certificates that were shown, as DER.
    shown: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Service {
    async fn start() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let acceptor = acceptor(&issuer, authority.der().clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let shown = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let seen = Arc::clone(&shown);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let (_, connection) = stream.get_ref();
                let peer = connection.peer_certificates().unwrap()[0].to_vec();
                seen.lock().unwrap().push(peer);
                let mut request = [0; 4_096];
                let Ok(1..) = stream.read(&mut request).await else {
                    continue;
                };
                let answer = "HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\n{\"ok\":true}";
                stream.write_all(answer.as_bytes()).await.ok();
                stream.shutdown().await.ok();
            }
        });
        Self {
            url,
            authority: authority.pem(),
            issuer,
            shown,
        }
    }

    /// A client's certificate of these years, its key, and what the server would see of it.
    fn client(&self, years: (i32, i32)) -> (String, String, Vec<u8>) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["flow.example.com".to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let made = params.signed_by(&key, &self.issuer).unwrap();
        (made.pem(), key.serialize_pem(), made.der().to_vec())
    }

    async fn desk(&self, fields: &[(&str, &str)]) -> Desk {
        let settings = json!({
            "type": "web-services", "client_certificate": "main",
            "actions": {"go": {"request": {"method": "GET", "url": self.url}}},
        });
        let roots = [("serverRoots", self.authority.as_str())];
        Desk::new(settings, &[fields, &roots].concat()).await
    }
}

fn acceptor(
    issuer: &Issuer<'_, KeyPair>,
    authority: rustls::pki_types::CertificateDer<'static>,
) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(authority).unwrap();
    let provider = Arc::new(default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn a_server_that_demands_a_certificate_is_shown_it_and_answers() {
    let service = Service::start().await;
    let (certificate, key, der) = service.client(LONG);
    let desk = service
        .desk(&[("certificate", &certificate), ("privateKey", &key)])
        .await;
    let finished = desk.run("go", json!({}), None, SOON).await;
    assert_eq!(finished.result.unwrap(), json!({"ok": true}));
    assert_eq!(*service.shown.lock().unwrap(), [der]);
    let trace = serde_json::to_string(&finished.trace).unwrap();
    assert!(!trace.contains("PRIVATE KEY"), "{trace}");
}

#[tokio::test]
async fn the_next_certificate_is_shown_once_the_current_one_has_ended() {
    let service = Service::start().await;
    let (ended, old_key, _) = service.client(PAST);
    let (next, next_key, der) = service.client(LONG);
    let fields = [
        ("certificate", ended.as_str()),
        ("privateKey", &old_key),
        ("nextCertificate", &next),
        ("nextPrivateKey", &next_key),
    ];
    let desk = service.desk(&fields).await;
    assert!(desk.run("go", json!({}), None, SOON).await.result.is_ok());
    assert_eq!(*service.shown.lock().unwrap(), [der]);
}

#[tokio::test]
async fn without_a_certificate_that_holds_nothing_is_sent_and_the_field_is_named() {
    let service = Service::start().await;
    let (ended, key, _) = service.client(PAST);
    let (certificate, _, _) = service.client(LONG);
    let cases = [
        (
            vec![("certificate", ended.as_str()), ("privateKey", &key)],
            "nextCertificate",
        ),
        (
            vec![("certificate", "what is this?")],
            "set certificate and privateKey",
        ),
        (
            vec![("certificate", &certificate)],
            "has no field privateKey",
        ),
        (
            vec![("certificate", &certificate), ("privateKey", &key)],
            "do not belong together",
        ),
    ];
    for (fields, expected) in cases {
        let desk = service.desk(&fields).await;
        let finished = desk.run("go", json!({}), None, SOON).await;
        assert_eq!(error_type(&finished), "MISCONFIGURED");
        let message = finished.result.unwrap_err().message;
        assert!(message.contains(expected), "{message}");
    }
    assert!(service.shown.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_stranger_without_a_certificate_is_not_let_in() {
    let service = Service::start().await;
    let settings = json!({"type": "web-services", "actions": {"go": {"request": {"method": "GET", "url": service.url}}}});
    let desk = Desk::new(settings, &[]).await;
    let finished = desk
        .run("go", json!({}), None, Duration::from_secs(2))
        .await;
    assert!(finished.result.is_err());
    assert!(service.shown.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_end_that_comes_near_is_a_warning_until_its_successor_is_there() {
    let service = Service::start().await;
    let (soon, key, _) = service.client(LONG);
    let (later, _, _) = service.client((2001, 2095));
    let field = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let alone = [field("certificate", &soon), field("privateKey", &key)];
    let alone = Credential::new("bank-mtls", "1", alone);
    let lives = certificates(&alone);
    assert_eq!((lives.len(), lives[0].field), (1, "certificate"));
    let end = lives[0].until;
    let day = Duration::from_secs(24 * 3_600);
    assert_eq!(expiry_warning(&alone, SystemClock.now()), None);
    let warning = expiry_warning(&alone, end - day * 3).unwrap();
    assert!(
        warning.contains("bank-mtls ends within 4 days"),
        "{warning}"
    );
    assert!(
        expiry_warning(&alone, end + day)
            .unwrap()
            .contains("has ended")
    );
    let both = [
        field("certificate", &soon),
        field("nextCertificate", &later),
    ];
    let both = Credential::new("bank-mtls", "2", both);
    assert_eq!(expiry_warning(&both, end - day * 3), None);
}
