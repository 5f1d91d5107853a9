//! What goes in and comes out: draft-04 schemas, checked on both sides, and flat names for flows.

mod flatten;

use deskbridge_core::integration::Problem;
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value};

use crate::error::{ActionError, ErrorType, Result};

pub use flatten::flatten;

/// How deeply a schema may nest.
const MAX_DEPTH: usize = 50;
/// How many breaches are told.
const MAX_TOLD: usize = 5;

/// The two compiled schemas of an action.
#[derive(Debug)]
pub struct Contract {
    input: Validator,
    output: Validator,
}

impl Contract {
    /// Compiles both schemas as draft-04, whatever `$schema` is missing.
    ///
    /// # Errors
    /// What is no schema, or refers to anywhere outside of itself, with its field.
    pub fn compile(input: &Value, output: &Value) -> Result<Self, Problem> {
        Ok(Self {
            input: compile(input).map_err(|why| Problem::new("contract.input", why))?,
            output: compile(output).map_err(|why| Problem::new("contract.output", why))?,
        })
    }

    /// Checks an input.
    ///
    /// # Errors
    /// `INVALID_INPUT`, naming the fields and what the contract wants of them, never their values.
    pub fn check_input(&self, input: &Map<String, Value>) -> Result<()> {
        let breaches = breaches(&self.input, &Value::Object(input.clone()));
        told(&breaches, ErrorType::InvalidInput, "the input")
    }

    /// Checks an output.
    ///
    /// # Errors
    /// `INVALID_OUTPUT`, as above.
    pub fn check_output(&self, output: &Value) -> Result<()> {
        told(
            &breaches(&self.output, output),
            ErrorType::InvalidOutput,
            "the output",
        )
    }
}

fn compile(schema: &Value) -> Result<Validator, String> {
    if depth(schema) > MAX_DEPTH {
        return Err(format!("nests deeper than {MAX_DEPTH} levels"));
    }
    if refers(schema) {
        return Err("holds a $ref, which contracts of data actions cannot have".to_owned());
    }
    jsonschema::options()
        .with_draft(Draft::Draft4)
        .build(schema)
        .map_err(|error| {
            format!(
                "is no JSON schema: look at {}",
                place(&error.instance_path().to_string())
            )
        })
}

/// The error's own text is left out, for it quotes the value.
fn breaches(validator: &Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value).take(MAX_TOLD);
    let told = errors.map(|error| {
        let keyword = error.schema_path().to_string();
        let keyword = keyword.rsplit('/').next().unwrap_or_default().to_owned();
        format!(
            "{} does not keep to `{keyword}`",
            place(&error.instance_path().to_string())
        )
    });
    told.collect()
}

fn told(breaches: &[String], error_type: ErrorType, what: &str) -> Result<()> {
    if breaches.is_empty() {
        return Ok(());
    }
    let why = format!(
        "{what} does not satisfy the contract: {}",
        breaches.join("; ")
    );
    Err(ActionError::new(error_type, why))
}

fn place(pointer: &str) -> String {
    match pointer.trim_start_matches('/') {
        "" => "it".to_owned(),
        path => path.replace('/', "."),
    }
}

fn depth(value: &Value) -> usize {
    let inner = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(fields) => fields.values().map(depth).max(),
        _ => return 0,
    };
    1 + inner.unwrap_or(0)
}

/// `$ref` as a keyword; a property of that name lies under `properties` and is an object.
fn refers(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(refers),
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| (key == "$ref" && value.is_string()) || refers(value)),
        _ => false,
    }
}
