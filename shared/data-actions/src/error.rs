//! What stops an action, under names that callers may rely on.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub type Result<T, E = ActionError> = std::result::Result<T, E>;

/// The condition that stopped an action. Its name is the `errorType` of a failed invocation, and stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorType {
    UnknownIntegration,
    UnknownAction,
    /// The integration is off or deleted.
    Inactive,
    /// The input does not satisfy the contract, or is not made of simple values.
    InvalidInput,
    /// The target does not accept the credential.
    InvalidCredentials,
    /// A setting or a credential is missing or wrong.
    Misconfigured,
    /// A template failed.
    TemplateFailed,
    /// An input would have changed what the template's author wrote.
    RequestRefused,
    /// The target answered, and not with success. The call took no effect, as far as it says.
    TargetFailed,
    /// The target takes no more calls for now.
    RateLimited,
    /// The target could not be reached; no byte left.
    TargetUnreachable,
    /// The target's answer is no JSON.
    TargetNotJson,
    /// The answer cannot be turned into what the contract promises.
    InvalidOutput,
    /// The time was up before anything that could take effect was sent.
    Timeout,
    /// The request left, and whether it took effect cannot be known from here.
    OutcomeUnknown,
    /// The same request key is being worked on.
    InProgress,
    /// The request key was used with another input.
    RequestKeyReused,
    /// Our own store or secrets did not answer.
    Unavailable,
}

/// A failed action, for its caller and for the administrator.
///
/// The message holds no input, no secret and no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionError {
    pub error_type: ErrorType,
    pub message: String,
    /// The target's status, where it answered.
    pub target_status: Option<u16>,
    /// Names this execution, for a person who has to find out what became of it.
    pub reference: Option<String>,
}

impl ErrorType {
    /// The name in `errorType`.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnknownIntegration => "UNKNOWN_INTEGRATION",
            Self::UnknownAction => "UNKNOWN_ACTION",
            Self::Inactive => "INACTIVE",
            Self::InvalidInput => "INVALID_INPUT",
            Self::InvalidCredentials => "INVALID_CREDENTIALS",
            Self::Misconfigured => "MISCONFIGURED",
            Self::TemplateFailed => "TEMPLATE_FAILED",
            Self::RequestRefused => "REQUEST_REFUSED",
            Self::TargetFailed => "TARGET_FAILED",
            Self::RateLimited => "RATE_LIMITED",
            Self::TargetUnreachable => "TARGET_UNREACHABLE",
            Self::TargetNotJson => "TARGET_NOT_JSON",
            Self::InvalidOutput => "INVALID_OUTPUT",
            Self::Timeout => "TIMEOUT",
            Self::OutcomeUnknown => "OUTCOME_UNKNOWN",
            Self::InProgress => "IN_PROGRESS",
            Self::RequestKeyReused => "REQUEST_KEY_REUSED",
            Self::Unavailable => "UNAVAILABLE",
        }
    }

    /// The condition of that name.
    pub fn named(name: &str) -> Option<Self> {
        serde_json::from_value(name.into()).ok()
    }

    /// The status and the detail code that Genesys Cloud gives for the same condition.
    pub fn vendor_terms(self) -> (u16, &'static str) {
        match self {
            Self::UnknownIntegration | Self::UnknownAction => (404, "ACTION.PROCESSING"),
            Self::Inactive | Self::InProgress | Self::RequestKeyReused => {
                (409, "ACTION.PROCESSING")
            }
            Self::InvalidCredentials => (400, "ACTION.AUTHENTICATION"),
            Self::InvalidInput
            | Self::Misconfigured
            | Self::TemplateFailed
            | Self::RequestRefused
            | Self::InvalidOutput => (400, "ACTION.PROCESSING"),
            Self::TargetNotJson => (400, "ACTION.REMOTE_ENDPOINT"),
            Self::RateLimited => (429, "ACTION.REMOTE_ENDPOINT"),
            Self::TargetFailed | Self::TargetUnreachable => (502, "ACTION.REMOTE_ENDPOINT"),
            Self::Timeout | Self::OutcomeUnknown => (504, "ACTION.REMOTE_ENDPOINT"),
            Self::Unavailable => (503, "ACTION.PROCESSING"),
        }
    }
}

impl ActionError {
    pub fn new(error_type: ErrorType, message: impl Into<String>) -> Self {
        Self {
            error_type,
            message: message.into(),
            target_status: None,
            reference: None,
        }
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.target_status = Some(status);
        self
    }

    pub(crate) fn with_reference(mut self, reference: &str) -> Self {
        self.reference.get_or_insert_with(|| reference.to_owned());
        self
    }

    /// Whether the same call may be made again without doing anything twice.
    pub(crate) fn took_no_effect(&self) -> bool {
        !matches!(
            self.error_type,
            ErrorType::OutcomeUnknown
                | ErrorType::TargetNotJson
                | ErrorType::InvalidOutput
                | ErrorType::InProgress
        )
    }

    /// The status of the answer over HTTP: the target's own where it refused, as Genesys has it.
    pub fn http_status(&self) -> u16 {
        let own = self.error_type.vendor_terms().0;
        let refusal = self
            .target_status
            .filter(|status| (400..600).contains(status));
        match self.error_type {
            ErrorType::TargetFailed => refusal.unwrap_or(own),
            _ => own,
        }
    }

    /// The error in the shape of Genesys Cloud's `ErrorBody`, with our own name beside it.
    pub fn body(&self) -> Value {
        json!({
            "errorType": self.error_type.name(),
            "message": self.message,
            "code": self.error_type.name().to_lowercase().replace('_', "."),
            "status": self.http_status(),
            "contextId": self.reference,
            "details": [{"errorCode": self.error_type.vendor_terms().1}],
            "errors": [],
        })
    }
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error_type.name(), self.message)?;
        match &self.reference {
            Some(reference) => write!(f, " (reference {reference})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ActionError {}

/// Errors of our own ports. What a target answered is judged in `run`.
impl From<deskbridge_core::Error> for ActionError {
    fn from(error: deskbridge_core::Error) -> Self {
        use deskbridge_core::ErrorKind;
        let error_type = match error.kind() {
            ErrorKind::NotSent => ErrorType::TargetUnreachable,
            ErrorKind::OutcomeUnknown => ErrorType::OutcomeUnknown,
            ErrorKind::Unauthorized | ErrorKind::NeedsPerson => ErrorType::InvalidCredentials,
            ErrorKind::Misconfigured => ErrorType::Misconfigured,
            ErrorKind::RateLimited | ErrorKind::Paced => ErrorType::RateLimited,
            ErrorKind::Rejected | ErrorKind::NotFound | ErrorKind::Unsupported => {
                ErrorType::TargetFailed
            }
            ErrorKind::Unavailable
            | ErrorKind::Conflict
            | ErrorKind::Malformed
            | ErrorKind::ClockSkew => ErrorType::Unavailable,
        };
        let status = error.http_status();
        let error = Self::new(error_type, error.message());
        status.map_or(error.clone(), |status| error.with_status(status))
    }
}
