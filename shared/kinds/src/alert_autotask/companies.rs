//! Which Autotask company an alert's organisation is.

use std::collections::BTreeMap;

use deskbridge_core::integration::Problem;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Choice, folded_twice, looked_up};
use crate::settings::Literal;

#[derive(Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(super) struct Companies {
    /// An organisation's name to a company's id or exact name.
    map: BTreeMap<String, Choice>,
    /// An organisation that is not in the map is looked for under its own name.
    same_name: bool,
    /// Takes what is found nowhere else; without it such alerts are refused.
    default: Option<Choice>,
}

impl Companies {
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = folded_twice("settings.companies.map", self.map.keys());
        for (organisation, _) in self.map.iter().filter(|(_, company)| company.is_empty()) {
            let field = format!("settings.companies.map.{organisation}");
            problems.push(Problem::new(field, "must be a company's name or id"));
        }
        if self.default.as_ref().is_some_and(Choice::is_empty) {
            let why = "must be a company's name or id";
            problems.push(Problem::new("settings.companies.default", why));
        }
        if self.map.is_empty() && !self.same_name && self.default.is_none() {
            let why = "leads to no company: give a map, same_name: true, or a default";
            problems.push(Problem::new("settings.companies", why));
        }
        problems
    }

    pub(super) fn with(&self) -> Map<String, Value> {
        let otherwise = if self.same_name {
            "alert.organisation"
        } else {
            "\"\""
        };
        let company = looked_up(&self.map, "alert.organisation", otherwise);
        let mut with = Map::from_iter([("company".to_owned(), json!(company))]);
        if let Some(default) = &self.default {
            // As a literal, so that a name with braces in it stays what it is.
            let default = format!("{{{{ {} }}}}", Literal(default));
            with.insert("default_company".into(), json!(default));
        }
        with
    }
}
