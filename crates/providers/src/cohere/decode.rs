//! From the bytes of an answer to events.
//!
//! Each call ends with an event of its own, and the message with one that says why. What the model plans before its
//! calls counts as thought; both go back with the message.

use domain::json::Json;
use domain::model::{Finish, ModelEvent, Protocol, Reasoning};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::body::Piece;
use crate::cohere::wire::{Chunk, Content, Delta, Said, WireCall};
use crate::complaint::Complaint;
use crate::fault::DecodeError;
use crate::few::Few;
use crate::marked::MarkedCalls;
use crate::piecewise::{Piecewise, TakesPieces, unfinished};
use crate::text::Text;
use crate::unreadable::unreadable;

/// One answer as far as it has come.
pub(crate) type Decoding = Piecewise<Message>;

#[derive(Debug, Default)]
pub(crate) struct Message {
    calls: MarkedCalls,
    thinking: String,
    plan: String,
    /// Some piece has come, and whether any was of the protocol.
    has_pieces: bool,
    is_recognised: bool,
    has_text: bool,
    /// [`ModelEvent::Finished`] was given.
    is_over: bool,
}

impl TakesPieces for Message {
    fn take(&mut self, piece: Piece<'_>, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let text;
        let (json, may_be_cut) = match piece {
            Piece::Event(event) => (event.data, false),
            Piece::LastEvent(event) => (event.data, true),
            Piece::Document(bytes) => {
                text = String::from_utf8_lossy(bytes);
                (&*text, true)
            }
        };
        let json = json.trim();
        if self.is_over || json.is_empty() {
            return Ok(());
        }
        if json == "[DONE]" {
            self.is_recognised = true;
            return self.done(events);
        }
        self.has_pieces = true;
        let chunk: Chunk<'_> = serde_json::from_str(json).map_err(|error| unreadable(&error, may_be_cut))?;
        if let Some(error) = chunk.error {
            return Err(complained(error));
        }
        match &chunk.r#type {
            Some(kind) => self.event(kind.as_str(), &chunk, events),
            None => self.whole(&chunk, events),
        }
    }

    fn end(&mut self, _: bool, _: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        Err(unfinished(self.has_pieces, self.is_recognised))
    }

    fn is_finishing(&self) -> bool {
        self.is_over
    }

    fn is_over(&self) -> bool {
        self.is_over
    }
}

impl Message {
    fn event(
        &mut self,
        kind: &str,
        chunk: &Chunk<'_>,
        events: &mut Vec<ModelEvent>,
    ) -> Result<(), DecodeError> {
        let said = chunk.delta.as_ref().and_then(|delta| delta.message.as_ref());
        let calls = || said.and_then(|said| said.tool_calls.as_ref()).into_iter().flat_map(Few::iter);
        match kind {
            "content-start" | "content-delta" | "tool-plan-delta" => {
                said.into_iter().for_each(|said| self.said(said, events));
            }
            "tool-call-start" => {
                calls().try_for_each(|call| self.begin(chunk.index, call, events))?;
            }
            "tool-call-delta" => calls().try_for_each(|call| self.go_on(chunk.index, call))?,
            "tool-call-end" => self.calls.mark(chunk.index, events),
            "message-end" => return self.ended(chunk.delta.as_ref(), events),
            "message-start" | "content-end" | "citation-start" | "citation-end" | "debug" => {}
            // Events that are made up later say nothing that we would need.
            _ => return Ok(()),
        }
        self.is_recognised = true;
        Ok(())
    }

    fn said(&mut self, said: &Said<'_>, events: &mut Vec<ModelEvent>) {
        let words = |text: &Option<Text<'_>>| {
            text.as_ref().map(Text::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        if let Some(plan) = words(&said.tool_plan) {
            self.plan.push_str(&plan);
            events.push(ModelEvent::Thinking(plan));
        }
        for Content { text, thinking } in said.content.iter().flat_map(Few::iter) {
            self.calls.followed(events);
            if let Some(thinking) = words(thinking) {
                self.thinking.push_str(&thinking);
                events.push(ModelEvent::Thinking(thinking));
            }
            if let Some(text) = words(text) {
                self.has_text = true;
                events.push(ModelEvent::Text(text));
            }
        }
    }

    fn begin(
        &mut self,
        at: Option<u64>,
        call: &WireCall<'_>,
        events: &mut Vec<ModelEvent>,
    ) -> Result<(), DecodeError> {
        self.calls.begin(at, call.id(), call.name(), events);
        self.go_on(at, call)
    }

    fn go_on(&mut self, at: Option<u64>, call: &WireCall<'_>) -> Result<(), DecodeError> {
        let arguments = self.calls.arguments(at)?;
        call.append_arguments(arguments).map_err(|error| unreadable(&error, false))
    }

    /// The stream's last event.
    fn ended(&mut self, delta: Option<&Delta<'_>>, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let usage = delta.and_then(|delta| delta.usage).and_then(|usage| usage.counted());
        events.extend(usage.map(ModelEvent::Usage));
        if let Some(error) = delta.and_then(|delta| delta.error) {
            return Err(complained(error));
        }
        let reason = delta.and_then(|delta| delta.finish_reason.as_ref());
        self.over(reason.map_or("", Text::as_str), events)
    }

    /// An answer that did not come as a stream.
    fn whole(&mut self, chunk: &Chunk<'_>, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let Some(message) = chunk.message else { return Ok(()) };
        if !message.get().starts_with('{') {
            return Err(complained(message));
        }
        let said: Said<'_> =
            serde_json::from_str(message.get()).map_err(|error| unreadable(&error, false))?;
        self.is_recognised = true;
        self.said(&said, events);
        for call in said.tool_calls.iter().flat_map(Few::iter) {
            self.begin(None, call, events)?;
            self.calls.mark(None, events);
        }
        events.extend(chunk.usage.and_then(|usage| usage.counted()).map(ModelEvent::Usage));
        self.over(chunk.finish_reason.as_ref().map_or("", Text::as_str), events)
    }

    /// An end mark in the place of the last event: words are good enough without a reason, calls are not.
    fn done(&mut self, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        if !self.has_text || !self.calls.is_empty() {
            return Err(DecodeError::Cut);
        }
        self.over("", events)
    }

    fn over(&mut self, reason: &str, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let finish = match reason.to_ascii_uppercase().as_str() {
            "MAX_TOKENS" => Finish::Length,
            "ERROR_TOXIC" => Finish::ContentFilter,
            "ERROR" | "TIMEOUT" | "ERROR_LIMIT" => {
                let message = format!("it ended its message with the reason `{reason}`");
                let complaint = Complaint { status: Some(503), message, ..Complaint::default() };
                return Err(DecodeError::Complained(complaint));
            }
            "" | "COMPLETE" | "STOP_SEQUENCE" | "TOOL_CALL" => {
                self.calls.all_ready(events);
                if self.calls.is_empty() { Finish::Stop } else { Finish::ToolCalls }
            }
            _ if self.calls.is_empty() => Finish::Stop,
            _ => {
                let reason: String = reason.chars().filter(|char| !char.is_control()).take(40).collect();
                return Err(DecodeError::Malformed(format!(
                    "its message ended for an unknown reason, `{reason}`"
                )));
            }
        };
        self.is_over = true;
        let thoughts = [("thinking", &mut self.thinking), ("tool_plan", &mut self.plan)];
        for (kind, text) in thoughts.into_iter().filter(|(_, text)| !text.is_empty()) {
            let item = Json(json!({ "type": kind, kind: std::mem::take(text) }));
            events.push(ModelEvent::Reasoned(Reasoning { protocol: Protocol::Cohere, after: 0, item }));
        }
        events.push(ModelEvent::Finished(finish));
        Ok(())
    }
}

fn complained(error: &RawValue) -> DecodeError {
    let error: Value = serde_json::from_str(error.get()).unwrap_or_default();
    DecodeError::Complained(Complaint::from_value(&error))
}
