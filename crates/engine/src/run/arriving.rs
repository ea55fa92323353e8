//! A message of the model, while it arrives.

use std::time::Instant;

use domain::id::CallId;
use domain::model::{AskedCall, Reasoning};
use turn::Asked;

/// A message that is arriving, or the last one.
#[derive(Default)]
pub(crate) struct Arriving {
    /// The first calls of it, which were taken in while it was still being written, as they were written then.
    pub(crate) early: Vec<(AskedCall, Asked)>,
    /// Its calls, once the protocol says that they are complete.
    pub(crate) ready: Vec<Asked>,
    /// When it ended.
    pub(crate) ended: Option<Instant>,
    pub(crate) text: String,
    /// What the model thought, as it goes back with its message.
    pub(crate) reasoning: Vec<Reasoning>,
}

impl Arriving {
    /// How many were taken in early.
    pub(crate) fn early_calls(&self) -> usize {
        self.early.len()
    }

    /// The complete calls, and the ids of all that were taken in early.
    pub(crate) fn take_calls(&mut self) -> (Vec<Asked>, Vec<CallId>) {
        let early = std::mem::take(&mut self.early).into_iter().map(|(_, asked)| asked.call.id).collect();
        (std::mem::take(&mut self.ready), early)
    }
}
