use std::net::IpAddr;

use deskbridge_testkit::conformance::http::VendorHttpHarness;

use super::guard::{check_base_url, check_target};
use super::*;

/// The list of the reliability plan, section 3.9: none may be dialled.
const NEVER: &[&str] = &[
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/v2/credentials",
    "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
    "http://localhost:9001/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[2002:7f00:1::]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1%25eth0]/",
    "http://[fec0::1]/",
    "http://127。0。0。1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://evil.example\\@127.0.0.1/",
    "http://api.zendesk.com@127.0.0.1/",
    "http://127.0.0.1%00.zendesk.com/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "file:///proc/self/environ",
    "gopher://127.0.0.1:6379/_x",
    "http://127.0.0.1:2773/secretsmanager/get",
    "http://169.254.100.1:2000/",
    "http://0300.0250.0.1/",
    "http://3232235521/",
    "http://localhost./",
    "http://LOCALHOST/",
    "http://1.1.1.1:22/",
    "https://example.com:443@169.254.169.254/",
];

#[test]
fn no_address_of_the_list_may_be_dialled_with_either_scheme() {
    for url in NEVER {
        let https = url.replacen("http://", "https://", 1);
        assert!(check_target(url, Targets::PublicOnly).is_err(), "{url}");
        assert!(
            check_target(&https, Targets::PublicOnly).is_err(),
            "{https}"
        );
    }
}

#[test]
fn a_vendor_may_be_dialled() {
    for url in [
        "https://api.opsgenie.com/v2/alerts",
        "https://john.kayako.com/api/v1/cases.json",
        "https://desk.example.com:8443/",
    ] {
        assert!(check_target(url, Targets::PublicOnly).is_ok(), "{url}");
    }
}

#[test]
fn a_name_that_leads_to_a_private_address_is_filtered_at_resolve() {
    let private = [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
        "fd00:ec2::254",
        "fe80::1",
        "ff02::1",
    ];
    for text in private {
        let address: IpAddr = text.parse().unwrap();
        assert!(!Targets::PublicOnly.allow(address), "{text}");
        assert!(Targets::Any.allow(address), "{text}");
    }
    for text in ["1.1.1.1", "2606:4700:4700::1111"] {
        assert!(Targets::PublicOnly.allow(text.parse().unwrap()), "{text}");
    }
}

#[test]
fn a_base_url_is_a_plain_web_address() {
    assert!(check_base_url("http://127.0.0.1:8080").is_ok());
    assert!(check_base_url("https://desk.example.com/helpdesk").is_ok());
    for bad in [
        "desk.example.com",
        "ftp://a.example",
        "https://u:p@a.example",
        "https://a.example?x=1",
    ] {
        assert!(check_base_url(bad).is_err(), "{bad}");
    }
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let now = Timestamp::from_millis(784_111_777_000 - 60_000);
    let response = |value: &str| HttpResponse {
        status: 429,
        headers: vec![("retry-after".into(), value.into())],
        body: Vec::new(),
    };
    let minute = Some(Duration::from_secs(60));
    assert_eq!(retry_after(&response("60"), now), minute);
    assert_eq!(
        retry_after(&response("Sun, 06 Nov 1994 08:49:37 GMT"), now),
        minute
    );
    assert_eq!(retry_after(&response("soon"), now), None);
}

struct Loopback;

impl VendorHttpHarness for Loopback {
    fn http(&self) -> Arc<dyn VendorHttp> {
        Arc::new(Client::new(Targets::Any).unwrap())
    }
}

deskbridge_testkit::vendor_http_conformance!(Loopback);
