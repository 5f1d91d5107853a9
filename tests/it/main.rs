//! What the whole bundle promises, tested from outside: real HTTP, real store, sandbox vendors.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test ends where it fails"
)]

mod action_commands;
mod admin;
mod admin_credentials;
mod admin_inputs;
mod admin_teams;
mod against;
mod alert_autotask;
mod alert_quiet;
mod alert_races;
mod alert_repeats;
mod alert_storm;
mod crash;
mod credentials;
mod data_actions;
mod dedup;
mod desk_slack;
mod explain;
mod folder;
mod judges;
mod mapping;
mod notices;
mod once_more;
mod openapi;
mod outcomes;
mod readme;
mod refused_files;
mod replay;
mod resolve;
mod schemas;
mod slack;
mod sources;
mod sync;
mod tidy;
mod two_way;
mod unverified;
mod webhooks;
mod zoho_desk;
