//! `$salesforce` and `$msdynamics`: values within search terms and filters.

use super::one_text;
use crate::object::Object;
use crate::value::Value;

/// `escReserved(text)`: a backslash before each of SOSL's
/// [reserved characters](https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_find.htm).
#[derive(Clone, Copy, Debug)]
pub struct SearchEscape;

const RESERVED: &str = "?&|!{}[]()^~*:\\\"'+-";

impl Object for SearchEscape {
    fn call(&self, name: &str, arguments: &[Value]) -> Result<Option<Value>, String> {
        if name != "escReserved" {
            return Ok(None);
        }
        Ok(one_text(arguments)?.map(|text| {
            let mut made = String::with_capacity(text.len());
            for c in text.chars() {
                if RESERVED.contains(c) {
                    made.push('\\');
                }
                made.push(c);
            }
            made.into()
        }))
    }
}

/// `phoneNumberFilter(number, [fields])`: an `OData` filter that any of the fields equals the number, as
/// it is or as its digits alone. A `tel:` before it is taken off.
#[derive(Clone, Copy, Debug)]
pub struct PhoneFilter;

impl Object for PhoneFilter {
    fn call(&self, name: &str, arguments: &[Value]) -> Result<Option<Value>, String> {
        let ("phoneNumberFilter", [Value::Text(number), Value::List(fields)]) = (name, arguments)
        else {
            return Ok(None);
        };
        let number = number.strip_prefix("tel:").unwrap_or(number);
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let mut forms = vec![number.replace('\'', "''")];
        if !digits.is_empty() && digits != number {
            forms.push(digits);
        }
        let mut tests = Vec::new();
        for field in fields.items() {
            let name = field.as_text().filter(|name| is_name(name));
            let name =
                name.ok_or_else(|| "phoneNumberFilter takes the names of fields".to_owned())?;
            tests.extend(forms.iter().map(|form| format!("{name} eq '{form}'")));
        }
        Ok(Some(tests.join(" or ").into()))
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '/'))
}
