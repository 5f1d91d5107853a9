//! HMAC-SHA256 over a request, compared in constant time.

use deskbridge_core::{Error, ErrorKind, Result};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Returns the code of the parts, one after the other, that is still to be finished or compared.
pub(super) fn code(key: &[u8], parts: &[&[u8]]) -> Result<Hmac<Sha256>> {
    let mut code = Hmac::<Sha256>::new_from_slice(key)
        .map_err(|_| Error::new(ErrorKind::Misconfigured, "the secret is no HMAC key"))?;
    for part in parts {
        code.update(part);
    }
    Ok(code)
}

/// Reads lower-case hexadecimal digits.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    bytes.collect()
}
