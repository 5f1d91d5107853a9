//! What a request's templates can see: the input, the credential's fields, the login's result.

use std::sync::Arc;

use deskbridge_core::secret::Credential;
use deskbridge_velocity::{Context, Limits, Object, Rendered, Template, Value as Seen, tools};
use serde_json::{Map, Value};

use crate::error::{ActionError, ErrorType, Result};

/// The names of one execution.
pub(crate) struct Scope<'a> {
    pub(crate) input: &'a Map<String, Value>,
    /// What the contract declares: one that is not given counts as empty text.
    pub(crate) declared: &'a [String],
    pub(crate) credential: Option<&'a Credential>,
    /// Fields of the login action's result.
    pub(crate) auth_response: Option<&'a Map<String, Value>>,
}

impl Scope<'_> {
    /// Renders a template over `input`, which stands in place of the scope's own.
    pub(crate) fn render(
        &self,
        template: &Template,
        input: &Map<String, Value>,
        what: &str,
    ) -> Result<Rendered> {
        let context = self.context(input);
        let rendered = template.render_traced(&context, &Limits::default());
        rendered.map_err(|error| template_error(what, &error))
    }

    fn context(&self, input: &Map<String, Value>) -> Context {
        let mut context = Context::new();
        tools::insert_all(&mut context);
        let mut fields = input.clone();
        for name in self.declared {
            fields.entry(name.clone()).or_insert_with(|| "".into());
        }
        let raw = Value::Object(input.clone()).to_string();
        fields.insert("rawRequest".to_owned(), raw.into());
        let fields: Arc<dyn Object> = Arc::new(tools::AnyCase::from(fields));
        context.insert_any_case("input", Seen::Object(fields));
        if let Some(credential) = self.credential {
            let fields: Arc<dyn Object> = Arc::new(Fields(credential.clone()));
            context.insert("credentials", Seen::Object(fields));
        }
        if let Some(fields) = self.auth_response {
            context.insert("authResponse", Value::Object(fields.clone()));
        }
        context
    }
}

/// A template's failure, which names the part and the place, never a value.
pub(crate) fn template_error(what: &str, error: &deskbridge_velocity::Error) -> ActionError {
    ActionError::new(
        ErrorType::TemplateFailed,
        format!("the {what} template: {error}"),
    )
}

/// The fields of a credential by their exact names. It has no text of its own.
#[derive(Debug)]
struct Fields(Credential);

impl Object for Fields {
    fn property(&self, name: &str) -> Option<Seen> {
        self.0.optional(name).map(Seen::from)
    }
}
