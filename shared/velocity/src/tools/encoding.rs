//! `$encoding`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::one_text;
use crate::object::Object;
use crate::value::Value;

/// `base64(text)`: the text's UTF-8 in Base64, with padding.
#[derive(Clone, Copy, Debug)]
pub struct Encoding;

impl Object for Encoding {
    fn call(&self, name: &str, arguments: &[Value]) -> Result<Option<Value>, String> {
        if name != "base64" {
            return Ok(None);
        }
        Ok(one_text(arguments)?.map(|text| STANDARD.encode(text).into()))
    }
}
