//! One action as its author wrote it, whichever form it came in.
//!
//! The four templates are kept to the byte. What Genesys' exports never hold (time limit, cache) comes
//! from the integration's settings.

mod export;
mod import;
mod written;

use deskbridge_core::dedup;
use deskbridge_core::http::Method;
use deskbridge_core::integration::Problem;
use serde_json::{Map, Value};

pub use import::MAX_DEFINITION_BYTES;
pub(crate) use written::{Contract, Form, Request, Response, read_form};

/// A definition: request, response and contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Without the tails that exports put behind it.
    pub name: String,
    /// The vendor's name of the integration type, as `custom-rest-actions`.
    pub integration_type: Option<String>,
    pub action_type: ActionType,
    /// Marked as fit for flows that handle sensitive data.
    pub secure: bool,
    pub request: RequestTemplates,
    pub response: ResponseRules,
    pub input_schema: Value,
    pub output_schema: Value,
    /// 1 to 60 s; never in an export.
    pub timeout_seconds: Option<u64>,
}

/// What kind of action the vendor calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionType {
    Custom,
    /// The login of a user-defined OAuth credential.
    CustomAuth,
    /// Built in at the vendor.
    Static,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestTemplates {
    pub method: Method,
    pub url: String,
    /// Not rendered for GET, whatever stands there.
    pub body: String,
    pub headers: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseRules {
    /// Names with their paths, in the order in which they were written.
    pub translation: Vec<(String, String)>,
    /// Raw text by name, put where a path finds nothing. It need not be JSON.
    pub defaults: Vec<(String, String)>,
    pub success_template: String,
}

impl Definition {
    /// Reads an exported file, the API's form, or one of the older forms.
    ///
    /// # Errors
    /// Each problem names its field as the export writes it.
    pub fn import(text: &str) -> Result<Self, Vec<Problem>> {
        import::import(text)
    }

    /// The definition as Genesys exports it.
    pub fn export(&self) -> Value {
        export::export(self)
    }

    /// Changes with every change of the definition, and only then.
    pub fn version(&self) -> String {
        dedup::short_id("def", &[&self.export().to_string()])
    }

    /// Whether it only reads, as far as the method says.
    pub fn reads(&self) -> bool {
        self.request.method == Method::Get
    }
}

/// Reads a method; nothing for one that actions do not have.
pub(crate) fn method(text: &str) -> Option<Method> {
    Some(match text.to_ascii_uppercase().as_str() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => return None,
    })
}

pub(crate) fn method_name(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

/// A mapping of texts, in its own order.
pub(crate) fn texts(map: &Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    let each = map.iter().map(|(key, value)| match value {
        Value::String(text) => Ok((key.clone(), text.clone())),
        _ => Err(key.clone()),
    });
    each.collect()
}
