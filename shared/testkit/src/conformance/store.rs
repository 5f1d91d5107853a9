//! The suite of `Store`.

use std::sync::Arc;

use deskbridge_core::ports::Store;

mod claims;
mod configuration;
mod cursors;
mod entities;
mod events;
mod grants;
mod lanes;
mod operators;
mod soak;

pub use claims::*;
pub use configuration::*;
pub use cursors::*;
pub use entities::*;
pub use events::*;
pub use grants::*;
pub use lanes::*;
pub use operators::*;
pub use soak::*;

/// A store with nothing in it. The cases bring their own time: a store never asks for it.
pub trait StoreHarness: Send + Sync {
    fn store(&self) -> Arc<dyn Store>;
    /// How many lanes go through random trouble.
    fn soak_runs(&self) -> u64 {
        20
    }
}

/// Makes a test of each case of the suite.
#[macro_export]
macro_rules! store_conformance {
    ($fresh:expr) => {
        $crate::conformance_cases! { $fresh, $crate::conformance::store {
            records_an_event_once
            a_record_comes_back_as_it_was_written
            an_event_of_any_size_is_recorded
            events_of_one_id_keep_their_own_size_apart
            counts_duplicates_and_keeps_the_latest_time
            lists_events_newest_first
            filters_events_by_integration_and_subject
            pages_through_events_of_the_same_moment
            tally_counts_every_row_once
            an_event_decided_again_keeps_what_was_decided_before
            of_two_that_replay_an_event_one_does

            an_unknown_entity_is_an_empty_row
            entities_come_in_the_order_asked
            a_link_is_never_replaced
            what_is_unlinked_has_no_counterpart
            written_values_are_forgotten_one_by_one
            older_counterparts_come_and_go_one_by_one
            what_is_awaited_never_moves_back
            an_end_never_moves_back
            a_newer_counterpart_takes_the_place_of_one_that_ended
            an_end_that_took_effect_is_known_from_then_on
            an_older_end_that_took_effect_is_known_too
            entities_of_integrations_are_apart

            an_integration_is_written_over_the_version_seen
            keys_lead_to_their_integration_only
            tenants_lead_to_their_integration_as_keys_do
            a_deleted_integration_can_still_be_read
            integrations_are_listed_by_name
            a_credential_state_is_kept_until_replaced
            a_woken_credential_frees_what_waits_for_it_only

            a_cursor_is_written_over_the_version_before_it_only
            one_of_many_who_take_a_cursor_gets_it
            cursors_of_integrations_and_connectors_are_apart

            a_sign_in_is_taken_once
            of_many_who_take_a_sign_in_one_gets_it
            an_expired_sign_in_is_gone

            a_token_is_found_by_its_hash_only
            changes_are_listed_newest_first

            one_of_many_claimers_wins
            of_two_that_read_the_same_row_one_settles_it
            an_action_taken_up_again_goes_before_those_that_came_after_it
            claims_made_together_are_answered_one_by_one
            a_claim_that_is_not_due_names_the_time
            an_action_that_waits_for_its_time_is_due_then_and_not_before
            a_holder_with_an_old_fence_may_not_write
            a_lost_lease_is_due_and_its_outcome_unknown
            a_settled_action_is_never_given_out_again
            a_parked_action_waits_for_a_person
            due_actions_come_longest_due_first
            a_settled_action_writes_its_entities_too
            actions_of_an_event_are_found

            a_later_action_waits_and_is_woken
            waiting_actions_are_woken_one_by_one_in_order
            lanes_do_not_wait_for_each_other
            an_action_due_later_still_blocks
            a_parked_create_blocks_until_it_is_resolved
            a_parked_update_lets_the_next_one_pass
            an_update_that_is_sent_again_is_waited_for
            an_unknown_outcome_that_waits_is_woken

            a_lane_under_random_trouble_drains_in_order
        } }
    };
}
