//! Performing what the machine says: first the facts among the effects become durable, then the rest happens.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::call::Decision;
use domain::entry::Draft;
use domain::event::{Ask, Happening};
use domain::fact::Fact;
use domain::id::{BatchId, CallId};
use domain::label::Label;
use domain::model::ModelFailure;
use domain::outcome::Outcome;
use domain::payload::PayloadRole;
use domain::time::{Micros, Span};
use domain::view::Count;
use store::StoreError;
use turn::{Effect, Event, Interruption};

use super::departing::Leaving;
use super::driver::{APPROVAL_WAIT, Driver};
use super::live::Live;
use super::settings::model_limits;
use super::thinking::{Outgoing, Purpose};
use crate::clock::seal;
use crate::error::EngineError;
use crate::ready::Ready;

impl Driver {
    /// Does what the machine said, in its order: no effect before every fact that came before it is durable. Calls
    /// that leave together are recorded together. What happens at once comes back as events.
    pub(crate) async fn perform(&mut self, effects: Vec<Effect>) -> Result<Vec<Event>, EngineError> {
        let mut events = Vec::new();
        let mut leaving = Vec::new();
        for effect in effects {
            match effect {
                Effect::Record(fact) => self.record(fact),
                Effect::Dispatch { call, attempt, after } => leaving.push(Leaving { call, attempt, after }),
                Effect::Wait(call, waiting) => self.line.say(Happening::Waits { call, waiting }),
                Effect::BatchStarted { batch, calls, label } => self.batch_started(batch, calls, label),
                Effect::Drop(call, why) => {
                    if let Some(live) = self.calls.get_mut(&call) {
                        live.dropped = true;
                    }
                    self.keep_dropped(call);
                    self.line.say(Happening::CallDropped { call, why });
                }
                Effect::LeaveBehind(call) => self.line.say(Happening::Pending { call }),
                Effect::Interrupt { call, why } => {
                    if let Some(live) = self.calls.get(&call) {
                        live.stop.send_replace(Some(why));
                    }
                }
                Effect::InterruptModel => {
                    if let Some(thinking) = &mut self.thinking {
                        thinking.interrupt();
                    } else if self.again.due.take().is_some() {
                        let (failure, words) = (ModelFailure::Cancelled, self.stopped_waiting());
                        events.push(Event::ModelFailed { failure, words });
                    }
                }
                Effect::Conclude(call, ending) => events.push(self.concluded(call, ending)?),
                Effect::Share { call, from } => events.extend(self.share(call, from)?),
                Effect::BatchEnded { batch, calls, label } => self.batch_ended(batch, &calls, label),
                acts => {
                    self.depart(std::mem::take(&mut leaving)).await?;
                    events.extend(self.act(acts).await?);
                }
            }
        }
        self.depart(leaving).await?;
        Ok(events)
    }

    /// What needs that everything before it is durable.
    async fn act(&mut self, effect: Effect) -> Result<Option<Event>, EngineError> {
        match effect {
            Effect::RequestModel { step } => return self.request_model(step).await,
            Effect::ReadRecord(call) => {
                self.line.flush().await?;
                self.read_record(call);
            }
            Effect::AskPerson { batch, calls } => self.ask_person(batch, &calls).await?,
            Effect::Hold { batch, calls, limit } => self.hold(batch, calls, limit).await?,
            Effect::Answer { text, finish } => self.answer(&text, finish).await?,
            Effect::End { why, failure, words } => self.end(why, failure, words).await?,
            // The others need nothing to be durable, and are performed above.
            _ => {}
        }
        Ok(None)
    }

    /// Puts a fact in line. How a call or an attempt ended is said once that is durable.
    fn record(&mut self, fact: Fact) {
        match fact {
            Fact::CallEnded { call, took, .. } => {
                self.line.record(fact);
                if let Some((ended, end)) = self.ends.remove(&call) {
                    if let Some(live) = self.calls.get_mut(&call) {
                        (live.end, live.took) = (Some(end), took);
                    }
                    self.line.say(Happening::CallEnded { call, ended });
                }
                self.over(call);
                self.asked_no_more(call);
                self.talk.arrived(&mut self.calls);
            }
            Fact::AttemptEnded { call, attempt, took, .. } => {
                self.line.record(fact);
                let (words, let_go) = match self.ends.remove(&call) {
                    Some((ended, end)) => (ended.words, [end.result, end.findings]),
                    None => (String::new(), [None, None]),
                };
                for payload in let_go.into_iter().flatten() {
                    self.line.forget(&payload);
                }
                let took_ms = took.ms();
                self.line.say(Happening::AttemptEnded { call, attempt, words, took_ms });
            }
            Fact::CallDecided { call, .. } => {
                self.line.record(fact);
                self.tell_decision(call);
            }
            fact => self.line.record(fact),
        }
    }

    /// A call's end is in line for the record: it may serve others from now on.
    fn over(&mut self, call: CallId) {
        let Some(live) = self.calls.get_mut(&call) else { return };
        live.over = true;
        live.prepared = None;
        // An attempt that is still in line asks this before it gets in line for the record: nothing of a call stands there
        // behind its end.
        live.stop.send_if_modified(|stop| {
            let goes_on = stop.is_none();
            stop.get_or_insert(Interruption::Needless);
            goes_on
        });
        if let (Some(end), Some(identity)) = (&live.end, &live.identity)
            && let Some(until) = end.fresh_until
            && end.outcome == Outcome::Returned
        {
            self.fresh.insert(identity.clone(), (call, until));
        }
        self.keep_dropped(call);
    }

    /// What a call brought whose message came to nothing serves the same call, should the model ask for it again.
    fn keep_dropped(&self, call: CallId) {
        let Some(live) = self.calls.get(&call) else { return };
        let (Some(end), Some(identity), Some(known), Some(sent)) =
            (&live.end, &live.identity, &live.known, live.sent)
        else {
            return;
        };
        if live.dropped && live.over && end.outcome == Outcome::Returned {
            let (identity, source, end) = (identity.clone(), known.source.name.clone(), end.clone());
            self.inner.kept.keep(self.conversation, identity, call, source, sent, end);
        }
    }

    pub(crate) async fn request_model(&mut self, step: u32) -> Result<Option<Event>, EngineError> {
        self.again.of(step);
        if self.lacks_key() {
            let words = format!(
                "the key of {} is not in the keychain; set it in Settings or with `tieout secrets set {}`",
                self.model.title(),
                self.model.secret.as_ref().map(ToString::to_string).unwrap_or_default()
            );
            return Ok(Some(Event::ModelFailed { failure: ModelFailure::KeyRefused, words }));
        }
        if let Some(words) = self.talk.veil.refused() {
            let words = words.to_owned();
            return Ok(Some(Event::ModelFailed { failure: ModelFailure::NotCleared, words }));
        }
        let (outgoing, intent) = match self.first.take() {
            Some(first) => first,
            None => {
                let (outgoing, intent) = self.outgoing().await?;
                let intent = match self.line.flush_and_intend(vec![intent]).await {
                    Err(EngineError::Full(words)) => {
                        self.full = true;
                        return Ok(Some(Event::ModelFailed { failure: ModelFailure::Cancelled, words }));
                    }
                    intent => intent?.pop(),
                };
                (outgoing, intent.ok_or_else(no_leave)?)
            }
        };
        let results = std::mem::take(&mut self.again.shortened);
        if results > 0 {
            self.line.emit(Happening::Shortened { results });
        }
        self.line.emit(Happening::ModelCalled { step });
        self.again.asked += 1;
        self.again.length = outgoing.length();
        self.arriving.ended = None;
        self.batch_calls = 0;
        self.thinking =
            Some(outgoing.send(&self.inner, &self.model, self.key.clone(), model_limits(&self.run), intent));
        Ok(None)
    }

    /// Whether the model needs a key that is not in the keychain: then it can't be asked.
    fn lacks_key(&self) -> bool {
        self.model.secret.is_some() && self.key.is_none()
    }

    /// The next request, shortened if it is known to be too long.
    async fn outgoing(&mut self) -> Result<(Outgoing, Draft), EngineError> {
        self.offer_found().await?;
        self.make_room().await?;
        let encoded = self.covered().await?;
        let (redacted, hidden) = self.talk.veil.hidden_from(&encoded.body);
        let purpose = Purpose {
            turn: Some((self.conversation, self.turn)),
            label: self.talk.veil.of_prompt(&self.talk.label),
            shortened: self.again.shortened,
            redacted,
            hidden,
        };
        Outgoing::new(&self.inner, &self.model, encoded, purpose)
    }

    /// Records the question and, in the same commit, that the model is about to be asked it; on a full disk the question
    /// alone.
    ///
    /// # Errors
    /// If the trail can't be written: then neither is on record, and nothing is sent.
    pub(crate) async fn record_question(&mut self, drafts: Vec<Draft>) -> Result<(), EngineError> {
        if self.lacks_key() || self.talk.veil.refused().is_some() {
            self.inner.store()?.append(drafts).await?;
            return Ok(());
        }
        let (outgoing, intent) = self.outgoing().await?;
        let store = self.inner.store()?;
        let intent = match store.append_and_intend(drafts, vec![intent]).await {
            // The question is on record, and so will be that nothing came of it.
            Err(StoreError::Full) => {
                self.full = true;
                return Ok(());
            }
            intent => intent?.pop(),
        };
        self.first = Some((outgoing, intent.ok_or_else(no_leave)?));
        Ok(())
    }

    fn batch_started(&mut self, batch: BatchId, calls: Vec<CallId>, label: Label) {
        for call in &calls {
            self.tell_decision(*call);
        }
        let text = std::mem::take(&mut self.arriving.text);
        let reasoning = std::mem::take(&mut self.arriving.reasoning);
        self.talk.asked(text, reasoning, calls.clone(), &self.calls);
        self.talk.arrived(&mut self.calls);
        self.batch_calls = calls.len();
        self.time_batch(batch);
        self.line.say(Happening::BatchStarted { batch, calls, label });
    }

    pub(crate) async fn ask_person(
        &mut self,
        batch: BatchId,
        calls: &[(CallId, Decision)],
    ) -> Result<(), EngineError> {
        let asks: Vec<Ask> =
            calls.iter().filter_map(|(call, decision)| self.ask_of(*call, decision)).collect();
        let shown = serde_json::to_vec(&asks).map_err(|error| EngineError::Internal(error.to_string()))?;
        let shown = self.line.keep(seal(PayloadRole::Shown, "application/json", shown)?);
        let ids: Vec<CallId> = calls.iter().map(|(call, _)| *call).collect();
        self.line.record(Fact::ApprovalAsked { calls: ids.clone(), shown });
        self.line.flush().await?;
        self.people.asking.retain(|waiting| !ids.contains(waiting));
        self.people.asking.extend(ids);
        self.people.until = Some(tokio::time::Instant::now() + APPROVAL_WAIT);
        self.line.emit(Happening::ApprovalAsked { batch, asks });
        Ok(())
    }

    fn ask_of(&self, call: CallId, decision: &Decision) -> Option<Ask> {
        let live = self.calls.get(&call)?;
        let arguments = live.proposed.as_ref().unwrap_or(&live.call.arguments);
        let arguments = match serde_json::from_str::<serde_json::Value>(arguments) {
            Ok(value) => serde_json::to_string_pretty(&value).unwrap_or_else(|_| arguments.clone()),
            Err(_) => arguments.clone(),
        };
        let request = live.prepared.as_ref().map(Ready::request_line).unwrap_or_default();
        Some(Ask { call, request, arguments, decision: decision.clone() })
    }

    async fn hold(&mut self, batch: BatchId, calls: u32, limit: u32) -> Result<(), EngineError> {
        self.line.flush().await?;
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for live in self.calls.values().filter(|live| live.call.batch == Some(batch)) {
            *counts.entry(&live.call.asked_for).or_default() += 1;
        }
        let mut tools: Vec<Count> =
            counts.into_iter().map(|(name, count)| Count { name: name.to_owned(), count }).collect();
        tools.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.name.cmp(&other.name)));
        self.people.held = Some(batch);
        self.people.until = Some(tokio::time::Instant::now() + APPROVAL_WAIT);
        self.line.emit(Happening::BatchHeld { batch, calls, limit, tools });
        Ok(())
    }

    fn batch_ended(&mut self, batch: BatchId, calls: &[CallId], label: Label) {
        self.talk.all_arrived(&label, &mut self.calls);
        self.hold_results(calls);
        self.batch_until = None;
        if self.people.held == Some(batch) {
            self.people.held = None;
            self.people_waited_for();
        }
        let lives: Vec<&Live> = calls.iter().filter_map(|call| self.calls.get(call)).collect();
        let since_began = |sent: Instant| {
            Micros(i64::try_from(sent.duration_since(self.began).as_micros()).unwrap_or(i64::MAX))
        };
        let elapsed =
            Span::together(lives.iter().filter_map(|live| Some((since_began(live.sent?), live.took))));
        let one_by_one = Span(lives.iter().map(|live| live.took.0).sum());
        let saved_ms = saved(&lives, self.arriving.ended);
        let requests = lives.iter().map(|live| live.attempts).sum();
        self.batches.0 += elapsed.0;
        self.one_by_one.0 += one_by_one.0;
        let (elapsed_ms, sequential_ms) = (elapsed.ms(), one_by_one.ms());
        self.line.say(Happening::BatchEnded { batch, elapsed_ms, sequential_ms, saved_ms, requests, label });
    }
}

/// How much later the batch would have been over, had its early calls left at the end of the message and taken as
/// long as they did.
fn saved(lives: &[&Live], message_ended: Option<Instant>) -> u32 {
    let Some(ended) = message_ended else { return 0 };
    let sent = lives.iter().filter_map(|live| Some((live.sent?, Duration::from(live.took))));
    // What was over before the message was cost the batch nothing.
    let was = sent.clone().map(|(sent, took)| ended.max(sent + took)).max();
    let would_be = sent.map(|(sent, took)| ended.max(sent) + took).max();
    match (was, would_be) {
        (Some(was), Some(would_be)) => Span::from(would_be.saturating_duration_since(was)).ms(),
        _ => 0,
    }
}

fn no_leave() -> EngineError {
    EngineError::Internal("the record gave no leave to ask the model".to_owned())
}
