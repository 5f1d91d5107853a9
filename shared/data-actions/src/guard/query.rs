//! Query languages inside a parameter: an input may be a value in them, and no clause.

use url::Url;

/// The language that a type of target speaks in its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    None,
    /// SOQL and SOSL, in `q`: texts in `'…'`, search terms in `{…}`, `\` escapes.
    /// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/>
    Salesforce,
    /// Zendesk's search, in `query`: texts in `"…"`, and `field:value`, `field<value`.
    /// <https://developer.zendesk.com/documentation/ticketing/using-the-zendesk-api/searching-with-the-zendesk-api/>
    Zendesk,
    /// `OData`, in every parameter: texts in `'…'`, in which `''` is one sign. The parameters' names begin
    /// with `$`, so they are told by that.
    /// <https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html>
    OData,
}

impl Dialect {
    fn speaks_in(self, parameter: &str) -> bool {
        match self {
            Self::None => false,
            Self::Salesforce => parameter == "q",
            Self::Zendesk => parameter == "query",
            Self::OData => parameter.starts_with('$'),
        }
    }

    fn closes(self, open: char) -> Option<char> {
        match (self, open) {
            (Self::Salesforce | Self::OData, '\'') => Some('\''),
            (Self::Salesforce, '{') => Some('}'),
            (Self::Zendesk, '"') => Some('"'),
            _ => None,
        }
    }
}

/// Whether both addresses ask the same question, but for the values in it.
pub(super) fn same(real: &Url, calm: &Url, dialect: Dialect) -> bool {
    let asked = |url: &Url| {
        let pairs = url.query_pairs();
        let pairs = pairs.filter(|(key, _)| dialect.speaks_in(key));
        pairs
            .map(|(_, value)| skeleton(&value, dialect))
            .collect::<Vec<_>>()
    };
    dialect == Dialect::None || asked(real) == asked(calm)
}

/// What is left of a query without its values: texts are empty, and each run of letters and digits is
/// one `w`. Of Zendesk's only the signs between field and value stay, for its words are search terms.
fn skeleton(text: &str, dialect: Dialect) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if let Some(end) = dialect.closes(c) {
            out.push(c);
            if skip_text(&mut chars, end, dialect) {
                out.push(end);
            }
        } else if dialect == Dialect::Zendesk {
            if matches!(c, ':' | '<' | '>') {
                out.push(c);
            }
        } else if c.is_alphanumeric() || "_-.~".contains(c) {
            if !out.ends_with('w') {
                out.push('w');
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Goes behind the end of a text; false if it has none.
fn skip_text(chars: &mut std::str::Chars<'_>, end: char, dialect: Dialect) -> bool {
    let doubles = dialect == Dialect::OData;
    while let Some(c) = chars.next() {
        if c == '\\' && !doubles {
            chars.next();
        } else if c == end {
            if !doubles || !chars.as_str().starts_with(end) {
                return true;
            }
            chars.next();
        }
    }
    false
}
