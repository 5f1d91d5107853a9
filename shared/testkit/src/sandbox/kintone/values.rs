//! Whether a value fits its field, and how it is kept.

use serde_json::{Value, json};

use super::options::{Field, Options};
use super::state::to_the_minute;

const REQUIRED: &str = "必須です。";

/// Returns the value as it is read later, or why it does not fit.
pub(super) fn kept(
    field: &Field,
    given: Option<&Value>,
    options: &Options,
) -> Result<Value, String> {
    let given = match given {
        Some(given) => given.clone(),
        None => default(field),
    };
    let kept = match field.kind.as_str() {
        "NUMBER" => number(&given)?,
        "RADIO_BUTTON" | "DROP_DOWN" => choice(field, &given)?,
        "CHECK_BOX" | "MULTI_SELECT" => choices(field, &given)?,
        "DATE" => shaped(&given, "dddd-dd-dd")?,
        "TIME" => shaped(&given, "dd:dd")?,
        "DATETIME" => moment(&given)?,
        "USER_SELECT" => coded(&given, &options.users)?,
        "ORGANIZATION_SELECT" => coded(&given, &options.organizations)?,
        "GROUP_SELECT" => coded(&given, &options.groups)?,
        "FILE" | "CALC" => given,
        _ => text(field, &given)?,
    };
    let empty = kept.is_null() || kept == json!("") || kept == json!([]);
    match field.required && empty {
        true => Err(REQUIRED.to_owned()),
        false => Ok(kept),
    }
}

fn default(field: &Field) -> Value {
    match field.kind.as_str() {
        "CHECK_BOX" | "MULTI_SELECT" | "FILE" => json!([]),
        "USER_SELECT" | "ORGANIZATION_SELECT" | "GROUP_SELECT" => json!([]),
        "DROP_DOWN" | "DATE" | "TIME" | "DATETIME" => json!(field.default),
        _ => json!(field.default.clone().unwrap_or_default()),
    }
}

fn text(field: &Field, given: &Value) -> Result<Value, String> {
    let text = given.as_str().ok_or("文字列で指定してください。")?;
    match field.max_chars {
        Some(max) if text.chars().count() > max => {
            Err(format!("{max}文字以内で入力してください。"))
        }
        _ => Ok(json!(text)),
    }
}

fn number(given: &Value) -> Result<Value, String> {
    let text = given.as_str().map(str::to_owned);
    let text = text.or_else(|| given.as_number().map(ToString::to_string));
    let text = text.ok_or("数字でなければなりません。")?;
    let fits = text.is_empty() || text.parse::<f64>().is_ok_and(f64::is_finite);
    match fits && text.is_ascii() {
        true => Ok(json!(text)),
        false => Err("数字でなければなりません。".to_owned()),
    }
}

fn choice(field: &Field, given: &Value) -> Result<Value, String> {
    let Some(text) = given.as_str().filter(|text| !text.is_empty()) else {
        return Ok(json!(field.default));
    };
    match field.options.iter().any(|option| option == text) {
        true => Ok(json!(text)),
        false => Err(format!("\"{text}\"は選択肢にありません。")),
    }
}

fn choices(field: &Field, given: &Value) -> Result<Value, String> {
    let items = given.as_array().ok_or("配列で指定してください。")?;
    for item in items {
        choice(field, item)?;
    }
    Ok(given.clone())
}

/// `d` stands for a digit.
fn shaped(given: &Value, shape: &str) -> Result<Value, String> {
    let Some(text) = given.as_str().filter(|text| !text.is_empty()) else {
        return Ok(Value::Null);
    };
    let fits = |(c, wanted): (char, char)| match wanted {
        'd' => c.is_ascii_digit(),
        other => c == other,
    };
    match text.len() == shape.len() && text.chars().zip(shape.chars()).all(fits) {
        true => Ok(json!(text)),
        false => Err("日付・時刻の形式が正しくありません。".to_owned()),
    }
}

fn moment(given: &Value) -> Result<Value, String> {
    let Some(text) = given.as_str().filter(|text| !text.is_empty()) else {
        return Ok(Value::Null);
    };
    let at = text.parse::<jiff::Timestamp>();
    let at = at.map_err(|_| "日時の形式が正しくありません。".to_owned())?;
    Ok(json!(to_the_minute(at.as_millisecond())))
}

/// Users, organisations and groups, by their codes.
fn coded(given: &Value, known: &[String]) -> Result<Value, String> {
    let items = given.as_array().ok_or("配列で指定してください。")?;
    let kept = items.iter().map(|item| {
        let code = item["code"].as_str().unwrap_or_default();
        match known.iter().any(|known| known == code) {
            true => Ok(json!({ "code": code, "name": code })),
            false => Err(format!("指定した値({code})が見つかりません。")),
        }
    });
    kept.collect()
}
