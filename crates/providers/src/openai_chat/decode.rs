//! From the bytes of an answer to events.
//!
//! In this protocol a call is complete when the message ends with a good finish reason, and not before: no piece says
//! that it is a call's last, and one provider is known to come back to an earlier call after the next began. That the
//! next began is passed on as what it is, a sign.
//!
//! A message of hundreds of calls comes in thousands of pieces, so a piece of a call makes nothing of its own: it is
//! read in place and added to its call.

use domain::model::{Finish, ModelEvent, Usage};
use serde_json::Value;

use crate::body::Piece;
use crate::broken::{Broken, complained, complaint, worded};
use crate::complaint::Complaint;
use crate::fault::DecodeError;
use crate::openai_chat::assembly::{Assembly, CallPiece};
use crate::openai_chat::thoughts::Thoughts;
use crate::openai_chat::wire::{Choice, Chunk, Said, WireUsage, Words};
use crate::piecewise::{Piecewise, TakesPieces, unfinished};
use crate::text::Text;

/// One answer as far as it has come.
pub(crate) type Decoding = Piecewise<Message>;

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// The model had said everything, or waits for its calls: not every server tells these apart.
    Good,
    Length,
    Filter,
}

#[derive(Debug, Default)]
pub(crate) struct Message {
    calls: Assembly,
    thoughts: Thoughts,
    /// Room for a piece of a call's arguments while it is read.
    piece: String,
    usage: Usage,
    /// Set by the finish reason.
    ending: Option<Ending>,
    /// Something of the protocol has come.
    is_recognised: bool,
    /// It said some words.
    has_text: bool,
    /// [`ModelEvent::Finished`] was given.
    is_over: bool,
}

impl TakesPieces for Message {
    fn take(&mut self, piece: Piece<'_>, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let json = piece.json();
        if self.is_over || json.trim().is_empty() {
            return Ok(());
        }
        if json.trim() == "[DONE]" {
            self.is_recognised = true;
            return self.done(events);
        }
        let before = events.len();
        let outcome = if piece.name() == "error" { Err(complained(&json)) } else { self.json(&json, events) };
        outcome.map_err(|broken| broken.decided(piece.may_be_cut()))?;
        if matches!(piece, Piece::Document(_)) && !self.is_recognised {
            worded(&json).map_err(|broken| broken.decided(true))?;
        }
        // A document that closes its braces is whole, whether it gives a reason or not.
        let has_spoken = self.has_text || !self.calls.is_empty();
        if matches!(piece, Piece::Document(_)) && has_spoken {
            self.ending.get_or_insert(Ending::Good);
        }
        if self.ending.is_some() {
            no_signs(events, before);
        }
        Ok(())
    }

    fn end(&mut self, has_begun: bool, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        // Not every server writes an end mark, so the finish reason is enough.
        let ending = self.ending.ok_or_else(|| unfinished(has_begun, self.is_recognised))?;
        self.over(ending, events);
        Ok(())
    }

    fn is_finishing(&self) -> bool {
        self.is_over || self.ending.is_some()
    }

    fn is_over(&self) -> bool {
        self.is_over
    }
}

impl Message {
    fn json(&mut self, json: &str, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        // Google writes even a single error as a list.
        if json.trim_start().starts_with('[') {
            return Err(complained(json));
        }
        let chunk: Chunk<'_> = serde_json::from_str(json)?;
        if let Some(error) = chunk.error {
            complaint(error)?;
        }
        let groq = chunk.x_groq.as_ref();
        groq.and_then(|groq| groq.error).map_or(Ok(()), complaint)?;
        if let Some(usage) = chunk.usage.or(groq.and_then(|groq| groq.usage)) {
            self.used(usage, events);
        }
        // vLLM and Mistral write an error without the field of that name.
        if chunk.choices.is_none() {
            named_error(json)?;
        }
        let choices = chunk.choices.unwrap_or_default();
        self.is_recognised |= !choices.is_empty();
        // We ask for one choice. One server writes the words and the calls of it as two, both called the first.
        let ours = || choices.iter().filter(|choice| matches!(choice.index, None | Some(0)));
        for choice in ours() {
            self.choice(choice, events)?;
        }
        for reason in ours().filter_map(|choice| choice.finish_reason.as_ref().map(Text::as_str)) {
            self.reason(reason, events)?;
        }
        Ok(())
    }

    fn choice(&mut self, choice: &Choice<'_>, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        if let Some(error) = choice.error {
            complaint(error)?;
        }
        if let Some(usage) = choice.usage {
            self.used(usage, events);
        }
        // Perplexity repeats the whole message beside each delta.
        if let Some(said) = choice.delta.as_ref().or(choice.message.as_ref()) {
            self.said(said, events)?;
        }
        Ok(())
    }

    fn said(&mut self, said: &Said<'_>, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        let Words { text, thought } = said.words()?;
        if !thought.is_empty() {
            events.push(ModelEvent::Thinking(thought));
        }
        self.thoughts.add(said)?;
        if !text.is_empty() {
            self.has_text = true;
            events.push(ModelEvent::Text(text));
        }
        for call in said.calls() {
            self.piece.clear();
            call.append_arguments(&mut self.piece)?;
            let piece =
                CallPiece { index: call.index, id: call.id(), name: call.name(), arguments: &self.piece };
            self.calls.add(&piece, events)?;
        }
        if let Some(call) = said.only_call() {
            self.piece.clear();
            call.append_arguments(&mut self.piece)?;
            let piece = CallPiece { index: Some(0), id: "", name: call.name(), arguments: &self.piece };
            self.calls.add(&piece, events)?;
        }
        Ok(())
    }

    fn used(&mut self, usage: WireUsage, events: &mut Vec<ModelEvent>) {
        let usage = Usage::from(usage);
        // Some servers repeat it with every chunk.
        if usage != self.usage {
            self.usage = usage;
            events.push(ModelEvent::Usage(usage));
        }
    }

    fn reason(&mut self, reason: &str, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        // Who passes on what another provider said leaves it as that writes it: `STOP`, `MAX_TOKENS`.
        let ending = match reason.to_ascii_lowercase().as_str() {
            "" | "null" => return Ok(()),
            "stop" | "tool_calls" | "tool_call" | "function_call" | "end_turn" | "stop_sequence"
            | "tool_use" | "eos" | "eos_token" | "complete" => Ending::Good,
            "length" | "max_tokens" | "max_output_tokens" | "model_length" => Ending::Length,
            "content_filter" | "content_filtered" | "sensitive" | "safety" | "refusal" => Ending::Filter,
            "error" | "network_error" | "insufficient_system_resource" => {
                let message = format!("it ended its message with the reason `{reason}`");
                return Err(DecodeError::Complained(Complaint {
                    status: Some(503),
                    message,
                    ..Complaint::default()
                }));
            }
            // Words are words, however they ended; a call may be cut.
            _ if self.calls.is_empty() => Ending::Good,
            _ => {
                let reason: String = reason.chars().filter(|char| !char.is_control()).take(40).collect();
                return Err(DecodeError::Malformed(format!(
                    "its message ended for an unknown reason, `{reason}`"
                )));
            }
        };
        self.ending = Some(ending);
        if ending == Ending::Good {
            self.calls.all_ready(events);
        }
        Ok(())
    }

    /// The stream's end mark.
    fn done(&mut self, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        match self.ending {
            Some(ending) => {
                self.over(ending, events);
                Ok(())
            }
            // Without a finish reason words are good enough; calls are not.
            None if self.has_text && self.calls.is_empty() => {
                self.over(Ending::Good, events);
                Ok(())
            }
            None => Err(DecodeError::Cut),
        }
    }

    fn over(&mut self, ending: Ending, events: &mut Vec<ModelEvent>) {
        self.is_over = true;
        let finish = match ending {
            Ending::Good => {
                // Calls that came after the finish reason.
                self.calls.all_ready(events);
                if self.calls.is_empty() { Finish::Stop } else { Finish::ToolCalls }
            }
            Ending::Length => Finish::Length,
            Ending::Filter => Finish::ContentFilter,
        };
        events.extend(self.thoughts.whole().map(ModelEvent::Reasoned));
        events.push(ModelEvent::Finished(finish));
    }
}

/// An error that says what it is as `object`, where an answer says what that is.
fn named_error(json: &str) -> Result<(), Broken> {
    let value: Value = serde_json::from_str(json)?;
    if value["object"] == "error" { Err(complained(json)) } else { Ok(()) }
}

/// Takes signs out of what one piece said: in a piece with the message's end there is nothing to guess any more.
fn no_signs(events: &mut Vec<ModelEvent>, from: usize) {
    let mut place = 0;
    events.retain(|event| {
        place += 1;
        place <= from || !matches!(event, ModelEvent::CallFollowed { .. })
    });
}
