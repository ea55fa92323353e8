//! What the model is told, and what it has been exposed to so far.

use std::collections::HashMap;

use attribution::InContext;
use domain::id::CallId;
use domain::label::Label;
use domain::model::{AskedCall, Message, ModelSpec, OfferedTool, Parallel, Reasoning};
use providers::{Encoded, Encoder};

use super::history::Past;
use super::live::Live;
use super::prompt::SYSTEM;

/// A conversation as its model is told it. A result is written into the next request when it arrives, so that the
/// request is there when the last one has come.
pub(crate) struct Talk {
    encoder: Encoder,
    parallel: Parallel,
    pub(crate) tools: Vec<String>,
    pub(crate) label: Label,
    pub(crate) in_context: Vec<InContext>,
    /// The calls of the batch under way, in the model's order.
    calls: Vec<CallId>,
    /// How many of them are written already.
    written: usize,
}

impl Talk {
    pub(crate) fn new(model: &ModelSpec, tools: &[OfferedTool], past: Past, parallel: Parallel) -> Self {
        let names = tools.iter().map(|tool| tool.name.clone()).collect();
        let mut encoder = Encoder::new(model, SYSTEM, tools);
        for message in &past.messages {
            encoder.push(message);
        }
        Self {
            encoder,
            parallel,
            tools: names,
            label: past.label,
            in_context: past.in_context,
            calls: Vec::new(),
            written: 0,
        }
    }

    /// The next request.
    pub(crate) fn request(&self) -> Encoded {
        self.encoder.request(self.parallel)
    }

    /// The model asked for these, in this order, with these words and these thoughts.
    pub(crate) fn asked(
        &mut self,
        text: String,
        reasoning: Vec<Reasoning>,
        calls: Vec<CallId>,
        lives: &HashMap<CallId, Live>,
    ) {
        let asked = calls.iter().filter_map(|call| lives.get(call)).map(|live| AskedCall {
            id: live.call.asked_as.clone(),
            name: live.call.asked_for.clone(),
            arguments: live.call.arguments.clone(),
        });
        self.encoder.push(&Message::Assistant { text, calls: asked.collect(), reasoning });
        (self.calls, self.written) = (calls, 0);
    }

    /// Writes what has arrived, as far as nothing before it is missing.
    pub(crate) fn arrived(&mut self, lives: &HashMap<CallId, Live>) {
        while let Some(live) = self.calls.get(self.written).and_then(|call| lives.get(call)) {
            if live.end.is_none() {
                break;
            }
            self.encoder.push_result(&live.result());
            self.written += 1;
        }
    }

    /// Writes the rest, what was left behind as still under way.
    pub(crate) fn all_arrived(&mut self, label: &Label, lives: &HashMap<CallId, Live>) {
        let calls = std::mem::take(&mut self.calls);
        for live in calls.iter().skip(self.written).filter_map(|call| lives.get(call)) {
            self.encoder.push_result(&live.result());
        }
        self.in_context.extend(calls.iter().filter_map(|call| lives.get(call)).map(Live::context));
        self.label = std::mem::replace(&mut self.label, Label::PUBLIC).join(label);
    }
}
