//! A message of the model: what starts while it is written, and what becomes of that when it ends.

use std::collections::HashSet;

use domain::call::Verdict;
use domain::effect::Effect as ToolEffect;
use domain::fact::{Dropped, Fact, Stopped};
use domain::id::{BatchId, ModelCallId};
use domain::model::{Finish, ModelFailure};

use crate::effect::Effect;
use crate::event::{Asked, Settings};
use crate::machine::{Batch, Message, Phase, Turn};
use crate::record;
use crate::slot::Standing;

impl Turn {
    /// Takes in a call of a message that is still being written, and starts it if nothing speaks against it.
    pub(crate) fn call_ready(&mut self, request: ModelCallId, asked: &Asked, effects: &mut Vec<Effect>) {
        let stopping = self.is_stopping();
        let Phase::Thinking { step, message } = &mut self.phase else { return };
        let expected = u32::try_from(message.came.len()).unwrap_or(u32::MAX);
        let known = self.calls.slot_of(asked.call.id).is_some();
        message.gap |= asked.call.position > expected;
        if stopping || known || message.gap || asked.call.position != expected {
            return;
        }
        let index = self.calls.join(*step, asked, Standing::Coming);
        message.came.push(index);
        if may_start_early(&self.settings, asked) && self.calls.meets_nobody(index) {
            self.calls.opened(index);
            effects.push(self.requested(asked, Some(request)));
            effects.push(self.decided(asked));
            self.calls.release(index);
            self.calls.settle(effects);
        }
    }

    pub(crate) fn model_ended(
        &mut self,
        request: ModelCallId,
        batch: BatchId,
        finish: Finish,
        text: String,
        calls: Vec<Asked>,
        effects: &mut Vec<Effect>,
    ) {
        let Phase::Thinking { step, message } = &mut self.phase else { return };
        let (step, message) = (*step, std::mem::take(message));
        let dropped = match finish {
            Finish::Length => Some(Dropped::Length),
            Finish::ContentFilter => Some(Dropped::Filter),
            Finish::Stop | Finish::ToolCalls => None,
        };
        if self.is_stopping() {
            self.drop_all(&message, Dropped::Cancelled, effects);
            self.close(self.stopped(), effects);
        } else if calls.is_empty() || dropped.is_some() {
            self.drop_all(&message, dropped.unwrap_or(Dropped::Changed), effects);
            self.answer(finish, text, effects);
        } else {
            self.open_batch(step, request, batch, &message, calls, effects);
        }
    }

    pub(crate) fn model_failed(&mut self, failure: ModelFailure, words: String, effects: &mut Vec<Effect>) {
        let Phase::Thinking { message, .. } = &mut self.phase else { return };
        let message = std::mem::take(message);
        let cancelled = self.is_stopping() || failure == ModelFailure::Cancelled;
        self.drop_all(&message, if cancelled { Dropped::Cancelled } else { Dropped::Failed }, effects);
        let last = if self.is_full() {
            // That the disk had no room for a request is no failure of the model's.
            self.stopped()
        } else {
            let why = if self.is_stopping() { Stopped::Cancelled } else { Stopped::Model };
            Effect::End { why, failure: Some(failure), words }
        };
        self.close(last, effects);
    }

    /// What came of the message is forgotten, and the step goes on, unless it was to stop.
    pub(crate) fn message_lost(&mut self, effects: &mut Vec<Effect>) {
        let Phase::Thinking { message, .. } = &mut self.phase else { return };
        let message = std::mem::take(message);
        self.drop_all(&message, Dropped::Failed, effects);
        if self.is_stopping() {
            self.close(self.stopped(), effects);
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
            self.close(Effect::End { why: Stopped::Model, failure: None, words: words.to_owned() }, effects);
        } else {
            self.close(Effect::Answer { text, finish }, effects);
        }
    }

    /// Nothing of the message is part of the conversation: what started early is dropped, the rest was never there.
    pub(crate) fn drop_all(&mut self, message: &Message, why: Dropped, effects: &mut Vec<Effect>) {
        for index in &message.came {
            self.drop_call(*index, why, effects);
        }
        self.calls.settle(effects);
    }

    fn drop_call(&mut self, index: usize, why: Dropped, effects: &mut Vec<Effect>) {
        if self.calls.slot(index).is_coming() {
            self.calls.discard(index);
        } else {
            self.calls.drop_early(index, why, effects);
        }
    }

    fn open_batch(
        &mut self,
        step: u32,
        request: ModelCallId,
        id: BatchId,
        message: &Message,
        asked: Vec<Asked>,
        effects: &mut Vec<Effect>,
    ) {
        // An id that came twice, or with an earlier message, can't get a second outcome.
        let mut taken = HashSet::with_capacity(asked.len());
        let asked: Vec<Asked> = asked
            .into_iter()
            .filter(|asked| {
                let slot = self.calls.slot_of(asked.call.id);
                slot.is_none_or(|index| message.came.binary_search(&index).is_ok())
                    && taken.insert(asked.call.id)
            })
            .collect();
        for index in &message.came {
            if !taken.contains(&self.calls.slot(*index).call) {
                self.drop_call(*index, Dropped::Changed, effects);
            }
        }
        let count = u32::try_from(asked.len()).unwrap_or(u32::MAX);
        // Two facts a call, and what it does at once.
        effects.reserve(3 * asked.len() + 4);
        self.calls.reserve(asked.len());
        let opened = Fact::BatchOpened { batch: id, turn: self.settings.turn, request, calls: count };
        effects.push(Effect::Record(opened));
        let mut calls = Vec::with_capacity(asked.len());
        let mut fresh = Vec::with_capacity(asked.len());
        for asked in &asked {
            let index = self.take_in(step, message, asked, effects);
            if self.calls.slot(index).is_held() {
                fresh.push(index);
            }
            self.calls.await_end(index);
            calls.push(index);
        }
        let limit = self.settings.batch_calls;
        let held = count > limit;
        if held {
            effects.push(Effect::Record(Fact::BatchHeld { batch: id, calls: count, limit }));
        }
        let (ids, label) = (self.calls.ids(&calls), self.calls.label(&calls, false));
        effects.push(Effect::BatchStarted { batch: id, calls: ids, label });
        if held {
            effects.push(Effect::Hold { batch: id, calls: count, limit });
            self.calls.settle(effects);
        } else {
            self.begin(id, &fresh, effects);
        }
        for index in &calls {
            self.leave_straggler(*index, effects);
        }
        self.phase = Phase::Calling { step, batch: Batch { id, calls, held } };
    }

    /// One call of a message that ended well: on record now, unless it has been since it started.
    fn take_in(&mut self, step: u32, message: &Message, asked: &Asked, effects: &mut Vec<Effect>) -> usize {
        let index = match self.calls.slot_of(asked.call.id) {
            Some(index) if !self.calls.slot(index).is_coming() => return index,
            Some(index) => {
                self.calls.arrive(index, asked);
                index
            }
            None => {
                let index = self.calls.join(step, asked, Standing::Held);
                let position = usize::try_from(asked.call.position).unwrap_or(usize::MAX);
                if position < message.came.len() {
                    self.calls.mark_changed(index);
                }
                index
            }
        };
        self.calls.opened(index);
        effects.push(self.requested(asked, None));
        // A call that can't run ends by itself: there is nothing to decide.
        if asked.unfit.is_none() {
            effects.push(self.decided(asked));
        }
        index
    }

    fn requested(&self, asked: &Asked, early: Option<ModelCallId>) -> Effect {
        Effect::Record(record::requested(&asked.call, self.settings.turn, asked.arguments, early))
    }

    fn decided(&self, asked: &Asked) -> Effect {
        Effect::Record(record::decided(asked.call.id, &asked.decision, &self.settings.policy))
    }
}

/// Only reads that policy allows outright start early, and none that would have to be held back afterwards. Whether one
/// meets an earlier call is another question.
fn may_start_early(settings: &Settings, asked: &Asked) -> bool {
    settings.early
        && !settings.sequential
        && asked.unfit.is_none()
        && asked.decision.verdict == Verdict::Allow
        && asked.call.effect == ToolEffect::Read
        && !asked.plan.exclusive
        && asked.plan.reads.is_none()
        && asked.call.position < settings.batch_calls
}
