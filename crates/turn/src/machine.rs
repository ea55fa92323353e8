//! The machine itself: events in, effects out.

use domain::call::{Approval, Verdict};
use domain::fact::{Dropped, Fact, Stopped};
use domain::id::{BatchId, CallId};
use domain::outcome::Ending;
use domain::payload::Commitment;
use domain::run::Straggler;

use crate::calls::Calls;
use crate::effect::{Effect, Interruption};
use crate::event::{Edited, Event, Settings};
use crate::words;

/// What a turn ends in that a person stopped.
const STOPPED: &str = "stopped by the person";
/// What a turn ends in for which the disk has no room.
const FULL: &str = "the disk is full, so nothing more was sent; what was under way is on record. Make room on it and \
                    ask again";

#[allow(clippy::large_enum_variant, reason = "a turn has one")]
pub(crate) enum Phase {
    New,
    Thinking {
        step: u32,
        message: Message,
    },
    Calling {
        step: u32,
        batch: Batch,
    },
    /// The last word is known; it is given as soon as every call has ended.
    Closing(Effect),
    Over,
}

/// A message as far as it was written.
#[derive(Default)]
pub(crate) struct Message {
    /// The calls that came, in their order: those that started, and those that did not.
    pub(crate) came: Vec<usize>,
    /// Whether one is missing among them: then nobody knows whom a later one would meet.
    pub(crate) gap: bool,
}

/// The calls of a message that ended well.
pub(crate) struct Batch {
    pub(crate) id: BatchId,
    pub(crate) calls: Vec<usize>,
    /// Whether a person must let it go first.
    pub(crate) held: bool,
}

/// One turn.
pub struct Turn {
    pub(crate) settings: Settings,
    pub(crate) phase: Phase,
    pub(crate) calls: Calls,
    /// Whether a person stopped it.
    stopped: bool,
    /// Whether the disk became full before that.
    full: bool,
}

impl Turn {
    /// A turn that has not begun.
    pub fn new(settings: Settings) -> Self {
        let calls = Calls::new(settings.sequential);
        Self { settings, phase: Phase::New, calls, stopped: false, full: false }
    }

    /// Whether the turn has ended: its last word was given, and no call is without an outcome.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// Whether the model is asked, and nobody has stopped that.
    pub fn is_thinking(&self) -> bool {
        matches!(self.phase, Phase::Thinking { .. }) && !self.is_stopping()
    }

    /// Whether it ends, or has ended, since the disk is full.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Whether nothing new is begun any more.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopped || self.full
    }

    /// What a turn ends in that nothing new is begun in any more.
    pub(crate) fn stopped(&self) -> Effect {
        let words = if self.full { FULL } else { STOPPED };
        Effect::End { why: Stopped::Cancelled, failure: None, words: words.to_owned() }
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
            Event::CallReady { request, asked } => self.call_ready(request, &asked, &mut effects),
            Event::ModelEnded { request, batch, finish, text, calls } => {
                self.model_ended(request, batch, finish, text, calls, &mut effects);
            }
            Event::ModelFailed { failure, words } => self.model_failed(failure, words, &mut effects),
            Event::MessageLost => self.message_lost(&mut effects),
            Event::Answered { call, approval, reason, edited } => {
                self.answered(call, &approval, reason, edited, &mut effects);
            }
            Event::Released { batch, approval, reason } => {
                self.released(batch, &approval, reason, &mut effects);
            }
            Event::AttemptEnded(attempt) => self.calls.attempt_ended(attempt, &mut effects),
            Event::CallEnded(ended) => self.calls.end(ended, &mut effects),
            Event::Unshared(call) => self.calls.unshared(call, &mut effects),
            Event::Straggles(call) => self.straggles(call, &mut effects),
            Event::BatchTimedOut(batch) => {
                self.withdraw(Some(batch), Interruption::BatchDeadline, &mut effects);
            }
            Event::CancelCall(call) => {
                if let Some(index) = self.calls.slot_of(call) {
                    self.calls.withdraw(index, Interruption::Person, &mut effects);
                    self.calls.settle(&mut effects);
                }
            }
            Event::CancelBatch(batch) => self.withdraw(Some(batch), Interruption::Person, &mut effects),
            Event::Stop => {
                if !std::mem::replace(&mut self.stopped, true) {
                    self.stop(Interruption::Person, &mut effects);
                }
            }
            Event::Full => {
                if !self.is_stopping() {
                    self.full = true;
                    self.stop(Interruption::Full, &mut effects);
                }
            }
        }
        self.go_on(&mut effects);
        effects
    }

    pub(crate) fn request_model(&mut self, step: u32, effects: &mut Vec<Effect>) {
        if step > self.settings.max_steps {
            let words = format!(
                "the model asked for calls {} times without answering, which is the step limit; ask for less at \
                 once, or raise the limit",
                self.settings.max_steps
            );
            self.close(Effect::End { why: Stopped::StepLimit, failure: None, words }, effects);
        } else {
            self.phase = Phase::Thinking { step, message: Message::default() };
            effects.push(Effect::RequestModel { step });
        }
    }

    /// The calls of a batch begin: they go, or wait, or are asked about, or end at once.
    pub(crate) fn begin(&mut self, batch: BatchId, fresh: &[usize], effects: &mut Vec<Effect>) {
        let mut concluded: Vec<(usize, Ending)> = Vec::new();
        let mut asks = Vec::new();
        for index in fresh {
            let slot = self.calls.slot(*index);
            match slot.ending_at_once() {
                Some(ending) => concluded.push((*index, ending)),
                None if slot.decision.verdict == Verdict::Ask => {
                    asks.push((slot.call, slot.decision.clone()));
                    self.calls.ask(*index);
                }
                None => self.calls.release(*index),
            }
        }
        self.calls.settle(effects);
        for (index, ending) in concluded {
            self.calls.conclude(index, ending, effects);
        }
        self.calls.settle(effects);
        if !asks.is_empty() {
            effects.push(Effect::AskPerson { batch, calls: asks });
        }
    }

    fn answered(
        &mut self,
        call: CallId,
        approval: &Approval,
        reason: Option<Commitment>,
        edited: Option<Edited>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(index) = self.calls.slot_of(call).filter(|index| self.calls.slot(*index).is_asked()) else {
            return;
        };
        let given =
            |allowed, arguments| Effect::Record(Fact::ApprovalGiven { call, allowed, reason, arguments });
        match (approval, edited) {
            (Approval::Allowed, _) => {
                effects.push(given(true, None));
                self.calls.release(index);
            }
            (Approval::Edited { .. }, Some(Edited { arguments, unfit, plan })) => {
                effects.push(given(true, Some(arguments)));
                self.calls.replan(index, plan);
                match unfit {
                    Some(ending) => self.calls.conclude(index, ending, effects),
                    None => self.calls.release(index),
                }
            }
            // Without the new arguments nobody knows what was allowed.
            (Approval::Edited { .. }, None) => {}
            (Approval::Refused { reason: words }, _) => {
                effects.push(given(false, None));
                self.calls.conclude(index, words::refused_by_person(words), effects);
            }
        }
        self.calls.settle(effects);
    }

    fn released(
        &mut self,
        id: BatchId,
        approval: &Approval,
        reason: Option<Commitment>,
        effects: &mut Vec<Effect>,
    ) {
        let Phase::Calling { batch, .. } = &mut self.phase else { return };
        if batch.id != id || !std::mem::take(&mut batch.held) {
            return;
        }
        let count = u32::try_from(batch.calls.len()).unwrap_or(u32::MAX);
        let held: Vec<usize> =
            batch.calls.iter().copied().filter(|index| self.calls.slot(*index).is_held()).collect();
        let allowed = !matches!(approval, Approval::Refused { .. });
        effects.push(Effect::Record(Fact::BatchReleased { batch: id, allowed, reason }));
        if let Approval::Refused { reason } = approval {
            for index in held {
                let ending = words::refused_with_batch(count, self.settings.batch_calls, reason);
                self.calls.conclude(index, ending, effects);
            }
            // What started early is part of what was refused.
            self.withdraw(Some(id), Interruption::Person, effects);
        } else {
            self.begin(id, &held, effects);
        }
    }

    fn straggles(&mut self, call: CallId, effects: &mut Vec<Effect>) {
        let Some(index) =
            self.calls.slot_of(call).filter(|index| self.calls.slot(*index).is_read_under_way())
        else {
            return;
        };
        match self.settings.straggler {
            Straggler::Wait => {}
            Straggler::Hedge { .. } => self.calls.hedge(index, effects),
            Straggler::Pending { .. } => {
                self.calls.mark_straggling(index);
                self.leave_straggler(index, effects);
            }
        }
    }

    /// A read whose budget is used up is left behind as soon as its batch waits for it.
    pub(crate) fn leave_straggler(&mut self, index: usize, effects: &mut Vec<Effect>) {
        if self.calls.slot(index).straggles {
            self.calls.leave_behind(index, effects);
        }
    }

    /// Takes back what has not ended, of one batch or of all.
    fn withdraw(&mut self, batch: Option<BatchId>, why: Interruption, effects: &mut Vec<Effect>) {
        for index in self.calls.open(batch) {
            // What was left behind has its own deadline; that of its batch is none of its business any more.
            if why != Interruption::BatchDeadline || !self.calls.slot(index).left_behind {
                self.calls.withdraw(index, why, effects);
            }
        }
        if let Phase::Thinking { message, .. } = &self.phase
            && why == Interruption::Person
        {
            for index in &message.came {
                let slot = self.calls.slot(*index);
                if slot.is_coming() && (batch.is_none() || slot.batch == batch) {
                    self.calls.withdraw(*index, why, effects);
                }
            }
        }
        self.calls.settle(effects);
    }

    fn stop(&mut self, why: Interruption, effects: &mut Vec<Effect>) {
        match &mut self.phase {
            Phase::New => self.close(self.stopped(), effects),
            Phase::Thinking { message, .. } => {
                effects.push(Effect::InterruptModel);
                let message = std::mem::take(message);
                self.drop_all(&message, Dropped::Cancelled, effects);
            }
            Phase::Calling { .. } => self.withdraw(None, why, effects),
            Phase::Closing(_) | Phase::Over => {}
        }
    }

    /// The turn's last word is known. Whatever is still under way has no use any more; its end is waited for, so that
    /// nothing of the turn follows on its last word.
    pub(crate) fn close(&mut self, last: Effect, effects: &mut Vec<Effect>) {
        self.phase = Phase::Closing(last);
        self.withdraw(None, Interruption::Needless, effects);
    }

    /// What follows from the calls that have ended by now.
    fn go_on(&mut self, effects: &mut Vec<Effect>) {
        if let Phase::Calling { step, batch } = &self.phase
            && self.calls.awaited() == 0
        {
            let next = *step + 1;
            let (calls, label) = (self.calls.ids(&batch.calls), self.calls.label(&batch.calls, true));
            effects.push(Effect::BatchEnded { batch: batch.id, calls, label });
            if self.is_stopping() {
                self.close(self.stopped(), effects);
            } else {
                self.request_model(next, effects);
            }
        }
        if matches!(self.phase, Phase::Closing(_))
            && self.calls.all_ended()
            && let Phase::Closing(last) = std::mem::replace(&mut self.phase, Phase::Over)
        {
            effects.push(last);
        }
    }
}
