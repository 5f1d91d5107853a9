//! The items of Re:lation that can be mapped, each a template.

use std::collections::BTreeMap;

use deskbridge_core::integration::Problem;
use serde_json::{Value, json};

/// By the name that settings use. A list stays a list: kintone's field decides how it is written.
pub(crate) const ITEMS: [(&str, &str); 34] = [
    ("activity", "{{ activity.type }}"),
    ("activity_label", "{{ activity.label }}"),
    ("activity_at", "{{ activity.at }}"),
    ("ticket_id", "{{ ticket.id }}"),
    ("ticket_url", "{{ ticket.url }}"),
    ("title", "{{ ticket.title }}"),
    ("status", "{{ ticket.status }}"),
    ("status_label", "{{ ticket.status_label }}"),
    ("assignee", "{{ ticket.assignee }}"),
    ("assignee_name", "{{ ticket.assignee_name }}"),
    ("labels", "{{ ticket.labels }}"),
    ("case_categories", "{{ ticket.case_categories }}"),
    ("pending_reason", "{{ ticket.pending_reason }}"),
    ("color", "{{ ticket.color }}"),
    ("created_at", "{{ ticket.created_at }}"),
    ("updated_at", "{{ ticket.updated_at }}"),
    ("channel", "{{ message.channel }}"),
    ("channel_label", "{{ message.channel_label }}"),
    ("subject", "{{ message.subject }}"),
    ("body", "{{ message.body }}"),
    ("from", "{{ message.from }}"),
    ("to", "{{ message.to }}"),
    ("cc", "{{ message.cc }}"),
    ("bcc", "{{ message.bcc }}"),
    ("sent_at", "{{ message.sent_at }}"),
    ("attachments", "{{ message.attachments }}"),
    ("message_id", "{{ message.id }}"),
    ("customer_name", "{{ customer.name }}"),
    ("customer_company", "{{ customer.company }}"),
    ("customer_code", "{{ customer.code }}"),
    ("customer_email", "{{ customer.email }}"),
    ("customer_tel", "{{ customer.tel }}"),
    ("message_box", "{{ message_box.name }}"),
    ("message_box_id", "{{ message_box.id }}"),
];

/// One field of the app, with what goes into it.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) template: Value,
}

impl Field<'_> {
    /// Whether the value comes from a message, or from the customer behind it.
    pub(super) fn is_of_message(&self) -> bool {
        let template = self.template.as_str().unwrap_or_default();
        template.contains("message.") || template.contains("customer.")
    }
}

/// Returns each field with its template, or everything that is wrong with them.
pub(super) fn fields(mapping: &BTreeMap<String, Value>) -> Result<Vec<Field<'_>>, Vec<Problem>> {
    let (mut fields, mut problems) = (Vec::new(), Vec::new());
    for (name, value) in mapping {
        match template(value) {
            Ok(template) => fields.push(Field { name, template }),
            Err(why) => problems.push(Problem::new(format!("settings.fields.{name}"), why)),
        }
    }
    match problems.is_empty() {
        true => Ok(fields),
        false => Err(problems),
    }
}

/// An item's name, or a template. Any other text is refused: it may be a name with a slip in it.
fn template(value: &Value) -> Result<Value, String> {
    let Some(text) = value.as_str().map(str::trim) else {
        return Err("must be an item or a template".to_owned());
    };
    if text.contains("{{") || text.contains("{%") {
        return Ok(value.clone());
    }
    let item = ITEMS.iter().find(|(name, _)| *name == text);
    item.map(|(_, template)| json!(template)).ok_or_else(|| {
        let names: Vec<_> = ITEMS.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        format!("{text} is no item; use a template, {{{{ \"a fixed text\" }}}}, or one of: {names}")
    })
}
