//! The calls of one message in a protocol that marks the end of each.
//!
//! A mark alone is not enough. Where a message runs into its length limit, providers close what they had begun, and the
//! arguments under that mark are cut. So a call is ready under its mark if its arguments are an object, which no
//! beginning of an object is; any other is ready once something follows it, for only the last can be cut, or at the
//! message's good end.

use std::collections::HashMap;

use domain::model::{AskedCall, ModelEvent};
use serde::de::IgnoredAny;

use crate::fault::DecodeError;

/// The calls of a message in the order in which the model began them, which is how our events count them.
#[derive(Debug, Default)]
pub(crate) struct MarkedCalls {
    calls: Vec<Draft>,
    /// The provider's index of a call → our place of it.
    places: HashMap<u64, usize>,
}

#[derive(Debug, Default)]
struct Draft {
    id: String,
    name: String,
    arguments: String,
    is_marked: bool,
    is_ready: bool,
}

impl MarkedCalls {
    /// Whether the model asked for no call.
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// How many calls were begun.
    pub(crate) fn count(&self) -> u32 {
        index(self.calls.len())
    }

    /// A call begins. `at` is what the provider calls it; one that leaves this out means the last.
    pub(crate) fn begin(&mut self, at: Option<u64>, id: &str, name: &str, events: &mut Vec<ModelEvent>) {
        self.followed(events);
        let place = self.calls.len();
        self.calls.push(Draft { id: id.to_owned(), name: name.to_owned(), ..Draft::default() });
        if let Some(at) = at {
            self.places.insert(at, place);
        }
        events.push(ModelEvent::CallStarted { index: index(place), name: name.to_owned() });
    }

    /// Where more of this call's arguments is to be added. One that never began has no place for it, and one that is
    /// over may be running on the arguments that it had.
    pub(crate) fn arguments(&mut self, at: Option<u64>) -> Result<&mut String, DecodeError> {
        let draft = self.draft(at).map(|(_, draft)| draft);
        draft
            .filter(|draft| !draft.is_marked && !draft.is_ready)
            .map(|draft| &mut draft.arguments)
            .ok_or_else(|| {
                DecodeError::Malformed("a call went on that had not begun, or was over".to_owned())
            })
    }

    /// The call's end is marked. Blocks of other kinds may be ended under the same count: they are not here.
    pub(crate) fn mark(&mut self, at: Option<u64>, events: &mut Vec<ModelEvent>) {
        let Some((place, draft)) = self.draft(at) else { return };
        draft.is_marked = true;
        if is_object(&draft.arguments) {
            draft.ready(place, events);
        }
    }

    /// A call that comes whole.
    pub(crate) fn whole(&mut self, id: &str, name: &str, arguments: &str, events: &mut Vec<ModelEvent>) {
        self.begin(None, id, name, events);
        if let Some((place, draft)) = self.draft(None) {
            draft.arguments.push_str(arguments);
            draft.ready(place, events);
        }
    }

    /// Something follows what was marked.
    pub(crate) fn followed(&mut self, events: &mut Vec<ModelEvent>) {
        // Only the last can wait: what begins behind it makes it ready.
        if let Some((place, draft)) = self.draft(None).filter(|(_, draft)| draft.is_marked) {
            draft.ready(place, events);
        }
    }

    /// The message ended well: every call that was not is ready now.
    pub(crate) fn all_ready(&mut self, events: &mut Vec<ModelEvent>) {
        self.calls.iter_mut().enumerate().for_each(|(place, draft)| draft.ready(place, events));
    }

    fn draft(&mut self, at: Option<u64>) -> Option<(usize, &mut Draft)> {
        let place = match at {
            Some(at) => *self.places.get(&at)?,
            None => self.calls.len().checked_sub(1)?,
        };
        Some((place, self.calls.get_mut(place)?))
    }
}

impl Draft {
    fn ready(&mut self, place: usize, events: &mut Vec<ModelEvent>) {
        if std::mem::replace(&mut self.is_ready, true) {
            return;
        }
        let written = std::mem::take(&mut self.arguments);
        // A tool without arguments may get none, or `null`.
        let arguments = if matches!(written.trim(), "" | "null") { "{}".to_owned() } else { written };
        let index = index(place);
        let id = if self.id.is_empty() { format!("call_{index}") } else { std::mem::take(&mut self.id) };
        let call = AskedCall { id, name: std::mem::take(&mut self.name), arguments };
        events.push(ModelEvent::CallReady { index, call });
    }
}

fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Our index of a call. A message of four thousand million calls would not fit into memory.
fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
