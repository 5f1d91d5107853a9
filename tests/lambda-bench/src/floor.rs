//! The least that can answer as AWS does: every write succeeds, and the only row is the integration.
//!
//! It stands for the services where their own work must not be measured; what the adapters do with
//! real answers is tested elsewhere. The protocol is AWS's JSON one, an operation in the header
//! `x-amz-target`, <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use deskbridge_core::Timestamp;
use deskbridge_core::dedup::key_hash;
use deskbridge_core::integration::Integration;
use serde_json::{Value, json};

use crate::secured::Secured;

/// The key in the example events.
const KEY: &str = "key-of-an-example";
const DOCUMENT: &str = include_str!("../../../infra/local/src/demo/support-alerts.yaml");
/// No name of this domain is ever found, <https://www.rfc-editor.org/rfc/rfc6761#section-6.4>.
const NO_VENDOR: &str = "https://vendor.invalid";

/// A running stand-in.
#[derive(Clone)]
pub(crate) struct Floor {
    pub(crate) address: SocketAddr,
    pub(crate) url: String,
    pub(crate) secured: Option<Arc<Secured>>,
    seen: Arc<Mutex<Seen>>,
}

/// What came since somebody looked.
#[derive(Default)]
pub(crate) struct Seen {
    /// The bodies that went to a queue.
    pub(crate) messages: Vec<String>,
    /// Somebody asked again: the machine was too slow for the adapters' patience.
    pub(crate) repeated: bool,
}

struct Answers {
    integration: Value,
    seen: Arc<Mutex<Seen>>,
}

impl Floor {
    pub(crate) async fn start() -> io::Result<Self> {
        let seen = Arc::default();
        let answers = Answers {
            integration: integration().map_err(io::Error::other)?,
            seen: Arc::clone(&seen),
        };
        let app = Router::new().route("/", post(answer));
        let app = app.with_state(Arc::new(answers));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, app).await });
        let url = format!("http://{address}");
        let secured = None;
        Ok(Self {
            address,
            url,
            secured,
            seen,
        })
    }

    pub(crate) fn take(&self) -> Seen {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// As the store writes it, with its document as text.
fn integration() -> Result<Value, String> {
    let document = DOCUMENT
        .replace("KAYAKO_URL", NO_VENDOR)
        .replace("OPSGENIE_URL", NO_VENDOR);
    let integration = Integration {
        spec: serde_saphyr::from_str(&document).map_err(|error| error.to_string())?,
        version: 1,
        key_hashes: vec![key_hash(KEY)],
        tenants: Vec::new(),
        file: None,
        keys_chosen: false,
        deleted_at: None,
        updated_at: Timestamp::from_millis(1_790_000_000_000),
        live_since: Timestamp::from_millis(1_790_000_000_000),
    };
    let text = serde_json::to_string(&integration).map_err(|error| error.to_string())?;
    Ok(json!({
        "pk": { "S": "integration" },
        "doc": { "S": text },
        "version": { "N": "1" },
        "owner": { "S": integration.name() },
    }))
}

async fn answer(
    State(answers): State<Arc<Answers>>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let target = headers.get("x-amz-target");
    let target = target.and_then(|target| target.to_str().ok()).unwrap_or("");
    let operation = target.rsplit('.').next().unwrap_or_default();
    // As `attempt=1; max=3`.
    let attempt = headers.get("amz-sdk-request");
    let attempt = attempt.and_then(|value| value.to_str().ok()).unwrap_or("");
    if !attempt.contains("attempt=1;") {
        answers.seen().repeated = true;
    }
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
    match answers.of(operation, &request) {
        Some(answer) => (StatusCode::OK, kind, answer.to_string()),
        None => (StatusCode::NOT_IMPLEMENTED, kind, "{}".to_owned()),
    }
}

impl Answers {
    fn of(&self, operation: &str, request: &Value) -> Option<Value> {
        Some(match operation {
            "GetItem" => self.item(request),
            "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems" => json!({}),
            "BatchGetItem" => json!({ "Responses": {}, "UnprocessedKeys": {} }),
            "Query" | "Scan" => json!({ "Items": [], "Count": 0, "ScannedCount": 0 }),
            "GetQueueAttributes" => json!({ "Attributes": {} }),
            "SendMessage" => {
                self.keep(&request["MessageBody"]);
                json!({ "MessageId": "1", "MD5OfMessageBody": "" })
            }
            "SendMessageBatch" => self.batch(request),
            "GetSecretValue" => {
                let secret = json!({ "email": "a", "password": "b", "api_key": "c" });
                json!({ "VersionId": "1", "SecretString": secret.to_string() })
            }
            _ => return None,
        })
    }

    fn item(&self, request: &Value) -> Value {
        let pk = request["Key"]["pk"]["S"].as_str().unwrap_or_default();
        match pk.starts_with("key#") || pk == "integration#support-alerts" {
            true => json!({ "Item": self.integration }),
            false => json!({}),
        }
    }

    fn batch(&self, request: &Value) -> Value {
        let entries = request["Entries"].as_array();
        let taken = entries.into_iter().flatten().map(|entry| {
            self.keep(&entry["MessageBody"]);
            json!({ "Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": "" })
        });
        json!({ "Successful": taken.collect::<Vec<_>>(), "Failed": [] })
    }

    fn keep(&self, body: &Value) {
        let body = body.as_str().unwrap_or_default().to_owned();
        self.seen().messages.push(body);
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
