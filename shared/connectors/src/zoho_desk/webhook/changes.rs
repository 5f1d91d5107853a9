//! What an update changed, told by the state before: Zoho Desk has one event for all of it.

use serde_json::{Value, json};

use crate::zoho_desk::types::{flag, text};

/// Compares the payload with its `prevState`. A field that the state before does not hold did not
/// change; without any state before, nothing can be told, and `known` says so.
pub(super) fn changes(before: &Value, after: &Value) -> Value {
    let kind = |state: &Value| text(&state["statusType"]);
    let (was, is) = (kind(before), kind(after));
    let closed = |kind: &str| kind.eq_ignore_ascii_case("closed");
    let turned = |name: &str| differs(before, after, name) && flag(&after[name]);
    let assignee = change(before, after, "assigneeId");
    let assigned = assignee["changed"] == true && assignee["to"] != "";
    let status = change(before, after, "status");
    let status_changed = status["changed"] == true;
    // Where only the status itself is told of before, its own name must do.
    let was_closed = match was.as_str() {
        "" => closed(&text(&before["status"])),
        kind => closed(kind),
    };
    let is_closed = match is.as_str() {
        "" => closed(&text(&after["status"])),
        kind => closed(kind),
    };
    json!({
        "known": before.as_object().is_some_and(|state| !state.is_empty()),
        "status": status,
        "priority": change(before, after, "priority"),
        "assignee": assignee,
        "department": change(before, after, "departmentId"),
        "subject": change(before, after, "subject"),
        "due": change(before, after, "dueDate"),
        "assigned": assigned,
        "closed": status_changed && is_closed && !was_closed,
        "reopened": status_changed && was_closed && !is_closed,
        "escalated": turned("isEscalated"),
        "overdue": turned("isOverDue"),
    })
}

fn change(before: &Value, after: &Value, name: &str) -> Value {
    json!({
        "changed": differs(before, after, name),
        "from": text(&before[name]),
        "to": text(&after[name]),
    })
}

fn differs(before: &Value, after: &Value, name: &str) -> bool {
    before
        .get(name)
        .is_some_and(|before| text(before) != text(&after[name]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(before: Value, after: Value) -> Value {
        changes(&before, &after)
    }

    #[test]
    fn closed_and_reopened_go_by_the_type_of_the_status() {
        let open = json!({"status": "In Progress", "statusType": "Open"});
        let done = json!({"status": "Resolved", "statusType": "Closed"});
        let archived = json!({"status": "Archived", "statusType": "Closed"});
        let closing = of(open.clone(), done.clone());
        assert_eq!(
            (&closing["closed"], &closing["reopened"]),
            (&json!(true), &json!(false))
        );
        let opening = of(done.clone(), open);
        assert_eq!(
            (&opening["closed"], &opening["reopened"]),
            (&json!(false), &json!(true))
        );
        let moved = of(done, archived);
        assert_eq!(
            (&moved["closed"], &moved["status"]["changed"]),
            (&json!(false), &json!(true))
        );
    }

    #[test]
    fn a_field_that_the_state_before_does_not_hold_did_not_change() {
        let found = of(
            json!({"status": "Open"}),
            json!({"status": "Open", "priority": "High", "isEscalated": true}),
        );
        assert_eq!(found["known"], true);
        assert_eq!(found["priority"]["changed"], false);
        assert_eq!(found["escalated"], false);
        assert_eq!(of(Value::Null, json!({"status": "Open"}))["known"], false);
    }

    #[test]
    fn assigned_is_to_somebody_and_overdue_is_once() {
        let nobody = json!({"assigneeId": null, "isOverDue": false});
        let somebody = json!({"assigneeId": "4000", "isOverDue": "true"});
        let taken = of(nobody.clone(), somebody.clone());
        assert_eq!(
            (&taken["assigned"], &taken["overdue"]),
            (&json!(true), &json!(true))
        );
        let left = of(somebody.clone(), nobody);
        assert_eq!(
            (&left["assigned"], &left["assignee"]["changed"]),
            (&json!(false), &json!(true))
        );
        assert_eq!(of(somebody.clone(), somebody)["overdue"], false);
    }
}
