//! How a call ended. Exactly one outcome each.

use serde::{Deserialize, Serialize};

use crate::id::Handle;
use crate::label::Label;
use crate::time::{Phases, Span};
use crate::tool::ToolId;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The source answered with a result.
    Returned,
    /// It did not work out; the failure says why.
    Failed,
    /// Policy or a person said no. Nothing was sent.
    Refused,
    /// A person stopped it.
    Cancelled,
    /// Its deadline passed.
    TimedOut,
    /// It was sent, and we can't know how it ended.
    Unknown,
}

impl Outcome {
    /// The word for it on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed out",
            Self::Unknown => "unknown",
        }
    }
}

/// The classes of failure that an entry may name. The words for a person and for the model are a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// No such tool is connected.
    UnknownTool,
    /// The arguments are not JSON, or not what the tool's schema asks for.
    InvalidArguments,
    /// The source's secret is not in the keychain.
    MissingSecret,
    /// No connection: name not found, refused, TLS.
    Connect,
    /// The connection ended in the middle.
    Interrupted,
    /// The source answered, with a status that means no (400 to 599).
    Status,
    /// The body is not what its headers say: length, encoding.
    BadBody,
    /// It sent us to another place more often than we follow.
    Redirect,
    /// The source asked us to wait for longer than a call waits. Nothing was sent.
    Paused,
    /// Our own fault: a panic in the call's task.
    Internal,
}

/// How a call ended, whole: what its task hands back, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// How.
    pub outcome: Outcome,
    /// The class of failure, for `Failed`; for `Unknown` what went wrong on the way, if anything did.
    pub failure: Option<FailureClass>,
    /// The source's status code, if it answered.
    pub status: Option<u16>,
    /// The result's media type, without parameters; empty if there is none.
    pub media: String,
    /// What the source sent: the result, or an error's body; empty if nothing came.
    pub body: Vec<u8>,
    /// The body's whole length if it was cut to the source's limit.
    pub cut_from: Option<u64>,
    /// What happened and what to do, in words, for a person and the model. For `Returned`: what has to be said of a
    /// result that has pages, empty for others.
    pub words: String,
    /// What the answer said beside its result.
    pub told: Told,
}

/// What an attempt learned beside its result: for whoever decides what to do next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Whether the same request may do better a moment later: no connection, a reset before a status, or one of the
    /// statuses 408, 429, 502, 503, 504.
    pub transient: bool,
    /// Whether the source refused this request's token, and has given another since: the same request may be made with
    /// that, since nothing was done.
    pub renewed: bool,
    /// How long the source asked this request to wait (`Retry-After`).
    pub retry_after: Option<Span>,
    /// Why the source can take no more requests for a while, from anyone.
    pub pause: Option<Pause>,
    /// How long the result may be used again for the same request, by the answer's cache headers (RFC 9111).
    pub fresh_for: Option<Span>,
    /// Where the time went.
    pub phases: Phases,
    /// Where the next page is, as the header `Link` has it (RFC 8288).
    pub next_link: Option<String>,
    /// How the source labelled this very result, if it did.
    pub label: Option<Label>,
}

/// A source's word that it takes no more requests for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// For how long, from now.
    pub lasts: Span,
    /// How it said so: `429 with Retry-After: 3`, `RateLimit: 0 remaining`.
    pub words: String,
}

impl Ending {
    /// An ending without a body.
    pub fn without_body(outcome: Outcome, failure: Option<FailureClass>, words: impl Into<String>) -> Self {
        Self {
            outcome,
            failure,
            status: None,
            media: String::new(),
            body: Vec::new(),
            cut_from: None,
            words: words.into(),
            told: Told::default(),
        }
    }
}

/// A result as a model is given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallResult {
    /// The id under which the model asked.
    pub id: String,
    /// The handle by which it may cite.
    pub handle: Handle,
    /// Which tool; `None` if the model asked for one that does not exist.
    pub tool: Option<ToolId>,
    /// Whether it is a result and not the words of a failure.
    pub ok: bool,
    /// What the model must know of the call beside its result, behind the tool's name; mostly empty.
    pub note: String,
    /// What the model reads, after the line with the handle.
    pub text: String,
}

impl CallResult {
    /// What stands in the message: the handle's line, then the text.
    pub fn message(&self) -> String {
        let Self { handle, tool, note, text, .. } = self;
        let tool = tool.as_ref().map(|tool| format!(" {tool}")).unwrap_or_default();
        let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
        format!("[{handle}]{tool}{note}\n{text}")
    }
}
