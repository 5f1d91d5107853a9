//! Functions that data actions call, over MiniStack: a role is assumed, and Python runs.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use deskbridge_clock::SystemClock;
use deskbridge_connectors::http::Targets;
use deskbridge_core::Timestamp;
use deskbridge_core::integration::{History, Integration, IntegrationSpec};
use deskbridge_core::ports::Clock as _;
use deskbridge_core::secret::Credential;
use deskbridge_data_actions::{ActionError, Execution, KIND};
use deskbridge_embedded::EmbeddedSecrets;
use deskbridge_local::bundle::{Bundle, Options};
use serde_json::{Value, json};

use crate::ministack::{MiniStack, repository};
use crate::or_skip;

struct Desk {
    bundle: Bundle,
    _data: tempfile::TempDir,
}

/// The role's and the function's ARN.
fn made(ministack: &MiniStack) -> (String, String) {
    let output = Command::new(repository().join(".venv/bin/python"))
        .arg(repository().join("shared/aws/tests/make_function.py"))
        .arg(&ministack.url)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (role, function) = text.trim().split_once(' ').expect("both ARNs");
    (role.to_owned(), function.to_owned())
}

fn fields(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let each = fields.iter();
    each.map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

impl Desk {
    async fn open(settings: Value, credential: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let held = fields(credential).into_iter().collect();
        let secrets = EmbeddedSecrets::from_map([("main".to_owned(), held)]);
        let mut bundle = Bundle::open(Options {
            data: data.path().to_path_buf(),
            secrets: Arc::new(secrets),
            targets: Targets::Any,
            clock: Arc::new(SystemClock),
        })
        .unwrap();
        let keys = fields(&[("accessKeyId", "test"), ("secretAccessKey", "test")]);
        let keys = Credential::new("aws", "1", keys);
        bundle.data_actions = bundle.data_actions.with_aws_keys(Some(keys));
        let spec = IntegrationSpec {
            name: "crm".into(),
            kind: KIND.into(),
            enabled: true,
            team: String::new(),
            history: History::Full,
            settings,
        };
        let stored = Integration {
            spec,
            version: 1,
            key_hashes: Vec::new(),
            tenants: Vec::new(),
            file: None,
            keys_chosen: false,
            deleted_at: None,
            updated_at: Timestamp::from_millis(0),
            live_since: Timestamp::from_millis(0),
        };
        bundle.store.put_integration(stored, 0).await.unwrap();
        Self {
            bundle,
            _data: data,
        }
    }

    async fn find(&self, input: Value) -> Result<Value, ActionError> {
        let execution = Execution {
            integration: "crm".into(),
            action: "find".into(),
            input,
            request_key: None,
            deadline: SystemClock.now() + Duration::from_secs(30),
            id: "call-1".into(),
            trace: true,
            flatten: false,
        };
        self.bundle.data_actions.run(&execution).await.result
    }
}

fn integration(kind: &str, url: &str, request: Value) -> Value {
    json!({
        "type": kind, "credential": "main", "region": "eu-central-1", "base_url": url, "login_url": url,
        "actions": {"find": request},
    })
}

#[tokio::test]
async fn a_role_is_assumed_and_its_function_answers_or_throws() {
    let ministack = or_skip!(MiniStack::start());
    let (role, function) = made(&ministack);
    let request = json!({
        "request": {"method": "POST", "url": function, "body": "${input.rawRequest}"},
        "response": {"values": {"name": "$.customer"}, "success": "{\"name\": ${name}}"},
    });
    let settings = integration("aws-lambda", &ministack.url, request);
    let desk = Desk::open(settings, &[("ARN", &role), ("externalId", "org-1")]).await;
    let found = desk.find(json!({"phone": "+4930123456"})).await;
    assert_eq!(found.unwrap(), json!({"name": "Ann"}));
    let thrown = desk.find(json!({"fail": true})).await.unwrap_err();
    assert_eq!(thrown.error_type.name(), "TARGET_FAILED");
    assert_eq!(thrown.target_status, Some(500));
    assert!(thrown.message.contains("No such customer"), "{thrown}");
}

#[tokio::test]
async fn a_function_of_the_vendors_platform_runs_as_the_one_that_stands_in_for_it() {
    let ministack = or_skip!(MiniStack::start());
    let (_, function) = made(&ministack);
    let exported = json!({
        "name": "Find", "integrationType": "function-data-actions", "actionType": "custom",
        "config": {
            "request": {"requestType": "POST", "headers": {"x-key": "${credentials.apiKey}"}, "requestTemplate": "${input.rawRequest}"},
            "response": {"translationMap": {}, "translationMapDefaults": {}, "successTemplate": "${rawResult}"},
        },
        "contract": {"input": {"inputSchema": {}}, "output": {"successSchema": {}}}, "secure": false,
    });
    let entry = json!({"definition": exported, "function": function});
    let settings = integration("function", &ministack.url, entry);
    let desk = Desk::open(settings, &[("apiKey", "key-of-the-crm")]).await;
    let found = desk.find(json!({"phone": "0301"})).await;
    assert_eq!(found.unwrap(), json!({"phone": "0301", "customer": "Ann"}));
}
