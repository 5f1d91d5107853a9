//! How a Dynamics 365 organisation is set up.

use std::net::SocketAddr;

use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub tenant: String,
    pub client_id: String,
    pub client_secret: String,
    /// A user without a second factor.
    pub username: String,
    pub password: String,
    /// Rows that are there: entity set and fields.
    pub rows: Vec<(String, Value)>,
}

impl Default for Options {
    fn default() -> Self {
        let row = |set: &str, fields: Value| (set.to_owned(), fields);
        let ann = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tenant: "11111111-2222-3333-4444-555555555555".into(),
            client_id: "dynamics-sandbox-client".into(),
            client_secret: "dynamics-sandbox-secret".into(),
            username: "flow@example.onmicrosoft.com".into(),
            password: "dynamics-sandbox-password".into(),
            rows: vec![
                row(
                    "contacts",
                    json!({"contactid": ann, "fullname": "Ann O'Hara", "telephone1": "+4930123456", "emailaddress1": "ann@example.com", "_parentcustomerid_value": "a1"}),
                ),
                row(
                    "accounts",
                    json!({"accountid": "a1", "name": "Acme", "accountnumber": "A-17", "telephone1": "4930123456", "_primarycontactid_value": ann}),
                ),
                row(
                    "incidents",
                    json!({"incidentid": "i1", "title": "Old", "statecode": 0, "createdon": "2026-01-01T00:00:00Z", "modifiedon": "2026-01-02T00:00:00Z", "_customerid_value": ann}),
                ),
                row(
                    "incidents",
                    json!({"incidentid": "i2", "title": "Newer", "statecode": 0, "createdon": "2026-02-01T00:00:00Z", "modifiedon": "2026-02-02T00:00:00Z", "_customerid_value": ann}),
                ),
                row(
                    "incidents",
                    json!({"incidentid": "i3", "title": "Closed", "statecode": 1, "createdon": "2026-03-01T00:00:00Z", "modifiedon": "2026-03-02T00:00:00Z", "_customerid_value": ann}),
                ),
            ],
        }
    }
}
