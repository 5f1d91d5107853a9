//! Step 4: from a credential to access, by a token where one is needed.

use std::sync::Arc;

use deskbridge_core::http::ClientIdentity;
use deskbridge_core::secret::Credential;
use serde_json::{Map, Value};

use super::{Run, call};
use crate::certificate;
use crate::error::{ActionError, ErrorType, Result};
use crate::request;
use crate::response::translate;
use crate::scope::Scope;
use crate::trace::Recorder;
use crate::types::{Access, Given, MakeRequest, SignOn, Token, lifetime};

/// What a request is made with.
pub(super) struct Signed {
    pub(super) credential: Option<Credential>,
    pub(super) access: Access,
    /// What a server that asks for a certificate is shown.
    pub(super) identity: Option<Arc<ClientIdentity>>,
    /// The token that stands behind it, to be told from a newer one.
    pub(super) token: Option<Token>,
}

/// Signs on. `refused` is the token that the target did not take.
pub(super) async fn sign_on(
    run: &Run<'_>,
    refused: Option<&str>,
    recorder: &mut Recorder,
) -> Result<Signed> {
    let credential = match &run.integration.credential {
        Some(name) => Some(run.runner.secrets.credential(name).await?),
        None => None,
    };
    for name in credential.iter().flat_map(Credential::names) {
        let value = credential.as_ref().and_then(|found| found.optional(name));
        recorder.redactor.add(value.unwrap_or_default());
    }
    let identity = identity(run, recorder).await?;
    let type_ = run.integration.type_;
    let given = Given {
        settings: &run.integration.settings,
        credential: credential.as_ref(),
        own_keys: run.runner.own_keys.as_ref(),
    };
    let (access, token) = match type_.sign_on(given)? {
        SignOn::Ready(access) => (access, None),
        SignOn::Token(request) => {
            let way = Way::Request(request);
            let token = token(run, credential.as_ref(), way, refused).await?;
            (type_.access(given, &token)?, Some(token))
        }
        SignOn::LoginAction(access) => {
            let way = Way::LoginAction(identity.clone());
            let token = token(run, credential.as_ref(), way, refused).await?;
            (access, Some(token))
        }
    };
    if let Some(token) = &token {
        recorder.redactor.add(&token.value);
        for value in token.fields.iter().flat_map(Map::values) {
            recorder.redactor.add(value.as_str().unwrap_or_default());
        }
    }
    Ok(Signed {
        credential,
        access,
        identity,
        token,
    })
}

async fn identity(run: &Run<'_>, recorder: &mut Recorder) -> Result<Option<Arc<ClientIdentity>>> {
    let Some(name) = &run.integration.client_certificate else {
        return Ok(None);
    };
    let credential = run.runner.secrets.credential(name).await?;
    let now = run.runner.clock.now();
    if let Some(warning) = certificate::expiry_warning(&credential, now) {
        recorder.warn(warning);
    }
    certificate::identity(&credential, now).map(Some)
}

/// How a token is come by.
enum Way<'a> {
    Request(MakeRequest<'a>),
    /// The integration's login action, at a server that may ask for a certificate.
    LoginAction(Option<Arc<ClientIdentity>>),
}

/// The kept token, or a new one; one caller fetches it while the others wait.
async fn token(
    run: &Run<'_>,
    credential: Option<&Credential>,
    way: Way<'_>,
    refused: Option<&str>,
) -> Result<Token> {
    let runner = run.runner;
    let version = credential
        .map(|found| found.version.as_str())
        .unwrap_or_default();
    let version = format!("{version}/{}", run.integration.settings.digest());
    let place = runner.tokens.place(
        &run.integration.name,
        &version,
        run.budget.end(),
        &*runner.clock,
    );
    let mut held = place.await?;
    if let Some(token) = held.token(runner.clock.now(), refused) {
        return Ok(token);
    }
    let token = match way {
        Way::Request(request) => fetch(run, request).await?,
        Way::LoginAction(identity) => log_in(run, credential, identity).await?,
    };
    held.put(token.clone());
    Ok(token)
}

async fn fetch(run: &Run<'_>, request: MakeRequest<'_>) -> Result<Token> {
    let runner = run.runner;
    let mut request = request(runner.clock.now())?;
    request.timeout = run.budget.left(&*runner.clock)?;
    let answer = runner.http.send(request).await.map_err(not_signed_on)?;
    let (type_, settings) = (run.integration.type_, &run.integration.settings);
    type_.token(settings, &answer, runner.clock.now())
}

/// Runs the integration's login action. All it has are the credential's fields.
async fn log_in(
    run: &Run<'_>,
    credential: Option<&Credential>,
    identity: Option<Arc<ClientIdentity>>,
) -> Result<Token> {
    let runner = run.runner;
    let Some(action) = &run.integration.login else {
        let why = "the integration has no login action: set settings.login";
        return Err(ActionError::new(ErrorType::Misconfigured, why));
    };
    let input = Map::new();
    let scope = Scope {
        input: &input,
        declared: &[],
        credential,
        auth_response: None,
    };
    // What the login sends and gets is secret throughout, so nothing of it is traced.
    let mut recorder = Recorder::new(false);
    let rules = run.integration.rules(action);
    let rendered = request::render(action, &scope, None, rules, &mut recorder, &*runner.clock)?;
    let left = run.budget.left(&*runner.clock)?;
    let mut request = call::http_request(action, &rendered, &[], left);
    request.identity = identity;
    let answer = runner.http.send(request).await.map_err(not_signed_on)?;
    if !answer.is_success() {
        let why = format!("the login action was refused (answered {})", answer.status);
        return Err(ActionError::new(ErrorType::InvalidCredentials, why));
    }
    let text = String::from_utf8_lossy(&answer.body);
    let output = translate(action, &text, false, &mut recorder, &*runner.clock)?;
    let Value::Object(fields) = output else {
        let why = "the login action's result is no object, so templates cannot take fields of it";
        return Err(ActionError::new(ErrorType::InvalidOutput, why));
    };
    let life = ["expires_in", "expiresIn"]
        .iter()
        .find_map(|name| lifetime(fields.get(*name)?));
    let text = Value::Object(fields.clone()).to_string();
    Ok(Token {
        value: text,
        base: None,
        fields: Some(fields),
        keys: None,
        until: life.map(|life| runner.clock.now() + life),
    })
}

/// Nothing of the action itself was sent yet, whatever became of the sign-on.
fn not_signed_on(error: deskbridge_core::Error) -> ActionError {
    let error_type = match error.kind() {
        deskbridge_core::ErrorKind::OutcomeUnknown => ErrorType::Timeout,
        _ => ErrorType::TargetUnreachable,
    };
    ActionError::new(
        error_type,
        format!(
            "signing on failed: {}; nothing else was sent",
            error.message()
        ),
    )
}
