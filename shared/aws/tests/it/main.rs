//! The AWS adapters over MiniStack, whose behaviour is probed first.
#![cfg(test)]

mod bench;
mod called;
mod create;
mod data_action;
mod definitions;
mod deployed;
mod functions;
mod lambda;
mod ministack;
mod probe;
mod queue;
mod races;
mod requests;
mod secrets;
mod settings;
mod store;
mod tls;
mod whole;
