//! A call that a person makes: recorded like any other. And one that a person makes again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::call::{Approve, Decision, Verdict};
use domain::entry::Draft;
use domain::fact::Fact;
use domain::id::{CallId, ConversationId, Handle};
use domain::label::Level;
use domain::outcome::{Ending, Outcome};
use domain::payload::{Payload, PayloadRole};
use domain::source::SourceSpec;
use domain::time::Span;
use domain::tool::{ToolId, ToolSpec};
use domain::view::CallDetail;
use policy::{Call, CallFacts};
use sources::Credential;
use tokio::sync::{mpsc, watch};
use turn::{Attempts, EndedAttempt, EndedCall, Interruption, Lane, Then};

use crate::clock::{dice, id_parts, random_bits, seal};
use crate::detection::Looked;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::finished::Finished;
use crate::keys::named;
use crate::ready::Ready;
use crate::run::{Arrival, Departure, Notice, Start, attempt};
use crate::turns::{Ears, Say};

/// What stands for a call's place in a conversation.
#[derive(Clone, Copy)]
struct Place {
    conversation: Option<ConversationId>,
    handle: Handle,
    retry_of: Option<CallId>,
}

impl Engine {
    /// Calls a tool as a person: the person who types a write has asked for it, so `approve` is what they say of it.
    /// What policy would ask about is refused, and nothing is sent.
    ///
    /// # Errors
    /// If there is no such tool, or the trail can't be written. A call that fails is no error: its outcome says so.
    pub async fn call_tool(
        &self,
        tool: &ToolId,
        arguments: &str,
        approve: Approve,
    ) -> Result<CallDetail, EngineError> {
        let (source, spec) = self.tool(tool).await?;
        let id = self.perform_by_hand(Arc::new(source), &spec, arguments, approve).await?;
        self.call(id).await
    }

    /// Makes an ended call again, in its conversation, with other arguments if any are given: whoever asks for that has
    /// approved it. The next question of the conversation goes on with its result.
    ///
    /// # Errors
    /// If there is no such call, it has not ended, its tool is gone, its conversation is answering, or the trail can't be
    /// written.
    pub async fn retry_call(
        &self,
        call: CallId,
        arguments: Option<String>,
    ) -> Result<CallDetail, EngineError> {
        self.inner.store()?;
        let before = self.call(call).await?;
        if before.row.outcome.is_none() {
            let words = format!("{call} has not ended; wait for it, or cancel it first");
            return Err(EngineError::BadInput(words));
        }
        let tool: ToolId = before.row.tool.parse().map_err(|_| {
            EngineError::BadInput(format!(
                "{call} asked for `{}`, which is no tool; it can't be made again",
                before.row.tool
            ))
        })?;
        if tool == ToolId::read_result() {
            return Err(EngineError::BadInput(
                "it read a result from the record; open that call to see it".to_owned(),
            ));
        }
        if tool == ToolId::find_tools() {
            return Err(EngineError::BadInput("it looked for tools, and is made by models alone".to_owned()));
        }
        let (source, spec) = self.tool(&tool).await?;
        let arguments = match arguments {
            Some(arguments) => arguments,
            None => self.recorded_arguments(&before).await?,
        };
        let Some(conversation) = before.row.conversation else {
            let place = Place { conversation: None, handle: Handle(1), retry_of: Some(call) };
            let stop = Stop::WhenClosing(self.inner.turns.errand().await?);
            let id = self.make(Arc::new(source), &spec, &arguments, Approve::All, place, stop).await?;
            return self.call(id).await;
        };
        // For as long as it runs, so that no turn gives the same handle away.
        let (visit, ears) = self.visit(conversation)?;
        let handle = Handle(self.inner.reader.next_handle(conversation).await?);
        let place = Place { conversation: Some(conversation), handle, retry_of: Some(call) };
        let stop = Stop::WhenTold(ears);
        let id = self.make(Arc::new(source), &spec, &arguments, Approve::All, place, stop).await?;
        drop(visit);
        self.call(id).await
    }

    /// A tool and its source.
    ///
    /// # Errors
    /// If there is none of that name.
    pub async fn tool(&self, tool: &ToolId) -> Result<(SourceSpec, ToolSpec), EngineError> {
        let source = self.source(tool.source()).await?;
        let spec = source.tool(tool.tool()).cloned().ok_or_else(|| {
            let known = source.tools.iter().map(|tool| tool.name.to_string()).collect::<Vec<_>>().join(", ");
            EngineError::NotFound(format!("{} has no tool `{}`; it has: {known}", source.name, tool.tool()))
        })?;
        Ok((source, spec))
    }

    pub(crate) async fn perform_by_hand(
        &self,
        source: Arc<SourceSpec>,
        tool: &ToolSpec,
        arguments: &str,
        approve: Approve,
    ) -> Result<CallId, EngineError> {
        self.inner.store()?;
        let stop = Stop::WhenClosing(self.inner.turns.errand().await?);
        let place = Place { conversation: None, handle: Handle(1), retry_of: None };
        self.make(source, tool, arguments, approve, place, stop).await
    }

    /// The arguments that a call ran with: a person's, if they changed the model's.
    async fn recorded_arguments(&self, call: &CallDetail) -> Result<String, EngineError> {
        let mut arguments =
            call.payloads.iter().filter(|payload| payload.role == PayloadRole::Arguments).rev();
        let Some(arguments) = arguments.next() else {
            let words =
                format!("the arguments of {} are no longer on record; write them anew", call.row.call);
            return Err(EngineError::BadInput(words));
        };
        let bytes =
            self.inner.reader.payload_bytes(arguments.seq, arguments.commitment).await?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn make(
        &self,
        source: Arc<SourceSpec>,
        tool: &ToolSpec,
        arguments: &str,
        approve: Approve,
        place: Place,
        mut stop: Stop,
    ) -> Result<CallId, EngineError> {
        let inner = &self.inner;
        let store = inner.store()?;
        let (unix_ms, random) = id_parts()?;
        let id = CallId::new(unix_ms, random);
        let payload = seal(PayloadRole::Arguments, "application/json", arguments.as_bytes().to_vec())?;
        let Place { conversation, handle, retry_of } = place;
        let requested = Fact::CallRequested {
            call: id,
            batch: None,
            turn: None,
            position: 0,
            handle,
            tool: source.id_of(tool).to_string(),
            tool_version: tool.version(),
            effect: tool.effect,
            arguments: payload.commitment(),
            label: tool.label.clone(),
            early: None,
            retry_of,
        };
        let connected = inner.catalogue.read(&inner.reader).await?;
        let name = source.id_of(tool).to_string();
        let facts = CallFacts::by_hand(&Call {
            tool: &name,
            description: &tool.description,
            schema: &tool.input.0,
            arguments: &serde_json::Value::Null,
            effect: tool.effect,
            known: true,
            from_record: false,
            label: &tool.label,
        });
        let decision = connected.rules.policy.decide(approve, &facts);
        let secret = named(&inner.keychain, source.auth.secret()).await?;
        let key = source.tls.as_ref().and_then(|tls| tls.client_key_secret.as_ref());
        let key = named(&inner.keychain, key).await?;
        let prepared = Ready::new(&source, tool, arguments, secret, key.as_ref(), id);
        let draft = |fact, payloads| Draft { moment: inner.clock.now(), conversation, fact, payloads };
        let begin = vec![
            draft(requested, vec![payload]),
            draft(decided(id, &decision, &connected.rules.hash), Vec::new()),
        ];
        store.append(begin).await?;

        let unsent = |ending| Finished::new(ending, handle, usize::MAX).map(|end| (end, Span::default()));
        let (finished, took) = match (prepared, decision.verdict) {
            (Err(ending), _) => unsent(ending)?,
            (Ok(_), Verdict::Ask | Verdict::Deny) => unsent(refused(&decision.reason))?,
            (Ok(prepared), Verdict::Allow) => {
                let looking = self.inner.catalogue.read(&self.inner.reader).await?.looking.clone();
                let looked = Looked {
                    looking,
                    tool: source.id_of(tool).to_string(),
                    arguments: arguments.to_owned(),
                    label: tool.label.clone(),
                };
                let departure = self.departure(id, place, source, tool, prepared, looked)?;
                self.attempts(departure, tool, &mut stop).await?
            }
        };
        let ended = ended_call(id, tool, &finished, took).fact();
        let payloads = [finished.result, finished.words_payload, finished.findings];
        let payloads = payloads.into_iter().flatten().collect();
        store.append(vec![draft(ended, payloads)]).await?;
        Ok(id)
    }

    fn departure(
        &self,
        call: CallId,
        place: Place,
        source: Arc<SourceSpec>,
        tool: &ToolSpec,
        prepared: Ready,
        looked: Looked,
    ) -> Result<Departure, EngineError> {
        let Place { handle, conversation, .. } = place;
        Ok(Departure {
            call,
            attempt: 1,
            page: None,
            handle,
            effect: tool.effect,
            conversation,
            prepared,
            credential: Credential::of(&source.auth),
            token: None,
            idempotency_key: source.takes_key(tool.effect).then(|| call.to_string()),
            unsettled: false,
            source,
            lane: Lane(random_bits()?),
            budget: usize::MAX,
            looked,
            // It goes back to a person.
            clearance: Level::Restricted,
        })
    }

    /// Sends it, and again as often as the rule for attempts says.
    async fn attempts(
        &self,
        departure: Departure,
        tool: &ToolSpec,
        stop: &mut Stop,
    ) -> Result<(Finished, Span), EngineError> {
        let deadline = Duration::from_millis(departure.source.limits.deadline_ms.into());
        let mut rule = Attempts::new(departure.source.may_repeat(tool.effect));
        let mut start = Start::After(Span::default());
        let mut departure = departure;
        let (stops, stopped) = watch::channel(None);
        let (sent, mut left) = mpsc::unbounded_channel();
        let mut first = None;
        // Nobody may be able to take it back, and its conversation waits for it: it stays in line no longer than a batch.
        let connected = self.inner.catalogue.read(&self.inner.reader).await?;
        let in_line = Duration::from_millis(connected.run.batch_deadline_ms.into());
        loop {
            let (waited, mut gone) = (tokio::time::sleep(in_line), false);
            tokio::pin!(waited);
            let task = attempt(self.inner.clone(), departure.clone(), start, sent.clone(), stopped.clone());
            tokio::pin!(task);
            let Arrival { finished, took, .. } = loop {
                tokio::select! {
                    biased;
                    arrival = &mut task => break arrival?,
                    Some(notice) = left.recv() => {
                        if let Notice::Sent(_, _, at) = notice {
                            first.get_or_insert(at);
                            gone = true;
                        }
                    }
                    () = stop.called(), if stops.borrow().is_none() => {
                        stops.send_replace(Some(Interruption::Person));
                    }
                    () = &mut waited, if !gone && stops.borrow().is_none() => {
                        stops.send_replace(Some(Interruption::BatchDeadline));
                    }
                }
            };
            while let Ok(notice) = left.try_recv() {
                if let Notice::Sent(_, _, at) = notice {
                    first.get_or_insert(at);
                }
            }
            let whole = first.map_or(Duration::ZERO, |first: Instant| first.elapsed());
            let ended = EndedAttempt {
                attempt: departure.attempt,
                transient: finished.told.transient,
                renewed: finished.told.renewed,
                retry_after: finished.told.retry_after,
                took,
                deadline: deadline.into(),
                dice: dice()?,
                ended: ended_call(departure.call, tool, &finished, whole.into()),
            };
            match (rule.ended(&ended), ended.fact(), finished.words_payload) {
                (Then::Again { after }, Some(fact), Some(words)) => {
                    let (moment, conversation) = (self.inner.clock.now(), departure.conversation);
                    let draft = Draft { moment, conversation, fact, payloads: vec![words] };
                    self.inner.store()?.append(vec![draft]).await?;
                    departure.attempt += 1;
                    departure.unsettled |= finished.outcome == Outcome::Unknown;
                    let gone = whole + Duration::from(after);
                    departure.prepared = departure.prepared.within(deadline.saturating_sub(gone));
                    start = Start::After(after);
                }
                (_, _, words_payload) => return Ok((Finished { words_payload, ..finished }, whole.into())),
            }
        }
    }
}

/// What may stop a call by hand.
enum Stop {
    /// The workspace closes.
    WhenClosing(crate::turns::Errand),
    /// Somebody says so to the conversation.
    WhenTold(Ears),
}

impl Stop {
    /// Returns when it should stop.
    async fn called(&mut self) {
        match self {
            Self::WhenClosing(errand) => errand.called_off().await,
            Self::WhenTold(ears) => {
                while let Some(said) = ears.says.recv().await {
                    if matches!(said, Say::Stop) {
                        return;
                    }
                }
                // Whoever could say so is gone.
                std::future::pending().await
            }
        }
    }
}

fn decided(call: CallId, decision: &Decision, policy: &str) -> Fact {
    let (verdict, rule) = (decision.verdict, decision.rule.clone());
    Fact::CallDecided { call, verdict, rule, policy: policy.to_owned() }
}

fn ended_call(call: CallId, tool: &ToolSpec, finished: &Finished, took: Span) -> EndedCall {
    EndedCall {
        call,
        outcome: finished.outcome,
        failure: finished.failure,
        status: finished.status,
        result: finished.result.as_ref().map(Payload::commitment),
        words: finished.words_payload.as_ref().map(Payload::commitment),
        size: finished.size,
        cut_from: finished.cut_from,
        took,
        label: policy::after_call(finished.told.label.as_ref().unwrap_or(&tool.label), finished.outcome)
            .join(&finished.floor),
        from: None,
        phases: (took > Span::default()).then_some(finished.told.phases),
        findings: finished.findings.as_ref().map(Payload::commitment),
    }
}

fn refused(reason: &str) -> Ending {
    let words = format!("{reason}. Nothing was sent; say that you approve (`--approve all`) to send it.");
    Ending::without_body(Outcome::Refused, None, words)
}
