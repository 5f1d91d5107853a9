//! A MiniStack of its own with the whole stack in it.

use std::path::PathBuf;
use std::process::Command;

use aws_sdk_sqs::types::QueueAttributeName;
use deskbridge_aws::DynamoStore;
use deskbridge_aws::settings::TableNames;
use serde_json::Value;

use crate::bench::config;
use crate::ministack::{MiniStack, repository};

const NAME: &str = "deskbridge";
const SAM: &str = ".venv/infra/bin/sam";
const CDK: &str = "infra/cdk/node_modules/.bin/cdk";

pub(super) struct Stack {
    pub(super) ministack: MiniStack,
    pub(super) store: DynamoStore,
    pub(super) sqs: aws_sdk_sqs::Client,
    /// Where the HTTP API answers, as a `Host` header.
    pub(super) api: String,
}

impl Stack {
    /// Nothing where something is not set up, which is said aloud, and on CI is a failure.
    pub(super) async fn deploy(with: fn(&MiniStack)) -> Option<Self> {
        if let Some(missing) = needed().find(|path| !path.exists()) {
            let missing = missing.display();
            let first = "run infra/check.sh and infra/bootstraps.sh";
            #[expect(clippy::disallowed_methods, reason = "CI must not skip")]
            let ci = std::env::var("CI").is_ok();
            assert!(!ci, "{missing} is not there: {first}");
            println!("SKIPPED, because {missing} is not there: {first}");
            return None;
        }
        let ministack = MiniStack::start()?;
        with(&ministack);
        ministack.check_roles();
        let config = config(&ministack);
        let dynamodb = aws_sdk_dynamodb::Client::new(&config);
        let outputs = outputs(&ministack);
        let api = outputs("WebhookUrl").replace("http://", "");
        Some(Self {
            store: DynamoStore::new(dynamodb.clone(), tables(&dynamodb).await),
            sqs: aws_sdk_sqs::Client::new(&config),
            api: api.trim_end_matches("/webhooks").to_owned(),
            ministack,
        })
    }

    /// By the right to invoke the function.
    pub(super) fn first_token(&self) -> String {
        let mut invoke = tool(SAM, &self.ministack);
        invoke.args(["remote", "invoke", "AdminFunction", "--stack-name", NAME]);
        invoke.args(["--event", r#"{"new_token": "first"}"#]);
        let made: Value = serde_json::from_slice(&run(invoke)).unwrap();
        made["token"].as_str().unwrap().to_owned()
    }

    pub(super) async fn queue(&self, name: &str) -> String {
        let listed = self.sqs.list_queues().queue_name_prefix(NAME).send().await;
        let mut urls = listed.unwrap().queue_urls.unwrap_or_default().into_iter();
        let part = format!("{NAME}-{name}-");
        urls.find(|url| url.contains(&part)).unwrap()
    }

    /// How many messages of a queue can be received, and how many are hidden.
    pub(super) async fn messages(&self, url: &str) -> (usize, usize) {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let request = self.sqs.get_queue_attributes().queue_url(url);
        let request = request.set_attribute_names(Some(names.to_vec()));
        let found = request.send().await.unwrap().attributes.unwrap_or_default();
        let [visible, hidden] = names.map(|name| found[&name].parse().unwrap());
        (visible, hidden)
    }
}

/// The owner's tools, and the functions as they are deployed.
fn needed() -> impl Iterator<Item = PathBuf> {
    let functions = std::fs::read_dir(repository().join("functions")).unwrap();
    let functions = functions.map(|entry| {
        let built = repository().join("target/lambda");
        built.join(entry.unwrap().file_name()).join("bootstrap")
    });
    let tools = [SAM, CDK].map(|path| repository().join(path));
    tools.into_iter().chain(functions)
}

pub(super) fn sam(ministack: &MiniStack) {
    let mut deploy = tool(SAM, ministack);
    deploy.args(["deploy", "--template-file", "infra/sam/template.yaml"]);
    deploy.args(["--stack-name", NAME, "--capabilities", "CAPABILITY_IAM"]);
    deploy.args(["--resolve-s3", "--no-confirm-changeset"]);
    run(deploy);
}

pub(super) fn cdk(ministack: &MiniStack) {
    let output = format!("{}/cdk.out", env!("CARGO_TARGET_TMPDIR"));
    let cdk = |arguments: &[&str]| {
        let mut command = tool(CDK, ministack);
        command.current_dir(repository().join("infra/cdk"));
        command.args(["--output", &output]).args(arguments);
        run(command);
    };
    cdk(&["bootstrap", "aws://000000000000/eu-central-1"]);
    cdk(&["deploy", "--require-approval", "never"]);
}

/// What the stack says of itself, whoever deployed it.
fn outputs(ministack: &MiniStack) -> impl Fn(&str) -> String + use<> {
    let mut list = tool(SAM, ministack);
    list.args([
        "list",
        "stack-outputs",
        "--stack-name",
        NAME,
        "--output",
        "json",
    ]);
    let all: Vec<Value> = serde_json::from_slice(&run(list)).unwrap();
    move |name| {
        let output = all.iter().find(|output| output["OutputKey"] == name);
        output.unwrap()["OutputValue"].as_str().unwrap().to_owned()
    }
}

async fn tables(dynamodb: &aws_sdk_dynamodb::Client) -> TableNames {
    let listed = dynamodb.list_tables().send().await.unwrap();
    let names = listed.table_names.unwrap_or_default();
    let named = |role: &str| {
        let part = format!("-{role}Table-");
        let name = names.iter().find(|name| name.contains(&part));
        name.unwrap().clone()
    };
    TableNames {
        integrations: named("Integrations"),
        state: named("State"),
        history: named("History"),
    }
}

fn tool(path: &str, ministack: &MiniStack) -> Command {
    let root: PathBuf = repository().canonicalize().unwrap();
    let mut command = Command::new(root.join(path));
    command
        .current_dir(&root)
        .env("AWS_ENDPOINT_URL", &ministack.url)
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_DEFAULT_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("SAM_CLI_TELEMETRY", "0")
        .env("CDK_DISABLE_CLI_TELEMETRY", "true")
        .env_remove("AWS_PROFILE");
    command
}

fn run(mut command: Command) -> Vec<u8> {
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    let also = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{command:?}\n{also}\n{said}");
    done.stdout
}
