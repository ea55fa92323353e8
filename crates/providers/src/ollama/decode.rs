//! From the bytes of an answer to events.
//!
//! A call comes whole within one line, so it is complete as soon as its line is. The last line says `done`; a stream
//! without it is cut.

use domain::json::Json;
use domain::model::{Finish, ModelEvent, Protocol, Reasoning};
use serde_json::{Value, json};

use crate::complaint::Complaint;
use crate::fault::DecodeError;
use crate::marked::MarkedCalls;
use crate::ollama::wire::{Chunk, Said, WireCall};
use crate::piecewise::unfinished;
use crate::text::Text;
use crate::text::append;
use crate::unreadable::unreadable;
use crate::values::Values;

/// One answer as far as it has come.
#[derive(Debug, Default)]
pub(crate) struct Decoding {
    values: Values,
    message: Message,
}

#[derive(Debug, Default)]
struct Message {
    calls: MarkedCalls,
    thinking: String,
    /// Something has come, and whether it was of the protocol.
    has_values: bool,
    is_recognised: bool,
    /// [`ModelEvent::Finished`] was given.
    is_over: bool,
}

impl crate::dialect::Decoding for Decoding {
    fn feed(&mut self, bytes: &[u8], events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let Self { values, message } = self;
        if message.is_over {
            return Ok(());
        }
        let fed = values.feed(bytes, |value| message.take(value, events));
        // What stands behind the end is no part of the message, whatever it is.
        if message.is_over { Ok(()) } else { fed }
    }

    fn end(&mut self, _: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let Message { has_values, is_recognised, is_over, .. } = self.message;
        if is_over {
            return Ok(());
        }
        self.values.end()?;
        Err(unfinished(has_values, is_recognised))
    }

    fn is_finishing(&self) -> bool {
        self.message.is_over
    }
}

impl Message {
    fn take(&mut self, json: &str, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        if self.is_over {
            return Ok(());
        }
        self.has_values = true;
        let chunk: Chunk<'_> = serde_json::from_str(json).map_err(|error| unreadable(&error, false))?;
        if let Some(error) = chunk.error {
            let error: Value =
                serde_json::from_str(error.get()).map_err(|error| unreadable(&error, false))?;
            return Err(DecodeError::Complained(Complaint::from_value(&error)));
        }
        self.is_recognised |= chunk.message.is_some() || chunk.done.is_some();
        if let Some(said) = &chunk.message {
            self.said(said, events)?;
        }
        if chunk.done == Some(true) {
            events.extend(chunk.usage().map(ModelEvent::Usage));
            self.over(chunk.done_reason.as_ref().map_or("", Text::as_str), events)?;
        }
        Ok(())
    }

    fn said(&mut self, said: &Said<'_>, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let words = |text: &Option<Text<'_>>| {
            text.as_ref().map(Text::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        if let Some(thinking) = words(&said.thinking) {
            self.thinking.push_str(&thinking);
            events.push(ModelEvent::Thinking(thinking));
        }
        events.extend(words(&said.content).map(ModelEvent::Text));
        said.tool_calls.iter().flat_map(|calls| calls.iter()).try_for_each(|call| self.call(call, events))
    }

    fn call(&mut self, call: &WireCall<'_>, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let id = call.id.as_ref().map_or("", Text::as_str);
        let name = call.function.as_ref().and_then(|function| function.name.as_ref());
        let mut arguments = String::new();
        if let Some(written) = call.function.as_ref().and_then(|function| function.arguments) {
            append(written, &mut arguments).map_err(|error| unreadable(&error, false))?;
        }
        self.calls.whole(id, name.map_or("", Text::as_str), &arguments, events);
        Ok(())
    }

    fn over(&mut self, reason: &str, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let finish = match reason {
            "length" => Finish::Length,
            _ if !self.calls.is_empty() => Finish::ToolCalls,
            // Also `load`: the model was only made ready, as an empty conversation asks for.
            _ => Finish::Stop,
        };
        self.is_over = true;
        if !self.thinking.is_empty() {
            let item = Json(json!({ "thinking": std::mem::take(&mut self.thinking) }));
            events.push(ModelEvent::Reasoned(Reasoning { protocol: Protocol::Ollama, after: 0, item }));
        }
        events.push(ModelEvent::Finished(finish));
        Ok(())
    }
}
