//! Runs an action: resolve, render, guard, call, translate, check; each step traced, all in time.

mod budget;
mod call;
mod directory;
mod keep;
mod once;
mod sign_on;

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::dedup::short_id;
use deskbridge_core::ports::{Clock, Secrets, Store, VendorHttp};
use deskbridge_core::secret::Credential;
use serde_json::{Map, Value};

use crate::action::Action;
use crate::error::{ActionError, ErrorType, Result};
use crate::integration::{Integration, is_login};
use crate::response::translate;
use crate::trace::{Recorder, Step, Trace};
use crate::types::Tokens;
use directory::Directory;
use keep::Kept;

pub(crate) use budget::Budget;

/// One call of an action.
#[derive(Clone, Debug)]
pub struct Execution {
    pub integration: String,
    pub action: String,
    pub input: Value,
    /// A repeat with the same key gets the first result.
    pub request_key: Option<String>,
    /// When the caller stops waiting: the answer is there before.
    pub deadline: Timestamp,
    /// Unique for this call: where there is no request key, it is the reference.
    pub id: String,
    /// Whether results of each step are written down.
    pub trace: bool,
    pub flatten: bool,
}

/// The end of an execution.
#[derive(Clone, Debug)]
pub struct Finished {
    pub result: Result<Value, ActionError>,
    pub trace: Trace,
}

/// What runs actions. One per process: it keeps tokens, compiled integrations and cached answers.
pub struct Runner {
    http: Arc<dyn VendorHttp>,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    store: Arc<dyn Store>,
    own_keys: Option<Credential>,
    directory: Directory,
    tokens: Tokens,
    kept: Kept,
}

impl Runner {
    pub fn new(
        store: Arc<dyn Store>,
        secrets: Arc<dyn Secrets>,
        http: Arc<dyn VendorHttp>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            http,
            secrets,
            directory: Directory::new(Arc::clone(&store), Arc::clone(&clock)),
            store,
            clock,
            own_keys: None,
            tokens: Tokens::default(),
            kept: Kept::default(),
        }
    }

    /// Gives it the AWS keys of this process: `accessKeyId`, `secretAccessKey` and perhaps
    /// `sessionToken`. They assume the roles of integrations, and call functions.
    #[must_use]
    pub fn with_aws_keys(mut self, keys: Option<Credential>) -> Self {
        self.own_keys = keys;
        self
    }

    /// Forgets compiled integrations, after a change made through this process.
    pub fn forget(&self) {
        self.directory.forget();
    }

    /// Runs a published action to its end, which comes before the caller's deadline.
    pub async fn run(&self, execution: &Execution) -> Finished {
        self.execute(execution, find).await
    }

    /// Runs the draft of that name, or the published action where there is none. What is kept
    /// under a request key is for published actions, so a test has none.
    pub async fn test(&self, execution: &Execution) -> Finished {
        let execution = Execution {
            request_key: None,
            ..execution.clone()
        };
        self.execute(&execution, find_draft).await
    }

    async fn execute(&self, execution: &Execution, find: Find) -> Finished {
        let mut recorder = Recorder::new(execution.trace);
        let key = execution.request_key.as_deref().unwrap_or(&execution.id);
        let reference = short_id("run", &[&execution.integration, &execution.action, key]);
        let result = self
            .resolved(execution, &reference, find, &mut recorder)
            .await;
        let result = result.map_err(|mut error| {
            error.message = recorder.redactor.text(&error.message);
            error.with_reference(&reference)
        });
        let trace = recorder.finish(&result);
        Finished { result, trace }
    }

    /// Runs steps 9 and 10 on an answer that was saved, without calling anybody; of a draft where there
    /// is one.
    pub async fn replay(&self, execution: &Execution, answer: &str) -> Finished {
        let mut recorder = Recorder::new(true);
        let result = match self.directory.active(&execution.integration).await {
            Ok(integration) => {
                find_draft(&integration, &execution.action).and_then(|(_, action)| {
                    translate(
                        action,
                        answer,
                        execution.flatten,
                        &mut recorder,
                        &*self.clock,
                    )
                })
            }
            Err(error) => Err(error),
        };
        let trace = recorder.finish(&result);
        Finished { result, trace }
    }

    async fn resolved(
        &self,
        execution: &Execution,
        reference: &str,
        find: Find,
        recorder: &mut Recorder,
    ) -> Result<Value> {
        let integration = self.directory.active(&execution.integration).await?;
        let now = self.clock.now();
        let found = find(&integration, &execution.action);
        let (name, action) = match found {
            Ok(found) => found,
            // A draft that does not hold.
            Err(error) if error.error_type == ErrorType::Misconfigured => {
                let step = Step::ValidateDefinition;
                return recorder.note(step, (now, now), Err(error), Value::clone);
            }
            Err(error) => return Err(error),
        };
        let budget = Budget::new(execution.deadline, action.timeout(), &*self.clock);
        let input = self.accepted(action, &execution.input, recorder)?;
        let run = Run {
            runner: self,
            integration: &integration,
            action,
            input: &input,
            budget,
            reference,
            flatten: execution.flatten,
        };
        let place = [
            execution.integration.as_str(),
            name,
            &action.definition.version(),
        ]
        .join("/");
        let digest = Value::Object(input.clone()).to_string();
        match (&execution.request_key, action.extras.cache) {
            (Some(key), _) => once::run(&run, key, name, &digest, recorder).await,
            (None, Some(life)) => {
                self.kept_or_run(&run, &place, &digest, life, recorder)
                    .await
            }
            (None, None) => run.run(recorder).await,
        }
    }

    /// Steps 1 to 3.
    fn accepted(
        &self,
        action: &Action,
        input: &Value,
        recorder: &mut Recorder,
    ) -> Result<Map<String, Value>> {
        let now = || self.clock.now();
        let at = now();
        let simple = simple(input);
        let input = recorder.note(Step::ValidateSimpleJson, (at, now()), simple, |input| {
            Value::Object(input.clone())
        })?;
        // A definition that does not hold never gets this far.
        let version = || action.definition.version().into();
        recorder.note(Step::ValidateDefinition, (now(), now()), Ok(()), |()| {
            version()
        })?;
        let at = now();
        let checked = action.contract.check_input(&input);
        recorder.note(Step::ValidateInput, (at, now()), checked, |()| Value::Null)?;
        Ok(input)
    }

    async fn kept_or_run(
        &self,
        run: &Run<'_>,
        place: &str,
        input: &str,
        life: Duration,
        recorder: &mut Recorder,
    ) -> Result<Value> {
        let key = short_id(
            "kept",
            &[place, input, if run.flatten { "flat" } else { "" }],
        );
        if let Some(value) = self.kept.get(&key, self.clock.now()) {
            recorder.warn("the answer was kept from an earlier call, as cache_seconds allows");
            return Ok(value);
        }
        let value = run.run(recorder).await?;
        self.kept.put(key, value.clone(), self.clock.now() + life);
        Ok(value)
    }
}

/// One execution that has been resolved.
pub(crate) struct Run<'a> {
    runner: &'a Runner,
    integration: &'a Integration,
    action: &'a Action,
    input: &'a Map<String, Value>,
    budget: Budget,
    reference: &'a str,
    flatten: bool,
}

impl Run<'_> {
    /// Steps 4 to 10.
    async fn run(&self, recorder: &mut Recorder) -> Result<Value> {
        let answer = call::call(self, recorder).await?;
        let clock = &*self.runner.clock;
        let output = translate(self.action, &answer, self.flatten, recorder, clock);
        output.map_err(|mut error| {
            if !self.action.reads() {
                error
                    .message
                    .push_str("; the call itself was answered with success");
            }
            error
        })
    }
}

type Find = for<'a> fn(&'a Integration, &str) -> Result<(&'a str, &'a Action)>;

/// The draft, or the published action where there is none.
fn find_draft<'a>(integration: &'a Integration, name: &str) -> Result<(&'a str, &'a Action)> {
    match integration.drafts.get_key_value(name) {
        None => find(integration, name),
        Some((name, Ok(draft))) => Ok((name, draft)),
        Some((_, Err(problems))) => {
            let first = problems.first().map(ToString::to_string);
            let why = format!("the draft does not hold: {}", first.unwrap_or_default());
            Err(ActionError::new(ErrorType::Misconfigured, why))
        }
    }
}

fn find<'a>(integration: &'a Integration, name: &str) -> Result<(&'a str, &'a Action)> {
    let found = integration
        .action(name)
        .filter(|(_, action)| !is_login(action));
    found.ok_or_else(|| {
        let why = format!(
            "the integration {} has no action of that name",
            integration.name
        );
        ActionError::new(ErrorType::UnknownAction, why)
    })
}

/// An input is one flat object of texts, numbers and truth values.
fn simple(input: &Value) -> Result<Map<String, Value>> {
    let wrong = |why: String| ActionError::new(ErrorType::InvalidInput, why);
    let Value::Object(fields) = input else {
        return Err(wrong("the input is no object".to_owned()));
    };
    let nested = fields
        .iter()
        .find(|(_, value)| value.is_object() || value.is_array());
    match nested {
        Some((name, _)) => Err(wrong(format!(
            "{name} is a list or an object; inputs are simple values, so pass it as text"
        ))),
        None => Ok(fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()),
    }
}
