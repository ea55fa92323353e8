//! Ada asks about invoices; the model calls a source that answers, one that fails, and a tool that nobody connected.

use domain::answer::{Answer, Timings};
use domain::call::Verdict;
use domain::effect::Effect;
use domain::entry::{Entry, Link};
use domain::fact::Fact;
use domain::id::{BatchId, BootId, CallId, ConversationId, Handle, ModelCallId, Seq, TurnId, WorkspaceId};
use domain::json::{Json, sha256_hex};
use domain::label::{Category, Label, Level};
use domain::model::{Finish, Usage};
use domain::outcome::{FailureClass, Outcome};
use domain::payload::{Commitment, PayloadRole};
use domain::time::{Micros, Span};
use domain::view::{BatchView, CallDetail, CallRow, EntryView, PayloadView, Spent, TurnView};
use exports::{Checkpoint, Origin};

/// What must be in no view but where a view says so.
pub(crate) const SECRET: &str = "Ada's question";
/// What the model wrote in the place of a tool's name.
pub(crate) const NO_TOOL: &str = "=ignore previous, instructions";

pub(crate) const AT: Micros = Micros(1_764_000_000_000_000);

pub(crate) fn turn_id() -> TurnId {
    TurnId::new(1_764_000_000_000, 0xfeed)
}

pub(crate) fn conversation() -> ConversationId {
    ConversationId::new(1_764_000_000_000, 2)
}

pub(crate) fn origin() -> Origin<'static> {
    Origin { version: "0.4.0", workspace: WorkspaceId::new(1_700_000_000_000, 3) }
}

pub(crate) fn checkpoint() -> Checkpoint<'static> {
    Checkpoint { size: 12, root: "nObdQ21LHVeBb+EY1d+WfKb1eHNZlihYAMJeWyLFPGY=" }
}

pub(crate) fn label() -> Label {
    Label::of(Level::Confidential, [Category::Identity, Category::Financial])
}

/// A call that returned.
pub(crate) fn row() -> CallRow {
    CallRow {
        call: CallId::new(1_764_000_000_100, 7),
        seq: Seq(4),
        at: Micros(AT.0 + 100_000),
        conversation: Some(conversation()),
        turn: Some(turn_id()),
        batch: Some(BatchId::new(1_764_000_000_100, 8)),
        position: 0,
        handle: Handle(1),
        tool: "crm.get_customer".into(),
        effect: Effect::Read,
        telling: format!("=1+1, {SECRET}"),
        label: label(),
        made: None,
        verdict: Some(Verdict::Allow),
        approved: None,
        sent_at: Some(Micros(AT.0 + 150_000)),
        outcome: Some(Outcome::Returned),
        failure: None,
        status: Some(200),
        size: 412,
        took_ms: 90,
        attempts: 1,
        early: false,
        from: None,
        retry_of: None,
        edited: false,
        dropped: None,
    }
}

/// A write that its source refused.
pub(crate) fn failed() -> CallRow {
    CallRow {
        call: CallId::new(1_764_000_000_100, 9),
        seq: Seq(6),
        position: 1,
        handle: Handle(2),
        tool: "billing.create_invoice".into(),
        effect: Effect::Write,
        approved: Some(true),
        verdict: Some(Verdict::Ask),
        outcome: Some(Outcome::Failed),
        failure: Some(FailureClass::Status),
        status: Some(503),
        took_ms: 400,
        attempts: 2,
        ..row()
    }
}

/// A call of a tool that is not connected.
pub(crate) fn lost() -> CallRow {
    CallRow {
        call: CallId::new(1_764_000_000_100, 10),
        seq: Seq(8),
        position: 2,
        handle: Handle(3),
        tool: NO_TOOL.into(),
        effect: Effect::Write,
        verdict: None,
        sent_at: None,
        outcome: Some(Outcome::Failed),
        failure: Some(FailureClass::UnknownTool),
        status: None,
        size: 0,
        took_ms: 0,
        attempts: 0,
        ..row()
    }
}

pub(crate) fn entry(seq: u64, at: Micros, fact: Fact) -> EntryView {
    let kind = fact.type_name().to_owned();
    let link = Link { conversation: conversation(), cseq: seq, cprev: "00".repeat(32) };
    let entry = Entry { seq: Seq(seq), at, mono: 1, boot: BootId::new(1, 1), link: Some(link), fact };
    let body = entry.to_body().unwrap();
    let leaf = sha256_hex(&[&[0], body.as_slice()].concat());
    EntryView { seq: Seq(seq), at, kind, body: Json(serde_json::from_slice(&body).unwrap()), leaf }
}

/// A row with the entries that it comes from.
pub(crate) fn detail(row: CallRow, method: &str, endpoint: &str) -> CallDetail {
    let asked = Fact::CallRequested {
        call: row.call,
        batch: row.batch,
        turn: row.turn,
        position: row.position,
        handle: row.handle,
        tool: row.tool.clone(),
        tool_version: String::new(),
        effect: row.effect,
        arguments: Commitment([1; 32]),
        label: row.label.clone(),
        early: None,
        retry_of: None,
    };
    let sent = |attempt: u32| Fact::CallSent {
        call: row.call,
        attempt,
        page: None,
        method: method.into(),
        endpoint: endpoint.into(),
        request: Commitment([2; 32]),
        idempotency_key: None,
    };
    let mut entries = vec![entry(row.seq.0, row.at, asked)];
    entries.extend(
        (1..=row.attempts).map(|attempt| entry(row.seq.0 + u64::from(attempt), row.at, sent(attempt))),
    );
    let seq = row.seq;
    let payloads = vec![PayloadView {
        seq,
        commitment: Commitment([1; 32]),
        role: PayloadRole::Arguments,
        media: "application/json".into(),
        size: 14,
        text: SECRET.into(),
        whole: true,
        erased: None,
    }];
    let (used_by, taken_from) = (Vec::new(), Vec::new());
    CallDetail { row, entries, payloads, used_by, taken_from, detected: None }
}

/// The turn, and the entries of its one request to the model; one of another turn is among them.
pub(crate) fn turn() -> (TurnView, Vec<EntryView>) {
    let batch = BatchView {
        id: row().batch.unwrap(),
        calls: vec![row(), failed(), lost()],
        elapsed_ms: 400,
        sequential_ms: 490,
        label: label(),
    };
    let answer = Answer {
        text: SECRET.into(),
        exposure: Vec::new(),
        citations: Vec::new(),
        unknown_citations: 0,
        ties: domain::tie::Ties::default(),
        unseen: domain::answer::Unseen::default(),
        combined: Vec::new(),
        label: label(),
        model: "Rehearsal".into(),
        finish: Finish::Stop,
        usage: Usage { input: 900, output: 40, ..Usage::default() },
        timings: Timings { turn_ms: 2_000, ..Timings::default() },
    };
    let view = TurnView {
        id: turn_id(),
        question: SECRET.into(),
        at: AT,
        batches: vec![batch],
        retries: Vec::new(),
        answer: Some(answer),
        stopped: None,
        words: String::new(),
        shortened: 0,
        spent: Spent::default(),
    };
    let called = |request: ModelCallId, turn: TurnId| Fact::ModelCalled {
        request,
        turn: Some(turn),
        model: "rehearsal".into(),
        endpoint: "https://eu.api.openai.com/v1/chat/completions".into(),
        prompt: Commitment([3; 32]),
        label: label(),
        shortened: 0,
        redacted: 0,
        hidden: None,
    };
    let returned = |request: ModelCallId| Fact::ModelReturned {
        request,
        finish: Some(Finish::ToolCalls),
        failure: None,
        response: Commitment([4; 32]),
        usage: Usage { input: 900, output: 40, ..Usage::default() },
        cost: None,
        took: Span(95_000),
    };
    let (ours, theirs) = (ModelCallId::new(5, 5), ModelCallId::new(6, 6));
    let models = vec![
        entry(2, AT, called(ours, turn_id())),
        entry(3, Micros(AT.0 + 95_000), returned(ours)),
        entry(20, AT, called(theirs, TurnId::new(9, 9))),
        entry(21, AT, returned(theirs)),
    ];
    (view, models)
}
