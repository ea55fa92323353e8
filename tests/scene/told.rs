//! What a turn said, for tests to look at.

use domain::answer::Answer;
use domain::call::ToolCall;
use domain::event::{Ended, Happening, RunEvent};
use domain::fact::Stopped;
use domain::id::{CallId, ConversationId};
use domain::label::Label;
use domain::outcome::Outcome;

/// Everything that one turn said, in order.
pub(crate) struct Told {
    pub(crate) conversation: ConversationId,
    pub(crate) events: Vec<RunEvent>,
}

impl Told {
    /// The answer.
    #[track_caller]
    pub(crate) fn answer(&self) -> &Answer {
        let answer = self.events.iter().find_map(|event| match &event.what {
            Happening::Answer { answer } => Some(answer),
            _ => None,
        });
        answer.unwrap_or_else(|| panic!("no answer: {:?}", self.end()))
    }

    /// Why the turn ended without an answer, and the words for it.
    #[track_caller]
    pub(crate) fn end(&self) -> (Option<Stopped>, &str) {
        match self.events.last().map(|event| &event.what) {
            Some(Happening::TurnEnded { stopped, words, .. }) => (*stopped, words),
            other => panic!("the last thing said is {other:?}"),
        }
    }

    /// Every call in the model's order, with its one ending.
    #[track_caller]
    pub(crate) fn endings(&self) -> Vec<(&ToolCall, &Ended)> {
        self.calls().into_iter().map(|call| (call, self.ending(call.id))).collect()
    }

    /// The outcomes in the model's order.
    #[track_caller]
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        self.endings().into_iter().map(|(_, ended)| ended.outcome).collect()
    }

    /// The calls in the model's order.
    pub(crate) fn calls(&self) -> Vec<&ToolCall> {
        let ready = self.events.iter().filter_map(|event| match &event.what {
            Happening::CallReady { call } => Some(call),
            _ => None,
        });
        ready.collect()
    }

    /// The one ending of a call.
    #[track_caller]
    pub(crate) fn ending(&self, id: CallId) -> &Ended {
        let endings: Vec<&Ended> = self
            .events
            .iter()
            .filter_map(|event| match &event.what {
                Happening::CallEnded { call, ended } if *call == id => Some(ended),
                _ => None,
            })
            .collect();
        let [ended] = endings[..] else { panic!("{id} was said to have ended {} times", endings.len()) };
        ended
    }

    /// Each batch: its calls in order, from the first dispatch to the last end, the same one after another, its label.
    pub(crate) fn batches(&self) -> Vec<Batch> {
        let calls_of = |id| {
            self.events.iter().find_map(|event| match &event.what {
                Happening::BatchStarted { batch, calls, .. } if *batch == id => Some(calls.clone()),
                _ => None,
            })
        };
        self.events
            .iter()
            .filter_map(|event| match &event.what {
                Happening::BatchEnded { batch, elapsed_ms, sequential_ms, label, .. } => Some(Batch {
                    calls: calls_of(*batch).unwrap(),
                    elapsed_ms: *elapsed_ms,
                    sequential_ms: *sequential_ms,
                    label: label.clone(),
                }),
                _ => None,
            })
            .collect()
    }
}

/// A batch that ended.
pub(crate) struct Batch {
    pub(crate) calls: Vec<CallId>,
    pub(crate) elapsed_ms: u32,
    pub(crate) sequential_ms: u32,
    pub(crate) label: Label,
}
