//! What the two processes tell each other, one line of JSON each way.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The first line of the company: where everything is.
#[derive(Serialize, Deserialize)]
pub(crate) struct About {
    /// Its services that need no key: `echo` and `records`.
    pub(crate) sources: Vec<Source>,
    /// The model's base address, its id on the wire, the name of its key, and its key.
    pub(crate) model_url: String,
    pub(crate) model_id: String,
    pub(crate) secret_name: String,
    pub(crate) secret: String,
}

/// A service as a user would connect it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) base_url: String,
    pub(crate) toml: String,
}

/// What the company is asked to do.
#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Order {
    /// Say this next; answered with null.
    Script { replies: Vec<Reply> },
    /// Tell what was asked; answered with a list of [`Seen`].
    Seen,
    /// Tell the records; answered with a list of [`Record`].
    Records,
}

/// One message of the model's.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply {
    /// Streamed, one event a fragment, at that pace.
    Calls { calls: Vec<Call>, pace: Pace },
    /// These bytes as an event stream, all at once.
    Stream(String),
    /// This JSON as the whole message: streaming is off.
    Whole(Value),
}

/// A call as the model writes it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The pieces of its arguments.
    pub(crate) fragments: Vec<String>,
}

/// How fast it writes.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Pace {
    pub(crate) per_second: u32,
}

/// A request that a service has seen; times in microseconds since 1970 on the company's own clock.
#[derive(Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) service: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) began_us: u64,
    /// None while it is under way.
    pub(crate) ended_us: Option<u64>,
    /// The body of a request to the model; none of others.
    pub(crate) body: Option<String>,
}

/// A record with what was appended to it.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) entries: Vec<Value>,
}
