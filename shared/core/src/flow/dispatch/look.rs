//! Looks at the vendor on a person's behalf, before a delivered action is sent once more.

use super::Dispatch;
use super::attempt::looks;
use super::ready::Hindrance;
use crate::action::ActionRecord;
use crate::connector::Found;
use crate::{Error, ErrorKind, Result};

impl Dispatch {
    /// Asks the vendor whether the action took effect, and writes nothing, there or here.
    ///
    /// # Errors
    /// `Unsupported` where the operation leaves nothing to look for; otherwise why the look-up failed,
    /// which says nothing of the action.
    pub async fn look(&self, record: &ActionRecord) -> Result<Found> {
        let action = &record.action;
        let configured = self.directory.named(&action.integration).await?;
        let configured = configured.ok_or_else(|| {
            let why = "the integration is gone, and with it the way to the vendor";
            Error::new(ErrorKind::Misconfigured, why)
        })?;
        let subject = self
            .store
            .entity(&action.integration, &action.subject)
            .await?;
        let ready = self.gather(action, &subject, &configured).await;
        let ready = ready.map_err(|hindrance| match hindrance {
            Hindrance::Refusal(error) | Hindrance::Credential { error, .. } => error,
        })?;
        if !looks(ready.operation) {
            let operation = ready.operation.name;
            let why = format!("{} cannot look for a {operation}", action.connector);
            return Err(Error::new(ErrorKind::Unsupported, why));
        }
        let call = self.call(action, &ready, record);
        ready.connector.look_up(&call, None).await
    }
}
