//! People at work in Kayako's own pages, and customers who write mails.
//!
//! Names are those of the tenant's people; an unknown name, label or case does nothing and says so.

use super::Kayako;
use super::cases::{insert, new_case, open_case, save};
use super::options::{Options, StatusType};
use super::state::{CaseRow, State};
use crate::sandbox::lock;

impl Kayako {
    /// A customer's mail opens a case; returns its id.
    pub fn human_create_case(&self, requester: &str, subject: &str, contents: &str) -> Option<u64> {
        let mut state = lock(&self.tenant.state);
        let requester_id = state.person_called(requester)?;
        let case = new_case(&state, subject, requester_id, requester_id, "MAIL");
        Some(insert(
            &self.tenant,
            &mut state,
            case,
            requester_id,
            contents,
        ))
    }

    /// Sets the status of this type; false if the case is closed or unknown.
    pub fn human_set_status(&self, case_id: u64, status: StatusType) -> bool {
        self.edit(case_id, |state, case| {
            state
                .status_of_type(status)
                .map(|id| case.status_id = id)
                .is_some()
        })
    }

    /// Sets the status with this label.
    pub fn human_set_status_label(&self, case_id: u64, label: &str) -> bool {
        self.edit(case_id, |state, case| {
            let status = state
                .options
                .statuses
                .iter()
                .find(|status| status.label == label);
            status.map(|status| case.status_id = status.id).is_some()
        })
    }

    /// Sets the priority with this label; an empty label takes it away.
    pub fn human_set_priority(&self, case_id: u64, label: &str) -> bool {
        self.edit(case_id, |state, case| {
            let id = priority_called(&state.options, label);
            case.priority_id = id;
            id.is_some() || label.is_empty()
        })
    }

    pub fn human_set_tags(&self, case_id: u64, tags: &[&str]) -> bool {
        self.edit(case_id, |_, case| {
            case.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
            true
        })
    }

    pub fn human_assign(&self, case_id: u64, agent: &str) -> bool {
        self.edit(case_id, |state, case| {
            case.agent_id = state.person_called(agent);
            case.agent_id.is_some()
        })
    }

    pub fn human_set_subject(&self, case_id: u64, subject: &str) -> bool {
        self.edit(case_id, |_, case| {
            subject.clone_into(&mut case.subject);
            true
        })
    }

    /// An agent answers by mail.
    pub fn human_reply(&self, case_id: u64, agent: &str, contents: &str) -> bool {
        self.post(case_id, agent, "MAIL", contents)
    }

    /// An agent writes an internal note.
    pub fn human_note(&self, case_id: u64, agent: &str, contents: &str) -> bool {
        self.post(case_id, agent, "NOTE", contents)
    }

    /// The requester answers by mail; returns the case it landed in.
    ///
    /// A pending or completed case opens again; a closed one stays closed and a new one starts.
    pub fn customer_reply(&self, case_id: u64, contents: &str) -> Option<u64> {
        let mut state = lock(&self.tenant.state);
        let requester_id = state.case(case_id)?.requester_id;
        let Ok(mut case) = open_case(&state, case_id) else {
            let subject = state.case(case_id)?.subject.clone();
            let case = new_case(&state, &subject, requester_id, requester_id, "MAIL");
            return Some(insert(
                &self.tenant,
                &mut state,
                case,
                requester_id,
                contents,
            ));
        };
        state.add_post(case_id, requester_id, "MAIL", contents);
        case.clone_from(state.case(case_id)?);
        let kind = state.status(case.status_id).map(|status| status.kind);
        if matches!(kind, Some(StatusType::Pending | StatusType::Completed)) {
            case.status_id = state.status_of_type(StatusType::Open)?;
        }
        save(&self.tenant, &mut state, case);
        Some(case_id)
    }

    fn post(&self, case_id: u64, agent: &str, channel: &str, contents: &str) -> bool {
        let mut state = lock(&self.tenant.state);
        let (Some(agent_id), Ok(_)) = (state.person_called(agent), open_case(&state, case_id))
        else {
            return false;
        };
        state.add_post(case_id, agent_id, channel, contents);
        let Some(case) = state.case(case_id).cloned() else {
            return false;
        };
        save(&self.tenant, &mut state, case);
        true
    }

    fn edit(&self, case_id: u64, change: impl FnOnce(&State, &mut CaseRow) -> bool) -> bool {
        let mut state = lock(&self.tenant.state);
        let Ok(mut case) = open_case(&state, case_id) else {
            return false;
        };
        if !change(&state, &mut case) {
            return false;
        }
        save(&self.tenant, &mut state, case);
        true
    }
}

fn priority_called(options: &Options, label: &str) -> Option<u64> {
    let found = options.priorities.iter().find(|row| row.label == label);
    found.map(|row| row.id)
}
