//! The machine itself: events in, effects out.

use domain::call::{Approval, Decision, ToolCall};
use domain::fact::{Fact, Stopped};
use domain::id::{BatchId, CallId, ModelCallId, TurnId};
use domain::label::Label;
use domain::model::{Finish, ModelFailure};
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::payload::Commitment;
use domain::time::Span;

use crate::batch::{Batch, Next};

/// What holds for one turn.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The turn.
    pub turn: TurnId,
    /// Requests to the model, at most; at least 1.
    pub max_steps: u32,
    /// Calls run one after another, in the model's order.
    pub sequential: bool,
    /// SHA-256 of the policy in force, for the record.
    pub policy: String,
}

/// A call as it arrives: checked against its tool and decided upon.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The call.
    pub call: ToolCall,
    /// The commitment to its arguments.
    pub arguments: Commitment,
    /// What policy says of it.
    pub decision: Decision,
    /// How it ends, if it can't run: no such tool, arguments that don't fit.
    pub unfit: Option<Ending>,
}

/// A call's end, with what the record needs of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedCall {
    /// The call.
    pub call: CallId,
    /// How.
    pub outcome: Outcome,
    /// The class, for `failed`.
    pub failure: Option<FailureClass>,
    /// The source's status.
    pub status: Option<u16>,
    /// The commitment to what the source sent.
    pub result: Option<Commitment>,
    /// The commitment to what happened in words.
    pub words: Option<Commitment>,
    /// Bytes of the result.
    pub size: u64,
    /// The result's whole length, if it was cut.
    pub cut_from: Option<u64>,
    /// From dispatch to the end.
    pub took: Span,
    /// The label of what came back.
    pub label: Label,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The question is on record: begin.
    Begin,
    /// A message of the model is whole and on record.
    ModelEnded {
        /// The request that it answers.
        request: ModelCallId,
        /// The batch that its calls make.
        batch: BatchId,
        /// Why it ended.
        finish: Finish,
        /// Its words.
        text: String,
        /// Its calls, in its order. Empty unless it ended well.
        calls: Vec<Asked>,
    },
    /// The model could not be asked, or its message did not end; on record.
    ModelFailed {
        /// How.
        failure: ModelFailure,
        /// In words.
        words: String,
    },
    /// A person said whether a call may run.
    Answered {
        /// The call.
        call: CallId,
        /// What they said.
        approval: Approval,
        /// The commitment to their reason.
        reason: Option<Commitment>,
    },
    /// A call that was dispatched or concluded has ended.
    CallEnded(EndedCall),
    /// A person takes one call back.
    CancelCall(CallId),
    /// A person stops the turn.
    Stop,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Append this, before any effect after it is performed.
    Record(Fact),
    /// Ask the model, with everything that is known so far.
    RequestModel {
        /// Which request of the turn, from 1.
        step: u32,
    },
    /// Stop waiting for the model; report [`Event::ModelFailed`].
    InterruptModel,
    /// The message is complete: its calls, in the model's order.
    BatchStarted {
        /// The batch.
        batch: BatchId,
        /// Its calls.
        calls: Vec<CallId>,
        /// The join of their labels.
        label: Label,
    },
    /// Ask a person about these; report [`Event::Answered`] for each. The engine records what it showed.
    AskPerson {
        /// The batch.
        batch: BatchId,
        /// The calls, with what policy said of each.
        calls: Vec<(CallId, Decision)>,
    },
    /// Send this call; report [`Event::CallEnded`].
    Dispatch(CallId),
    /// End this call without sending it; report [`Event::CallEnded`].
    Conclude(CallId, Ending),
    /// Stop waiting for this call, with a grace to learn its outcome; report [`Event::CallEnded`].
    Interrupt(CallId),
    /// Every call of the batch ended: one follow-up with their results, in this order.
    BatchEnded {
        /// The batch.
        batch: BatchId,
        /// Its calls in the model's order.
        calls: Vec<CallId>,
        /// The join of what came back.
        label: Label,
    },
    /// The turn ends in this answer.
    Answer {
        /// The model's words as it wrote them.
        text: String,
        /// Why the message ended.
        finish: Finish,
    },
    /// The turn ends without one.
    End {
        /// Why.
        why: Stopped,
        /// How the model failed, if it did.
        failure: Option<ModelFailure>,
        /// In words.
        words: String,
    },
}

enum Phase {
    New,
    Thinking { step: u32 },
    Calling { step: u32, id: BatchId, batch: Batch },
    Over,
}

/// One turn.
pub struct Turn {
    settings: Settings,
    phase: Phase,
    stopping: bool,
}

impl Turn {
    /// A turn that has not begun.
    pub fn new(settings: Settings) -> Self {
        Self { settings, phase: Phase::New, stopping: false }
    }

    /// Whether the turn has ended.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// Takes what happened; says what to do, in order. An event that does not fit (a second end of one call, an
    /// answer nobody asked for) changes nothing.
    pub fn step(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        match event {
            Event::Begin => {
                if matches!(self.phase, Phase::New) {
                    self.request_model(1, &mut effects);
                }
            }
            Event::ModelEnded { request, batch, finish, text, calls } => {
                if let Phase::Thinking { step } = self.phase {
                    if self.stopping {
                        self.end(Stopped::Cancelled, None, "stopped by the person", &mut effects);
                    } else if calls.is_empty() {
                        self.answer(finish, text, &mut effects);
                    } else {
                        self.open_batch(step, request, batch, calls, &mut effects);
                    }
                }
            }
            Event::ModelFailed { failure, words } => {
                if matches!(self.phase, Phase::Thinking { .. }) {
                    let why = if self.stopping { Stopped::Cancelled } else { Stopped::Model };
                    self.end(why, Some(failure), &words, &mut effects);
                }
            }
            Event::Answered { call, approval, reason } => {
                self.answered(call, &approval, reason, &mut effects)
            }
            Event::CallEnded(ended) => self.call_ended(ended, &mut effects),
            Event::CancelCall(call) => self.cancel_call(call, &mut effects),
            Event::Stop => self.stop(&mut effects),
        }
        effects
    }

    fn request_model(&mut self, step: u32, effects: &mut Vec<Effect>) {
        if step > self.settings.max_steps {
            let words = format!(
                "the model asked for calls {} times without answering, which is the step limit; ask for less at \
                 once, or raise the limit",
                self.settings.max_steps
            );
            self.end(Stopped::StepLimit, None, &words, effects);
        } else {
            self.phase = Phase::Thinking { step };
            effects.push(Effect::RequestModel { step });
        }
    }

    fn answer(&mut self, finish: Finish, text: String, effects: &mut Vec<Effect>) {
        if text.trim().is_empty() {
            let words = match finish {
                Finish::Length => "the model reached its length limit before it wrote a word",
                Finish::ContentFilter => "the provider's content filter stopped the answer",
                Finish::ToolCalls => "the model said that it asks for calls, and asked for none",
                Finish::Stop => "the model answered nothing",
            };
            self.end(Stopped::Model, None, words, effects);
        } else {
            self.phase = Phase::Over;
            effects.push(Effect::Answer { text, finish });
        }
    }

    fn open_batch(
        &mut self,
        step: u32,
        request: ModelCallId,
        id: BatchId,
        calls: Vec<Asked>,
        effects: &mut Vec<Effect>,
    ) {
        let turn = self.settings.turn;
        let count = u32::try_from(calls.len()).unwrap_or(u32::MAX);
        effects.push(Effect::Record(Fact::BatchOpened { batch: id, turn, request, calls: count }));
        let mut batch = Batch::new(self.settings.sequential);
        let mut asks = Vec::new();
        let mut concluded = Vec::new();
        for Asked { call, arguments, decision, unfit } in calls {
            let call_id = call.id;
            effects.push(Effect::Record(requested(&call, turn, arguments)));
            // A call that can't run ends by itself: there is nothing to decide.
            if unfit.is_none() {
                effects.push(Effect::Record(self.decided(call_id, &decision)));
            }
            match batch.join(call, &decision, unfit) {
                Next::Queue => {}
                Next::Conclude(ending) => concluded.push((call_id, ending)),
                Next::Ask => asks.push((call_id, decision)),
            }
        }
        let ids = batch.calls().map(|call| call.id).collect();
        effects.push(Effect::BatchStarted { batch: id, calls: ids, label: batch.label() });
        effects.extend(concluded.into_iter().map(|(call, ending)| Effect::Conclude(call, ending)));
        effects.extend(batch.dispatch().into_iter().map(Effect::Dispatch));
        if !asks.is_empty() {
            effects.push(Effect::AskPerson { batch: id, calls: asks });
        }
        self.phase = Phase::Calling { step, id, batch };
    }

    fn decided(&self, call: CallId, decision: &Decision) -> Fact {
        let Decision { verdict, rule, .. } = decision;
        Fact::CallDecided {
            call,
            verdict: *verdict,
            rule: rule.clone(),
            policy: self.settings.policy.clone(),
        }
    }

    fn answered(
        &mut self,
        call: CallId,
        approval: &Approval,
        reason: Option<Commitment>,
        effects: &mut Vec<Effect>,
    ) {
        let Phase::Calling { batch, .. } = &mut self.phase else { return };
        let refusal = match approval {
            Approval::Allowed => None,
            Approval::Refused { reason } => Some(reason.as_str()),
        };
        let Some(next) = batch.answered(call, refusal) else { return };
        effects.push(Effect::Record(Fact::ApprovalGiven { call, allowed: refusal.is_none(), reason }));
        if let Next::Conclude(ending) = next {
            effects.push(Effect::Conclude(call, ending));
        }
        effects.extend(batch.dispatch().into_iter().map(Effect::Dispatch));
    }

    fn call_ended(&mut self, ended: EndedCall, effects: &mut Vec<Effect>) {
        let Phase::Calling { step, id, batch } = &mut self.phase else { return };
        if !batch.end(ended.call, &ended.label) {
            return;
        }
        effects.push(Effect::Record(ended_fact(ended)));
        if batch.all_ended() {
            let calls = batch.calls().map(|call| call.id).collect();
            effects.push(Effect::BatchEnded { batch: *id, calls, label: batch.label() });
            let next = *step + 1;
            if self.stopping {
                self.end(Stopped::Cancelled, None, "stopped by the person", effects);
            } else {
                self.request_model(next, effects);
            }
        } else {
            effects.extend(batch.dispatch().into_iter().map(Effect::Dispatch));
        }
    }

    fn cancel_call(&mut self, call: CallId, effects: &mut Vec<Effect>) {
        let Phase::Calling { batch, .. } = &mut self.phase else { return };
        if let Some(ending) = batch.withdraw(call) {
            effects.push(Effect::Conclude(call, ending));
        } else if batch.is_out(call) {
            effects.push(Effect::Interrupt(call));
        }
    }

    fn stop(&mut self, effects: &mut Vec<Effect>) {
        if self.stopping {
            return;
        }
        match &mut self.phase {
            Phase::New => self.end(Stopped::Cancelled, None, "stopped by the person", effects),
            Phase::Thinking { .. } => effects.push(Effect::InterruptModel),
            Phase::Calling { batch, .. } => {
                let calls: Vec<CallId> = batch.calls().map(|call| call.id).collect();
                for call in calls {
                    self.cancel_call(call, effects);
                }
            }
            Phase::Over => {}
        }
        self.stopping = true;
    }

    fn end(&mut self, why: Stopped, failure: Option<ModelFailure>, words: &str, effects: &mut Vec<Effect>) {
        self.phase = Phase::Over;
        effects.push(Effect::End { why, failure, words: words.to_owned() });
    }
}

fn requested(call: &ToolCall, turn: TurnId, arguments: Commitment) -> Fact {
    Fact::CallRequested {
        call: call.id,
        batch: call.batch,
        turn: Some(turn),
        position: call.position,
        handle: call.handle,
        tool: call.tool.as_ref().map(ToString::to_string).unwrap_or_default(),
        tool_version: call.tool_version.clone(),
        effect: call.effect,
        arguments,
        label: call.label.clone(),
    }
}

fn ended_fact(ended: EndedCall) -> Fact {
    let EndedCall { call, outcome, failure, status, result, words, size, cut_from, took, label } = ended;
    Fact::CallEnded { call, outcome, failure, status, result, words, size, cut_from, took, label }
}
