//! Bearer tokens: made, listed and ended here. Only their hashes are kept.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use deskbridge_core::operator::{Role, Token};
use deskbridge_core::ports::Store;
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Admin;
use crate::access::{Caller, Writer, token_hash};
use crate::extract::{Body, Segment};
use crate::problem::{Answer, Problem};

const RANDOM_BYTES: usize = 20;
const DAY: Duration = Duration::from_secs(86_400);
const MAX_NAME_CHARS: usize = 64;
const MAX_DAYS: u32 = 3_650;

/// A token that was just made. It is shown this once.
pub struct NewToken {
    pub token: String,
    pub stored: Token,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenBody {
    /// Stands in the audit log; unique among the live ones.
    #[schema(pattern = "^[a-z0-9-]{1,64}$")]
    name: String,
    role: RoleWord,
    /// Only this team's integrations; without it, everything.
    #[schema(pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]{1,64}$")]
    team: Option<String>,
    /// Of a flow's: the one integration whose data actions it runs; without it, every one.
    #[schema(pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]{1,64}$")]
    integration: Option<String>,
    #[schema(minimum = 1, maximum = 3650)]
    expires_in_days: Option<u32>,
}

#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RoleWord {
    /// Sees everything and changes nothing.
    Viewer,
    Admin,
    /// Runs data actions, and sees and changes nothing.
    Flow,
}

/// A token, without itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenView {
    name: String,
    role: RoleWord,
    team: Option<String>,
    integration: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// A token, this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenMade {
    /// Keep it: it is not shown again.
    token: String,
    #[serde(flatten)]
    view: TokenView,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    tokens: Vec<TokenView>,
}

/// Makes a token and stores its hash.
pub async fn issue(
    store: &dyn Store,
    now: Timestamp,
    name: &str,
    role: Role,
    team: Option<String>,
    lives: Option<Duration>,
) -> Result<NewToken> {
    let token = format!("dbt_{}", random()?);
    let stored = Token {
        name: name.to_owned(),
        hash: token_hash(&token),
        role,
        team,
        integration: None,
        created_at: now,
        expires_at: lives.map(|lives| now + lives),
    };
    store.put_token(stored.clone()).await?;
    Ok(NewToken { token, stored })
}

/// Returns whether a token may run this integration's data actions: a live one of a flow, of this
/// integration or of every one, and of its team or of none.
pub async fn may_run(
    store: &dyn Store,
    now: Timestamp,
    token: &str,
    integration: &str,
) -> Result<bool> {
    let Some(token) = store.token(&token_hash(token)).await? else {
        return Ok(false);
    };
    let own = token.integration.as_deref();
    if token.role != Role::Flow || !token.is_live(now) || own.is_some_and(|own| own != integration)
    {
        return Ok(false);
    }
    let Some(team) = &token.team else {
        return Ok(true);
    };
    let found = store.integration(integration).await?;
    Ok(found.is_some_and(|found| found.spec.team == *team))
}

/// Returns whether this token opens the store's API now.
pub async fn is_live(store: &dyn Store, now: Timestamp, token: &str) -> Result<bool> {
    let stored = store.token(&token_hash(token)).await?;
    Ok(stored.is_some_and(|stored| stored.is_live(now)))
}

/// Makes a token.
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = TokenBody,
    responses((status = 201, body = TokenMade)))]
pub(crate) async fn create(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Body(body): Body<TokenBody>,
) -> Answer<(StatusCode, Json<TokenMade>)> {
    check(&body)?;
    let team = match (caller.team(), body.team) {
        (None, team) => team,
        (Some(own), None) => Some(own.to_owned()),
        (Some(own), Some(team)) if own == team => Some(team),
        (Some(_), Some(_)) => {
            let detail = "This token makes tokens of its own team only.";
            return Err(Problem::new(403, "Not allowed", detail));
        }
    };
    let now = admin.clock.now();
    let all = admin.store.tokens().await?;
    if all
        .iter()
        .any(|one| one.name == body.name && one.is_live(now))
    {
        let detail = "There is a live token of this name: choose another, or delete that one.";
        return Err(Problem::field(409, "Conflict", "name", detail));
    }
    let scope = team.clone().unwrap_or_default();
    admin
        .record_change(&caller, "create token", &body.name, &scope, None)
        .await?;
    let role = match body.role {
        RoleWord::Viewer => Role::Viewer,
        RoleWord::Admin => Role::Admin,
        RoleWord::Flow => Role::Flow,
    };
    let lives = body.expires_in_days.map(|days| DAY * days);
    let mut made = issue(&*admin.store, now, &body.name, role, team, lives).await?;
    if body.integration.is_some() {
        made.stored.integration = body.integration;
        admin.store.put_token(made.stored.clone()).await?;
    }
    let made = TokenMade {
        token: made.token,
        view: view(&made.stored),
    };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Lists the live tokens.
#[utoipa::path(get, path = "/tokens", tag = "tokens",
    responses((status = 200, body = Tokens)))]
pub(crate) async fn list(State(admin): State<Arc<Admin>>, caller: Caller) -> Answer<Json<Tokens>> {
    let all = admin.seen_tokens(&caller).await?;
    let tokens = all.iter().map(view).collect();
    Ok(Json(Tokens { tokens }))
}

/// Ends a token at once.
#[utoipa::path(delete, path = "/tokens/{name}", tag = "tokens",
    params(("name" = String, Path, description = "Name of the token")),
    responses((status = 204)))]
pub(crate) async fn delete(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Segment(name): Segment,
) -> Answer<StatusCode> {
    let mut ours = admin.seen_tokens(&caller).await?;
    ours.retain(|token| token.name == name);
    let first = ours.first().ok_or_else(Problem::not_found)?;
    let team = first.team.clone().unwrap_or_default();
    admin
        .record_change(&caller, "delete token", &name, &team, None)
        .await?;
    for mut token in ours {
        token.expires_at = Some(admin.clock.now());
        admin.store.put_token(token).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

impl Admin {
    async fn seen_tokens(&self, caller: &Caller) -> Answer<Vec<Token>> {
        let now = self.clock.now();
        let mut all = self.store.tokens().await?;
        let own = |token: &Token| caller.team().is_none() || caller.team() == token.team.as_deref();
        all.retain(|token| token.is_live(now) && own(token));
        Ok(all)
    }
}

/// Whether a token may be called so: 1 to 64 lower-case letters, digits and hyphens.
pub fn is_token_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=MAX_NAME_CHARS).contains(&name.len()) && name.chars().all(plain)
}

fn check(body: &TokenBody) -> Answer<()> {
    let named = is_token_name(&body.name);
    let fits = |text: &Option<String>| text.as_deref().is_none_or(is_plain_name);
    let days = body.expires_in_days;
    let days = days.is_none_or(|days| (1..=MAX_DAYS).contains(&days));
    let plain = "Use 1 to 64 characters, none of them a control character.";
    let (field, detail) = if !named {
        let letters = "Use 1 to 64 lower-case letters, digits and hyphens.";
        ("name", letters)
    } else if !fits(&body.team) {
        ("team", plain)
    } else if !fits(&body.integration) {
        ("integration", plain)
    } else if !days {
        ("expires_in_days", "Use 1 to 3650.")
    } else if body.integration.is_some() && !matches!(body.role, RoleWord::Flow) {
        ("integration", "Only a token with the role flow has one.")
    } else {
        return Ok(());
    };
    Err(Problem::field(422, "Does not fit", field, detail))
}

fn is_plain_name(text: &str) -> bool {
    (1..=MAX_NAME_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn view(token: &Token) -> TokenView {
    TokenView {
        name: token.name.clone(),
        role: match token.role {
            Role::Viewer => RoleWord::Viewer,
            Role::Admin => RoleWord::Admin,
            Role::Flow => RoleWord::Flow,
        },
        team: token.team.clone(),
        integration: token.integration.clone(),
        created_at: token.created_at.to_string(),
        expires_at: token.expires_at.map(|at| at.to_string()),
    }
}

/// 160 random bits, in hexadecimal.
pub(crate) fn random() -> Result<String> {
    let mut bytes = [0_u8; RANDOM_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        let why = format!("the system gives no random numbers: {error}");
        Error::new(ErrorKind::Unavailable, why)
    })?;
    let mut text = String::with_capacity(RANDOM_BYTES * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
    }
    Ok(text)
}
