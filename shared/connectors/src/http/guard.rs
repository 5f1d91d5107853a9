//! Which addresses may be called: public ones over HTTPS, whatever a setting or a name says.
//!
//! In a cloud function the loopback address is the runtime's own API and a link-local one hands out
//! credentials, so addresses are judged by class, at save and again at every dial.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use deskbridge_core::{Error, ErrorKind, Result};
use url::{Host, Url};

/// The lowest port besides 443 that a vendor or its gateway may use.
const LOWEST_FREE_PORT: u16 = 1024;

/// What may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets {
    PublicOnly,
    /// Private and loopback addresses and plain HTTP too: `--allow-private-targets`, local only.
    Any,
}

impl Targets {
    pub(super) fn allow(self, address: IpAddr) -> bool {
        self == Self::Any || is_public(address)
    }
}

/// Checks an address at the moment of the call.
pub(super) fn check_target(url: &str, targets: Targets) -> Result<Url> {
    // Parsers disagree on what stands before a backslash, so no two of them may be asked.
    if url.contains('\\') {
        return Err(refused("holds a backslash"));
    }
    let url = Url::parse(url).map_err(|_| refused("is not an address"))?;
    check(&url, targets)?;
    Ok(url)
}

/// Checks a `base_url` setting in form: a web address without a user, query or fragment. Where it
/// leads is judged when it is called, for a local sandbox may be allowed there.
pub(crate) fn check_base_url(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).map_err(|_| "is not an address, as https://example.com")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must begin with https://");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("has no host");
    }
    check_no_user(&url)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must not have a query or a fragment");
    }
    Ok(())
}

fn check_no_user(url: &Url) -> Result<(), &'static str> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(());
    }
    Err("must not hold a user name or password; use a credential")
}

fn check(url: &Url, targets: Targets) -> Result<()> {
    check_no_user(url).map_err(refused)?;
    if targets == Targets::Any {
        let web = matches!(url.scheme(), "http" | "https");
        return if web {
            Ok(())
        } else {
            Err(refused("is not a web address"))
        };
    }
    if url.scheme() != "https" {
        return Err(refused("is not HTTPS"));
    }
    let port = url.port_or_known_default().unwrap_or_default();
    if port != 443 && port < LOWEST_FREE_PORT {
        return Err(refused("uses a port of another service"));
    }
    match url.host() {
        Some(Host::Domain(name)) if !is_local_name(name) => Ok(()),
        Some(Host::Domain(_)) => Err(refused("is a name of this machine or network")),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => Err(refused("is an IP address; use a name")),
        None => Err(refused("has no host")),
    }
}

/// The address itself stays out of the message: it may be what an attacker wants confirmed.
fn refused(why: &str) -> Error {
    Error::new(
        ErrorKind::Misconfigured,
        format!("the target was refused: it {why}"),
    )
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let suffixes = [".localhost", ".local", ".internal", ".lan", ".home.arpa"];
    name == "localhost" || !name.contains('.') || suffixes.iter().any(|s| name.ends_with(s))
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// Special-purpose blocks of RFC 6890 and its updates.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = a == 0
        || a == 10
        || a == 127
        || (a == 100 && (64..128).contains(&b))
        || (a == 169 && b == 254)
        || (a == 172 && (16..32).contains(&b))
        || (a == 192 && b == 168)
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113)
        || a >= 224;
    !special
}

/// Only global unicast, `2000::/3`, and of that nothing that carries an IPv4 address inside: every
/// form of mapping, translation and tunnel is left out with what lies outside.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let global_unicast = first & 0xe000 == 0x2000;
    let special = first == 0x2002
        || (first == 0x2001 && second < 0x0200)
        || (first == 0x2001 && second == 0x0db8)
        || (first == 0x3fff && second < 0x1000);
    global_unicast && !special
}
