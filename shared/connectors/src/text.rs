//! Cuts text to a vendor's limits without breaking a character.

/// Cuts `text` to at most `max` characters; what was cut is marked by an ellipsis.
pub(crate) fn truncate(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Percent-encodes one path segment or query value: everything but letters, digits and `-._~`.
pub(crate) fn encode(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: AsciiSet = NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, &KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_by_characters_not_bytes() {
        assert_eq!(truncate("障害が発生しました", 5), "障害が発…");
        assert_eq!(truncate("障害", 2), "障害");
    }

    #[test]
    fn encodes_an_alias_as_one_path_segment() {
        assert_eq!(encode("x y/z"), "x%20y%2Fz");
    }
}
