//! Tries a credential: signs in, and reads what a conversation's status may be.

use deskbridge_core::Result;
use deskbridge_core::connector::Tried;

use super::actions::STATUSES;
use super::client::Client;

pub(super) async fn try_connection(client: &Client<'_>) -> Result<Tried> {
    let user = client.own_user().await?;
    let statuses = client.read_list(&STATUSES).await?;
    let labels: Vec<_> = statuses
        .iter()
        .map(|status| status.label.as_str())
        .collect();
    let mut tried = Tried::new(format!("signed in as user {user}"));
    tried.facts.push(("user_id".to_owned(), user.to_string()));
    tried.facts.push(("statuses".to_owned(), labels.join(", ")));
    Ok(tried)
}
