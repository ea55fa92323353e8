//! From the bytes of an answer to events.

use std::collections::HashMap;

use domain::json::Json;
use domain::model::{Finish, ModelEvent, Protocol, Reasoning, Usage};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::anthropic::calls::{Calls, index};
use crate::anthropic::wire::{Begun, Block, Delta, Part, WireUsage, words};
use crate::body::Piece;
use crate::broken::{Broken, complained, complaint};
use crate::complaint::Complaint;
use crate::fault::DecodeError;
use crate::piecewise::{Piecewise, TakesPieces, unfinished};
use crate::text::{append, said};

/// One answer as far as it has come.
pub(crate) type Decoding = Piecewise<Message>;

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// The model had said everything, or waits for its calls: not every imitation tells these apart.
    Good,
    Length,
    Filter,
}

/// A block that has begun and not ended.
#[derive(Debug)]
enum Open {
    Text,
    Thinking {
        words: String,
        signature: String,
    },
    Redacted(Value),
    Call(usize),
    /// What a provider's own tool was asked or found, and kinds of tomorrow.
    Other,
}

#[derive(Debug, Default)]
pub(crate) struct Message {
    /// By the provider's index.
    blocks: HashMap<i64, Open>,
    calls: Calls,
    counts: WireUsage,
    usage: Usage,
    /// Set by the stop reason.
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
        let outcome = match (json.trim(), piece.name()) {
            // The mark of another protocol; relays set it.
            ("[DONE]", _) => self.stop(events).map_err(Broken::Decode),
            (_, "error") => Err(complained(&json)),
            (_, name) => self.json(&json, name, events),
        };
        outcome.map_err(|broken| broken.decided(piece.may_be_cut()))
    }

    fn end(&mut self, has_begun: bool, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        // Some servers leave out the last event.
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
    fn json(&mut self, json: &str, name: &str, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        // A relay in front of Google writes even a single error as a list.
        if json.trim_start().starts_with('[') {
            return Err(complained(json));
        }
        let part: Part<'_> = serde_json::from_str(json)?;
        let kind = Some(said(&part.r#type)).filter(|kind| !kind.is_empty()).unwrap_or(name);
        if kind == "error" {
            return Err(complained(json));
        }
        part.error.map_or(Ok(()), complaint)?;
        self.is_recognised |= kind.starts_with("message_") || kind.starts_with("content_block_");
        let at = part.index.unwrap_or(0);
        match (kind, part.content_block, part.delta) {
            ("content_block_delta", _, Some(delta)) => self.more(at, &delta, events)?,
            ("content_block_start", Some(block), _) => self.begin(at, &block, events)?,
            ("content_block_stop", ..) => self.end_block(at, events),
            ("message_start", ..) => {
                if let Some(begun) = part.message {
                    let begun: Begun<'_> = serde_json::from_str(begun.get())?;
                    self.used(begun.usage, events);
                    self.blocks(begun.content, events)?;
                    self.calls.go_on(events);
                }
            }
            ("message_delta", _, delta) => {
                self.used(part.usage, events);
                if let Some(delta) = delta {
                    self.reason(said(&delta.stop_reason), events)?;
                }
            }
            ("message_stop", ..) => self.stop(events)?,
            ("message" | "", ..) if part.content.is_some() => {
                self.is_recognised = true;
                self.used(part.usage, events);
                self.blocks(part.content, events)?;
                self.reason(said(&part.stop_reason), events)?;
                // It closes its braces, so it is whole, whether it gives a reason or not.
                self.stop(events)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Blocks that came whole.
    fn blocks(&mut self, list: Option<&RawValue>, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        let blocks: Vec<Block<'_>> = list.map_or(Ok(Vec::new()), |list| serde_json::from_str(list.get()))?;
        for (at, block) in (0..).zip(&blocks) {
            self.begin(at, block, events)?;
            match self.blocks.get(&at) {
                Some(Open::Call(place)) => self.calls.close(*place),
                _ => self.end_block(at, events),
            }
        }
        self.blocks.clear();
        Ok(())
    }

    fn begin(&mut self, at: i64, block: &Block<'_>, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        self.calls.go_on(events);
        let open = match said(&block.r#type) {
            "text" => {
                self.say(words(block.text)?, events);
                Open::Text
            }
            "thinking" => {
                let words = words(block.thinking)?;
                think(words.clone(), events);
                Open::Thinking { words, signature: self::words(block.signature)? }
            }
            "redacted_thinking" => {
                Open::Redacted(json!({ "type": "redacted_thinking", "data": words(block.data)? }))
            }
            "tool_use" => {
                let input = block.input.map_or("", RawValue::get);
                Open::Call(self.calls.begin(said(&block.id), said(&block.name), input, events))
            }
            _ => Open::Other,
        };
        self.blocks.insert(at, open);
        Ok(())
    }

    fn more(&mut self, at: i64, delta: &Delta<'_>, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        match self.blocks.get_mut(&at) {
            Some(Open::Call(place)) => {
                if let (Some(json), Some(pieces)) = (delta.partial_json, self.calls.pieces(*place)) {
                    append(json, pieces)?;
                }
            }
            Some(Open::Thinking { words: all, signature }) => {
                let more = words(delta.thinking)?;
                all.push_str(&more);
                think(more, events);
                if delta.signature.is_some() {
                    *signature = words(delta.signature)?;
                }
            }
            Some(Open::Redacted(_) | Open::Other) => {}
            // Some relays never say that a text begins.
            Some(Open::Text) | None => {
                if delta.partial_json.is_some() {
                    let what = "a call goes on that did not begin, or that had ended";
                    return Err(Broken::Decode(DecodeError::Malformed(what.to_owned())));
                }
                think(words(delta.thinking)?, events);
                self.say(words(delta.text)?, events);
            }
        }
        Ok(())
    }

    fn end_block(&mut self, at: i64, events: &mut Vec<ModelEvent>) {
        let item = match self.blocks.remove(&at) {
            Some(Open::Call(place)) => return self.calls.end(place, events),
            // Without its signature a thought is not taken back.
            Some(Open::Thinking { words, signature }) if !signature.is_empty() => {
                json!({ "type": "thinking", "thinking": words, "signature": signature })
            }
            Some(Open::Redacted(item)) => item,
            _ => return,
        };
        events.push(ModelEvent::Reasoned(Reasoning {
            protocol: Protocol::Anthropic,
            after: index(self.calls.len()),
            item: Json(item),
        }));
    }

    fn say(&mut self, words: String, events: &mut Vec<ModelEvent>) {
        if !words.is_empty() {
            self.has_text = true;
            events.push(ModelEvent::Text(words));
        }
    }

    fn used(&mut self, counts: Option<WireUsage>, events: &mut Vec<ModelEvent>) {
        let Some(counts) = counts else { return };
        self.counts = counts.after(self.counts);
        let usage = Usage::from(self.counts);
        if usage != self.usage {
            self.usage = usage;
            events.push(ModelEvent::Usage(usage));
        }
    }

    fn reason(&mut self, reason: &str, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let ending = match reason {
            "" => return Ok(()),
            // A pause is the provider's, in the middle of tools of its own, and we offer none.
            "end_turn" | "tool_use" | "stop_sequence" | "pause_turn" | "stop" | "tool_calls" => Ending::Good,
            "max_tokens" | "model_context_window_exceeded" | "length" => Ending::Length,
            "refusal" | "content_filter" | "sensitive" => Ending::Filter,
            "error" => {
                let message = "it ended its message with the reason `error`".to_owned();
                let complaint = Complaint { status: Some(503), message, ..Complaint::default() };
                return Err(DecodeError::Complained(complaint));
            }
            // Words are words, however they ended; a call may be cut.
            _ if self.calls.len() == 0 => Ending::Good,
            _ => {
                let reason: String = reason.chars().filter(|char| !char.is_control()).take(40).collect();
                return Err(DecodeError::Malformed(format!(
                    "its message ended for an unknown reason, `{reason}`"
                )));
            }
        };
        self.ending = Some(ending);
        if ending == Ending::Good {
            self.calls.go_on(events);
        }
        Ok(())
    }

    /// The end mark. Without a reason for it a message is good that says something and leaves no call open.
    fn stop(&mut self, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let is_said = self.has_text || self.calls.len() > 0;
        match self.ending {
            Some(ending) => self.over(ending, events),
            None if is_said && !self.calls.is_writing() => self.over(Ending::Good, events),
            None => return Err(DecodeError::Cut),
        }
        Ok(())
    }

    fn over(&mut self, ending: Ending, events: &mut Vec<ModelEvent>) {
        self.is_over = true;
        let finish = match ending {
            Ending::Good => {
                // A server that sets no end marks, or sets them after the reason.
                self.calls.all_ready(events);
                if self.calls.len() == 0 { Finish::Stop } else { Finish::ToolCalls }
            }
            Ending::Length => Finish::Length,
            Ending::Filter => Finish::ContentFilter,
        };
        events.push(ModelEvent::Finished(finish));
    }
}

fn think(words: String, events: &mut Vec<ModelEvent>) {
    if !words.is_empty() {
        events.push(ModelEvent::Thinking(words));
    }
}
