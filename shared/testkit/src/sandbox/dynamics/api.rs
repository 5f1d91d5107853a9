//! The routes.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::odata::Filter;
use super::{Org, Row};
use crate::sandbox::http::{Reply, Request, Vendor};
use crate::sandbox::lock;
use crate::sandbox::page::{Page, escape, mono, pill};

impl Vendor for Org {
    fn answer(&self, request: &Request) -> Reply {
        let (method, segments) = request.route();
        match (method, segments.as_slice()) {
            ("POST", [tenant, "oauth2", "v2.0", "token"]) => self.token(tenant, request),
            ("GET", [tenant, "v2.0", ".well-known", "openid-configuration"]) => {
                Self::discovery(tenant)
            }
            (_, ["api", "data", _, path]) => match self.admitted(request) {
                true => self.data(method, path, request),
                false => Reply::text(401, "text/html", ""),
            },
            _ => refused(404, "0x80060888", "Resource not found for the segment"),
        }
    }

    /// The code is that of the limit on requests.
    fn too_many_requests(&self, retry_after: Duration) -> Reply {
        refused(429, "0x80072322", "Number of requests exceeded the limit")
            .with_header("retry-after", retry_after.as_secs().to_string())
    }

    fn page(&self) -> String {
        let rows = lock(&self.state).rows.clone().into_iter().rev();
        let rows: Vec<_> = rows
            .map(|row| {
                let fields = Value::Object(row.fields).to_string();
                vec![mono(&row.id), pill("calm", &row.set), escape(&fields)]
            })
            .collect();
        Page::new(
            "Dynamics 365 sandbox",
            "A stand-in for an organisation in Dynamics 365.",
        )
        .table("Rows", &["Id", "Set", "Fields"], &rows)
        .traffic(&self.stage)
        .finish()
    }
}

impl Org {
    fn admitted(&self, request: &Request) -> bool {
        let token = request.authorization("Bearer").unwrap_or_default();
        lock(&self.state).tokens.iter().any(|known| known == token)
    }

    fn data(&self, method: &str, path: &str, request: &Request) -> Reply {
        let (set, id) = match path.strip_suffix(')').and_then(|path| path.split_once('(')) {
            Some((set, id)) => (set, Some(id)),
            None => (path, None),
        };
        let body: Map<String, Value> = serde_json::from_slice(&request.body).unwrap_or_default();
        let mut state = lock(&self.state);
        let found = state
            .rows
            .iter_mut()
            .find(|row| row.set == set && Some(row.id.as_str()) == id);
        match (method, id, found) {
            ("GET", None, _) => query(&state.rows, set, request),
            ("GET", Some(_), Some(row)) => Reply::json(200, &Value::Object(row.fields.clone())),
            ("PATCH", Some(_), Some(row)) => {
                row.fields.extend(body);
                Reply::text(204, "application/json", "")
            }
            ("POST", None, _) if !body.is_empty() => {
                let id = state.add(set, body.clone());
                let place = format!("{}/api/data/v9.2/{set}({id})", request.base_url());
                let wanted = request.headers.get("prefer");
                let whole = wanted.is_some_and(|prefer| prefer == "return=representation");
                let made = state.rows.last().map(|row| row.fields.clone());
                match made.filter(|_| whole) {
                    Some(fields) => Reply::json(201, &Value::Object(fields)),
                    None => Reply::text(204, "application/json", ""),
                }
                .with_header("odata-entityid", &place)
            }
            _ => refused(404, "0x80040217", "The row does not exist"),
        }
    }
}

fn query(rows: &[Row], set: &str, request: &Request) -> Reply {
    let option = |name: &str| request.argument(name);
    let filter = match option("$filter").map(Filter::parse) {
        Some(None) => return refused(400, "0x80060888", "There is a syntax error in $filter"),
        Some(filter) => filter,
        None => None,
    };
    let fits = |row: &&Row| {
        let matches = |filter: &Filter| filter.matches(&row.fields);
        row.set == set && filter.as_ref().is_none_or(matches)
    };
    let mut found: Vec<_> = rows.iter().filter(fits).map(|row| &row.fields).collect();
    if let Some(order) = option("$orderby") {
        let (field, direction) = order.split_once(' ').unwrap_or((order, "asc"));
        found.sort_by_key(|fields| fields.get(field).map(Value::to_string));
        if direction == "desc" {
            found.reverse();
        }
    }
    let top = option("$top").and_then(|top| top.parse().ok());
    let select: Option<Vec<_>> = option("$select").map(|list| list.split(',').collect());
    let shown = found.into_iter().take(top.unwrap_or(usize::MAX));
    let shown = shown.map(|fields| {
        let chosen = |name: &str| select.as_ref().is_none_or(|list| list.contains(&name));
        let fields = fields.iter().filter(|(name, _)| chosen(name));
        let fields = fields.map(|(name, value)| (name.clone(), value.clone()));
        Value::Object(fields.collect())
    });
    Reply::json(200, &json!({"value": shown.collect::<Vec<_>>()}))
}

fn refused(status: u16, code: &str, message: &str) -> Reply {
    let error = json!({"code": code, "message": message});
    Reply::json(status, &json!({"error": error}))
}
