//! Where the fields of a file stand, for messages about them.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// The lines of a document's fields.
pub struct Lines(Node);

impl Lines {
    /// Reads a document; nothing of one that is no YAML.
    pub fn of(text: &str) -> Option<Self> {
        serde_saphyr::from_str(text).ok().map(Self)
    }

    /// The line of a field, as `settings.rules[1].on`; of the nearest thing around it where the file leaves
    /// the field out, and nothing where it knows not even the first part.
    pub fn line(&self, field: &str) -> Option<u64> {
        let parts = field.split(['.', '[', ']']).filter(|part| !part.is_empty());
        let (mut node, mut found) = (&self.0, None);
        for part in parts {
            let Some((line, next)) = node.0.get(part) else {
                break;
            };
            (node, found) = (next, Some(*line));
        }
        found
    }
}

/// The members of a mapping by their keys, or of a list by their places, each with its line.
#[derive(Default)]
struct Node(BTreeMap<String, (u64, Node)>);

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut node = Node::default();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let line = key.referenced.line();
            node.0.insert(key.value, (line, map.next_value()?));
        }
        Ok(node)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut node = Node::default();
        while let Some(one) = list.next_element::<Spanned<Node>>()? {
            let place = node.0.len().to_string();
            node.0.insert(place, (one.referenced.line(), one.value));
        }
        Ok(node)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Node, E> {
        Ok(Node::default())
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::default())
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, some: D) -> Result<Node, D::Error> {
        some.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Node, D::Error> {
        inner.deserialize_any(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn a_field_has_its_line_and_a_missing_one_that_of_what_is_around_it() {
        let text = "name: a\nsettings:\n  rules:\n    - on: x\n    - on: 5\n      do: null\n  \
            flow: { deep: [1, true] }\n";
        let lines = Lines::of(text).unwrap();
        for (field, line) in [
            ("name", Some(1)),
            ("settings", Some(2)),
            ("settings.rules[0].on", Some(4)),
            ("settings.rules[1].do", Some(6)),
            ("settings.rules[1].with.x", Some(5)),
            ("settings.flow.deep[1]", Some(7)),
            ("settings.kayako", Some(2)),
            ("kind", None),
            ("", None),
        ] {
            assert_eq!(lines.line(field), line, "{field}");
        }
        assert!(Lines::of("a: [b").is_none());
    }
}
