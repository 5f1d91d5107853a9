//! People at work in Autotask itself: once made, a ticket is theirs.

use serde_json::json;

use super::Autotask;
use super::state::{COMPLETE, State};
use super::tickets::check_complete;
use crate::sandbox::lock;

impl Autotask {
    /// Sets the status with this label; false if there is none, or no such ticket.
    pub fn human_set_status(&self, ticket: i64, label: &str) -> bool {
        let mut state = lock(&self.tenant.state);
        let lists = &state.options.ticket_picklists;
        let list = lists.iter().find(|list| list.field == "status");
        let choice = list.and_then(|list| list.choices.iter().find(|choice| choice.label == label));
        let value = choice.map(|choice| choice.value);
        value.is_some_and(|value| set(&mut state, ticket, "status", &json!(value)))
    }

    /// Completes a ticket with a resolution.
    pub fn human_complete(&self, ticket: i64, resolution: &str) -> bool {
        let mut state = lock(&self.tenant.state);
        set(&mut state, ticket, "resolution", &json!(resolution))
            && set(&mut state, ticket, "status", &json!(COMPLETE))
    }

    /// Changes the title, as people do once they know more.
    pub fn human_set_title(&self, ticket: i64, title: &str) -> bool {
        set(
            &mut lock(&self.tenant.state),
            ticket,
            "title",
            &json!(title),
        )
    }

    /// Deletes a ticket.
    pub fn human_delete(&self, ticket: i64) {
        lock(&self.tenant.state)
            .tickets
            .retain(|row| row.id() != ticket);
    }
}

fn set(state: &mut State, ticket: i64, field: &str, value: &serde_json::Value) -> bool {
    let Some(mut row) = state.ticket(ticket).cloned() else {
        return false;
    };
    row.fields.insert(field.to_owned(), value.clone());
    if check_complete(state, &row).is_err() {
        return false;
    }
    state.ticket_mut(ticket).is_some_and(|kept| {
        *kept = row;
        true
    })
}
