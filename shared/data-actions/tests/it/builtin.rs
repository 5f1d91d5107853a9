//! Built-in actions against the sandboxes of their types.

use std::collections::BTreeSet;

use deskbridge_data_actions::{ActionType, Definition, builtin};
use deskbridge_testkit::sandbox::dynamics::{self, Dynamics};
use deskbridge_testkit::sandbox::salesforce::{self, Salesforce};
use deskbridge_testkit::sandbox::zendesk::{self, Zendesk};
use serde_json::{Value, json};

use crate::sandboxes::{Desk, SOON};
use crate::support::error_type;

/// Settings with every built-in action of a type, as a person would import them.
fn settings(type_name: &str, more: Value) -> Value {
    let all = builtin().into_iter().filter(|(own, _)| *own == type_name);
    let actions = all.map(|(_, action)| {
        let entry = json!({"definition": action.export().to_string()});
        (action.name, entry)
    });
    let mut settings = json!({"type": type_name, "credential": "main"});
    settings["actions"] = Value::Object(actions.collect());
    let fields = more.as_object().unwrap().clone();
    settings.as_object_mut().unwrap().extend(fields);
    settings
}

async fn run(desk: &Desk, action: &str, input: Value) -> Value {
    let finished = desk.run(action, input, None, SOON).await;
    assert_eq!(finished.trace.warnings, Vec::<String>::new(), "{action}");
    finished.result.unwrap()
}

#[test]
fn each_is_static_has_a_name_of_its_own_and_can_be_read_again() {
    let mut names = BTreeSet::new();
    for (type_name, action) in builtin() {
        assert_eq!(action.action_type, ActionType::Static);
        let again = Definition::import(&action.export().to_string()).unwrap();
        assert_eq!(again.version(), action.version());
        assert!(names.insert((type_name, action.name)));
    }
    assert_eq!(names.len(), 16);
}

#[tokio::test]
async fn dynamics_finds_contacts_accounts_and_the_newest_open_case() {
    let (options, org) = (
        dynamics::Options::default(),
        Dynamics::start(dynamics::Options::default()).await.unwrap(),
    );
    let url = org.url();
    let fields = [
        ("tenantId", options.tenant.as_str()),
        ("clientId", &options.client_id),
        ("clientSecret", &options.client_secret),
        ("orgWebAddress", &url),
    ];
    let desk = Desk::new(settings("dynamics-365", json!({"login_url": url})), &fields).await;
    let phone = json!({"PHONE_NUMBER": "tel:+49 (30) 123456"});
    let contact = run(&desk, "GetContactByPhoneNumber", phone.clone()).await;
    assert_eq!(contact[0]["fullname"], "Ann O'Hara");
    let account = run(&desk, "GetAccountByPhoneNumber", phone).await;
    assert_eq!(
        account[0]["name"], "Acme",
        "it stands there in digits alone"
    );
    let email = json!({"EMAIL_ADDRESS": "ann@example.com"});
    let contact = run(&desk, "GetContactByEmail", email).await;
    let id = json!({"CONTACT_ID": contact[0]["contactid"]});
    let account = run(&desk, "GetAccountByContactId", id.clone()).await;
    assert_eq!(account[0]["accountnumber"], "A-17");
    let number = json!({"ACCOUNT_NUMBER": "A-17"});
    assert_eq!(
        run(&desk, "GetAccountByAccountNumber", number).await,
        account
    );
    let case = run(&desk, "GetMostRecentOpenCaseByContactId", id).await;
    assert_eq!(case.as_array().unwrap().len(), 1);
    assert_eq!(case[0]["title"], "Newer");
    let hostile = json!({"CONTACT_ID": "0 or statecode eq 0"});
    let hostile = desk.run("GetMostRecentOpenCaseByContactId", hostile, None, SOON);
    assert_eq!(error_type(&hostile.await), "REQUEST_REFUSED");
}

#[tokio::test]
async fn salesforce_finds_by_number_and_by_address_and_takes_signs_of_its_search_as_text() {
    let options = salesforce::Options::default();
    let org = Salesforce::start(options.clone()).await.unwrap();
    let fields = [
        ("clientId", options.client_id.as_str()),
        ("clientSecret", &options.client_secret),
    ];
    let desk = Desk::new(
        settings("salesforce", json!({"login_url": org.url()})),
        &fields,
    )
    .await;
    let phone = json!({"PHONE_NUMBER": "tel:+4930123456"});
    let contact = run(&desk, "GetContactByPhoneNumber", phone).await;
    assert_eq!(contact[0]["Name"], "Ann O'Hara");
    for nobody in [
        "x} RETURNING User(Id)",
        "a* OR b?",
        "o'hara+tag@example.com",
    ] {
        let found = run(&desk, "GetContactByEmail", json!({"EMAIL_ADDRESS": nobody})).await;
        assert_eq!(found, json!([]), "{nobody}");
    }
    let number = json!({"ACCOUNT_NUMBER": "A-17"});
    assert_eq!(
        run(&desk, "GetAccountByAccountNumber", number).await,
        json!([])
    );
}

#[tokio::test]
async fn zendesk_finds_a_user_by_number() {
    let options = zendesk::Options::default();
    let desk_url = Zendesk::start(options.clone()).await.unwrap();
    let fields = [
        ("userEmail", options.email.as_str()),
        ("apiToken", &options.api_token),
    ];
    let desk = Desk::new(
        settings("zendesk", json!({"base_url": desk_url.url()})),
        &fields,
    )
    .await;
    let phone = json!({"PHONE_NUMBER": "+49 30 123456"});
    let found = run(&desk, "GetContactByPhoneNumber", phone).await;
    assert_eq!(found[0]["id"], 9017);
}
