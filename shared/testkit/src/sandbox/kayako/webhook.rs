//! Triggers: after every save, whoever made it, each that holds calls the endpoints once.

use serde_json::{Value, json};

use super::Tenant;
use super::options::{Options, StatusType, Trigger};
use super::state::{Case, State};

impl Tenant {
    pub(super) fn run_triggers(&self, state: &State, case_id: u64) {
        let Some(case) = state.case(case_id).map(|case| state.view(case)) else {
            return;
        };
        for trigger in state
            .options
            .triggers
            .iter()
            .filter(|trigger| holds(**trigger, &case))
        {
            self.stage
                .outbox
                .post(name(*trigger), &body(&case, &state.options));
        }
    }
}

fn holds(trigger: Trigger, case: &Case) -> bool {
    match trigger {
        Trigger::StatusIsNew => case.status_type == StatusType::New,
        Trigger::StatusIsCompleted => case.status_type == StatusType::Completed,
        Trigger::StatusIsClosed => case.status_type == StatusType::Closed,
        Trigger::AnySave => true,
    }
}

fn name(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::StatusIsNew => "status is New",
        Trigger::StatusIsCompleted => "status is Completed",
        Trigger::StatusIsClosed => "status is Closed",
        Trigger::AnySave => "any save",
    }
}

/// The body of the vendor's own example: display names, all strings but one list.
fn body(case: &Case, options: &Options) -> Value {
    json!({
        "Case ID": case.id.to_string(),
        "Subject": case.subject,
        "Team": case.team,
        "Assignee": case.assignee,
        "Requester": case.requester,
        "Priority": case.priority,
        "Type": case.case_type,
        "Status": case.status,
        "Tags": case.tags.join(","),
        "Brand": options.brand,
        "Form": options.form,
        "Custom fields": [],
        "Source channel": case.channel,
        "Last replier": case.last_replier,
        "Rating status": "UNOFFERED",
    })
}
