//! The steps between a webhook and a vendor's answer, one file each, named as everywhere else.

pub mod directory;
pub mod dispatch;
pub mod evaluate;
pub mod messages;
pub mod notify;
pub mod poll;
pub mod receive;
pub mod resolve;
pub mod sweep;
