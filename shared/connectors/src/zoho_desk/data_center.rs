//! Where a portal lives. Addresses come from this list only, never from what somebody sends.
//!
//! Accounts servers: <https://www.zoho.com/accounts/protocol/oauth/multi-dc.html>; Desk's hosts have
//! the same endings: <https://desk.zoho.com/DeskAPIDocument>.

/// One data centre: what its addresses end with tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataCenter {
    /// As settings name it, and `location` in an OAuth answer: `eu`, `com.au`.
    pub name: &'static str,
    /// The host of Zoho Desk, as `https://desk.zoho.eu`.
    pub desk: &'static str,
    /// The host that gives tokens, as `https://accounts.zoho.eu`.
    pub accounts: &'static str,
}

const ALL: [DataCenter; 11] = [
    at("com", "https://desk.zoho.com", "https://accounts.zoho.com"),
    at("eu", "https://desk.zoho.eu", "https://accounts.zoho.eu"),
    at("in", "https://desk.zoho.in", "https://accounts.zoho.in"),
    at(
        "com.au",
        "https://desk.zoho.com.au",
        "https://accounts.zoho.com.au",
    ),
    at("jp", "https://desk.zoho.jp", "https://accounts.zoho.jp"),
    at(
        "com.cn",
        "https://desk.zoho.com.cn",
        "https://accounts.zoho.com.cn",
    ),
    at("sa", "https://desk.zoho.sa", "https://accounts.zoho.sa"),
    at(
        "ca",
        "https://desk.zohocloud.ca",
        "https://accounts.zohocloud.ca",
    ),
    at("uk", "https://desk.zoho.uk", "https://accounts.zoho.uk"),
    at("sg", "https://desk.zoho.sg", "https://accounts.zoho.sg"),
    at("ae", "https://desk.zoho.ae", "https://accounts.zoho.ae"),
];

const fn at(name: &'static str, desk: &'static str, accounts: &'static str) -> DataCenter {
    DataCenter {
        name,
        desk,
        accounts,
    }
}

impl DataCenter {
    /// By the name that settings use.
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|center| center.name == name)
    }

    /// By the `accounts-server` that a sign-in came back with, a slash at its end or not.
    pub fn with_accounts_server(url: &str) -> Option<Self> {
        let url = url.trim_end_matches('/');
        ALL.into_iter().find(|center| center.accounts == url)
    }

    /// The names, for messages.
    pub fn names() -> String {
        ALL.map(|center| center.name).join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accounts_server_is_known_by_its_whole_address() {
        let known = DataCenter::with_accounts_server("https://accounts.zoho.eu/");
        assert_eq!(known.map(|center| center.name), Some("eu"));
        for stranger in [
            "https://accounts.zoho.eu.example.com",
            "http://accounts.zoho.eu",
            "https://user@accounts.zoho.eu",
            "https://accounts.zoho.eu:8443",
            "",
        ] {
            assert_eq!(
                DataCenter::with_accounts_server(stranger),
                None,
                "{stranger}"
            );
        }
    }
}
