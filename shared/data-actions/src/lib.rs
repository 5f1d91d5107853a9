//! Data actions: what a contact-centre flow calls, and waits for on the line.
//!
//! Genesys Cloud's exported definitions run unchanged: Velocity templates make the request, Jayway
//! paths and one more template make the result. Beyond that an input is data and nothing else, every
//! call has a deadline, and a write whose outcome is not known is said to be so. Pure over the core's
//! ports: it knows no HTTP library, no cloud and no clock of its own.

mod action;
mod builtin;
mod certificate;
mod contract;
mod definition;
mod error;
mod guard;
mod integration;
mod request;
mod response;
mod run;
mod scope;
mod trace;
mod types;

pub use action::{Action, DEFAULT_TIMEOUT, Extras};
pub use builtin::builtin;
pub use certificate::{CertificateLife, WARN_BEFORE, certificates, expiry_warning};
pub use contract::{Contract, flatten};
pub use definition::{
    ActionType, Definition, MAX_DEFINITION_BYTES, RequestTemplates, ResponseRules,
};
pub use error::{ActionError, ErrorType, Result};
pub use guard::Escape;
pub use integration::{Integration, KIND, Listed, check_beside, compile, publish, with_draft};
pub use run::{Execution, Finished, Runner};
pub use trace::{Operation, Step, Trace};
pub use types::TypeSettings;
