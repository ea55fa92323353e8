//! What was said before in a conversation, from the record, as the model is told it again.

use domain::call::ToolCall;
use domain::id::ConversationId;
use domain::label::Label;
use domain::model::{AskedCall, Message};
use domain::outcome::{Ending, Outcome};
use domain::payload::PayloadRole;
use domain::view::{CallDetail, TurnView};

use attribution::InContext;

use super::follow_up::{SHOWN_BYTES, Shown, shown};
use crate::error::EngineError;
use crate::inner::Inner;

/// A conversation so far.
pub(crate) struct Past {
    pub(crate) messages: Vec<Message>,
    pub(crate) in_context: Vec<InContext>,
    pub(crate) label: Label,
}

/// Reads a conversation's past from the record.
pub(crate) async fn past(inner: &Inner, conversation: ConversationId) -> Result<Past, EngineError> {
    let view = inner
        .reader
        .conversation(conversation)
        .await?
        .ok_or_else(|| EngineError::NotFound(format!("there is no conversation {conversation}")))?;
    let mut past = Past { messages: Vec::new(), in_context: Vec::new(), label: view.row.label.clone() };
    for turn in view.turns {
        past.add(inner, turn).await?;
    }
    Ok(past)
}

impl Past {
    async fn add(&mut self, inner: &Inner, turn: TurnView) -> Result<(), EngineError> {
        self.messages.push(Message::User(turn.question));
        for batch in turn.batches {
            let mut calls = Vec::new();
            let mut results = Vec::new();
            for row in batch.calls {
                // One byte more than is shown, so that a result of just that length is not called cut.
                let Some(detail) = inner.reader.call(row.call, SHOWN_BYTES + 1).await? else { continue };
                let (call, mut ending) = again(&detail);
                if let Some(bytes) = no_text(inner, &detail).await? {
                    (ending.body, ending.cut_from) = (bytes, None);
                }
                calls.push(AskedCall {
                    id: call.asked_as.clone(),
                    name: call.asked_for.clone(),
                    arguments: call.arguments.clone(),
                });
                let Shown { result, context } = shown(&call, &ending, true);
                results.push(result);
                self.in_context.push(context);
            }
            self.messages.push(Message::Assistant { text: String::new(), calls });
            self.messages.push(Message::Results(results));
        }
        let text = match turn.answer {
            Some(answer) => answer.text,
            None => format!("(This turn ended without an answer: {})", turn.words),
        };
        self.messages.push(Message::Assistant { text, calls: Vec::new() });
        Ok(())
    }
}

/// What the model is told that it called when there was no such tool.
const UNKNOWN_TOOL: &str = "unknown_tool";

/// A result's bytes, if they are no text: a screen is shown what can be shown of them, the model is told what they are.
async fn no_text(inner: &Inner, detail: &CallDetail) -> Result<Option<Vec<u8>>, EngineError> {
    let result = detail.payloads.iter().find(|payload| payload.role == PayloadRole::Result);
    let Some(result) = result.filter(|result| result.text.contains(char::REPLACEMENT_CHARACTER)) else {
        return Ok(None);
    };
    let bytes = inner.reader.payload_bytes(result.commitment).await?;
    Ok(bytes.filter(|bytes| std::str::from_utf8(bytes).is_err()))
}

/// A recorded call as it was: the id the model gave is not on record, the handle serves as well.
fn again(detail: &CallDetail) -> (ToolCall, Ending) {
    let text = |role: PayloadRole| detail.payloads.iter().find(|payload| payload.role == role);
    let row = &detail.row;
    let tool: Option<domain::tool::ToolId> = row.tool.parse().ok();
    let call = ToolCall {
        id: row.call,
        batch: row.batch,
        position: row.position,
        handle: row.handle,
        asked_as: row.handle.to_string(),
        // The name that the model made up is not on record, and no provider takes an empty one.
        asked_for: tool.as_ref().map_or_else(|| UNKNOWN_TOOL.to_owned(), domain::tool::ToolId::wire),
        tool,
        tool_version: String::new(),
        effect: row.effect,
        label: row.label.clone(),
        arguments: text(PayloadRole::Arguments).map(|payload| payload.text.clone()).unwrap_or_default(),
        telling: row.telling.clone(),
    };
    let words = text(PayloadRole::Words).map(|payload| payload.text.clone()).unwrap_or_default();
    let mut ending = Ending::without_body(row.outcome.unwrap_or(Outcome::Unknown), row.failure, words);
    if let Some(result) = text(PayloadRole::Result) {
        ending.media.clone_from(&result.media);
        ending.body = result.text.clone().into_bytes();
        // Cut by the source's limit then, or cut here to what is shown; the first is the longer.
        let cut_then = detail.entries.iter().find_map(|entry| entry.body.0.get("cut_from")?.as_u64());
        ending.cut_from = cut_then.or((!result.whole).then_some(result.size));
    }
    (call, ending)
}
