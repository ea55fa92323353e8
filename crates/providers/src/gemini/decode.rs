//! From the bytes of an answer to events. A stream's chunk and a whole answer have the same shape, and a list of chunks is
//! what a server sends that was not asked for events.

use domain::model::{Finish, ModelEvent, Usage};
use serde_json::json;
use serde_json::value::RawValue;

use crate::body::Piece;
use crate::broken::{Broken, complained, complaint};
use crate::complaint::Complaint;
use crate::fault::DecodeError;
use crate::gemini::calls::Calls;
use crate::gemini::kept::Kept;
use crate::gemini::wire::{Candidate, Chunk, Feedback, Part, WireUsage};
use crate::piecewise::{Piecewise, TakesPieces, unfinished};
use crate::text::{append, said};

/// One answer as far as it has come.
pub(crate) type Decoding = Piecewise<Message>;

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// The model had said everything, or waits for its calls: the protocol does not tell these apart.
    Good,
    Length,
    Filter,
}

#[derive(Debug, Default)]
pub(crate) struct Message {
    calls: Calls,
    counts: WireUsage,
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
        let outcome = match (json.trim(), piece.name()) {
            // The mark of another protocol; relays set it.
            ("[DONE]", _) => self.done(events).map_err(Broken::Decode),
            (_, "error") => Err(complained(&json)),
            (list, _) if list.starts_with('[') => self.list(list, events),
            (chunk, _) => self.chunk(chunk, events),
        };
        outcome.map_err(|broken| broken.decided(piece.may_be_cut()))?;
        // A document that closes its braces is whole, whether it gives a reason or not.
        if matches!(piece, Piece::Document(_)) && self.has_spoken() {
            self.ending.get_or_insert(Ending::Good);
        }
        Ok(())
    }

    fn end(&mut self, has_begun: bool, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        // There is no end mark.
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
    fn list(&mut self, list: &str, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        let chunks: Vec<&RawValue> = serde_json::from_str(list)?;
        chunks.into_iter().try_for_each(|chunk| self.chunk(chunk.get(), events))
    }

    fn chunk(&mut self, json: &str, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        let chunk: Chunk<'_> = serde_json::from_str(json)?;
        chunk.error.map_or(Ok(()), complaint)?;
        if let Some(counts) = chunk.usage_metadata {
            self.is_recognised = true;
            self.used(counts, events);
        }
        // We ask for one candidate.
        let candidates = chunk.candidates.unwrap_or_default();
        for candidate in candidates.iter().filter(|candidate| matches!(candidate.index, None | Some(0))) {
            self.is_recognised = true;
            self.candidate(candidate, events)?;
        }
        if let Some(feedback) = chunk.prompt_feedback {
            self.feedback(&feedback)?;
        }
        Ok(())
    }

    fn candidate(&mut self, candidate: &Candidate<'_>, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        let parts = candidate.content.as_ref().and_then(|content| content.parts.as_ref());
        for part in parts.into_iter().flatten() {
            self.part(part, events)?;
        }
        self.reason(candidate)?;
        Ok(())
    }

    fn part(&mut self, part: &Part<'_>, events: &mut Vec<ModelEvent>) -> Result<(), Broken> {
        let signature = said(&part.thought_signature);
        if let Some(call) = &part.function_call {
            return self.calls.take(call, signature, events);
        }
        let Some(text) = part.text else { return Ok(()) };
        let mut words = String::new();
        append(text, &mut words)?;
        let is_thought = part.thought == Some(true);
        let kept =
            if is_thought { Kept::Thought { words: &words, signature } } else { Kept::Words { signature } };
        let kept = kept.reasoning(self.calls.count()).map(ModelEvent::Reasoned);
        if !words.is_empty() {
            self.has_text |= !is_thought;
            events.push(if is_thought { ModelEvent::Thinking(words) } else { ModelEvent::Text(words) });
        }
        events.extend(kept);
        Ok(())
    }

    fn has_spoken(&self) -> bool {
        self.has_text || self.calls.count() > 0
    }

    fn used(&mut self, counts: WireUsage, events: &mut Vec<ModelEvent>) {
        self.counts = counts.after(self.counts);
        let usage = Usage::from(self.counts);
        if usage != self.usage {
            self.usage = usage;
            events.push(ModelEvent::Usage(usage));
        }
    }

    fn reason(&mut self, candidate: &Candidate<'_>) -> Result<(), DecodeError> {
        let reason = said(&candidate.finish_reason);
        self.ending = Some(match reason {
            "" => return Ok(()),
            "STOP" => Ending::Good,
            "MAX_TOKENS" => Ending::Length,
            "SAFETY"
            | "RECITATION"
            | "LANGUAGE"
            | "BLOCKLIST"
            | "PROHIBITED_CONTENT"
            | "SPII"
            | "MODEL_ARMOR"
            | "IMAGE_SAFETY"
            | "IMAGE_PROHIBITED_CONTENT"
            | "IMAGE_RECITATION" => Ending::Filter,
            "MALFORMED_FUNCTION_CALL"
            | "UNEXPECTED_TOOL_CALL"
            | "TOO_MANY_TOOL_CALLS"
            | "MISSING_THOUGHT_SIGNATURE"
            | "MALFORMED_RESPONSE" => return Err(unusable(candidate, reason)),
            // `OTHER`, and reasons of tomorrow: a call is whole by itself, and words are words, however they ended.
            _ if self.has_spoken() => Ending::Good,
            _ => return Err(unusable(candidate, reason)),
        });
        Ok(())
    }

    /// What the provider's filter says to the question.
    fn feedback(&mut self, feedback: &Feedback<'_>) -> Result<(), DecodeError> {
        let reason = said(&feedback.block_reason);
        if matches!(reason, "" | "BLOCK_REASON_UNSPECIFIED" | "BLOCKED_REASON_UNSPECIFIED") {
            return Ok(());
        }
        if self.has_spoken() {
            self.ending = Some(Ending::Filter);
            return Ok(());
        }
        let words = said(&feedback.block_reason_message);
        let message = format!("its filter refused the question: {reason} {words}");
        let error = json!({ "code": "content_filter", "type": reason, "message": message });
        Err(DecodeError::Complained(Complaint::from_value(&error)))
    }

    /// The end mark of another protocol.
    fn done(&mut self, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        match self.ending {
            Some(ending) => self.over(ending, events),
            None => return Err(DecodeError::Cut),
        }
        Ok(())
    }

    fn over(&mut self, ending: Ending, events: &mut Vec<ModelEvent>) {
        self.is_over = true;
        let finish = match ending {
            Ending::Good => {
                self.calls.all_ready(events);
                if self.calls.count() == 0 { Finish::Stop } else { Finish::ToolCalls }
            }
            Ending::Length => Finish::Length,
            Ending::Filter => Finish::ContentFilter,
        };
        events.push(ModelEvent::Finished(finish));
    }
}

/// A message that ended because the provider could make nothing of what the model wrote. Asking again may help, as with a
/// server that was busy.
fn unusable(candidate: &Candidate<'_>, reason: &str) -> DecodeError {
    let words = said(&candidate.finish_message);
    let message = match reason {
        "MALFORMED_FUNCTION_CALL" => format!("the model wrote a call that can't be read ({reason}): {words}"),
        _ => format!("the model's message ended with {reason}: {words}"),
    };
    let message = message.trim_end_matches(": ");
    let error = json!({ "status_code": 503, "code": reason, "message": message });
    DecodeError::Complained(Complaint::from_value(&error))
}
