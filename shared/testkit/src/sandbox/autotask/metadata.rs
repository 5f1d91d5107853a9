//! What the API tells of its fields: picklists, and the defaults of a category.

use serde_json::{Map, Value, json};

use super::api::Refusal;
use super::options::Picklist;
use super::state::State;

/// The values of a picklist are texts here, although the field itself is a number.
pub(super) fn fields(lists: &[Picklist]) -> Value {
    let field = |list: &Picklist| {
        let values = list.choices.iter().enumerate();
        let values: Vec<_> = values
            .map(|(order, choice)| {
                json!({
                    "value": choice.value.to_string(),
                    "label": choice.label,
                    "isDefaultValue": false,
                    "sortOrder": order,
                    "parentValue": "",
                    "isActive": choice.active,
                    "isSystem": false,
                })
            })
            .collect();
        json!({
            "name": list.field,
            "dataType": "integer",
            "length": 0,
            "isRequired": false,
            "isReadOnly": false,
            "isQueryable": true,
            "isReference": false,
            "isPickList": true,
            "picklistValues": values,
        })
    };
    let mut all = vec![json!({
        "name": "title", "dataType": "string", "length": 255, "isRequired": true,
        "isReadOnly": false, "isQueryable": true, "isReference": false, "isPickList": false,
        "picklistValues": null,
    })];
    all.extend(lists.iter().map(field));
    json!({ "fields": all })
}

pub(super) fn field_defaults(state: &State, id: i64) -> Result<Value, Refusal> {
    let category = state.category(id);
    let category = category.ok_or_else(|| Refusal::new(404, "No such category."))?;
    let mut defaults = Map::new();
    defaults.insert("id".into(), json!(id + 4_000));
    defaults.insert("ticketCategoryID".into(), json!(id));
    for field in [
        "status",
        "priority",
        "queueID",
        "issueTypeID",
        "subIssueTypeID",
        "sourceID",
        "ticketTypeID",
    ] {
        let found = category.defaults.iter().find(|(name, _)| name == field);
        defaults.insert(field.into(), json!(found.map(|(_, value)| value)));
    }
    Ok(json!({ "items": [defaults], "pageDetails": super::query::page_details(1) }))
}
