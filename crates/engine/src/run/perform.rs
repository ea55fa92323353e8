//! Performing a step's effects: first the facts among them become durable, then the rest happens.

use std::sync::Arc;
use std::time::Instant;

use domain::answer::{Answer, Timings};
use domain::call::{Decision, ToolCall};
use domain::effect::Effect as ToolEffect;
use domain::event::{Ask, Happening};
use domain::fact::{Fact, Stopped};
use domain::id::{BatchId, CallId, Handle};
use domain::label::Label;
use domain::model::{AskedCall, Finish, Message, ModelFailure};
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::payload::PayloadRole;
use domain::secret::{Secret, SecretName};
use domain::source::SourceSpec;
use domain::time::{Micros, Span};
use domain::tool::{ToolId, ToolSpec};
use policy::CallFacts;
use sources::Prepared;
use tokio::sync::watch;
use turn::{Asked, Effect, Event};

use super::calling::{self, Departure};
use super::driver::{Driver, Live};
use super::thinking::{Purpose, Thinking};
use crate::clock::{id_parts, seal};
use crate::error::EngineError;

impl Driver {
    /// Does what the machine said, in its order: no effect before every fact that came before it is durable. Facts
    /// behind the last effect stay in line. What happens at once comes back as events.
    pub(crate) async fn perform(&mut self, effects: Vec<Effect>) -> Result<Vec<Event>, EngineError> {
        let mut events = Vec::new();
        for effect in effects {
            if let Effect::Record(fact) = effect {
                self.record(fact, Vec::new());
                continue;
            }
            self.flush().await?;
            match effect {
                Effect::Record(_) => {}
                Effect::RequestModel { step } => events.extend(self.request_model(step).await?),
                Effect::InterruptModel => {
                    if let Some(thinking) = &mut self.thinking {
                        thinking.interrupt();
                    }
                }
                Effect::BatchStarted { batch, calls, label } => self.batch_started(batch, calls, label),
                Effect::AskPerson { batch, calls } => self.ask_person(batch, &calls).await?,
                Effect::Dispatch(call) => self.dispatch(call),
                Effect::Conclude(call, ending) => events.push(self.ended(call, &ending, Span::default())?),
                Effect::Interrupt(call) => {
                    if let Some(live) = self.calls.get(&call) {
                        live.stop.send_replace(true);
                    }
                }
                Effect::BatchEnded { batch, calls, label } => self.batch_ended(batch, &calls, label),
                Effect::Answer { text, finish } => self.answer(&text, finish).await?,
                Effect::End { why, failure, words } => self.end(why, failure, words).await?,
            }
        }
        Ok(events)
    }

    /// Takes in a call that the model has finished writing: which tool it means, whether it fits, what policy says.
    pub(crate) async fn take_in(&mut self, asked: AskedCall) -> Result<(), EngineError> {
        let Some(batch) = self.thinking.as_ref().map(|thinking| thinking.batch) else { return Ok(()) };
        let (unix_ms, random) = id_parts()?;
        let arguments =
            self.keep(seal(PayloadRole::Arguments, "application/json", asked.arguments.clone().into())?);
        let found = self.find(&asked.name);
        let call = ToolCall {
            id: CallId::new(unix_ms, random),
            batch: Some(batch),
            position: u32::try_from(self.ready.len()).unwrap_or(u32::MAX),
            handle: Handle(self.next_handle),
            asked_as: asked.id,
            tool: found.as_ref().map(|(source, tool)| source.id_of(tool)),
            tool_version: found.as_ref().map(|(_, tool)| tool.version()).unwrap_or_default(),
            effect: found.as_ref().map_or(ToolEffect::Write, |(_, tool)| tool.effect),
            label: found.as_ref().map_or_else(Label::unlabelled, |(_, tool)| tool.label.clone()),
            telling: domain::telling::telling(&asked.arguments),
            asked_for: asked.name,
            arguments: asked.arguments,
        };
        self.next_handle += 1;
        let facts = CallFacts { effect: call.effect, known: call.tool.is_some(), label: call.label.clone() };
        let decision = policy::decide(self.approve, &facts);
        let (prepared, unfit) = match &found {
            Some((source, tool)) => match self.prepare(source, tool, &call.arguments).await {
                Ok(prepared) => (Some(prepared), None),
                Err(ending) => (None, Some(ending)),
            },
            None => (None, Some(self.unknown_tool(&call.asked_for))),
        };
        self.emit(Happening::CallReady { call: call.clone() });
        let live = Live {
            call: call.clone(),
            decision: decision.clone(),
            prepared,
            source: found.map(|(source, _)| source),
            stop: watch::Sender::new(false),
            sent: None,
            took: Span::default(),
            result: None,
            context: None,
        };
        self.calls.insert(call.id, live);
        self.ready.push(Asked { call, arguments, decision, unfit });
        Ok(())
    }

    fn find(&self, name: &str) -> Option<(Arc<SourceSpec>, ToolSpec)> {
        let id = ToolId::from_wire(name)?;
        let source = self.sources.get(id.source())?;
        let tool = source.tool(id.tool())?.clone();
        Some((source.clone(), tool))
    }

    fn unknown_tool(&self, name: &str) -> Ending {
        let known: Vec<&str> = self.prompt.tools.iter().map(|tool| tool.name.as_str()).collect();
        let known = if known.is_empty() { "none is connected".to_owned() } else { known.join(", ") };
        let words = format!("there is no tool `{name}`; the tools are: {known}");
        Ending::without_body(Outcome::Failed, Some(FailureClass::UnknownTool), words)
    }

    async fn prepare(
        &mut self,
        source: &SourceSpec,
        tool: &ToolSpec,
        arguments: &str,
    ) -> Result<Prepared, Ending> {
        let secret = match source.auth.secret() {
            Some(name) => match self.secret(name).await {
                Ok(secret) => secret,
                Err(why) => {
                    let words = format!("the secret `{name}` can't be read: {why}; nothing was sent");
                    return Err(Ending::without_body(
                        Outcome::Failed,
                        Some(FailureClass::MissingSecret),
                        words,
                    ));
                }
            },
            None => None,
        };
        sources::prepare(source, tool, arguments, secret)
    }

    /// From the keychain, once a turn: it answers in milliseconds, and a batch may need it 128 times. A keychain that
    /// was locked meanwhile fails the calls that need it, in these words, and not the turn.
    async fn secret(&mut self, name: &SecretName) -> Result<Option<Secret>, String> {
        if let Some(known) = self.secrets.get(name) {
            return known.clone();
        }
        let secret = self.inner.keychain.get(name).await.map_err(|error| error.to_string());
        self.secrets.insert(name.clone(), secret.clone());
        secret
    }

    async fn request_model(&mut self, step: u32) -> Result<Option<Event>, EngineError> {
        if self.model.secret.is_some() && self.key.is_none() {
            let words = format!(
                "the key of {} is not in the keychain; set it in Settings or with `tieout secrets set {}`",
                self.model.title(),
                self.model.secret.as_ref().map(ToString::to_string).unwrap_or_default()
            );
            return Ok(Some(Event::ModelFailed { failure: ModelFailure::KeyRefused, words }));
        }
        let purpose = Purpose { turn: Some((self.conversation, self.turn)), label: self.label.clone() };
        let thinking =
            Thinking::begin(&self.inner, &self.model, self.key.clone(), &self.prompt, purpose).await?;
        self.emit(Happening::ModelCalled { step });
        self.thinking = Some(thinking);
        Ok(None)
    }

    fn batch_started(&mut self, batch: BatchId, calls: Vec<CallId>, label: Label) {
        for call in &calls {
            if let Some(live) = self.calls.get(call) {
                self.emit(Happening::Decided { call: *call, decision: live.decision.clone() });
            }
        }
        self.emit(Happening::BatchStarted { batch, calls, label });
    }

    async fn ask_person(&mut self, batch: BatchId, calls: &[(CallId, Decision)]) -> Result<(), EngineError> {
        let asks: Vec<Ask> =
            calls.iter().filter_map(|(call, decision)| self.ask_of(*call, decision)).collect();
        let shown = serde_json::to_vec(&asks).map_err(|error| EngineError::Internal(error.to_string()))?;
        let payload = seal(PayloadRole::Shown, "application/json", shown)?;
        let ids: Vec<CallId> = calls.iter().map(|(call, _)| *call).collect();
        let fact = Fact::ApprovalAsked { calls: ids.clone(), shown: payload.commitment() };
        self.record(fact, vec![payload]);
        self.flush().await?;
        self.asking = ids;
        self.asked_until = Some(tokio::time::Instant::now() + super::driver::APPROVAL_WAIT);
        self.emit(Happening::ApprovalAsked { batch, asks });
        Ok(())
    }

    fn ask_of(&self, call: CallId, decision: &Decision) -> Option<Ask> {
        let live = self.calls.get(&call)?;
        let arguments = match serde_json::from_str::<serde_json::Value>(&live.call.arguments) {
            Ok(value) => serde_json::to_string_pretty(&value).unwrap_or_else(|_| live.call.arguments.clone()),
            Err(_) => live.call.arguments.clone(),
        };
        let request = live.prepared.as_ref().map(Prepared::request_line).unwrap_or_default();
        Some(Ask { call, request, arguments, decision: decision.clone() })
    }

    fn dispatch(&mut self, call: CallId) {
        let Some(live) = self.calls.get_mut(&call) else { return };
        let (Some(prepared), Some(source)) = (live.prepared.take(), live.source.clone()) else { return };
        let departure = Departure {
            call,
            effect: live.call.effect,
            conversation: Some(self.conversation),
            source,
            prepared,
        };
        let stop = live.stop.subscribe();
        let task = calling::call(self.inner.clone(), departure, self.sent.0.clone(), stop);
        let handle = self.tasks.spawn(task);
        self.task_calls.insert(handle.id(), call);
    }

    fn batch_ended(&mut self, batch: BatchId, calls: &[CallId], label: Label) {
        let lives: Vec<&Live> = calls.iter().filter_map(|call| self.calls.get(call)).collect();
        let since_began = |sent: Instant| {
            Micros(i64::try_from(sent.duration_since(self.began).as_micros()).unwrap_or(i64::MAX))
        };
        let elapsed =
            Span::together(lives.iter().filter_map(|live| Some((since_began(live.sent?), live.took))));
        let one_by_one = Span(lives.iter().map(|live| live.took.0).sum());
        let asked = lives.iter().map(|live| AskedCall {
            id: live.call.asked_as.clone(),
            name: live.call.asked_for.clone(),
            arguments: live.call.arguments.clone(),
        });
        let assistant =
            Message::Assistant { text: std::mem::take(&mut self.last_text), calls: asked.collect() };
        let results = Message::Results(lives.iter().filter_map(|live| live.result.clone()).collect());
        self.in_context.extend(lives.iter().filter_map(|live| live.context));
        self.prompt.messages.extend([assistant, results]);
        self.label = std::mem::replace(&mut self.label, Label::PUBLIC).join(&label);
        self.batches.0 += elapsed.0;
        self.one_by_one.0 += one_by_one.0;
        let (elapsed_ms, sequential_ms) = (millis(elapsed), millis(one_by_one));
        self.emit(Happening::BatchEnded { batch, elapsed_ms, sequential_ms, label });
    }

    async fn answer(&mut self, text: &str, finish: Finish) -> Result<(), EngineError> {
        let handles: Vec<_> = self.in_context.iter().map(|item| (item.handle, item.call)).collect();
        let cited = attribution::citations(text, &handles);
        let since_began = |instant: Instant| {
            u32::try_from(instant.duration_since(self.began).as_millis()).unwrap_or(u32::MAX)
        };
        let answer = Answer {
            text: cited.text,
            exposure: attribution::exposure(&self.in_context),
            citations: cited.citations,
            unknown_citations: cited.unknown,
            label: self.label.clone(),
            model: self.model.title().to_owned(),
            finish,
            usage: self.usage,
            timings: Timings {
                turn_ms: u32::try_from(self.began.elapsed().as_millis()).unwrap_or(u32::MAX),
                batches_ms: millis(self.batches),
                sequential_ms: millis(self.one_by_one),
                first_word_ms: self.first_word.map(since_began).unwrap_or_default(),
            },
        };
        let bytes = serde_json::to_vec(&answer).map_err(|error| EngineError::Internal(error.to_string()))?;
        let payload = seal(PayloadRole::Answer, "application/json", bytes)?;
        let fact = Fact::AnswerGiven {
            turn: self.turn,
            answer: payload.commitment(),
            exposed: answer.exposure.iter().map(|exposed| exposed.call).collect(),
            label: answer.label.clone(),
            // The writer knows how many entries the conversation has, and fills it in.
            entries: 0,
        };
        self.record(fact, vec![payload]);
        self.flush().await?;
        self.emit(Happening::Answer { answer });
        let (words, usage) = (String::new(), self.usage);
        self.emit(Happening::TurnEnded { stopped: None, failure: None, words, usage });
        Ok(())
    }

    async fn end(
        &mut self,
        why: Stopped,
        failure: Option<ModelFailure>,
        words: String,
    ) -> Result<(), EngineError> {
        let payload = seal(PayloadRole::Words, "text/plain", words.clone().into_bytes())?;
        let fact = Fact::TurnStopped { turn: self.turn, why, words: Some(payload.commitment()) };
        self.record(fact, vec![payload]);
        self.flush().await?;
        self.emit(Happening::TurnEnded { stopped: Some(why), failure, words, usage: self.usage });
        Ok(())
    }
}

fn millis(span: Span) -> u32 {
    u32::try_from(span.millis()).unwrap_or(u32::MAX)
}
