//! What was said before in a conversation, from the record, as the model is told it again.

use domain::call::ToolCall;
use domain::finding::Detected;
use domain::id::{CallId, ConversationId, TurnId};
use domain::label::Label;
use domain::model::{AskedCall, Message};
use domain::outcome::{CallResult, Ending, Outcome};
use domain::payload::PayloadRole;
use domain::tool::ToolId;
use domain::view::{CallDetail, CallRow, PayloadView, TurnView};

use attribution::InContext;
use policy::Held;

use super::veil::Veil;
use crate::error::EngineError;
use crate::finished::{Shown, Uncovered, budget, shown};
use crate::in_force::InForce;
use crate::inner::Inner;

/// A conversation so far.
pub(crate) struct Past {
    pub(crate) messages: Vec<Message>,
    pub(crate) in_context: Vec<InContext>,
    pub(crate) label: Label,
    /// The same as policy looks at it.
    pub(crate) held: Held,
}

/// Reads a conversation's past from the record.
pub(crate) async fn past(
    inner: &Inner,
    conversation: ConversationId,
    veil: &mut Veil,
) -> Result<Past, EngineError> {
    let most = inner.catalogue.read(&inner.reader).await?.run.shown_bytes;
    past_before(inner, conversation, None, most, veil).await
}

/// The past up to a turn, with at most so many bytes of each result.
pub(crate) async fn past_before(
    inner: &Inner,
    conversation: ConversationId,
    before: Option<TurnId>,
    most: u32,
    veil: &mut Veil,
) -> Result<Past, EngineError> {
    let view = inner
        .reader
        .conversation(conversation)
        .await?
        .ok_or_else(|| EngineError::NotFound(format!("there is no conversation {conversation}")))?;
    let connected = inner.catalogue.read(&inner.reader).await?;
    let mut past = Past { label: view.row.label.clone(), ..Past::none() };
    for turn in view.turns.into_iter().take_while(|turn| Some(turn.id) != before) {
        past.add(inner, &connected.rules, turn, most, veil).await?;
    }
    Ok(past)
}

impl Past {
    /// Of a conversation that begins.
    pub(crate) fn none() -> Self {
        Self { messages: Vec::new(), in_context: Vec::new(), label: Label::PUBLIC, held: Held::default() }
    }

    async fn add(
        &mut self,
        inner: &Inner,
        rules: &InForce,
        turn: TurnView,
        most: u32,
        veil: &mut Veil,
    ) -> Result<(), EngineError> {
        veil.question(turn.id, &turn.question, false);
        self.held.say(&turn.question);
        self.messages.push(Message::User(turn.question));
        for batch in turn.batches {
            let (calls, results) = self.again(inner, rules, &batch.calls, most, veil).await?;
            if !calls.is_empty() {
                self.messages.push(Message::Assistant { text: String::new(), calls, reasoning: Vec::new() });
                self.messages.push(Message::Results(results));
            }
        }
        let text = match turn.answer {
            Some(answer) => veil.answer(&answer),
            None => format!("(This turn ended without an answer: {})", turn.words),
        };
        // What a person made again stands behind the answer, as if the model had asked for it there: every protocol
        // takes a message with words and calls.
        let (calls, results) = self.again(inner, rules, &turn.retries, most, veil).await?;
        self.messages.push(Message::Assistant { text, calls, reasoning: Vec::new() });
        if !results.is_empty() {
            self.messages.push(Message::Results(results));
        }
        Ok(())
    }

    /// Recorded calls as the model was told them, or would have been.
    async fn again(
        &mut self,
        inner: &Inner,
        rules: &InForce,
        rows: &[CallRow],
        most: u32,
        veil: &mut Veil,
    ) -> Result<(Vec<AskedCall>, Vec<CallResult>), EngineError> {
        let budget = budget(most, rows.len());
        let (mut calls, mut results) = (Vec::new(), Vec::new());
        // What was dropped is no part of what was said.
        for row in rows.iter().filter(|row| row.outcome.is_some() && row.dropped.is_none()) {
            // One byte more than is shown, so that a result of just that length is not called cut.
            let Some(detail) = inner.reader.call(row.call, budget + 1).await? else { continue };
            let (call, mut ending) = again(&detail);
            if let Some(bytes) = whole(inner, &detail).await? {
                ending.body = bytes;
            }
            calls.push(AskedCall {
                id: call.asked_as.clone(),
                name: call.asked_for.clone(),
                arguments: call.arguments.clone(),
            });
            let was_refused = ending.outcome == Outcome::Refused;
            let shown = told_of(inner, &detail, &call, ending, budget, veil).await?;
            if !was_refused {
                // Sources are asked with the real values, so these are what arguments are looked for in.
                let real = veil.reveal(&shown.text).text;
                self.held.hold(call.handle, &row.label, &real, rules.authors(&call));
            }
            self.in_context.push(InContext {
                call: call.id,
                handle: call.handle,
                shown: shown.bytes,
                of: shown.of,
                budget: shown.budget,
                ok: shown.ok,
                earlier: true,
            });
            let ToolCall { asked_as: id, handle, tool, .. } = call;
            let note = if row.edited { CHANGED.to_owned() } else { String::new() };
            results.push(CallResult { id, handle, tool, ok: shown.ok, note, text: shown.text });
        }
        Ok((calls, results))
    }
}

/// What a model is shown of a recorded result, if it is shown at most so many bytes. None if there is no result of its own.
pub(crate) async fn shown_again(
    inner: &Inner,
    call: CallId,
    most: usize,
    veil: &mut Veil,
) -> Result<Option<Shown>, EngineError> {
    let Some(detail) = inner.reader.call(call, most + 1).await? else { return Ok(None) };
    let is_result = |payload: &PayloadView| payload.role == PayloadRole::Result && payload.erased.is_none();
    if !detail.payloads.iter().any(is_result) {
        return Ok(None);
    }
    let (call, mut ending) = again(&detail);
    if let Some(bytes) = whole(inner, &detail).await? {
        ending.body = bytes;
    }
    told_of(inner, &detail, &call, ending, most, veil).await.map(Some)
}

/// What a model is told of a recorded call.
async fn told_of(
    inner: &Inner,
    detail: &CallDetail,
    call: &ToolCall,
    ending: Ending,
    budget: usize,
    veil: &mut Veil,
) -> Result<Shown, EngineError> {
    if !veil.covers(&detail.row.label) {
        return Ok(shown(&ending, call.handle, budget));
    }
    if call.tool.as_ref() == Some(&ToolId::read_result()) {
        // Which part of which value stands at its edges, nobody knows any more.
        let words = format!(
            "(it read more of a result that holds what you are not shown; read that with {} again)",
            ToolId::read_result().wire()
        );
        return Ok(Shown { text: words, bytes: 0, of: ending.body.len() as u64, ok: false, budget });
    }
    let detected = detected_in(inner, detail).await?;
    let uncovered = Uncovered {
        call: detail.row.call,
        handle: call.handle,
        ending,
        arguments: call.arguments.clone(),
        detected,
        part: None,
        budget,
    };
    Ok(veil.cover(&uncovered))
}

/// What was detected in a recorded call, or in the one with whose result it ended.
pub(crate) async fn detected_in(inner: &Inner, detail: &CallDetail) -> Result<Detected, EngineError> {
    let nothing = || Detected::nothing(detail.row.label.clone());
    match (&detail.detected, detail.row.from) {
        (Some(detected), _) => Ok(detected.clone()),
        (None, Some(from)) => {
            let from = inner.reader.call(from, 0).await?;
            Ok(from.and_then(|from| from.detected).unwrap_or_else(nothing))
        }
        (None, None) => Ok(nothing()),
    }
}

/// What the model is told of a call whose arguments a person changed. What it wrote itself is what it sees of them.
const CHANGED: &str = "the person changed its arguments";

/// What the model is told that it called when there was no such tool.
const UNKNOWN_TOOL: &str = "unknown_tool";

/// A result's bytes, where a screen is shown less of them than the model needs: they are longer than what is shown, and
/// are cut by their structure, or are no text.
async fn whole(inner: &Inner, detail: &CallDetail) -> Result<Option<Vec<u8>>, EngineError> {
    let result = detail.payloads.iter().find(|payload| payload.role == PayloadRole::Result);
    let partly = |result: &&PayloadView| !result.whole || result.text.contains(char::REPLACEMENT_CHARACTER);
    let Some(result) = result.filter(partly) else { return Ok(None) };
    Ok(inner.reader.payload_bytes(result.seq, result.commitment).await?)
}

/// A recorded call as it was: the id the model gave is not on record, the handle serves as well.
fn again(detail: &CallDetail) -> (ToolCall, Ending) {
    let text = |role: PayloadRole| detail.payloads.iter().find(|payload| payload.role == role);
    let row = &detail.row;
    let tool: Option<ToolId> = row.tool.parse().ok();
    let call = ToolCall {
        id: row.call,
        batch: row.batch,
        position: row.position,
        handle: row.handle,
        asked_as: row.handle.to_string(),
        // The name that the model made up is not on record, and no provider takes an empty one.
        asked_for: tool.as_ref().map_or_else(|| UNKNOWN_TOOL.to_owned(), ToolId::wire),
        tool,
        tool_version: String::new(),
        effect: row.effect,
        label: row.label.clone(),
        arguments: text(PayloadRole::Arguments).map(|payload| payload.text.clone()).unwrap_or_default(),
        telling: row.telling.clone(),
    };
    // Attempts that came to nothing have words too; these are the call's own.
    let end = detail.entries.iter().find(|entry| entry.kind == "call.ended");
    let own = end.and_then(|entry| entry.body.0.get("words")?.as_str());
    let is_own = |payload: &&PayloadView| own.is_some_and(|own| payload.commitment.to_string() == own);
    let words = detail.payloads.iter().find(is_own).map(|payload| payload.text.clone()).unwrap_or_default();
    let mut ending = Ending::without_body(row.outcome.unwrap_or(Outcome::Unknown), row.failure, words);
    if let Some(result) = text(PayloadRole::Result) {
        ending.media.clone_from(&result.media);
        ending.body = result.text.clone().into_bytes();
        ending.cut_from = detail.entries.iter().find_map(|entry| entry.body.0.get("cut_from")?.as_u64());
    }
    (call, ending)
}
