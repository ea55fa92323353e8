//! The calls of one message, put together from their pieces.

use domain::model::{AskedCall, ModelEvent};
use serde::de::IgnoredAny;

/// The calls of a message in the order in which the model began them.
///
/// The protocol marks the end of each call, but it sets the same mark where the length limit cut one in the middle, and
/// says only afterwards that it did. So a call is ready at its mark if its arguments are an object, which the beginning
/// of one never is. Otherwise (no arguments, or none that parse) it waits for the next block, before which no limit was
/// reached, or for the message's good end.
#[derive(Debug, Default)]
pub(super) struct Calls {
    drafts: Vec<Draft>,
    /// So many of them were given as ready.
    ready: usize,
}

#[derive(Debug)]
struct Draft {
    id: String,
    name: String,
    /// What came with the call's beginning: usually `{}`, from some servers all there is.
    input: String,
    /// What came piece by piece.
    pieces: String,
    progress: Progress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Writing,
    /// It has its end mark, and may be cut all the same.
    Ended,
    Whole,
}

impl Calls {
    /// How many the model began.
    pub(super) fn len(&self) -> usize {
        self.drafts.len()
    }

    /// A call begins; gives its place.
    pub(super) fn begin(&mut self, id: &str, name: &str, input: &str, events: &mut Vec<ModelEvent>) -> usize {
        let place = self.drafts.len();
        let (id, name, input) = (id.to_owned(), name.to_owned(), input.to_owned());
        events.push(ModelEvent::CallStarted { index: index(place), name: name.clone() });
        self.drafts.push(Draft { id, name, input, pieces: String::new(), progress: Progress::Writing });
        place
    }

    /// Where more of this call's arguments belong, as long as it is being written.
    pub(super) fn pieces(&mut self, place: usize) -> Option<&mut String> {
        self.drafts.get_mut(place).map(|draft| &mut draft.pieces)
    }

    /// The call's end mark came.
    pub(super) fn end(&mut self, place: usize, events: &mut Vec<ModelEvent>) {
        if let Some(draft) = self.drafts.get_mut(place) {
            draft.progress = if draft.is_surely_whole() { Progress::Whole } else { Progress::Ended };
        }
        self.give(events);
    }

    /// There is no more of the call, in an answer that came in one piece: what a limit cut is an object there too.
    pub(super) fn close(&mut self, place: usize) {
        if let Some(draft) = self.drafts.get_mut(place) {
            draft.progress = Progress::Ended;
        }
    }

    /// The message goes on: what ended before was not cut.
    pub(super) fn go_on(&mut self, events: &mut Vec<ModelEvent>) {
        for draft in self.drafts.iter_mut().skip(self.ready) {
            if draft.progress == Progress::Ended {
                draft.progress = Progress::Whole;
            }
        }
        self.give(events);
    }

    /// Whether one began and has no end mark.
    pub(super) fn is_writing(&self) -> bool {
        self.drafts.iter().skip(self.ready).any(|draft| draft.progress == Progress::Writing)
    }

    /// The message ended well, and nothing follows: every call is ready.
    pub(super) fn all_ready(&mut self, events: &mut Vec<ModelEvent>) {
        for draft in self.drafts.iter_mut().skip(self.ready) {
            draft.progress = Progress::Whole;
        }
        self.give(events);
    }

    /// Gives what is whole, in the model's order.
    fn give(&mut self, events: &mut Vec<ModelEvent>) {
        while let Some(draft) = self.drafts.get_mut(self.ready) {
            if draft.progress != Progress::Whole {
                return;
            }
            let index = index(self.ready);
            let id = if draft.id.is_empty() { format!("call_{index}") } else { draft.id.clone() };
            let call = AskedCall { id, name: draft.name.clone(), arguments: draft.arguments() };
            events.push(ModelEvent::CallReady { index, call });
            self.ready += 1;
        }
    }
}

impl Draft {
    /// Whether its arguments say themselves that nothing is missing. An empty input doesn't: it is what a call without
    /// arguments has, and what one begins with.
    fn is_surely_whole(&self) -> bool {
        let is_piecewise = !self.pieces.trim().is_empty();
        let written = if is_piecewise { &self.pieces } else { &self.input };
        is_object(written) && (is_piecewise || written.contains('"'))
    }

    fn arguments(&mut self) -> String {
        let pieces = std::mem::take(&mut self.pieces);
        let written = if pieces.trim().is_empty() { std::mem::take(&mut self.input) } else { pieces };
        // A tool without arguments may get none, or `null`.
        if matches!(written.trim(), "" | "null" | "\"\"") { "{}".to_owned() } else { written }
    }
}

fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Our index of a call. A message of four thousand million calls would not fit into memory.
pub(super) fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
