//! Steps 5 to 7: the request that the templates make of an input.

use deskbridge_core::Timestamp;
use deskbridge_core::ports::Clock;
use deskbridge_velocity::Template;
use serde_json::{Map, Value, json};
use std::cell::RefCell;

use crate::action::{Action, is_swallowed};
use crate::error::Result;
use crate::guard::{self, Rules};
use crate::scope::Scope;
use crate::trace::{Recorder, Step};

/// What is sent, but for what the integration's type adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<String>,
}

/// Renders and guards all parts.
pub(crate) fn render(
    action: &Action,
    scope: &Scope<'_>,
    base: Option<&str>,
    rules: Rules,
    recorder: &mut Recorder,
    clock: &dyn Clock,
) -> Result<Rendered> {
    let at = clock.now();
    let seen = Unresolved::default();
    let url = guard::url(
        &|input| seen.render(scope, &action.url, input, "URL"),
        scope.input,
        base,
        rules,
    );
    let url = recorder.note(Step::ResolveUrl, since(at, clock), url, |url| {
        url.as_str().into()
    })?;
    seen.warn("URL", recorder);

    let at = clock.now();
    let headers = headers(action, scope, recorder);
    let headers = recorder.note(Step::ResolveHeaders, since(at, clock), headers, |headers| {
        let each = headers
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()));
        Value::Object(each.collect())
    })?;

    let at = clock.now();
    let seen = Unresolved::default();
    let body = action.body.as_ref().map(|template| {
        let render = |input: &Map<String, Value>| seen.render(scope, template, input, "body");
        guard::body(&render, scope.input, is_form(&headers), rules)
    });
    let body = recorder.note(
        Step::ResolveBody,
        since(at, clock),
        body.transpose(),
        |body| json!(body),
    )?;
    seen.warn("body", recorder);
    Ok(Rendered { url, headers, body })
}

fn headers(
    action: &Action,
    scope: &Scope<'_>,
    recorder: &mut Recorder,
) -> Result<Vec<(String, String)>> {
    let mut headers = Vec::with_capacity(action.headers.len() + 1);
    for (name, template) in action
        .headers
        .iter()
        .filter(|(name, _)| !is_swallowed(name))
    {
        let seen = Unresolved::default();
        let value = seen.render(scope, template, scope.input, "header")?;
        seen.warn(name, recorder);
        let value = value.trim();
        guard::header(name, value)?;
        headers.push((name.clone(), value.to_owned()));
    }
    Ok(headers)
}

fn is_form(headers: &[(String, String)]) -> bool {
    let kind = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    kind.is_some_and(|(_, value)| {
        value
            .to_ascii_lowercase()
            .starts_with("application/x-www-form-urlencoded")
    })
}

fn since(at: Timestamp, clock: &dyn Clock) -> (Timestamp, Timestamp) {
    (at, clock.now())
}

/// References that printed themselves in the first rendering, which is the one over the real input.
#[derive(Default)]
struct Unresolved(RefCell<Option<Vec<String>>>);

impl Unresolved {
    fn render(
        &self,
        scope: &Scope<'_>,
        template: &Template,
        input: &Map<String, Value>,
        what: &str,
    ) -> Result<String> {
        let rendered = scope.render(template, input, what)?;
        let references = rendered.unresolved.into_iter().map(|each| each.reference);
        self.0
            .borrow_mut()
            .get_or_insert_with(|| references.collect());
        Ok(rendered.text)
    }

    fn warn(&self, what: &str, recorder: &mut Recorder) {
        for reference in self.0.take().into_iter().flatten() {
            recorder.warn(format!(
                "{what}: {reference} stands for nothing, so the target is sent its own text; write it with $! if it may be missing"
            ));
        }
    }
}
