//! From the bytes of an answer to events.
//!
//! A stream is frames with one JSON event each. The end of every block is marked, calls among them; why the message
//! ended comes with `messageStop`, and what was used in `metadata`, as a rule behind it.

use domain::json::Json;
use domain::model::{Finish, ModelEvent, Protocol, Reasoning};
use serde_json::{Value, json};

use crate::bedrock::frames::{Frame, Frames};
use crate::bedrock::wire::{
    Block, BlockDelta, BlockStart, BlockStop, Document, MessageStop, Metadata, Reasoned, ToolUse, WireUsage,
};
use crate::complaint::Complaint;
use crate::fault::DecodeError;
use crate::marked::MarkedCalls;
use crate::piecewise::unfinished;
use crate::text::Text;
use crate::text::append;
use crate::unreadable::unreadable;
use crate::values::Values;

/// One answer as far as it has come.
#[derive(Debug, Default)]
pub(crate) struct Decoding {
    body: Body,
    message: Message,
}

/// The bytes of an answer as far as they have come.
#[derive(Debug, Default)]
enum Body {
    /// None has come.
    #[default]
    Silent,
    /// An event stream. No frame is so long that its first byte would be one of a text.
    Frames(Frames),
    /// JSON: a whole answer, or events without frames.
    Values(Values),
}

#[derive(Debug, Default)]
struct Message {
    calls: MarkedCalls,
    /// The block of thought that is being written: its text and its signature.
    thought: (String, String),
    /// The block of a call that the provider runs itself.
    foreign: Option<u64>,
    /// Set by the stop reason.
    ending: Option<Finish>,
    has_usage: bool,
    is_recognised: bool,
    /// [`ModelEvent::Finished`] was given.
    is_over: bool,
}

impl crate::dialect::Decoding for Decoding {
    fn feed(&mut self, bytes: &[u8], events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let Self { body, message } = self;
        if let (Body::Silent, Some(first)) = (&body, bytes.first()) {
            *body = match first {
                0 | 1 => Body::Frames(Frames::default()),
                _ => Body::Values(Values::default()),
            };
        }
        let fed = match body {
            _ if message.is_over => Ok(()),
            Body::Silent => Ok(()),
            Body::Frames(frames) => frames.feed(bytes, |frame| message.frame(frame, events)),
            Body::Values(values) => values.feed(bytes, |value| message.value(value, events)),
        };
        // What stands behind the end is no part of the message, whatever it is.
        if message.is_over { Ok(()) } else { fed }
    }

    fn end(&mut self, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let Self { body, message } = self;
        if message.is_over {
            return Ok(());
        }
        if let Some(finish) = message.ending {
            message.over(finish, events);
            return Ok(());
        }
        match body {
            Body::Silent => return Err(DecodeError::Cut),
            Body::Frames(frames) => frames.end()?,
            Body::Values(values) => values.end()?,
        }
        Err(unfinished(true, message.is_recognised))
    }

    fn is_finishing(&self) -> bool {
        self.message.is_over || self.message.ending.is_some()
    }
}

/// Reads one event's JSON.
macro_rules! read {
    ($json:expr) => {
        serde_json::from_str($json).map_err(|error| unreadable(&error, false))?
    };
}

impl Message {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        if self.is_over {
            return Ok(());
        }
        let json = String::from_utf8_lossy(frame.payload);
        match frame.header(":message-type") {
            "exception" => return Err(complained(frame.header(":exception-type"), &json)),
            "error" => {
                let words = Value::from(frame.header(":error-message")).to_string();
                return Err(complained(frame.header(":error-code"), &words));
            }
            _ => {}
        }
        self.is_recognised = true;
        match frame.header(":event-type") {
            "contentBlockStart" => self.block_start(&read!(&json), events),
            "contentBlockDelta" => self.block_delta(&read!(&json), events)?,
            "contentBlockStop" => self.block_stop(&read!(&json), events),
            "messageStop" => self.message_stop(&read!(&json), events)?,
            "metadata" => self.metadata(read!(&json), events),
            // The beginning, and events that are made up later.
            _ => {}
        }
        Ok(())
    }

    fn value(&mut self, json: &str, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        if self.is_over {
            return Ok(());
        }
        let document: Document<'_> = read!(json);
        if let Some(output) = document.output {
            self.is_recognised = true;
            for block in output.message.iter().flat_map(|message| &message.content) {
                self.block(block, events)?;
            }
            self.used(document.usage, events);
            let stop_reason = document.stop_reason;
            // A document that closes its braces is whole, whether it gives a reason or not.
            let finish = self.ended(stop_reason.as_ref().map_or("end_turn", Text::as_str), events)?;
            self.over(finish, events);
            return Ok(());
        }
        if let Some((name, exception)) = document.exception() {
            return Err(complained(name, exception.get()));
        }
        self.is_recognised |= document.message_start.is_some();
        if let Some(start) = document.content_block_start {
            self.block_start(&start, events);
        }
        if let Some(delta) = document.content_block_delta {
            self.block_delta(&delta, events)?;
        }
        if let Some(stop) = document.content_block_stop {
            self.block_stop(&stop, events);
        }
        if let Some(metadata) = document.metadata {
            self.metadata(metadata, events);
        }
        if let Some(stop) = document.message_stop {
            self.message_stop(&stop, events)?;
        }
        Ok(())
    }

    fn block_start(&mut self, start: &BlockStart<'_>, events: &mut Vec<ModelEvent>) {
        self.is_recognised = true;
        self.thought_ended(events);
        let Some(call) = start.start.as_ref().and_then(|start| start.tool_use.as_ref()) else { return };
        if call.is_ours() {
            self.calls.begin(start.content_block_index, call.id(), call.name(), events);
        } else {
            self.foreign = start.content_block_index;
        }
    }

    fn block_delta(
        &mut self,
        piece: &BlockDelta<'_>,
        events: &mut Vec<ModelEvent>,
    ) -> Result<(), DecodeError> {
        self.is_recognised = true;
        let Some(delta) = &piece.delta else { return Ok(()) };
        if let Some(text) = &delta.text {
            self.text(text.as_str(), events);
        }
        if let Some(reasoned) = &delta.reasoning_content {
            self.thought(reasoned, events);
        }
        match delta.tool_use.as_ref().and_then(|call| call.input) {
            Some(input) if self.foreign.is_none() || self.foreign != piece.content_block_index => {
                let arguments = self.calls.arguments(piece.content_block_index)?;
                append(input, arguments).map_err(|error| unreadable(&error, false))
            }
            _ => Ok(()),
        }
    }

    fn block_stop(&mut self, stop: &BlockStop, events: &mut Vec<ModelEvent>) {
        self.is_recognised = true;
        self.thought_ended(events);
        self.calls.mark(stop.content_block_index, events);
    }

    fn message_stop(
        &mut self,
        stop: &MessageStop<'_>,
        events: &mut Vec<ModelEvent>,
    ) -> Result<(), DecodeError> {
        self.is_recognised = true;
        let finish = self.ended(stop.stop_reason.as_ref().map_or("", Text::as_str), events)?;
        self.ending = Some(finish);
        if self.has_usage {
            self.over(finish, events);
        }
        Ok(())
    }

    fn metadata(&mut self, metadata: Metadata, events: &mut Vec<ModelEvent>) {
        self.is_recognised = true;
        self.used(metadata.usage, events);
        if let Some(finish) = self.ending {
            self.over(finish, events);
        }
    }

    /// A whole block of an answer that did not come as a stream.
    fn block(&mut self, block: &Block<'_>, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let cited = block.citations_content.iter().flat_map(|cited| &cited.content);
        for text in block.text.iter().chain(cited.filter_map(|cited| cited.text.as_ref())) {
            self.text(text.as_str(), events);
        }
        if let Some(reasoning) = &block.reasoning_content {
            let redacted = Reasoned {
                text: None,
                signature: None,
                redacted_content: reasoning.redacted_content.clone(),
            };
            reasoning.reasoning_text.iter().chain([&redacted]).for_each(|piece| self.thought(piece, events));
            self.thought_ended(events);
        }
        match block.tool_use.as_ref().filter(|call| call.is_ours()) {
            Some(call) => self.call(call, events),
            None => Ok(()),
        }
    }

    fn call(&mut self, call: &ToolUse<'_>, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let mut arguments = String::new();
        if let Some(input) = call.input {
            append(input, &mut arguments).map_err(|error| unreadable(&error, false))?;
        }
        self.calls.whole(call.id(), call.name(), &arguments, events);
        Ok(())
    }

    fn text(&mut self, text: &str, events: &mut Vec<ModelEvent>) {
        self.calls.followed(events);
        if !text.is_empty() {
            self.thought_ended(events);
            events.push(ModelEvent::Text(text.to_owned()));
        }
    }

    fn thought(&mut self, piece: &Reasoned<'_>, events: &mut Vec<ModelEvent>) {
        self.calls.followed(events);
        let (text, signature) = &mut self.thought;
        if let Some(more) = piece.text.as_ref().map(Text::as_str).filter(|more| !more.is_empty()) {
            text.push_str(more);
            events.push(ModelEvent::Thinking(more.to_owned()));
        }
        signature.push_str(piece.signature.as_ref().map_or("", Text::as_str));
        if let Some(redacted) = piece.redacted_content.as_ref().map(Text::as_str) {
            self.reasoned(&json!({ "redactedContent": redacted }), events);
        }
    }

    /// A thought without a signature is for people: its provider does not want it back, and most refuse it.
    fn thought_ended(&mut self, events: &mut Vec<ModelEvent>) {
        let (text, signature) = std::mem::take(&mut self.thought);
        if !signature.is_empty() {
            self.reasoned(&json!({ "reasoningText": { "text": text, "signature": signature } }), events);
        }
    }

    fn reasoned(&self, content: &Value, events: &mut Vec<ModelEvent>) {
        let item = Json(json!({ "reasoningContent": content }));
        let (protocol, after) = (Protocol::Bedrock, self.calls.count());
        events.push(ModelEvent::Reasoned(Reasoning { protocol, after, item }));
    }

    fn used(&mut self, usage: Option<WireUsage>, events: &mut Vec<ModelEvent>) {
        self.has_usage |= usage.is_some();
        events.extend(usage.map(|usage| ModelEvent::Usage(usage.into())));
    }

    fn ended(&mut self, reason: &str, events: &mut Vec<ModelEvent>) -> Result<Finish, DecodeError> {
        self.thought_ended(events);
        match reason {
            "end_turn" | "tool_use" | "stop_sequence" => {
                self.calls.all_ready(events);
                Ok(if self.calls.is_empty() { Finish::Stop } else { Finish::ToolCalls })
            }
            "max_tokens" | "model_context_window_exceeded" => Ok(Finish::Length),
            "guardrail_intervened" | "content_filtered" => Ok(Finish::ContentFilter),
            // Words are words, however they ended; a call may be cut.
            _ if self.calls.is_empty() && !reason.starts_with("malformed_") => Ok(Finish::Stop),
            _ => {
                let reason: String = reason.chars().filter(|char| !char.is_control()).take(40).collect();
                Err(DecodeError::Malformed(format!("its message ended for the reason `{reason}`")))
            }
        }
    }

    fn over(&mut self, finish: Finish, events: &mut Vec<ModelEvent>) {
        self.is_over = true;
        events.push(ModelEvent::Finished(finish));
    }
}

/// An exception under its name, which says in a stream what a status says elsewhere.
fn complained(name: &str, json: &str) -> DecodeError {
    let said = serde_json::from_str(json).map(|value: Value| Complaint::from_value(&value));
    let said = said.unwrap_or_else(|_| Complaint::from_body(json.as_bytes()));
    let status = match name.to_ascii_lowercase().as_str() {
        "throttlingexception" => Some(429),
        "validationexception" => Some(400),
        "accessdeniedexception" => Some(403),
        "modeltimeoutexception" => Some(408),
        "modelstreamerrorexception" => Some(424),
        "internalserverexception" | "internalfailure" => Some(500),
        "serviceunavailableexception" | "modelnotreadyexception" => Some(503),
        _ => said.status,
    };
    DecodeError::Complained(Complaint { status, kind: name.to_owned(), ..said })
}
