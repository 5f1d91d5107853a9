//! Zoho Desk in Slack, sentence by sentence as the vendor's own document promises it.

mod burst;
mod commands;
mod news;
mod sign_in;
mod world;
