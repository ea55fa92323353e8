//! Facts: what an entry of the trail can say, as `docs/trail-format.md` publishes it. Of personal data and free text they
//! hold commitments; a field never changes its meaning; there are no floats: lengths of time are microseconds.

mod says;
mod why;

use crate::anchor::AnchorKind;
use crate::bundle::BundleKind;
use crate::call::Verdict;
use crate::effect::Effect;
use crate::finding::Judged;
use crate::id::{BatchId, CallId, ConversationId, Handle, HoldId, ModelCallId, Seq, TurnId};
use crate::label::Label;
use crate::model::{Finish, ModelFailure, Usage};
use crate::outcome::{FailureClass, Outcome};
use crate::payload::Commitment;
use crate::secret::SecretName;
use crate::time::{Micros, Phases, Span};
use serde::{Deserialize, Serialize};
pub use why::{Change, Dropped, MOST_ERASED, Stopped, TokenGrant};

/// One thing that happened. What is `None` is left out.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum Fact {
    /// The first entry: who signs, and what wrote it.
    #[serde(rename = "trail.opened")]
    TrailOpened {
        /// The checkpoints' origin line.
        origin: String,
        /// The signing key's verifier (C2SP signed-note vkey).
        vkey: String,
        /// The program's version.
        program: String,
    },
    /// What an earlier run left open was closed.
    #[serde(rename = "trail.recovered")]
    TrailRecovered {
        /// Calls that had been sent and now are `unknown`.
        unknown: u32,
        /// Calls that had not been sent and now are `cancelled`.
        cancelled: u32,
        /// The last entry of the earlier run.
        after: Seq,
    },
    /// A conversation began.
    #[serde(rename = "conversation.opened")]
    ConversationOpened {},
    /// A person asked.
    #[serde(rename = "question.asked")]
    QuestionAsked {
        /// The turn that it begins.
        turn: TurnId,
        /// The question.
        question: Commitment,
    },
    /// Intent: a request to a model is about to leave.
    #[serde(rename = "model.called")]
    ModelCalled {
        /// This request.
        request: ModelCallId,
        /// The turn it serves; none for a test by hand.
        turn: Option<TurnId>,
        /// The model's name in the workspace.
        model: String,
        /// Scheme, host, port and path.
        endpoint: String,
        /// The exact bytes of the body.
        prompt: Commitment,
        /// The join of what is in it.
        label: Label,
        /// How many results of earlier calls it shows shorter than the request before it did, so that it fits.
        #[serde(default, skip_serializing_if = "why::is_none")]
        shortened: u32,
        /// How many values stand as pseudonyms in it, and results that it was shown nothing of: above its clearance.
        #[serde(default, skip_serializing_if = "why::is_none")]
        redacted: u32,
        /// Which these are; with `redacted` alone.
        hidden: Option<Commitment>,
    },
    /// A model's response ended.
    #[serde(rename = "model.returned")]
    ModelReturned {
        /// Which request.
        request: ModelCallId,
        /// Why the message ended, if it did.
        finish: Option<Finish>,
        /// How it went wrong, if it did.
        failure: Option<ModelFailure>,
        /// The bytes as received.
        response: Commitment,
        /// Tokens as the provider counted them.
        usage: Usage,
        /// What they cost by the price that was known then, in millionths of a US dollar.
        cost: Option<u32>,
        /// From sending to the last byte.
        took: Span,
    },
    /// All the calls of one model message are known.
    #[serde(rename = "batch.opened")]
    BatchOpened {
        /// The batch.
        batch: BatchId,
        /// Its turn.
        turn: TurnId,
        /// The request to the model whose message asked for it.
        request: ModelCallId,
        /// How many calls it has.
        calls: u32,
    },
    /// A call was asked for, by the model or by hand.
    #[serde(rename = "call.requested")]
    CallRequested {
        /// The call.
        call: CallId,
        /// Its batch; none by hand.
        batch: Option<BatchId>,
        /// Its turn; none by hand.
        turn: Option<TurnId>,
        /// Its place in the batch, from 0.
        position: u32,
        /// How the model may cite it.
        handle: Handle,
        /// `source.tool`; empty if no such tool is connected.
        tool: String,
        /// The definition in force; empty without a tool.
        tool_version: String,
        /// What it does.
        effect: Effect,
        /// The arguments as written.
        arguments: Commitment,
        /// The label before it ran.
        label: Label,
        /// The request whose message was still being written when the call was taken in, if it was.
        early: Option<ModelCallId>,
        /// The ended call that a person makes again with this one.
        retry_of: Option<CallId>,
    },
    /// A message asks for more calls than a person allowed in one: those that have not started wait for a person.
    #[serde(rename = "batch.held")]
    BatchHeld {
        /// The batch.
        batch: BatchId,
        /// How many calls it has.
        calls: u32,
        /// How many one message may ask for.
        limit: u32,
    },
    /// A person answered about a held batch.
    #[serde(rename = "batch.released")]
    BatchReleased {
        /// The batch.
        batch: BatchId,
        /// Whether its calls may run.
        allowed: bool,
        /// Why, if they said.
        reason: Option<Commitment>,
    },
    /// Policy decided.
    #[serde(rename = "call.decided")]
    CallDecided {
        /// The call.
        call: CallId,
        /// What.
        verdict: Verdict,
        /// The rule that decided.
        rule: String,
        /// SHA-256 of the policy in force, hexadecimal.
        policy: String,
    },
    /// A person was asked about the calls of a batch.
    #[serde(rename = "approval.asked")]
    ApprovalAsked {
        /// The calls, in the model's order.
        calls: Vec<CallId>,
        /// What the person was shown.
        shown: Commitment,
    },
    /// A person answered about one call.
    #[serde(rename = "approval.given")]
    ApprovalGiven {
        /// The call.
        call: CallId,
        /// Whether it may run.
        allowed: bool,
        /// Why, if they said.
        reason: Option<Commitment>,
        /// The arguments that the person put in the place of the model's, if they did.
        arguments: Option<Commitment>,
    },
    /// Intent: a call's request is about to leave.
    #[serde(rename = "call.sent")]
    CallSent {
        /// The call.
        call: CallId,
        /// Which try, from 1.
        attempt: u32,
        /// Which page of its result this attempt asks for, from 2; none for the first request.
        page: Option<u32>,
        /// The method.
        method: String,
        /// Scheme, host, port and path; never the query.
        endpoint: String,
        /// Request line, headers and body as sent, secrets replaced by their names.
        request: Commitment,
        /// The key by which the source knows this call again, if it takes one: the same in every attempt.
        idempotency_key: Option<String>,
    },
    /// An attempt came to nothing, and the call goes on: with another attempt, or one that is under way already.
    #[serde(rename = "attempt.ended")]
    AttemptEnded {
        /// The call.
        call: CallId,
        /// Which try, from 1.
        attempt: u32,
        /// The class of failure; none if its deadline passed.
        failure: Option<FailureClass>,
        /// The source's status, if it answered.
        status: Option<u16>,
        /// What happened in words.
        words: Commitment,
        /// From sending to its end.
        took: Span,
    },
    /// A call that started early is no part of its message, which ended badly or otherwise; its result is kept out.
    #[serde(rename = "call.dropped")]
    CallDropped {
        /// The call.
        call: CallId,
        /// Why.
        why: Dropped,
    },
    /// A call ended.
    #[serde(rename = "call.ended")]
    CallEnded {
        /// The call.
        call: CallId,
        /// How.
        outcome: Outcome,
        /// The class, for `failed`.
        failure: Option<FailureClass>,
        /// The source's status, if it answered.
        status: Option<u16>,
        /// What the source sent, if anything came.
        result: Option<Commitment>,
        /// What happened in words, if it did not return.
        words: Option<Commitment>,
        /// Bytes of the result that we hold.
        size: u64,
        /// The result's whole length, if it was cut to the source's limit.
        cut_from: Option<u64>,
        /// From the first attempt's sending to the end; 0 if it was never sent.
        took: Span,
        /// The label after it ran.
        label: Label,
        /// The call on whose recorded result this one drew, instead of sending; without a `result`, on all of it.
        from: Option<CallId>,
        /// Where the last attempt's time went.
        phases: Option<Phases>,
        /// What was detected in its arguments and its result, if anything was.
        findings: Option<Commitment>,
    },
    /// A turn ended in an answer.
    #[serde(rename = "answer.given")]
    AnswerGiven {
        /// The turn.
        turn: TurnId,
        /// Text, exposure, citations and timings as JSON.
        answer: Commitment,
        /// The calls whose results the model had before it.
        exposed: Vec<CallId>,
        /// The join of what was exposed.
        label: Label,
        /// Entries of this conversation, this one included.
        entries: u64,
    },
    /// A turn ended without one.
    #[serde(rename = "turn.stopped")]
    TurnStopped {
        /// The turn.
        turn: TurnId,
        /// Why.
        why: Stopped,
        /// What happened in words.
        words: Option<Commitment>,
    },
    /// A source was added, replaced or removed.
    #[serde(rename = "source.changed")]
    SourceChanged {
        /// Its name.
        source: String,
        /// What happened to it.
        change: Change,
        /// The new definition as JSON.
        setting: Option<Commitment>,
    },
    /// Intent: a message that is no tool's call is about to leave for a source: a session's begin, a list, an answer.
    #[serde(rename = "source.asked")]
    SourceAsked {
        /// Its name; empty while an API's description is fetched, of which no source is made yet.
        source: String,
        /// The message's method (`tools/list`), or HTTP's where there is no message; `response` for an answer.
        method: String,
        /// Scheme, host, port and path, or `stdio:` and the program's name; never the query.
        endpoint: String,
        /// The message as sent, secrets replaced by their names; none where nothing is sent but the request itself.
        request: Option<Commitment>,
    },
    /// A model was added, replaced or removed.
    #[serde(rename = "model.changed")]
    ModelChanged {
        /// Its name.
        model: String,
        /// What happened to it.
        change: Change,
        /// The new definition as JSON.
        setting: Option<Commitment>,
    },
    /// Another setting changed.
    #[serde(rename = "settings.changed")]
    SettingsChanged {
        /// Which.
        key: String,
        /// The new value as JSON.
        setting: Commitment,
    },
    /// Intent: a request for a token of OAuth 2 is about to leave.
    #[serde(rename = "token.sent")]
    TokenSent {
        /// The name of what is asked for: the tokens', or the client's secret.
        secret: SecretName,
        /// With what it is asked for.
        grant: TokenGrant,
        /// Scheme, host, port and path; never the query.
        endpoint: String,
        /// Request line, headers and body as sent, secrets replaced by their names.
        request: Commitment,
    },
    /// A request for a token ended. What it gave is secret and stands nowhere.
    #[serde(rename = "token.ended")]
    TokenEnded {
        /// The `token.sent` before it.
        sent: Seq,
        /// The server's status, if it answered.
        status: Option<u16>,
        /// What happened in words, if it gave no token.
        words: Option<Commitment>,
        /// From sending to its end.
        took: Span,
    },
    /// Another key signs from here on. The key before it signs for this entry last, so that trust goes on.
    #[serde(rename = "epoch.opened")]
    EpochOpened {
        /// The origin line of the checkpoints after this entry.
        origin: String,
        /// The new key's verifier (C2SP signed-note vkey).
        vkey: String,
    },
    /// The wall clock went another way than the monotonic one by more than a minute.
    #[serde(rename = "clock.jumped")]
    ClockJumped {
        /// What the wall clock would have shown if it had gone on evenly.
        expected: Micros,
    },
    /// The program was open and nothing else happened for an hour.
    #[serde(rename = "heartbeat")]
    Heartbeat {},
    /// Intent: a checkpoint is about to leave for an anchor.
    #[serde(rename = "anchor.sent")]
    AnchorSent {
        /// The anchor's name in the workspace.
        anchor: String,
        /// What it is.
        kind: AnchorKind,
        /// Scheme, host, port and path; never the query.
        endpoint: String,
        /// The checkpoint's size.
        size: u64,
    },
    /// An anchor holds a checkpoint.
    #[serde(rename = "anchor.recorded")]
    AnchorRecorded {
        /// The anchor's name in the workspace.
        anchor: String,
        /// What it is.
        kind: AnchorKind,
        /// The checkpoint's size.
        size: u64,
        /// What shows that: the note with a cosignature, the time stamp token (DER), or the note in the folder.
        proof: Commitment,
    },
    /// An anchor did not take a checkpoint.
    #[serde(rename = "anchor.failed")]
    AnchorFailed {
        /// The anchor's name in the workspace.
        anchor: String,
        /// What it is.
        kind: AnchorKind,
        /// The checkpoint's size.
        size: u64,
        /// What happened in words.
        words: Commitment,
    },
    /// Payloads are gone for good: their bytes and the secrets of their salts. Written before they are deleted.
    #[serde(rename = "payload.erased")]
    PayloadErased {
        /// Their commitments, at most [`MOST_ERASED`]; each stands in an earlier entry.
        payloads: Vec<Commitment>,
        /// Why.
        reason: Commitment,
    },
    /// Nothing that this covers may be erased until it is released; without conversation and call, all.
    #[serde(rename = "hold.set")]
    HoldSet {
        /// The hold.
        hold: HoldId,
        /// Only this conversation's payloads. A field of its own: the entry itself belongs to no conversation.
        of: Option<ConversationId>,
        /// Only this call's payloads.
        call: Option<CallId>,
        /// Why.
        reason: Commitment,
    },
    /// A hold ended.
    #[serde(rename = "hold.released")]
    HoldReleased {
        /// The hold.
        hold: HoldId,
        /// Why.
        reason: Commitment,
    },
    /// The retention rules were applied; the `payload.erased` entries before this one say to what.
    #[serde(rename = "retention.applied")]
    RetentionApplied {
        /// How many payloads were erased.
        payloads: u64,
        /// How many were old enough and kept, since a hold covers them.
        held: u64,
    },
    /// Evidence is about to leave the trail. A conversation's bundle ends with this entry: its end can't be left out.
    #[serde(rename = "export.begun")]
    ExportBegun {
        /// What it will hold.
        kind: BundleKind,
        /// The turn, if it is of an answer.
        turn: Option<TurnId>,
        /// Whether payloads will be in it.
        payloads: bool,
        /// Whether it will be encrypted to a recipient.
        encrypted: bool,
    },
    /// Intent: a part of a view is about to leave for a program that takes it over the network.
    #[serde(rename = "export.sent")]
    ExportSent {
        /// The `export.begun` before it.
        begun: Seq,
        /// Scheme, host, port and path; never the query.
        endpoint: String,
        /// SHA-256 of the request's body, hexadecimal.
        sha256: String,
        /// Its length in bytes.
        size: u64,
    },
    /// An evidence bundle, or a view of the trail, was made.
    #[serde(rename = "export.made")]
    ExportMade {
        /// The `export.begun` before it.
        begun: Seq,
        /// SHA-256, hexadecimal, of the file, or of the bodies that were taken over the network, one after another.
        sha256: String,
        /// Its length in bytes, or of all of them.
        size: u64,
    },
    /// A person says that what was detected is a false alarm: the kind is no longer raised there, at no call of the tool.
    #[serde(rename = "finding.dismissed")]
    FindingDismissed(Judged),
    /// A false alarm is none any more.
    #[serde(rename = "finding.restored")]
    FindingRestored(Judged),
    /// A person lowered the label of the conversation that this stands in: what is joined to it later begins there.
    #[serde(rename = "label.lowered")]
    LabelLowered {
        /// As it stood.
        from: Label,
        /// As it stands now.
        to: Label,
        /// Why.
        reason: Commitment,
    },
    /// A reviewer opened a call's payloads.
    #[serde(rename = "review.opened")]
    ReviewOpened {
        /// The call.
        call: CallId,
    },
}
