//! Opaque places in a list. A cursor is sealed for one token and one list: it holds nothing that its
//! owner has not been shown, and any other is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deskbridge_core::Timestamp;
use deskbridge_core::dedup::digest;

use crate::access::Caller;
use crate::problem::{Answer, Problem};

const SEAL_CHARS: usize = 16;

/// A time and an id, as the lists are ordered.
pub(crate) type Place = (Timestamp, String);

pub(crate) fn write(caller: &Caller, list: &str, (at, id): &Place) -> String {
    let place = format!("{}/{id}", at.as_millis());
    let seal = seal(caller, list, &place);
    URL_SAFE_NO_PAD.encode(format!("{seal}{place}"))
}

/// Reads the parameter `before`.
pub(crate) fn read(caller: &Caller, list: &str, cursor: Option<&str>) -> Answer<Option<Place>> {
    let Some(cursor) = cursor else {
        return Ok(None);
    };
    let forged = || {
        let detail = "Use the cursor `next` of this list's last page, with the same token.";
        Problem::field(400, "Unknown cursor", "before", detail)
    };
    let place = opened(caller, list, cursor).ok_or_else(forged)?;
    Ok(Some(place))
}

fn opened(caller: &Caller, list: &str, cursor: &str) -> Option<Place> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (given, place) = text.split_at_checked(SEAL_CHARS)?;
    if seal(caller, list, place) != given {
        return None;
    }
    let (at, id) = place.split_once('/')?;
    Some((Timestamp::from_millis(at.parse().ok()?), id.to_owned()))
}

fn seal(caller: &Caller, list: &str, place: &str) -> String {
    let digest = digest(&["cursor", caller.hash(), list, place]);
    digest.chars().take(SEAL_CHARS).collect()
}
