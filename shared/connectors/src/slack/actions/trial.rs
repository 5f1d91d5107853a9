//! Tries a token: whose it is, and which of the rights that are asked for it lacks.

use deskbridge_core::Result;
use deskbridge_core::connector::{Trial, Tried};

use crate::slack::client::{accepted, authorized, harmless, parse, reading};
use crate::slack::oauth::missing_scopes;
use crate::slack::settings::Settings;
use crate::slack::types::Tested;

const TEST: &str = "GET auth.test";
const SCOPES: &str = "x-oauth-scopes";

pub(in crate::slack) async fn try_connection(trial: &Trial<'_>) -> Result<Tried> {
    let settings = Settings::read(trial.connection)?;
    let request = reading(&settings, "auth.test", &[], TEST);
    let request = authorized(request, trial.credential)?;
    let answer = trial.http.send(request).await.map_err(harmless)?;
    accepted(&answer, trial.credential, trial.now, TEST)?;
    let who: Tested = parse(&answer, TEST).map_err(harmless)?;
    let scopes = answer.header(SCOPES).unwrap_or_default();
    let missing = missing_scopes(scopes).join(", ");
    let mut tried = Tried::new(format!("workspace {}, as {}", who.team, who.user));
    tried.facts = vec![
        ("team".to_owned(), who.team_id),
        ("workspace".to_owned(), who.team),
        ("bot".to_owned(), who.user),
        ("scopes".to_owned(), scopes.to_owned()),
        ("missing scopes".to_owned(), missing),
    ];
    Ok(tried)
}
