//! Who is asking: Basic once, then a session with its CSRF token, or an OAuth bearer.

use serde_json::json;

use super::answer::{Failure, Success};
use super::options::LogIn;
use super::state::State;
use crate::sandbox::http::{Reply, Request};
use crate::sandbox::uuid;

#[derive(Clone, Debug)]
pub(super) struct Session {
    user_id: u64,
    /// `None` if the log-in switched the protection off.
    csrf_token: Option<String>,
}

/// A recognised caller.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) user_id: u64,
    /// The session that this very request opened.
    opened: Option<(String, Option<String>)>,
}

/// Finds out who asks; opens a session for a password.
pub(super) fn recognise(state: &mut State, request: &Request) -> Result<Caller, Failure> {
    let session_id = request
        .header("x-session-id")
        .or(request.argument("_session_id"));
    if let Some(id) = session_id {
        let session = state.sessions.get(id);
        let session =
            session.ok_or_else(|| Failure::new(454, "SESSION_NOT_FOUND", "Session Not Found"))?;
        check_csrf(session, request)?;
        return Ok(Caller {
            user_id: session.user_id,
            opened: None,
        });
    }
    if let Some(token) = request.authorization("Bearer") {
        return bearer(state, token);
    }
    let Some((email, password)) = request.basic() else {
        return Err(Failure::new(401, "AUTHORIZATION_REQUIRED", "Please log in"));
    };
    log_in(state, request, &email, &password)
}

impl Caller {
    /// Adds what a log-in's answer carries: the session, its token, and a word of advice.
    pub(super) fn seal(self, success: Success) -> Reply {
        let Success { status, mut body } = success;
        let Some((session_id, csrf_token)) = self.opened else {
            return Reply::json(status, &body);
        };
        body["session_id"] = json!(session_id);
        body["logs"] = json!([{
            "level": "NOTICE",
            "message": "No session ID provided; a new session was created, which takes longer",
        }]);
        let reply = Reply::json(status, &body);
        match csrf_token {
            Some(token) => reply.with_header("x-csrf-token", token),
            None => reply,
        }
    }
}

fn check_csrf(session: &Session, request: &Request) -> Result<(), Failure> {
    let reads = matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS");
    let given = request.header("x-csrf-token");
    match &session.csrf_token {
        Some(token) if !reads && given != Some(token.as_str()) => Err(Failure::new(
            403,
            "CSRF_FAILED",
            "The CSRF token is missing or wrong",
        )),
        _ => Ok(()),
    }
}

fn bearer(state: &State, token: &str) -> Result<Caller, Failure> {
    if state.options.access_token.as_deref() != Some(token) {
        return Err(Failure::new(
            401,
            "AUTHENTICATION_FAILED",
            "The access token is not valid",
        ));
    }
    Ok(Caller {
        user_id: own_id(state),
        opened: None,
    })
}

fn log_in(
    state: &mut State,
    request: &Request,
    email: &str,
    password: &str,
) -> Result<Caller, Failure> {
    if email != state.options.email || password != state.options.password {
        return Err(Failure::new(
            401,
            "AUTHENTICATION_FAILED",
            "The email or password is wrong",
        ));
    }
    match state.options.log_in {
        LogIn::Works => {}
        LogIn::OtpExpected => {
            let failure = Failure::new(403, "OTP_EXPECTED", "A one-time password is expected");
            return Err(failure.with_auth_token(uuid()));
        }
        LogIn::CredentialExpired => {
            let failure = Failure::new(403, "CREDENTIAL_EXPIRED", "The password has expired");
            return Err(failure.with_auth_token(uuid()));
        }
    }
    let (session_id, user_id) = (uuid(), own_id(state));
    let unprotected = request
        .header("x-csrf")
        .is_some_and(|value| value.eq_ignore_ascii_case("false"));
    let csrf_token = (!unprotected).then(uuid);
    let session = Session {
        user_id,
        csrf_token: csrf_token.clone(),
    };
    state.sessions.insert(session_id.clone(), session);
    state.sessions_opened += 1;
    Ok(Caller {
        user_id,
        opened: Some((session_id, csrf_token)),
    })
}

fn own_id(state: &State) -> u64 {
    state
        .person_called(&state.options.email)
        .unwrap_or_default()
}
