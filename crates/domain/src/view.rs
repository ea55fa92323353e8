//! What screens and the command line show of the record: read-only pictures, made by queries.

mod verified;

use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::Verdict;
use crate::effect::Effect;
use crate::fact::{Dropped, Stopped};
use crate::finding::{Detected, MadeOf};
use crate::id::{BatchId, CallId, ConversationId, Handle, ModelCallId, Seq, TurnId};
use crate::json::Json;
use crate::label::Label;
use crate::model::{Finish, ModelFailure, Usage};
use crate::outcome::{FailureClass, Outcome};
use crate::payload::{Commitment, PayloadRole};
use crate::source::SourceSpec;
use crate::tie::{ArgumentSource, CallUse};
use crate::time::Micros;
pub use verified::{Finding, FindingKind, Part, PartReport, VerifyReport, WitnessReport};

/// One call, as a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct CallRow {
    /// The call.
    pub call: CallId,
    /// The entry that says that it was asked for.
    pub seq: Seq,
    /// When it was asked for.
    pub at: Micros,
    /// Its conversation; none by hand.
    pub conversation: Option<ConversationId>,
    /// Its turn; none by hand.
    pub turn: Option<TurnId>,
    /// Its batch; none by hand.
    pub batch: Option<BatchId>,
    /// Its place in the batch.
    pub position: u32,
    /// How the model could cite it.
    pub handle: Handle,
    /// `source.tool`; what the model wrote if no such tool is connected.
    pub tool: String,
    /// What it does.
    pub effect: Effect,
    /// The argument that tells most.
    pub telling: String,
    /// Its label as it stands.
    pub label: Label,
    /// What that is made of, if anything was detected; else it is its source's and its tool's.
    pub made: Option<MadeOf>,
    /// What policy said, once it did.
    pub verdict: Option<Verdict>,
    /// What a person said, if asked.
    pub approved: Option<bool>,
    /// When it was sent, if it was.
    pub sent_at: Option<Micros>,
    /// How it ended, once it did.
    pub outcome: Option<Outcome>,
    /// The class, for `failed`.
    pub failure: Option<FailureClass>,
    /// The source's status.
    pub status: Option<u16>,
    /// Bytes of the result.
    #[specta(type = u32)]
    pub size: u64,
    /// From the first attempt's sending to the end.
    pub took_ms: u32,
    /// Requests that were sent for it.
    pub attempts: u32,
    /// Whether it was taken in while the model still wrote its message.
    pub early: bool,
    /// The call on whose recorded result it drew instead of sending a request.
    pub from: Option<CallId>,
    /// The ended call that a person made again with this one.
    pub retry_of: Option<CallId>,
    /// Whether a person changed its arguments.
    pub edited: bool,
    /// Why its result was kept out of the conversation, if it was.
    pub dropped: Option<Dropped>,
}

/// Everything on record about one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct CallDetail {
    /// The row.
    pub row: CallRow,
    /// Its story: every entry that names it, in order.
    pub entries: Vec<EntryView>,
    /// Its payloads, in the order of the entries that commit to them.
    pub payloads: Vec<PayloadView>,
    /// The answers that were given with its result in view, oldest first.
    pub used_by: Vec<CallUse>,
    /// What its arguments were taken from.
    pub taken_from: Vec<ArgumentSource>,
    /// What was detected in it, if anything was and it is not erased.
    pub detected: Option<Detected>,
}

/// One entry, as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct EntryView {
    /// Its place.
    pub seq: Seq,
    /// When.
    pub at: Micros,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its body.
    pub body: Json,
    /// Its leaf hash, hexadecimal.
    pub leaf: String,
}

/// A payload, as text for a screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct PayloadView {
    /// The entry that commits to it.
    pub seq: Seq,
    /// What the entry holds.
    pub commitment: Commitment,
    /// What it is.
    pub role: PayloadRole,
    /// Its media type.
    pub media: String,
    /// Its whole size in bytes.
    #[specta(type = u32)]
    pub size: u64,
    /// Its text from the start, at most as many bytes as were asked for; bytes that are not UTF-8 are replaced.
    pub text: String,
    /// Whether `text` is all of it.
    pub whole: bool,
    /// The entry that says that it is erased, if it is; then there is nothing but its commitment and its role.
    pub erased: Option<Seq>,
}

/// Proof that an entry is in the trail (C2SP tlog-proof), checked before it was handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ProofView {
    /// The entry.
    pub seq: Seq,
    /// Its leaf hash, hexadecimal.
    pub leaf: String,
    /// The hashes from the leaf to the root, base64.
    pub path: Vec<String>,
    /// The signed checkpoint that the path leads to.
    pub checkpoint: String,
}

/// A conversation, as a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ConversationRow {
    /// The conversation.
    pub id: ConversationId,
    /// The beginning of its first question.
    pub title: String,
    /// When something last happened in it.
    pub at: Micros,
    /// How many turns it has.
    pub turns: u32,
    /// The join of everything in it.
    pub label: Label,
    /// What its requests to models used.
    pub spent: Spent,
}

/// What requests to models used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Spent {
    /// Requests that ended.
    pub requests: u32,
    /// Of them, those that failed.
    pub failures: u32,
    /// Tokens as providers counted them.
    pub usage: Usage,
    /// What they cost, in millionths of a US dollar, as far as prices were known.
    #[specta(type = u32)]
    pub cost: u64,
    /// Requests that used tokens at a price that nobody knew: if there are any, `cost` is too low.
    pub unpriced: u32,
    /// From sending to the last byte, all together.
    #[specta(type = u32)]
    pub took_ms: u64,
}

impl Spent {
    /// Both together.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(more.requests),
            failures: self.failures.saturating_add(more.failures),
            usage: self.usage.and(more.usage),
            cost: self.cost.saturating_add(more.cost),
            unpriced: self.unpriced.saturating_add(more.unpriced),
            took_ms: self.took_ms.saturating_add(more.took_ms),
        }
    }
}

/// What one model used on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DaySpent {
    /// When the day began, in UTC.
    pub at: Micros,
    /// The model's name in the workspace.
    pub model: String,
    /// What it used.
    pub spent: Spent,
}

/// A conversation with everything that a screen shows of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ConversationView {
    /// The row.
    pub row: ConversationRow,
    /// Its turns in order.
    pub turns: Vec<TurnView>,
}

/// A turn with everything that a screen shows of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct TurnView {
    /// The turn.
    pub id: TurnId,
    /// The question.
    pub question: String,
    /// When it was asked.
    pub at: Micros,
    /// Its batches in order.
    pub batches: Vec<BatchView>,
    /// Calls of it that a person made again afterwards, oldest first.
    pub retries: Vec<CallRow>,
    /// The answer, if it has one.
    pub answer: Option<Answer>,
    /// Why it has none, if it ended without.
    pub stopped: Option<Stopped>,
    /// What happened, in words, if it ended without.
    pub words: String,
    /// How many results of earlier calls its requests showed shorter than before, so that they fit.
    pub shortened: u32,
    /// What its requests to models used.
    pub spent: Spent,
}

/// One request to a model and what came back, as they were on the wire; see [`crate::fact::Fact::ModelCalled`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct WireView {
    /// The request.
    pub request: ModelCallId,
    /// The entry that says that it is about to leave.
    pub seq: Seq,
    /// When.
    pub at: Micros,
    /// The model's name in the workspace.
    pub model: String,
    /// Scheme, host, port and path.
    pub endpoint: String,
    /// How many results of earlier calls it shows shorter than the request before it did.
    pub shortened: u32,
    /// How many values and results the model was not shown, being above its clearance.
    pub redacted: u32,
    /// The body as sent; none if nothing is held under its commitment.
    pub sent: Option<PayloadView>,
    /// What came back; none while it is under way, or if the program ended before.
    pub returned: Option<WireReturn>,
}

/// What a model sent back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct WireReturn {
    /// The entry that says so.
    pub seq: Seq,
    /// Why the message ended, if it did.
    pub finish: Option<Finish>,
    /// How it went wrong, if it did.
    pub failure: Option<ModelFailure>,
    /// Tokens as the provider counted them.
    pub usage: Usage,
    /// What they cost, in millionths of a US dollar.
    pub cost: Option<u32>,
    /// From sending to the last byte.
    pub took_ms: u32,
    /// The body as received; none if nothing is held under its commitment.
    pub received: Option<PayloadView>,
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct BatchView {
    /// The batch.
    pub id: BatchId,
    /// Its calls in the model's order.
    pub calls: Vec<CallRow>,
    /// How long at least one of its calls was under way; waiting for a person does not count.
    pub elapsed_ms: u32,
    /// The same calls one after another.
    pub sequential_ms: u32,
    /// The join of its calls.
    pub label: Label,
}

/// A source with what the record says of its health.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct SourceView {
    /// Its definition.
    pub spec: SourceSpec,
    /// Whether the secret that it names is in the keychain; true if it needs none.
    pub secret_present: bool,
    /// What is known of its tokens, if it takes tokens and there are any.
    pub token: Option<TokenView>,
    /// What its calls say.
    pub health: Health,
    /// Whether a person paused it: its calls wait.
    pub paused: bool,
    /// How long it still asks us to wait, in milliseconds; 0 if it doesn't.
    pub asks_to_wait_ms: u32,
}

/// A source's token, without the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TokenView {
    /// When it ends, if that is known.
    pub ends: Option<Micros>,
    /// Whether it is renewed by itself.
    pub renewable: bool,
}

/// What the record says of a source's calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Health {
    /// Calls that were sent in the last seven days; of more than 10,000 only the latest count.
    pub calls: u32,
    /// Of them, those that did not return.
    pub failures: u32,
    /// The middle one of their times.
    pub p50_ms: u32,
    /// The time that 19 of 20 of them kept within.
    pub p95_ms: u32,
    /// When the last was sent, however long ago.
    pub last_at: Option<Micros>,
    /// How that one ended, if it has ended.
    pub last_outcome: Option<Outcome>,
}

/// What the trail holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TrailStats {
    /// Entries.
    #[specta(type = u32)]
    pub entries: u64,
    /// Signed checkpoints.
    #[specta(type = u32)]
    pub checkpoints: u64,
    /// Calls.
    #[specta(type = u32)]
    pub calls: u64,
    /// Calls without an outcome.
    #[specta(type = u32)]
    pub open_calls: u64,
    /// Bytes of payloads as stored.
    #[specta(type = u32)]
    pub payload_bytes: u64,
    /// Calls by outcome, most first; `open` for those without.
    pub by_outcome: Vec<Count>,
    /// Calls by source.
    pub by_source: Vec<Count>,
    /// Calls by level.
    pub by_level: Vec<Count>,
}

/// How many of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Count {
    /// Of what.
    pub name: String,
    /// How many.
    #[specta(type = u32)]
    pub count: u64,
}
