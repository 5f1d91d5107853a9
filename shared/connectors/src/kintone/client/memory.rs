//! What one process remembers of its apps: their forms and names.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::secret::Credential;

use crate::kintone::types::Form;

/// How long a form is taken as it was read: a change of it goes unseen that long at most. kintone gives
/// an app 10,000 requests a day, and this takes 288 of them.
const FORM_AGE: Duration = Duration::from_secs(300);
const NAME_AGE: Duration = Duration::from_secs(3600);

/// One app with one credential. A new version of the credential forgets what the old one knew.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    credential: (String, String),
    api: String,
    app: u64,
}

impl Place {
    pub(super) fn new(credential: &Credential, api: &str, app: u64) -> Self {
        Self {
            credential: (credential.name.clone(), credential.version.clone()),
            api: api.to_owned(),
            app,
        }
    }
}

#[derive(Default)]
pub(in crate::kintone) struct Memory(Mutex<BTreeMap<Place, Known>>);

#[derive(Default)]
struct Known {
    form: Option<(Timestamp, Arc<Form>)>,
    name: Option<(Timestamp, String)>,
}

impl Memory {
    pub(super) fn form(&self, place: &Place, now: Timestamp) -> Option<Arc<Form>> {
        self.with(place, |known| {
            let (read_at, form) = known.form.as_ref()?;
            (now.since(*read_at) < FORM_AGE).then(|| Arc::clone(form))
        })
    }

    pub(super) fn keep_form(&self, place: &Place, now: Timestamp, form: Form) -> Arc<Form> {
        let form = Arc::new(form);
        self.with(place, |known| known.form = Some((now, Arc::clone(&form))));
        form
    }

    pub(super) fn name(&self, place: &Place, now: Timestamp) -> Option<String> {
        self.with(place, |known| {
            let (read_at, name) = known.name.as_ref()?;
            (now.since(*read_at) < NAME_AGE).then(|| name.clone())
        })
    }

    pub(super) fn keep_name(&self, place: &Place, now: Timestamp, name: &str) {
        self.with(place, |known| known.name = Some((now, name.to_owned())));
    }

    fn with<T>(&self, place: &Place, work: impl FnOnce(&mut Known) -> T) -> T {
        // What a panicking holder left behind is at worst read again.
        let mut apps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work(apps.entry(place.clone()).or_default())
    }
}
