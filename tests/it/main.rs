//! What the whole bundle promises, tested from outside: real HTTP, real store, sandbox vendors.

mod crash;
mod dedup;
mod judges;
mod mapping;
mod outcomes;
mod tidy;
mod two_way;
mod webhooks;
