//! What arrives while a turn waits, turned into events for the machine: words of people and of the model, ends of calls.

use std::time::Instant;

use domain::call::Approval;
use domain::event::{Ended, Happening};
use domain::id::CallId;
use domain::label::Label;
use domain::model::ModelEvent;
use domain::outcome::Ending;
use domain::payload::PayloadRole;
use domain::time::Span;
use turn::{EndedCall, Event};

use super::calling::panicked;
use super::driver::{Driver, TaskEnd, Woken};
use super::follow_up::shown;
use crate::clock::seal;
use crate::error::EngineError;
use crate::sealed_end::{SealedEnd, seal_end};
use crate::turns::Say;

impl Driver {
    /// What woke the driver, as events for the machine.
    pub(crate) async fn events_of(&mut self, woken: Woken) -> Result<Vec<Event>, EngineError> {
        match woken {
            Woken::Said(Say::Stop) => Ok(vec![Event::Stop]),
            Woken::Said(Say::CancelCall(call)) => Ok(vec![Event::CancelCall(call)]),
            Woken::Said(Say::Answers(answers)) => self.answers(answers),
            Woken::NobodyAnswered => {
                let reason = "nobody answered in 30 minutes".to_owned();
                let refuse = |call| (call, Approval::Refused { reason: reason.clone() });
                let answers = std::mem::take(&mut self.asking).into_iter().map(refuse).collect();
                self.answers(answers)
            }
            Woken::Sent(call, at) => {
                self.left(call, at);
                Ok(Vec::new())
            }
            Woken::Model(Some(event)) => self.heard(event).await.map(|()| Vec::new()),
            Woken::Model(None) => self.message_over().await.map(|event| event.into_iter().collect()),
            Woken::Call(ended) => self.call_over(ended).map(|event| event.into_iter().collect()),
        }
    }

    fn left(&mut self, call: CallId, at: Instant) {
        if let Some(live) = self.calls.get_mut(&call) {
            live.sent = Some(at);
            self.emit(Happening::Dispatched { call, attempt: 1 });
        }
    }

    fn answers(&mut self, answers: Vec<(CallId, Approval)>) -> Result<Vec<Event>, EngineError> {
        let mut events = Vec::new();
        for (call, approval) in answers {
            self.asking.retain(|asked| *asked != call);
            let reason = match &approval {
                Approval::Refused { reason } if !reason.trim().is_empty() => {
                    let payload = seal(PayloadRole::Reason, "text/plain", reason.clone().into_bytes())?;
                    Some(self.keep(payload))
                }
                Approval::Allowed | Approval::Refused { .. } => None,
            };
            events.push(Event::Answered { call, approval, reason });
        }
        if self.asking.is_empty() {
            self.asked_until = None;
        }
        Ok(events)
    }

    async fn heard(&mut self, event: ModelEvent) -> Result<(), EngineError> {
        match event {
            ModelEvent::Text(text) => self.emit(Happening::TextDelta { text }),
            ModelEvent::CallReady { call, .. } => self.take_in(call).await?,
            ModelEvent::CallStarted { .. } | ModelEvent::Usage(_) | ModelEvent::Finished(_) => {}
        }
        Ok(())
    }

    async fn message_over(&mut self) -> Result<Option<Event>, EngineError> {
        let Some(thinking) = self.thinking.take() else { return Ok(None) };
        let (request, batch) = (thinking.request, thinking.batch);
        let (thought, first_word) = thinking.end().await?;
        self.usage.input = self.usage.input.saturating_add(thought.usage.input);
        self.usage.output = self.usage.output.saturating_add(thought.usage.output);
        self.first_word = first_word;
        self.record(thought.fact, vec![thought.payload]);
        let calls = std::mem::take(&mut self.ready);
        let text = thought.text;
        self.last_text.clone_from(&text);
        Ok(Some(match thought.result {
            Ok(finish) => Event::ModelEnded { request, batch, finish, text, calls },
            Err((failure, words)) => {
                for asked in calls {
                    self.calls.remove(&asked.call.id);
                }
                Event::ModelFailed { failure, words }
            }
        }))
    }

    fn call_over(&mut self, ended: Option<TaskEnd>) -> Result<Option<Event>, EngineError> {
        // A call that is over may have left since we last listened; that comes first.
        while let Ok((call, at)) = self.sent.1.try_recv() {
            self.left(call, at);
        }
        let (call, ending, took) = match ended {
            None => return Ok(None),
            Some(Ok((task, arrival))) => {
                self.task_calls.remove(&task);
                let arrival = arrival?;
                (arrival.call, arrival.ending, arrival.took)
            }
            Some(Err(error)) => {
                let Some(call) = self.task_calls.remove(&error.id()) else { return Ok(None) };
                let since = self.calls.get(&call).and_then(|live| live.sent).map(|sent| sent.elapsed());
                let took = Span(since.and_then(|since| u64::try_from(since.as_micros()).ok()).unwrap_or(0));
                (call, panicked(), took)
            }
        };
        self.ended(call, &ending, took).map(Some)
    }

    /// Seals what a call's end leaves behind, and says it to the machine.
    pub(crate) fn ended(&mut self, call: CallId, ending: &Ending, took: Span) -> Result<Event, EngineError> {
        let SealedEnd { result, words } = seal_end(ending)?;
        let [result, words] = [result, words].map(|payload| payload.map(|payload| self.keep(payload)));
        let before = self.calls.get(&call).map_or_else(Label::unlabelled, |live| live.call.label.clone());
        let label = policy::after_call(&before, ending.outcome);
        if let Some(live) = self.calls.get_mut(&call) {
            let shown = shown(&live.call, ending, false);
            live.took = took;
            live.result = Some(shown.result);
            live.context = Some(shown.context);
        }
        let told = Ended {
            outcome: ending.outcome,
            failure: ending.failure,
            status: ending.status,
            words: ending.words.clone(),
            size: ending.body.len() as u64,
            took_ms: u32::try_from(took.millis()).unwrap_or(u32::MAX),
            label: label.clone(),
        };
        self.ended.insert(call, told);
        Ok(Event::CallEnded(EndedCall {
            call,
            outcome: ending.outcome,
            failure: ending.failure,
            status: ending.status,
            result,
            words,
            size: ending.body.len() as u64,
            cut_from: ending.cut_from,
            took,
            label,
        }))
    }
}
