//! Gets access tokens for a refresh token: one at a time, early, and never more than Zoho gives.
//!
//! <https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token-expiry.html>: an hour long, ten
//! in ten minutes.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};

use super::memory::{Token, Tokens};
use super::{Client, harmless};
use crate::zoho_desk::oauth;

/// So that no call leaves with a token that ends on its way.
const EARLY: Duration = Duration::from_secs(300);
const WINDOW: Duration = Duration::from_secs(600);
/// Of ten in the window; the rest is left to other processes with the same sign-in.
const MOST_IN_WINDOW: usize = 5;
/// A token that was given this short a time ago and is refused will not be better the next time.
const TOO_YOUNG: Duration = Duration::from_secs(30);

impl Client<'_> {
    pub(super) async fn token(&self) -> Result<Arc<str>> {
        let mut tokens = self.known.token.lock().await;
        let current = tokens
            .current
            .as_ref()
            .filter(|token| token.is_good(self.now));
        match current {
            Some(token) => Ok(Arc::clone(&token.text)),
            None => self.refresh(&mut tokens).await,
        }
    }

    /// Returns another token than the one that was refused; nothing where that was fresh.
    pub(super) async fn newer_token(&self, refused: &str) -> Result<Option<Arc<str>>> {
        let mut tokens = self.known.token.lock().await;
        match &tokens.current {
            Some(token) if &*token.text != refused => Ok(Some(Arc::clone(&token.text))),
            Some(token) if self.now.since(token.since) < TOO_YOUNG => Ok(None),
            _ => self.refresh(&mut tokens).await.map(Some),
        }
    }

    async fn refresh(&self, tokens: &mut Tokens) -> Result<Arc<str>> {
        let now = self.now;
        let recent = |asked: &Timestamp| *asked <= now && now.since(*asked) < WINDOW;
        tokens.asked_at.retain(recent);
        if tokens.asked_at.len() >= MOST_IN_WINDOW {
            let oldest = tokens.asked_at.front().copied().unwrap_or(now);
            let why = "Zoho gives each sign-in ten access tokens in ten minutes, and too many were asked for";
            let error = Error::new(ErrorKind::RateLimited, why);
            return Err(error.with_retry(Retry::Later(Some((oldest + WINDOW).since(now)))));
        }
        tokens.asked_at.push_back(now);
        tokens.current = None;
        let field = |name| self.credential.field(name);
        let request = oauth::refresh_request(
            &self.settings.accounts_url,
            field("client_id")?,
            field("client_secret")?,
            field("refresh_token")?,
        );
        let answer = self.http.send(request).await.map_err(harmless)?;
        let grant = oauth::read_grant(&answer)?;
        let text: Arc<str> = grant.access_token.into();
        tokens.current = Some(Token {
            text: Arc::clone(&text),
            since: now,
            until: now + grant.expires_in,
        });
        Ok(text)
    }
}

impl Token {
    fn is_good(&self, now: Timestamp) -> bool {
        self.since <= now && now + EARLY < self.until
    }
}
