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

/// Returns the text of an HTML fragment: line breaks where its blocks end, no tags.
pub(crate) fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let Some((tag, after)) = tag.split_once('>') else {
            rest = "";
            break;
        };
        let tag = tag.trim_end_matches('/').trim().to_ascii_lowercase();
        if matches!(tag.as_str(), "br" | "/p" | "/div" | "/li" | "/tr") {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    let entities = [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        // Last, so that what was written as text stays text.
        ("&amp;", "&"),
    ];
    let text = entities.iter().fold(text, |text, (entity, character)| {
        text.replace(entity, character)
    });
    text.trim().to_owned()
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
    fn the_text_of_html_has_its_line_breaks_and_no_tags() {
        let html = "<div>お世話に<br/>なります</div><p>1 &lt; 2 &amp;lt;</p><img src=x>";
        assert_eq!(plain(html), "お世話に\nなります\n1 < 2 &lt;");
        assert_eq!(plain("a <unfinished"), "a");
        assert_eq!(plain("山田"), "山田");
    }

    #[test]
    fn encodes_an_alias_as_one_path_segment() {
        assert_eq!(encode("x y/z"), "x%20y%2Fz");
    }
}
