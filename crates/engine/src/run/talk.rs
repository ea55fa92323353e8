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
use super::veil::Veil;

/// A conversation as its model is told it. A result is written into the next request when it arrives, so that the
/// request is there when the last one has come.
pub(crate) struct Talk {
    encoder: Encoder,
    /// What stands between the model and what it is not cleared for.
    pub(crate) veil: Veil,
    parallel: Parallel,
    pub(crate) tools: Vec<String>,
    pub(crate) label: Label,
    pub(crate) in_context: Vec<InContext>,
    /// The calls of the batch under way, in the model's order.
    calls: Vec<CallId>,
    /// How many of them are written already.
    written: usize,
    question: String,
    /// The messages of this turn that asked for calls, so that it can be told anew.
    asked: Vec<Step>,
    /// How many of the results in context were there before this turn.
    past: usize,
    /// How many of them the model has answered to.
    seen: usize,
    /// The length of the last request that was answered, and its tokens by the provider's count.
    measured: Option<(usize, u32)>,
}

/// A message of the model that asked for calls.
struct Step {
    text: String,
    reasoning: Vec<Reasoning>,
    calls: Vec<CallId>,
    /// Those that were still under way when it was told of them.
    left_behind: Vec<CallId>,
}

impl Talk {
    pub(crate) fn new(
        model: &ModelSpec,
        tools: &[OfferedTool],
        past: Past,
        question: String,
        parallel: Parallel,
        mut veil: Veil,
    ) -> Self {
        veil.told_anew();
        let names = tools.iter().map(|tool| tool.name.clone()).collect();
        Self {
            encoder: begun(model, tools, &past.messages, &question, &veil),
            veil,
            question,
            asked: Vec::new(),
            past: past.in_context.len(),
            seen: 0,
            measured: None,
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
        let step = Step { text, reasoning, calls: calls.clone(), left_behind: Vec::new() };
        self.encoder.push(&self.veil.message(step.message(lives)));
        self.asked.push(step);
        (self.calls, self.written) = (calls, 0);
    }

    /// Writes what has arrived, as far as nothing before it is missing: so pseudonyms are given in the model's order,
    /// whichever call ended first.
    pub(crate) fn arrived(&mut self, lives: &mut HashMap<CallId, Live>) {
        while let Some(live) = self.calls.get(self.written).and_then(|call| lives.get_mut(call)) {
            if live.end.is_none() {
                break;
            }
            live.cover(&mut self.veil);
            self.encoder.push_result(&self.veil.result(live.told(false, &self.veil)));
            self.written += 1;
        }
    }

    /// Writes the rest, what was left behind as still under way.
    pub(crate) fn all_arrived(&mut self, label: &Label, lives: &mut HashMap<CallId, Live>) {
        let calls = std::mem::take(&mut self.calls);
        if let Some(step) = self.asked.last_mut() {
            let under_way = |call: &&CallId| lives.get(*call).is_some_and(|live| live.end.is_none());
            step.left_behind = calls.iter().filter(under_way).copied().collect();
        }
        for call in calls.iter().skip(self.written) {
            let Some(live) = lives.get_mut(call) else { continue };
            live.cover(&mut self.veil);
            self.encoder.push_result(&self.veil.result(live.told(false, &self.veil)));
        }
        self.in_context.extend(calls.iter().filter_map(|call| lives.get(call)).map(Live::context));
        self.label = std::mem::replace(&mut self.label, Label::PUBLIC).join(label);
    }

    /// The model answered to a request of this length, in which its provider counted so many tokens.
    pub(crate) fn answered(&mut self, length: usize, tokens: u32) {
        self.seen = self.in_context.len();
        if tokens > 0 {
            self.measured = Some((length, tokens));
        }
    }

    /// The length of the last request that was answered, and its tokens by the provider's count.
    pub(crate) fn measured(&self) -> Option<(usize, u32)> {
        self.measured
    }

    /// How many results in context were there before this turn.
    pub(crate) fn past(&self) -> usize {
        self.past
    }

    /// The calls of this turn whose results are in context: those of the batches before the last, and its own.
    pub(crate) fn batches(&self) -> (Vec<CallId>, Vec<CallId>) {
        let (newest, older) = match self.asked.split_last() {
            Some((newest, older)) => (newest.calls.clone(), older),
            None => (Vec::new(), self.asked.as_slice()),
        };
        (older.iter().flat_map(|step| step.calls.iter().copied()).collect(), newest)
    }

    /// Tells all of it anew, with results as they are shown now. What the model was shown of a result stays what it
    /// was, if it has answered to it: shorter now does not take that back.
    pub(crate) fn retell(
        &mut self,
        model: &ModelSpec,
        tools: &[OfferedTool],
        past: &Past,
        lives: &HashMap<CallId, Live>,
    ) {
        self.veil.told_anew();
        self.encoder = begun(model, tools, &past.messages, &self.question, &self.veil);
        self.tools = tools.iter().map(|tool| tool.name.clone()).collect();
        for step in &self.asked {
            self.encoder.push(&self.veil.message(step.message(lives)));
            for live in step.calls.iter().filter_map(|call| lives.get(call)) {
                let told = live.told(step.left_behind.contains(&live.call.id), &self.veil);
                self.encoder.push_result(&self.veil.result(told));
            }
        }
        let own = lives.values().map(Live::context);
        let now: HashMap<CallId, InContext> =
            past.in_context.iter().copied().chain(own).map(|item| (item.call, item)).collect();
        for item in self.in_context.iter_mut().skip(self.seen) {
            if let Some(shorter) = now.get(&item.call).filter(|now| now.shown < item.shown) {
                (item.shown, item.budget) = (shorter.shown, shorter.budget);
            }
        }
    }
}

impl Step {
    fn message(&self, lives: &HashMap<CallId, Live>) -> Message {
        let calls = self.calls.iter().filter_map(|call| lives.get(call)).map(|live| AskedCall {
            id: live.call.asked_as.clone(),
            name: live.call.asked_for.clone(),
            arguments: live.call.arguments.clone(),
        });
        Message::Assistant {
            text: self.text.clone(),
            calls: calls.collect(),
            reasoning: self.reasoning.clone(),
        }
    }
}

/// A conversation up to the question.
fn begun(model: &ModelSpec, tools: &[OfferedTool], past: &[Message], question: &str, veil: &Veil) -> Encoder {
    let mut encoder = Encoder::new(model, SYSTEM, tools);
    for message in past {
        encoder.push(&veil.message(message.clone()));
    }
    encoder.push(&veil.message(Message::User(question.to_owned())));
    encoder
}
