//! Steps 9 and 10: what the translation map, the success template and the contract make of an answer.
//!
//! Pure over the answer's text, so that both steps can be run again on one that was saved.

use deskbridge_core::ports::Clock;
use deskbridge_jsonpath::{ErrorKind as PathErrorKind, JsonPath};
use deskbridge_velocity::{Context, Limits, tools};
use serde_json::{Map, Value};

use crate::action::Action;
use crate::contract::flatten;
use crate::error::{ActionError, ErrorType, Result};
use crate::scope::template_error;
use crate::trace::{Recorder, Step};

/// Turns an answer into the action's output. An empty answer counts as `{}`: many calls that only
/// change something give none.
pub(crate) fn translate(
    action: &Action,
    answer: &str,
    flat: bool,
    recorder: &mut Recorder,
    clock: &dyn Clock,
) -> Result<Value> {
    let answer = if answer.trim().is_empty() {
        "{}"
    } else {
        answer
    };
    let at = clock.now();
    let values = parsed(answer).and_then(|document| values(action, &document, recorder));
    let times = (at, clock.now());
    let values = recorder.note(Step::ResolveTranslationMap, times, values, |values| {
        let each = values
            .iter()
            .map(|(name, text)| (name.clone(), text.as_str().into()));
        Value::Object(each.collect::<Map<_, _>>())
    })?;
    let at = clock.now();
    let output = output(action, answer, &values, recorder);
    let output = output.map(|output| if flat { flatten(&output) } else { output });
    recorder.note(Step::ApplyOutput, (at, clock.now()), output, Value::clone)
}

fn parsed(answer: &str) -> Result<Value> {
    serde_json::from_str(answer).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let why = format!("the target's answer is no JSON at line {line}, column {column}");
        ActionError::new(ErrorType::TargetNotJson, why)
    })
}

/// Each name with its value as JSON text, or with its default, which is raw text. A name that has
/// neither stays unset.
fn values(
    action: &Action,
    document: &Value,
    recorder: &mut Recorder,
) -> Result<Vec<(String, String)>> {
    let mut values = Vec::with_capacity(action.paths.len());
    for (name, path) in &action.paths {
        let defaults = &action.definition.response.defaults;
        let default = defaults
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, text)| text);
        if let Some(text) = value(name, path, document, default, recorder)? {
            values.push((name.clone(), text));
        }
    }
    Ok(values)
}

fn value(
    name: &str,
    path: &JsonPath,
    document: &Value,
    default: Option<&String>,
    recorder: &mut Recorder,
) -> Result<Option<String>> {
    let error = match path.read(document) {
        Ok(value) => return Ok(Some(value.to_string())),
        Err(error) => error,
    };
    match (error.kind(), default) {
        (PathErrorKind::NotFound, default) => Ok(default.cloned()),
        // Whether the vendor's engine counts this as "not found" is not published.
        (PathErrorKind::NotApplicable, Some(default)) => {
            recorder.warn(format!(
                "{name}: the path cannot be applied to this answer ({error}); its default stands in"
            ));
            Ok(Some(default.clone()))
        }
        _ => {
            let why = format!("translationMap.{name}: {error}");
            Err(ActionError::new(ErrorType::InvalidOutput, why))
        }
    }
}

fn output(
    action: &Action,
    answer: &str,
    values: &[(String, String)],
    recorder: &mut Recorder,
) -> Result<Value> {
    let mut context = Context::new();
    tools::insert_all(&mut context);
    context.set_strict(true);
    context.insert("rawResult", answer);
    for (name, text) in values {
        context.insert(name.clone(), text.as_str());
    }
    let rendered = action.success.render_traced(&context, &Limits::default());
    let rendered = rendered.map_err(|error| template_error("success", &error))?;
    let output = first_value(&rendered.text, recorder)?;
    action.contract.check_output(&output)?;
    Ok(output)
}

/// Templates with one brace too many are in use: what stands behind the first value is left out.
fn first_value(text: &str, recorder: &mut Recorder) -> Result<Value> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let first = match values.next() {
        Some(Ok(value)) => value,
        Some(Err(error)) => {
            let (line, column) = (error.line(), error.column());
            let why = format!(
                "the success template gives no JSON: look at line {line}, column {column} of its output"
            );
            return Err(ActionError::new(ErrorType::InvalidOutput, why));
        }
        None => {
            let why = "the success template gives nothing";
            return Err(ActionError::new(ErrorType::InvalidOutput, why));
        }
    };
    let rest = text.get(values.byte_offset()..).unwrap_or_default();
    if !rest.trim().is_empty() {
        recorder.warn("the success template gives more than one JSON value; what follows the first was left out");
    }
    Ok(first)
}
