//! Backslashes in quoted names and strings.

/// Resolves `\n`, `\uXXXX` and their like; a backslash before any other character is dropped.
pub(crate) fn unescape(raw: &str) -> Result<String, &'static str> {
    let mut units = Vec::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            push(&mut units, c);
            continue;
        }
        match chars.next() {
            None => push(&mut units, '\\'),
            Some('u') => {
                let hex: String = chars.by_ref().take(4).collect();
                // Fewer than four at the end are dropped, as the original drops them.
                if hex.chars().count() == 4 {
                    units.push(unit(&hex)?);
                }
            }
            Some(c) => push(&mut units, escaped(c)),
        }
    }
    String::from_utf16(&units)
        .map_err(|_| "half of a surrogate pair cannot be part of any name or string")
}

fn push(units: &mut Vec<u16>, c: char) {
    units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
}

fn escaped(c: char) -> char {
    match c {
        'r' => '\r',
        'f' => '\u{c}',
        't' => '\t',
        'n' => '\n',
        'b' => '\u{8}',
        other => other,
    }
}

/// Java's own number reader takes a sign here, so `\u-001` is a character too.
fn unit(hex: &str) -> Result<u16, &'static str> {
    let value =
        i32::from_str_radix(hex, 16).map_err(|_| "expected four hexadecimal digits after \\u")?;
    let [low, high, ..] = value.to_le_bytes();
    Ok(u16::from_le_bytes([low, high]))
}
