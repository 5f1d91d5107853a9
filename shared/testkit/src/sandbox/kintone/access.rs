//! Who may do what: tokens, and the refusals that name a code.

use serde_json::{Map, Value, json};

use super::options::{Rights, Token};
use super::state::State;
use crate::sandbox::http::{Reply, Request};
use crate::sandbox::uuid;

const MAX_TOKENS: usize = 9;

/// An answer that says no.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
    errors: Map<String, Value>,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: &str) -> Self {
        Self {
            status,
            code,
            message: message.to_owned(),
            errors: Map::new(),
        }
    }

    /// Values that do not fit, by place.
    pub(super) fn values(errors: Vec<(String, String)>) -> Self {
        let errors = errors.into_iter();
        let errors = errors.map(|(place, why)| (place, json!({ "messages": [why] })));
        Self {
            errors: errors.collect(),
            ..Self::new(400, "CB_VA01", "入力内容が正しくありません。")
        }
    }

    pub(super) fn reply(&self) -> Reply {
        let mut body = json!({ "code": self.code, "id": uuid(), "message": self.message });
        if !self.errors.is_empty() {
            body["errors"] = Value::Object(self.errors.clone());
        }
        Reply::json(self.status, &body)
    }
}

pub(super) fn not_found() -> Refusal {
    Refusal::new(404, "CB_NF01", "ページが見つかりません。")
}

/// Checks that the request's tokens may do this in the app.
pub(super) fn allow(
    state: &State,
    request: &Request,
    app: u64,
    may: fn(Rights) -> bool,
) -> Result<(), Refusal> {
    let sent = request.header("x-cybozu-api-token").unwrap_or_default();
    let sent: Vec<_> = sent
        .split(',')
        .map(str::trim)
        .filter(|token| !token.is_empty())
        .collect();
    if sent.is_empty() || sent.len() > MAX_TOKENS {
        return Err(Refusal::new(401, "CB_WA01", "パスワードが間違っています。"));
    }
    let known = |token: &&str| -> Option<&Token> {
        let mut tokens = state.options.tokens.iter();
        tokens.find(|known| known.token == **token && known.applied)
    };
    let tokens: Vec<_> = sent.iter().filter_map(known).collect();
    if tokens.len() < sent.len() {
        let message = "指定したAPIトークンが、アプリで生成したAPIトークンと一致しません。";
        return Err(Refusal::new(400, "GAIA_IA02", message));
    }
    let mut apps: Vec<_> = tokens.iter().map(|token| token.app).collect();
    apps.sort_unstable();
    apps.dedup();
    if apps.len() < tokens.len() {
        let message = "同じアプリのAPIトークンを重複して指定することはできません。";
        return Err(Refusal::new(400, "GAIA_DA03", message));
    }
    let Some(token) = tokens.iter().find(|token| token.app == app) else {
        let message = "APIトークンとアプリの組み合わせが正しくありません。";
        return Err(Refusal::new(403, "GAIA_AP15", message));
    };
    match may(token.rights) {
        true => Ok(()),
        false => {
            let message = "指定したAPIトークンでは要求されたAPIを実行できません。";
            Err(Refusal::new(403, "GAIA_NO01", message))
        }
    }
}
