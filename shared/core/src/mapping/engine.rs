//! MiniJinja with a budget: 100,000 steps and 256 KiB of output for each template.
//!
//! A text that is one `{{ expression }}` and nothing else keeps the expression's type, so that a
//! list stays a list; any other text with `{{` or `{%` in it renders to text. An unknown variable
//! is an error: a misspelt field must not become an empty note.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, Expression, UndefinedBehavior, Value as Dynamic};
use serde_json::Value;

const MAX_STEPS: u64 = 100_000;
pub const MAX_OUTPUT_BYTES: usize = 256 * 1024;
const MAX_TEMPLATE_BYTES: usize = 64 * 1024;

/// Why a template or an expression was refused or failed, without the values it saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError(String);

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The texts of one plan, compiled once.
pub struct Engine {
    texts: Environment<'static>,
}

/// A compiled value: texts inside it are templates, everything else stands as written.
pub enum Template {
    Literal(Value),
    Expression(CompiledExpression),
    /// The name of a text in the engine.
    Text(String),
    List(Vec<Template>),
    Map(Vec<(String, Template)>),
}

/// An expression that was compiled once and is evaluated often.
pub struct CompiledExpression(Expression<'static, 'static>);

/// What templates and expressions see.
pub type Context = Dynamic;

/// Converts what templates shall see, once for all of them.
pub fn context(values: Value) -> Context {
    Dynamic::from(Serde(values))
}

impl Engine {
    pub fn new() -> Self {
        Self {
            texts: environment(),
        }
    }

    /// Compiles a value of a rule. `name` says where it stands, for messages.
    pub fn compile(&mut self, name: &str, value: &Value) -> Result<Template, MappingError> {
        match value {
            Value::String(text) => self.compile_text(name, text),
            Value::Array(items) => {
                let compiled = items.iter().enumerate();
                let compiled =
                    compiled.map(|(i, item)| self.compile(&format!("{name}[{i}]"), item));
                Ok(Template::List(compiled.collect::<Result<_, _>>()?))
            }
            Value::Object(fields) => {
                let compiled = fields.iter().map(|(key, field)| {
                    Ok((key.clone(), self.compile(&format!("{name}.{key}"), field)?))
                });
                Ok(Template::Map(compiled.collect::<Result<_, _>>()?))
            }
            other => Ok(Template::Literal(other.clone())),
        }
    }

    fn compile_text(&mut self, name: &str, text: &str) -> Result<Template, MappingError> {
        if text.len() > MAX_TEMPLATE_BYTES {
            return Err(MappingError(format!(
                "the template is longer than {MAX_TEMPLATE_BYTES} bytes"
            )));
        }
        if let Some(expression) = sole_expression(text) {
            return Ok(Template::Expression(compile_expression(expression)?));
        }
        if !text.contains("{{") && !text.contains("{%") && !text.contains("{#") {
            return Ok(Template::Literal(Value::String(text.to_owned())));
        }
        self.texts
            .add_template_owned(name.to_owned(), text.to_owned())
            .map_err(|error| refusal(&error))?;
        Ok(Template::Text(name.to_owned()))
    }

    pub fn render(&self, template: &Template, context: &Dynamic) -> Result<Value, MappingError> {
        match template {
            Template::Literal(value) => Ok(value.clone()),
            Template::Expression(expression) => {
                let value = expression.evaluate(context)?;
                bounded(
                    serde_json::to_value(&value)
                        .map_err(|error| MappingError(error.to_string()))?,
                )
            }
            Template::Text(name) => self.render_text(name, context).map(Value::String),
            Template::List(items) => {
                let rendered = items.iter().map(|item| self.render(item, context));
                Ok(Value::Array(rendered.collect::<Result<_, _>>()?))
            }
            Template::Map(fields) => {
                let rendered = fields
                    .iter()
                    .map(|(key, field)| Ok((key.clone(), self.render(field, context)?)));
                Ok(Value::Object(rendered.collect::<Result<_, _>>()?))
            }
        }
    }

    fn render_text(&self, name: &str, context: &Dynamic) -> Result<String, MappingError> {
        let template = self
            .texts
            .get_template(name)
            .map_err(|error| refusal(&error))?;
        let mut output = Bounded(Vec::new());
        template
            .render_captured_to(context.clone(), &mut output)
            .map_err(|error| refusal(&error))?;
        String::from_utf8(output.0).map_err(|error| MappingError(error.to_string()))
    }
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl CompiledExpression {
    pub(super) fn evaluate(&self, context: &Dynamic) -> Result<Dynamic, MappingError> {
        let value = self
            .0
            .eval(context.clone())
            .map_err(|error| refusal(&error))?;
        if value.is_undefined() {
            return Err(MappingError("undefined value".into()));
        }
        Ok(value)
    }
}

impl CompiledExpression {
    /// The variables it asks for, with the fields it asks of them: `alert.alias`.
    pub(super) fn variables(&self) -> BTreeSet<String> {
        self.0.undeclared_variables(true).into_iter().collect()
    }
}

pub(super) fn compile_expression(source: &str) -> Result<CompiledExpression, MappingError> {
    static EXPRESSIONS: LazyLock<Environment<'static>> = LazyLock::new(environment);
    EXPRESSIONS
        .compile_expression_owned(source.to_owned())
        .map(CompiledExpression)
        .map_err(|error| refusal(&error))
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(MAX_STEPS));
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_recursion_limit(16);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.add_function("holds_any", holds_any);
    environment
}

/// `holds_any(list, wanted)`: whether the list holds at least one of the wanted items; any list
/// does when nothing in particular is wanted.
fn holds_any(list: Vec<String>, wanted: Vec<String>) -> bool {
    wanted.is_empty() || wanted.iter().any(|item| list.contains(item))
}

/// Returns what stands inside the one `{{ }}` that makes up the whole text.
fn sole_expression(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let plain = !inner.contains("{{") && !inner.contains("}}") && !inner.contains("{%");
    plain.then(|| inner.trim_matches('-').trim())
}

fn bounded(value: Value) -> Result<Value, MappingError> {
    if value
        .as_str()
        .is_some_and(|text| text.len() > MAX_OUTPUT_BYTES)
    {
        return Err(too_long());
    }
    Ok(value)
}

fn too_long() -> MappingError {
    MappingError(format!(
        "the template rendered more than {MAX_OUTPUT_BYTES} bytes"
    ))
}

/// Says what is wrong and where, without the values: they may be a customer's.
fn refusal(error: &minijinja::Error) -> MappingError {
    use std::error::Error as _;
    if error
        .source()
        .is_some_and(|source| source.is::<io::Error>())
    {
        return too_long();
    }
    let mut text = error.kind().to_string();
    if let Some(detail) = error.detail() {
        text = format!("{text}: {detail}");
    }
    match error.line() {
        Some(line) => MappingError(format!("{text} (line {line} of the template)")),
        None => MappingError(text),
    }
}

/// Refuses to grow beyond the output limit, before each append.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT_BYTES {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn render(template: Value, context: Value) -> Result<Value, MappingError> {
        let mut engine = Engine::new();
        let template = engine.compile("t", &template)?;
        engine.render(&template, &super::context(context))
    }

    #[test]
    fn a_lone_expression_keeps_its_type() {
        let tags = render(
            json!("{{ alert.tags }}"),
            json!({"alert": {"tags": ["a", "b"]}}),
        );
        assert_eq!(tags, Ok(json!(["a", "b"])));
    }

    #[test]
    fn text_around_an_expression_makes_text() {
        let note = render(json!("by {{ user }}!"), json!({"user": "山田"}));
        assert_eq!(note, Ok(json!("by 山田!")));
    }

    #[test]
    fn values_inside_are_never_templates_themselves() {
        let note = render(json!("{{ text }}."), json!({"text": "{{ 7 * 7 }}"}));
        assert_eq!(note, Ok(json!("{{ 7 * 7 }}.")));
    }

    #[test]
    fn a_misspelt_field_is_an_error_and_not_an_empty_text() {
        let context = json!({"alert": {"username": "a"}});
        assert!(render(json!("by {{ alert.user }}"), context.clone()).is_err());
        assert!(render(json!("{{ alert.user }}"), context.clone()).is_err());
        let said = render(json!("{{ alert.user | default('-') }}"), context);
        assert_eq!(said, Ok(json!("-")));
    }

    #[test]
    fn a_bomb_runs_out_of_steps_or_output() {
        let steps = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";
        assert!(render(json!(steps), json!({})).is_err());
        let output = format!(
            "{{% for a in range(99) %}}{}{{% endfor %}}",
            "x".repeat(9_999)
        );
        let error = render(json!(output), json!({})).unwrap_err();
        assert!(error.to_string().contains("more than"), "{error}");
        assert!(render(json!("{{ '-' * 10000000000 }}"), json!({})).is_err());
    }

    #[test]
    fn a_syntax_error_names_its_line() {
        let error = render(json!("a\n{{ b"), json!({})).unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
    }

    #[test]
    fn nested_values_are_rendered_where_they_stand() {
        let value = json!({"responders": [{"name": "{{ team }}", "type": "team"}], "n": 1});
        let rendered = render(value, json!({"team": "ops"})).unwrap();
        assert_eq!(
            rendered,
            json!({"responders": [{"name": "ops", "type": "team"}], "n": 1})
        );
    }
}
