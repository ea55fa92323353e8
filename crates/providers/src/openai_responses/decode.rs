//! From the bytes of an answer to events.
//!
//! An answer is a list of items: thoughts, messages, calls, and what the provider does by itself. Its stream announces
//! each, gives it in pieces, and says that it is done with the whole of it once more; the last event holds the whole
//! answer. So a call is complete as soon as its item is done, while the rest is still being written. Imitations leave
//! out one or the other of these; whatever a later event says that no earlier one did is made up for then.

use domain::json::Json;
use domain::model::{Finish, ModelEvent, Protocol, Reasoning, Usage};
use serde_json::json;
use serde_json::value::RawValue;

use crate::body::Piece;
use crate::broken::{Broken, complained, complaint, worded};
use crate::complaint::Complaint;
use crate::fault::DecodeError;
use crate::openai_responses::calls::Calls;
use crate::openai_responses::heard::Heard;
use crate::openai_responses::wire::{Event, Item, Response};
use crate::piecewise::{Piecewise, TakesPieces, unfinished};
use crate::text;

/// One answer as far as it has come.
pub(crate) type Decoding = Piecewise<Answer>;

#[derive(Debug, Default)]
pub(crate) struct Answer {
    calls: Calls,
    said: Heard,
    thought: Heard,
    usage: Usage,
    /// Something of the protocol has come.
    is_recognised: bool,
    /// [`ModelEvent::Finished`] was given.
    is_over: bool,
}

impl TakesPieces for Answer {
    fn take(&mut self, piece: Piece<'_>, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let json = piece.json();
        let text = json.trim();
        // The end mark of Chat Completions, which some write here too, says nothing that the last event doesn't.
        if self.is_over || matches!(text, "" | "[DONE]") {
            return Ok(());
        }
        let outcome = match piece {
            // A list in place of an answer is how Google writes an error.
            _ if text.starts_with('[') => Err(complained(text)),
            Piece::Document(_) => self.document(text, events),
            Piece::Event(_) | Piece::LastEvent(_) => self.event(piece.name(), text, events),
        };
        outcome.map_err(|broken| broken.decided(piece.may_be_cut()))
    }

    fn end(&mut self, has_begun: bool, _: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        Err(unfinished(has_begun, self.is_recognised))
    }

    fn is_finishing(&self) -> bool {
        self.is_over
    }

    fn is_over(&self) -> bool {
        self.is_over
    }
}

impl Answer {
    fn document(&mut self, json: &str, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        let response: Response<'_> = serde_json::from_str(json)?;
        if response.is_one() {
            return self.whole("", &response, events);
        }
        response.error.map_or(Ok(()), complaint)?;
        worded(json)
    }

    fn event(&mut self, name: &str, json: &str, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        let event: Event<'_> = serde_json::from_str(json)?;
        let kind = if event.kind().is_empty() { name } else { event.kind() };
        self.is_recognised |= kind.starts_with("response.");
        match (kind, event.delta, event.item, event.response) {
            ("response.output_text.delta" | "response.refusal.delta", Some(delta), ..) => {
                self.say(&string(delta)?, events);
            }
            (
                "response.reasoning_summary_text.delta"
                | "response.reasoning_text.delta"
                | "response.reasoning_summary.delta"
                | "response.reasoning.delta",
                Some(delta),
                ..,
            ) => self.think(&string(delta)?, events),
            (
                "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta",
                Some(delta),
                ..,
            ) => self.calls.more(&event, delta)?,
            ("response.output_text.done" | "response.refusal.done", ..) => {
                if !self.said.end_part()
                    && let Some(text) = event.text.or(event.refusal)
                {
                    self.say(&string(text)?, events);
                    self.said.end_part();
                }
            }
            ("response.reasoning_summary_text.done" | "response.reasoning_text.done", ..) => {
                if !self.thought.end_part()
                    && let Some(text) = event.text
                {
                    self.think(&string(text)?, events);
                    self.thought.end_part();
                }
            }
            ("response.function_call_arguments.done" | "response.custom_tool_call_input.done", ..) => {
                let arguments = event.arguments.or(event.input);
                arguments.map_or(Ok(()), |arguments| self.calls.all(&event, arguments))?;
            }
            ("response.output_item.added", _, Some(item), _) => {
                let item: Item<'_> = serde_json::from_str(item.get())?;
                if is_call(&item) {
                    self.calls.begin(event.output_index, &item, events)?;
                }
            }
            ("response.output_item.done", _, Some(json), _) => {
                let item: Item<'_> = serde_json::from_str(json.get())?;
                if is_call(&item) {
                    self.calls.end(event.output_index, &item, events)?;
                } else {
                    self.item(&item, json, events)?;
                }
            }
            (
                "response.completed"
                | "response.done"
                | "response.incomplete"
                | "response.failed"
                | "response.cancelled",
                _,
                _,
                Some(response),
            ) => self.whole(kind, &serde_json::from_str(response.get())?, events)?,
            ("error" | "response.error", ..) => return Err(complained(json)),
            // A relay's own way to say that the provider behind it failed.
            _ => event.error.map_or(Ok(()), complaint)?,
        }
        Ok(())
    }

    fn say(&mut self, words: &str, events: &mut Vec<ModelEvent>) {
        if !words.is_empty() {
            self.said.add(words);
            events.push(ModelEvent::Text(words.to_owned()));
        }
    }

    fn think(&mut self, words: &str, events: &mut Vec<ModelEvent>) {
        if !words.is_empty() {
            self.thought.add(words);
            events.push(ModelEvent::Thinking(words.to_owned()));
        }
    }

    /// A message or thoughts ended. What was thought goes back as it came. A message goes back as its words, which are
    /// not kept twice; what more there is to know of it is where among the thoughts it stood, and its phase.
    fn item(&mut self, item: &Item<'_>, json: &RawValue, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        match item.kind() {
            "message" => {
                let (rest, length) = self.said.end(&item.words()?);
                if !rest.is_empty() {
                    events.push(ModelEvent::Text(rest));
                }
                let mut place = json!({ "type": "message", "length": length });
                if let Some(place) = place.as_object_mut().filter(|_| !item.phase().is_empty()) {
                    place.insert("phase".to_owned(), item.phase().into());
                }
                if length > 0 && (self.thought.items() > 0 || !item.phase().is_empty()) {
                    events.push(self.reasoned(Json(place)));
                }
            }
            "reasoning" => {
                let (rest, _) = self.thought.end(&item.thoughts()?);
                if !rest.is_empty() {
                    events.push(ModelEvent::Thinking(rest));
                }
                if item.goes_back()? {
                    events.push(self.reasoned(Json(serde_json::from_str(json.get())?)));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn reasoned(&self, item: Json) -> ModelEvent {
        let after = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
        ModelEvent::Reasoned(Reasoning { protocol: Protocol::OpenaiResponses, after, item })
    }

    /// The whole answer, and with it the end.
    fn whole(
        &mut self,
        kind: &str,
        response: &Response<'_>,
        events: &mut Vec<ModelEvent>,
    ) -> Result<(), Broken> {
        self.is_recognised = true;
        response.error.map_or(Ok(()), complaint)?;
        let status = match response.status() {
            // Nothing is heard of an answer that is still being made.
            "in_progress" | "queued" if kind.is_empty() => return Err(DecodeError::Cut.into()),
            "" | "in_progress" | "queued" => kind.trim_start_matches("response."),
            status => status,
        };
        if matches!(status, "failed" | "cancelled") {
            let message = format!("it ended its answer as `{status}`");
            let complaint = Complaint { status: Some(503), message, ..Complaint::default() };
            return Err(Broken::Decode(DecodeError::Complained(complaint)));
        }
        let (mut messages, mut thoughts, mut calls) = (0, 0, 0);
        for json in response.output.iter().flatten() {
            let item: Item<'_> = serde_json::from_str(json.get())?;
            let (count, ended) = match item.kind() {
                "message" => (&mut messages, self.said.items()),
                "reasoning" => (&mut thoughts, self.thought.items()),
                _ if is_call(&item) => {
                    self.calls.reconcile(calls, &item, events)?;
                    calls += 1;
                    continue;
                }
                _ => continue,
            };
            if *count >= ended {
                self.item(&item, json, events)?;
            }
            *count += 1;
        }
        if let Some(usage) = response.usage.map(Usage::from).filter(|usage| *usage != self.usage) {
            self.usage = usage;
            events.push(ModelEvent::Usage(usage));
        }
        let finish = match (status, response.reason()) {
            ("incomplete", "content_filter") => Finish::ContentFilter,
            ("incomplete", _) => Finish::Length,
            _ => {
                self.calls.all_ready(events)?;
                if self.calls.is_any_ready() { Finish::ToolCalls } else { Finish::Stop }
            }
        };
        self.is_over = true;
        events.push(ModelEvent::Finished(finish));
        Ok(())
    }
}

fn is_call(item: &Item<'_>) -> bool {
    matches!(item.kind(), "function_call" | "custom_tool_call")
}

/// A text; nothing if it is none.
fn string(json: &RawValue) -> Result<String, serde_json::Error> {
    let mut words = String::new();
    if json.get().starts_with('"') {
        text::append(json, &mut words)?;
    }
    Ok(words)
}
