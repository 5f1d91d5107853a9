//! Slack's own marks in texts: put around what strangers wrote, and taken out of what people type.
//!
//! <https://docs.slack.dev/messaging/formatting-message-text/>

/// Escapes the three characters that begin something: a link, a mention, a call to everybody in the
/// channel (`<!channel>`). Cut to at most `max` characters as they are sent, never within an escape.
pub(super) fn escaped(text: &str, max: usize) -> String {
    let mut kept = String::new();
    let (mut used, mut cut_at) = (0, 0);
    for character in text.chars() {
        let mut own = [0; 4];
        let written = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            other => other.encode_utf8(&mut own),
        };
        used += written.chars().count();
        if used > max {
            kept.truncate(cut_at);
            kept.push('…');
            return kept;
        }
        kept.push_str(written);
        // What may stay with the ellipsis behind it.
        if used < max {
            cut_at = kept.len();
        }
    }
    kept
}

/// The same in one line: for what stands in a headline or a list.
pub(super) fn line(text: &str, max: usize) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    escaped(&words.join(" "), max)
}

/// Returns what a person typed: names instead of ids in mentions, links as they are, no escapes.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let Some((mark, after)) = after.split_once('>') else {
            out.push('<');
            rest = after;
            continue;
        };
        out.push_str(&named(mark));
        rest = after;
    }
    out.push_str(rest);
    // The ampersand last, so that what was typed as an escape stays one.
    let out = out.replace("&lt;", "<").replace("&gt;", ">");
    out.replace("&amp;", "&")
}

/// `@U123|ann`, `#C123|support`, `!here`, `mailto:a@b|a@b`, `https://x|label`.
fn named(mark: &str) -> String {
    let (target, label) = mark.split_once('|').unwrap_or((mark, ""));
    match (target.chars().next(), label) {
        (Some('@' | '#'), "") => target.to_owned(),
        (Some(sign @ ('@' | '#')), label) => format!("{sign}{}", label.trim_start_matches(sign)),
        (Some('!'), "") => target.replacen('!', "@", 1),
        (Some('!'), label) => label.to_owned(),
        (_, "") => target.to_owned(),
        _ if target.ends_with(label) => label.to_owned(),
        _ => format!("{label} ({target})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_calls_nobody_and_links_nowhere() {
        let subject = "<!channel> <https://evil.example|reset> & <@U1>";
        let safe = "&lt;!channel&gt; &lt;https://evil.example|reset&gt; &amp; &lt;@U1&gt;";
        assert_eq!(escaped(subject, 200), safe);
    }

    #[test]
    fn text_is_cut_by_characters_and_never_within_an_escape() {
        assert_eq!(escaped("障害が発生しました", 5), "障害が発…");
        assert_eq!(escaped("障害", 2), "障害");
        assert_eq!(escaped("a&b", 7), "a&amp;b");
        assert_eq!(escaped("a&b", 6), "a…");
        assert_eq!(escaped("a&&b", 7), "a&amp;…");
    }

    #[test]
    fn a_line_has_no_breaks() {
        assert_eq!(line(" a\n b\t<c ", 20), "a b &lt;c");
    }

    #[test]
    fn what_a_person_typed_is_read_as_they_typed_it() {
        for (sent, typed) in [
            ("tell <@U12|ann> in <#C1|support>", "tell @ann in #support"),
            ("<@U12> <!here> <!subteam^S1|@it>", "@U12 @here @it"),
            ("<mailto:a@example.com|a@example.com>", "a@example.com"),
            ("<https://example.com|docs>", "docs (https://example.com)"),
            ("<https://example.com>", "https://example.com"),
            ("1 &lt; 2 &amp;amp; 3", "1 < 2 &amp; 3"),
            ("a < b", "a < b"),
        ] {
            assert_eq!(plain(sent), typed);
        }
    }
}
