//! Tries a credential: finds its zone, and reads what every ticket needs.

use deskbridge_core::Result;
use deskbridge_core::connector::Tried;

use super::actions::{category_names, ticket_labels};
use super::client::Client;

/// The picklists that rules name values of, with their settings' names.
const LISTS: [(&str, &str); 3] = [
    ("statuses", "status"),
    ("priorities", "priority"),
    ("queues", "queueID"),
];

/// Fails in the words of an action that would fail. A user that is no API user is refused at the first
/// call behind the zone.
pub(super) async fn try_connection(client: &Client<'_>) -> Result<Tried> {
    let zone = client.zone_host().await?;
    client.stay_below_budget().await?;
    let mut facts = vec![("zone".to_owned(), zone.clone())];
    if let Some((used, limit)) = client.hour() {
        facts.push((
            "requests_this_hour".to_owned(),
            format!("{used} of {limit}"),
        ));
    }
    for (name, field) in LISTS {
        let labels = ticket_labels(client, field).await?;
        facts.push((name.to_owned(), labels.join(", ")));
    }
    let categories = category_names(client).await?;
    let says = format!("zone {zone}, {} ticket categories", categories.len());
    facts.push(("categories".to_owned(), categories.join(", ")));
    Ok(Tried { says, facts })
}
