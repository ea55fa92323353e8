//! What arrives while a turn waits, turned into events for the machine: words of people and of the model, ends of
//! calls.

use std::time::{Duration, Instant};

use domain::call::{Approval, Decision};
use domain::event::{Ended, Happening};
use domain::fact::Dropped;
use domain::id::{BatchId, CallId};
use domain::label::Label;
use domain::model::{AskedCall, Finish, ModelEvent, ModelFailure};
use domain::outcome::Outcome;
use domain::payload::{Commitment, PayloadRole};
use domain::time::Span;
use turn::{Edited, EndedAttempt, EndedCall, Event};

use super::again::Lost;
use super::calling::{Arrival, panicked};
use super::departure::Notice;
use super::driver::{Driver, TaskEnd, Woken};
use super::end::End;
use super::judging::Rejudged;
use crate::backlog::Room;
use crate::clock::{dice, seal};
use crate::error::EngineError;
use crate::finished::Finished;
use crate::turns::Say;

/// What an answer about a call comes to.
enum Answer {
    /// It counts.
    Counts(Box<Event>),
    /// The rules ask about what the person wrote, for other reasons than before.
    AsksAnew(BatchId, Decision),
}

impl Driver {
    /// What woke the driver, as events for the machine.
    pub(crate) async fn events_of(&mut self, woken: Woken) -> Result<Vec<Event>, EngineError> {
        match woken {
            Woken::Said(said) => self.heard_person(said).await,
            Woken::NobodyAnswered => {
                let refused = || Approval::Refused { reason: "nobody answered in 30 minutes".to_owned() };
                let held = self.people.held.map(|batch| Say::Release(batch, refused()));
                let asked = self.people.asking.iter().map(|call| (*call, refused())).collect();
                let mut events = self.heard_person(Say::Answers(asked)).await?;
                if let Some(held) = held {
                    events.extend(self.heard_person(held).await?);
                }
                Ok(events)
            }
            Woken::Noticed(notice) => {
                self.noticed(notice);
                Ok(Vec::new())
            }
            Woken::Model(Some(event)) => self.heard_model(event).await.map(Vec::from_iter),
            Woken::Model(None) => self.message_over().await.map(Vec::from_iter),
            Woken::Call(ended) => self.task_over(*ended).map(Vec::from_iter),
            Woken::AskAgain => self.ask_again().await.map(Vec::from_iter),
            Woken::Straggles(call) => Ok(vec![Event::Straggles(call)]),
            Woken::BatchTimedOut(batch) => {
                self.batch_until = None;
                Ok(vec![Event::BatchTimedOut(batch)])
            }
            Woken::LookAtLines => {
                self.look_at_lines();
                Ok(Vec::new())
            }
        }
    }

    async fn heard_person(&mut self, said: Say) -> Result<Vec<Event>, EngineError> {
        match said {
            Say::Stop => Ok(vec![Event::Stop]),
            Say::CancelCall(call) => Ok(vec![Event::CancelCall(call)]),
            Say::CancelBatch(batch) => Ok(vec![Event::CancelBatch(batch)]),
            Say::Answers(answers) => {
                let mut events = Vec::new();
                let mut anew: Vec<(BatchId, CallId, Decision)> = Vec::new();
                for (call, approval) in answers {
                    match self.answered(call, approval).await? {
                        Some(Answer::Counts(event)) => events.push(*event),
                        Some(Answer::AsksAnew(batch, decision)) => anew.push((batch, call, decision)),
                        None => {}
                    }
                }
                if let Some((batch, ..)) = anew.first() {
                    let batch = *batch;
                    let calls: Vec<_> =
                        anew.into_iter().map(|(_, call, decision)| (call, decision)).collect();
                    self.ask_person(batch, &calls).await?;
                }
                if !events.is_empty() {
                    self.people_waited_for();
                }
                Ok(events)
            }
            Say::Release(batch, approval) => {
                let reason = self.reason(&approval)?;
                if self.people.held == Some(batch) {
                    self.people.held = None;
                    self.people_waited_for();
                }
                Ok(vec![Event::Released { batch, approval, reason }])
            }
        }
    }

    async fn answered(&mut self, call: CallId, approval: Approval) -> Result<Option<Answer>, EngineError> {
        if !self.people.ask_no_more(call) {
            return Ok(None);
        }
        // Who allows what they changed themselves means it as it stands there now.
        let proposed = self.calls.get_mut(&call).and_then(|live| live.proposed.take());
        let approval = match (approval, proposed) {
            (Approval::Allowed, Some(arguments)) => Approval::Edited { arguments },
            (approval, _) => approval,
        };
        let reason = self.reason(&approval)?;
        let edited = match &approval {
            Approval::Edited { arguments } => {
                let rejudged = self.rejudge(call, arguments);
                if let Rejudged::AsksAnew(decision) = rejudged {
                    return Ok(self.propose(call, arguments, decision).await);
                }
                self.edited(call, arguments, rejudged).await?
            }
            Approval::Allowed | Approval::Refused { .. } => None,
        };
        Ok(Some(Answer::Counts(Box::new(Event::Answered { call, approval, reason, edited }))))
    }

    /// What a person wrote has to be asked about once more, with the reasons that are new.
    async fn propose(&mut self, call: CallId, arguments: &str, decision: Decision) -> Option<Answer> {
        let known = self.calls.get(&call)?.known.clone()?;
        let prepared = self.prepare(call, &known, arguments).await;
        let live = self.calls.get_mut(&call)?;
        live.proposed = Some(arguments.to_owned());
        live.prepared = prepared.ok().or(live.prepared.take());
        live.decision = decision.clone();
        Some(Answer::AsksAnew(live.call.batch?, decision))
    }

    /// A person put other arguments in the place of the model's.
    async fn edited(
        &mut self,
        call: CallId,
        arguments: &str,
        rejudged: Rejudged,
    ) -> Result<Option<Edited>, EngineError> {
        let Some(known) = self.calls.get(&call).and_then(|live| live.known.clone()) else { return Ok(None) };
        let payload = seal(PayloadRole::Arguments, "application/json", arguments.as_bytes().to_vec())?;
        let commitment = self.line.keep(payload);
        let plan = self.plan(&known, arguments);
        let prepared = self.prepare(call, &known, arguments).await;
        let Some(live) = self.calls.get_mut(&call) else { return Ok(None) };
        live.edited = Some(arguments.to_owned());
        live.offered = plan.reuse;
        live.identity.clone_from(&plan.identity);
        let unfit = match (rejudged, prepared) {
            (Rejudged::Refused(ending), _) => Some(ending),
            (_, Ok(prepared)) => {
                live.prepared = Some(prepared);
                None
            }
            (_, Err(ending)) => Some(ending),
        };
        Ok(Some(Edited { arguments: commitment, unfit, plan }))
    }

    fn reason(&mut self, approval: &Approval) -> Result<Option<Commitment>, EngineError> {
        match approval {
            Approval::Refused { reason } if !reason.trim().is_empty() => {
                let payload = seal(PayloadRole::Reason, "text/plain", reason.clone().into_bytes())?;
                Ok(Some(self.line.keep(payload)))
            }
            Approval::Allowed | Approval::Edited { .. } | Approval::Refused { .. } => Ok(None),
        }
    }

    async fn heard_model(&mut self, event: ModelEvent) -> Result<Option<Event>, EngineError> {
        match event {
            ModelEvent::Text(text) => {
                let text = self.talk.veil.piece(&text);
                if !text.is_empty() {
                    self.line.say(Happening::TextDelta { text });
                }
            }
            ModelEvent::CallStarted { name, .. } => self.warm(&name),
            ModelEvent::CallFollowed { index, call } if self.follows() => {
                let call = self.with_values(call);
                return self.take_early(index, call).await;
            }
            ModelEvent::CallReady { index, call } => {
                let call = self.with_values(call);
                // Where the protocol itself marks the end of a call, it may start while the message goes on.
                let early = if self.early && providers::marks_ends(self.model.protocol) {
                    self.take_early(index, call.clone()).await?
                } else {
                    None
                };
                self.take_ready(call).await?;
                return Ok(early);
            }
            ModelEvent::Thinking(_)
            | ModelEvent::Reasoned(_)
            | ModelEvent::CallFollowed { .. }
            | ModelEvent::Usage(_)
            | ModelEvent::Finished(_) => {}
        }
        Ok(None)
    }

    /// A call as its source is asked: with the real values for pseudonyms.
    fn with_values(&mut self, call: AskedCall) -> AskedCall {
        AskedCall { arguments: self.talk.veil.arguments(call.arguments), ..call }
    }

    async fn message_over(&mut self) -> Result<Option<Event>, EngineError> {
        let Some(thinking) = self.thinking.take() else { return Ok(None) };
        let (request, batch) = (thinking.request, thinking.batch);
        let text = self.talk.veil.last_piece();
        if !text.is_empty() {
            self.line.say(Happening::TextDelta { text });
        }
        let (thought, first_word) = thinking.end().await?;
        self.usage = self.usage.and(thought.usage);
        self.first_word = first_word;
        self.line.keep(thought.payload);
        self.line.record(thought.fact);
        self.learnt = thought.learnt.or(self.learnt);
        self.arriving.ended = Some(Instant::now());
        let (calls, mut early) = self.arriving.take_calls();
        let text = thought.text;
        self.arriving.text.clone_from(&text);
        self.arriving.reasoning = thought.reasoning;
        match thought.result {
            Ok(finish) => {
                self.talk.answered(self.again.length, thought.usage.input);
                let (why, good) = match finish {
                    Finish::Length => (Dropped::Length, false),
                    Finish::ContentFilter => (Dropped::Filter, false),
                    Finish::Stop | Finish::ToolCalls => (Dropped::Changed, true),
                };
                let stays = |early: &CallId| good && calls.iter().any(|asked| asked.call.id == *early);
                early.retain(|call| !stays(call));
                self.never_started(&early, why);
                Ok(Some(Event::ModelEnded { request, batch, finish, text, calls }))
            }
            Err((failure, words)) => {
                let why =
                    if failure == ModelFailure::Cancelled { Dropped::Cancelled } else { Dropped::Failed };
                // What was run is on record as told; then the message can't be asked for as if it had never begun.
                let ran = early.iter().any(|call| self.calls.get(call).is_some_and(|live| live.told));
                early.extend(calls.iter().map(|asked| asked.call.id));
                self.never_started(&early, why);
                let lost =
                    Lost { failure, words, retry_after: thought.retry_after, overrun: thought.overrun };
                self.message_lost(lost, ran).await.map(Some)
            }
        }
    }

    /// Calls that are no part of their message and had not started: on no record, and now on no screen.
    fn never_started(&mut self, early: &[CallId], why: Dropped) {
        for call in early {
            if self.calls.get(call).is_some_and(|live| !live.told) {
                self.calls.remove(call);
                self.line.say(Happening::CallDropped { call: *call, why });
            }
        }
    }

    fn noticed(&mut self, notice: Notice) {
        match notice {
            Notice::Sent(call, attempt, at) => self.left(call, attempt, at),
            Notice::InLine(call, ticket) => self.in_line(call, ticket),
            Notice::Progress(call, words) => self.line.emit(Happening::Progress { call, words }),
            Notice::Page(call, words) => {
                if let Some(live) = self.calls.get_mut(&call) {
                    live.attempts += 1;
                }
                self.line.emit(Happening::Progress { call, words });
            }
            Notice::Full => self.full = true,
        }
    }

    fn task_over(&mut self, ended: Option<TaskEnd>) -> Result<Option<Event>, EngineError> {
        // A call that is over may have left since we last listened; that comes first.
        while let Ok(notice) = self.notices.1.try_recv() {
            self.noticed(notice);
        }
        match ended {
            None => Ok(None),
            Some(Ok((task, arrival))) => {
                self.task_calls.remove(&task);
                self.arrived(arrival?)
            }
            Some(Err(error)) => {
                let Some((call, attempt)) = self.task_calls.remove(&error.id()) else { return Ok(None) };
                let Some(live) = self.calls.get(&call) else { return Ok(None) };
                let ending = panicked(live.call.effect, live.sent.is_some());
                let finished = Finished::new(ending, live.call.handle, usize::MAX)?;
                let (took, room) = (Span::default(), Room::default());
                self.arrived(Arrival { call, attempt, finished, took, room })
            }
        }
    }

    fn arrived(&mut self, arrival: Arrival) -> Result<Option<Event>, EngineError> {
        let Arrival { call, attempt, finished, took, room } = arrival;
        self.line.hold(room);
        let Some(live) = self.calls.get_mut(&call) else { return Ok(None) };
        if live.over {
            return Ok(None);
        }
        let Some(attempt) = attempt else {
            let from = live.reads;
            return Ok(Some(Event::CallEnded(self.ended(call, finished, Span::default(), from))));
        };
        live.unsettled |= finished.outcome == Outcome::Unknown;
        let whole = live.sent.map(|sent| sent.elapsed().into()).unwrap_or_default();
        let limit = live.known.as_ref().map_or(0, |known| known.source.limits.deadline_ms);
        let (transient, renewed) = (finished.told.transient, finished.told.renewed);
        let retry_after = finished.told.retry_after;
        let dice = dice()?;
        let deadline = Span(u64::from(limit) * 1000);
        let ended = self.ended(call, finished, whole, None);
        Ok(Some(Event::AttemptEnded(EndedAttempt {
            attempt,
            transient,
            renewed,
            retry_after,
            took,
            deadline,
            dice,
            ended,
        })))
    }

    /// Keeps what a call's end leaves behind, and says it to the machine.
    pub(crate) fn ended(
        &mut self,
        call: CallId,
        finished: Finished,
        took: Span,
        from: Option<CallId>,
    ) -> EndedCall {
        let Finished { outcome, failure, status, words, size, cut_from, told, shown, .. } = finished;
        let Finished { result, words_payload, findings, floor, made, uncovered, .. } = finished;
        let [result, words_payload, findings] =
            [result, words_payload, findings].map(|payload| payload.map(|payload| self.line.keep(payload)));
        let mut phases = None;
        let mut label = Label::unlabelled();
        if let Some(live) = self.calls.get_mut(&call) {
            label = policy::after_call(told.label.as_ref().unwrap_or(&live.call.label), outcome).join(&floor);
            phases = (live.sent.is_some() && from.is_none()).then_some(told.phases);
            self.in_line.remove(&call);
            let end = End {
                outcome,
                failure,
                status,
                words: words.clone(),
                size,
                cut_from,
                label: label.clone(),
                made: made.clone(),
                shown,
                uncovered,
                result,
                findings,
                fresh_until: told.fresh_for.and_then(|fresh| Instant::now().checked_add(fresh.into())),
            };
            let said = Ended {
                outcome,
                failure,
                status,
                words,
                size,
                took_ms: took.ms(),
                label: label.clone(),
                made,
                from,
                phases,
            };
            self.ends.insert(call, (said, end));
        }
        let words = words_payload;
        EndedCall {
            call,
            outcome,
            failure,
            status,
            result,
            words,
            size,
            cut_from,
            took,
            label,
            from,
            phases,
            findings,
        }
    }

    /// When the last answer of a person has come, the batch's time runs anew: waiting for people does not count.
    pub(crate) fn people_waited_for(&mut self) {
        if self.people.asking.is_empty() && self.people.held.is_none() {
            self.people.until = None;
            if let Some((batch, _)) = self.batch_until {
                self.time_batch(batch);
            }
        }
    }

    /// A call has ended: if a person was asked about it, nobody waits for their answer any more.
    pub(crate) fn asked_no_more(&mut self, call: CallId) {
        if self.people.ask_no_more(call) {
            self.people_waited_for();
        }
    }

    /// From now on the batch's time runs.
    pub(crate) fn time_batch(&mut self, batch: BatchId) {
        let deadline = Duration::from_millis(self.run.batch_deadline_ms.into());
        self.batch_until = Some((batch, tokio::time::Instant::now() + deadline));
    }
}
