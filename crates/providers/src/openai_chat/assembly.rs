//! The calls of one message, put together from their pieces.

use std::collections::HashMap;

use domain::model::{AskedCall, ModelEvent};
use serde::de::IgnoredAny;

use crate::fault::DecodeError;

/// A piece of a call, as far as it says anything.
#[derive(Debug)]
pub(super) struct CallPiece<'a> {
    /// Which call, as the provider counts them; some don't.
    pub(super) index: Option<i64>,
    /// The call's id; usually in its first piece alone.
    pub(super) id: &'a str,
    /// The tool's name; usually in its first piece alone.
    pub(super) name: &'a str,
    /// More of its arguments.
    pub(super) arguments: &'a str,
}

/// The calls of a message in the order in which the model began them, which is how our events count them: a
/// provider's own index may be missing, or begin at 1.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    calls: Vec<Draft>,
    /// The provider's index of a call → our place of it.
    places: HashMap<i64, usize>,
}

#[derive(Debug, Default)]
struct Draft {
    id: String,
    name: String,
    arguments: String,
    is_started: bool,
    is_ready: bool,
}

impl Assembly {
    /// Whether the model asked for no call.
    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Adds a piece to its call.
    pub(super) fn add(
        &mut self,
        piece: &CallPiece<'_>,
        events: &mut Vec<ModelEvent>,
    ) -> Result<(), DecodeError> {
        let place = self.place(piece, events);
        let Some(draft) = self.calls.get_mut(place) else { return Ok(()) };
        if draft.is_ready && !piece.arguments.is_empty() {
            // It may be running on the arguments that it had.
            return Err(DecodeError::Malformed("a call went on after the message's end".to_owned()));
        }
        // The first id and name count: some servers repeat them with every piece, one makes up another id each time.
        if draft.id.is_empty() {
            draft.id.push_str(piece.id);
        }
        if draft.name.is_empty() {
            draft.name.push_str(piece.name);
        }
        draft.arguments.push_str(piece.arguments);
        if !draft.name.is_empty() && !draft.is_started {
            draft.is_started = true;
            events.push(ModelEvent::CallStarted { index: index(place), name: draft.name.clone() });
        }
        Ok(())
    }

    /// The message ended well: every call that was not is ready now.
    pub(super) fn all_ready(&mut self, events: &mut Vec<ModelEvent>) {
        for (place, draft) in self.calls.iter_mut().enumerate().filter(|(_, draft)| !draft.is_ready) {
            draft.is_ready = true;
            let index = index(place);
            if !draft.is_started {
                events.push(ModelEvent::CallStarted { index, name: draft.name.clone() });
            }
            let written = std::mem::take(&mut draft.arguments);
            // A tool without arguments may get none, or `null`.
            let arguments = if matches!(written.trim(), "" | "null") { "{}".to_owned() } else { written };
            events.push(ModelEvent::CallReady { index, call: draft.asked(place, arguments) });
        }
    }

    /// Where the piece belongs; makes room for a call that begins, and says that the one before it was followed.
    fn place(&mut self, piece: &CallPiece<'_>, events: &mut Vec<ModelEvent>) -> usize {
        let known = match piece.index {
            // Google's imitation calls every call of a message the first: a piece with a name and with an id other
            // than the one we know begins another.
            Some(index) => self.places.get(&index).copied().filter(|place| !self.is_another(*place, piece)),
            None if piece.id.is_empty() && piece.name.is_empty() => self.calls.len().checked_sub(1),
            None if piece.id.is_empty() => None,
            None => self.calls.iter().rposition(|draft| draft.id == piece.id),
        };
        let place = known.unwrap_or_else(|| {
            events.extend(self.followed());
            self.calls.push(Draft::default());
            self.calls.len() - 1
        });
        if let Some(index) = piece.index {
            self.places.insert(index, place);
        }
        place
    }

    /// The last call, if it may be whole.
    fn followed(&self) -> Option<ModelEvent> {
        let place = self.calls.len().checked_sub(1)?;
        let draft = self.calls.get(place)?;
        let may_be_whole = draft.is_started && !draft.is_ready && is_object(&draft.arguments);
        may_be_whole.then(|| {
            let call = draft.asked(place, draft.arguments.clone());
            ModelEvent::CallFollowed { index: index(place), call }
        })
    }

    fn is_another(&self, place: usize, piece: &CallPiece<'_>) -> bool {
        self.calls.get(place).is_some_and(|draft| {
            !piece.name.is_empty() && !piece.id.is_empty() && !draft.id.is_empty() && draft.id != piece.id
        })
    }
}

impl Draft {
    fn asked(&self, place: usize, arguments: String) -> AskedCall {
        let id = if self.id.is_empty() { format!("call_{}", index(place)) } else { self.id.clone() };
        AskedCall { id, name: self.name.clone(), arguments }
    }
}

fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Our index of a call. A message of four thousand million calls would not fit into memory.
fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
