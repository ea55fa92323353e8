//! The driver of one turn: waits for what happens, steps the machine, and has its effects performed.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use attribution::InContext;
use domain::call::{Approval, Decision, ToolCall};
use domain::entry::Draft;
use domain::event::{Happening, RunEvent};
use domain::fact::{Fact, Stopped};
use domain::id::{CallId, ConversationId, TurnId};
use domain::label::Label;
use domain::model::{Message, ModelEvent, ModelFailure, ModelSpec, Parallel, Prompt, Usage};
use domain::outcome::{CallResult, Ending};
use domain::payload::{Commitment, Payload, PayloadRole};
use domain::secret::{Secret, SecretName};
use domain::source::SourceSpec;
use domain::time::Span;
use sources::Prepared;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use turn::{Asked, EndedCall, Event, Settings, Turn};

use super::calling::{Arrival, panicked};
use super::history::Past;
use super::prompt::{SYSTEM, offered};
use super::question::Question;
use super::thinking::Thinking;
use crate::clock::seal;
use crate::error::EngineError;
use crate::inner::Inner;
use crate::turns::Say;

/// How long a person may take to answer a sheet. Then what was asked counts as refused.
pub(crate) const APPROVAL_WAIT: Duration = Duration::from_secs(30 * 60);

/// What the driver knows of a call.
pub(crate) struct Live {
    pub(crate) call: ToolCall,
    pub(crate) decision: Decision,
    pub(crate) prepared: Option<Prepared>,
    pub(crate) source: Option<Arc<SourceSpec>>,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) sent: Option<Instant>,
    pub(crate) took: Span,
    pub(crate) result: Option<CallResult>,
    pub(crate) context: Option<InContext>,
}

/// One turn under way.
pub(crate) struct Driver {
    pub(crate) inner: Arc<Inner>,
    pub(crate) turn: TurnId,
    pub(crate) conversation: ConversationId,
    pub(crate) machine: Turn,
    pub(crate) began: Instant,
    pub(crate) model: ModelSpec,
    pub(crate) key: Option<Secret>,
    pub(crate) approve: domain::call::Approve,
    pub(crate) sources: HashMap<domain::tool::SourceName, Arc<SourceSpec>>,
    pub(crate) secrets: HashMap<SecretName, Option<Secret>>,
    pub(crate) prompt: Prompt,
    pub(crate) label: Label,
    pub(crate) in_context: Vec<InContext>,
    pub(crate) next_handle: u32,
    pub(crate) calls: HashMap<CallId, Live>,
    pub(crate) thinking: Option<Thinking>,
    pub(crate) ready: Vec<Asked>,
    pub(crate) last_text: String,
    pub(crate) tasks: JoinSet<Result<Arrival, EngineError>>,
    pub(crate) task_calls: HashMap<tokio::task::Id, CallId>,
    pub(crate) sent: (mpsc::UnboundedSender<CallId>, mpsc::UnboundedReceiver<CallId>),
    pub(crate) asking: Vec<CallId>,
    pub(crate) asked_until: Option<tokio::time::Instant>,
    pub(crate) drafts: Vec<Draft>,
    pub(crate) sealed: HashMap<Commitment, Payload>,
    pub(crate) usage: Usage,
    pub(crate) batches: Span,
    pub(crate) one_by_one: Span,
    pub(crate) first_word: Option<Instant>,
    says: mpsc::UnboundedReceiver<Say>,
    out: mpsc::UnboundedSender<RunEvent>,
    question: String,
}

/// How a call's task ended: with the call's end, with a trail that can't be written, or in a panic.
type TaskEnd = Result<(tokio::task::Id, Result<Arrival, EngineError>), tokio::task::JoinError>;

/// What woke the driver.
enum Woken {
    Said(Option<Say>),
    Model(Option<ModelEvent>),
    Call(Option<TaskEnd>),
    Sent(CallId),
    NobodyAnswered,
}

impl Driver {
    #[expect(clippy::too_many_arguments, reason = "called once, by Engine::ask, with what it has just made")]
    pub(crate) async fn new(
        inner: Arc<Inner>,
        turn: TurnId,
        conversation: ConversationId,
        model: ModelSpec,
        question: &Question,
        text: String,
        past: Option<Past>,
        says: mpsc::UnboundedReceiver<Say>,
        out: mpsc::UnboundedSender<RunEvent>,
    ) -> Result<Self, EngineError> {
        let began = Instant::now();
        let specs = inner.reader.sources().await?;
        let key = match &model.secret {
            Some(name) => inner.keychain.get(name).await?,
            None => None,
        };
        let next_handle = inner.reader.next_handle(conversation).await?;
        let past =
            past.unwrap_or(Past { messages: Vec::new(), in_context: Vec::new(), label: Label::PUBLIC });
        let mut messages = past.messages;
        messages.push(Message::User(text.clone()));
        let settings = Settings {
            turn,
            max_steps: question.max_steps.max(1),
            sequential: question.sequential,
            policy: policy::policy_hash(),
        };
        let parallel = if question.sequential { Parallel::Off } else { model.parallel };
        let prompt = Prompt { system: SYSTEM.to_owned(), messages, tools: offered(&specs), parallel };
        Ok(Self {
            inner,
            turn,
            conversation,
            machine: Turn::new(settings),
            began,
            model,
            key,
            approve: question.approve,
            sources: specs.into_iter().map(|spec| (spec.name.clone(), Arc::new(spec))).collect(),
            secrets: HashMap::new(),
            prompt,
            label: past.label,
            in_context: past.in_context,
            next_handle,
            calls: HashMap::new(),
            thinking: None,
            ready: Vec::new(),
            last_text: String::new(),
            tasks: JoinSet::new(),
            task_calls: HashMap::new(),
            sent: mpsc::unbounded_channel(),
            asking: Vec::new(),
            asked_until: None,
            drafts: Vec::new(),
            sealed: HashMap::new(),
            usage: Usage::default(),
            batches: Span::default(),
            one_by_one: Span::default(),
            first_word: None,
            says,
            out,
            question: text,
        })
    }

    /// Runs the turn to its end. What can't be recorded ends it: nothing more is sent, and the events say why.
    pub(crate) async fn run(mut self) {
        let (conversation, question) = (self.conversation, std::mem::take(&mut self.question));
        let model = self.model.title().to_owned();
        self.emit(Happening::TurnStarted { conversation, question, model });
        if let Err(error) = self.drive().await {
            tracing::error!(turn = %self.turn, %error, "a turn can't go on");
            self.tasks.abort_all();
            self.emit(Happening::TurnEnded {
                stopped: Some(Stopped::Trail),
                failure: None,
                words: error.to_string(),
                usage: self.usage,
            });
        }
    }

    async fn drive(&mut self) -> Result<(), EngineError> {
        let mut queue = VecDeque::from([Event::Begin]);
        loop {
            while let Some(event) = queue.pop_front() {
                let effects = self.machine.step(event);
                queue.extend(self.perform(effects).await?);
            }
            if self.machine.is_over() {
                return Ok(());
            }
            let woken = self.wait().await;
            queue.extend(self.events_of(woken).await?);
        }
    }

    async fn wait(&mut self) -> Woken {
        let nobody = async {
            match self.asked_until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        let model = async {
            match &mut self.thinking {
                Some(thinking) => thinking.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            Some(call) = self.sent.1.recv() => Woken::Sent(call),
            said = self.says.recv() => Woken::Said(said),
            event = model => Woken::Model(event),
            ended = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => Woken::Call(ended),
            () = nobody => Woken::NobodyAnswered,
        }
    }

    async fn events_of(&mut self, woken: Woken) -> Result<Vec<Event>, EngineError> {
        match woken {
            // The handle lives in the engine's table until this task ends; should it go first, stop.
            Woken::Said(None | Some(Say::Stop)) => Ok(vec![Event::Stop]),
            Woken::Said(Some(Say::CancelCall(call))) => Ok(vec![Event::CancelCall(call)]),
            Woken::Said(Some(Say::Answers(answers))) => self.answers(answers),
            Woken::NobodyAnswered => {
                let reason = "nobody answered in 30 minutes".to_owned();
                let refuse = |call| (call, Approval::Refused { reason: reason.clone() });
                let answers = std::mem::take(&mut self.asking).into_iter().map(refuse).collect();
                self.answers(answers)
            }
            Woken::Sent(call) => {
                if let Some(live) = self.calls.get_mut(&call) {
                    live.sent = Some(Instant::now());
                    self.emit(Happening::Dispatched { call, attempt: 1 });
                }
                Ok(Vec::new())
            }
            Woken::Model(Some(event)) => self.heard(event).await.map(|()| Vec::new()),
            Woken::Model(None) => self.message_over().await.map(|event| event.into_iter().collect()),
            Woken::Call(ended) => self.call_over(ended).map(|event| event.into_iter().collect()),
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
        let (request, batch, text) = (thinking.request, thinking.batch, thinking.text.clone());
        let (thought, first_word) = thinking.end().await?;
        self.usage.input = self.usage.input.saturating_add(thought.usage.input);
        self.usage.output = self.usage.output.saturating_add(thought.usage.output);
        self.first_word = first_word;
        self.record(thought.fact, vec![thought.payload]);
        let calls = std::mem::take(&mut self.ready);
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
        let result = if ending.body.is_empty() {
            None
        } else {
            let media = if ending.media.is_empty() { "application/octet-stream" } else { &ending.media };
            Some(self.keep(seal(PayloadRole::Result, media, ending.body.clone())?))
        };
        let words = if ending.words.is_empty() {
            None
        } else {
            Some(self.keep(seal(PayloadRole::Words, "text/plain", ending.words.clone().into_bytes())?))
        };
        let before = self.calls.get(&call).map_or_else(Label::unlabelled, |live| live.call.label.clone());
        let label = policy::after_call(&before, ending.outcome);
        if let Some(live) = self.calls.get_mut(&call) {
            let shown = super::follow_up::shown(&live.call, ending, false);
            live.took = took;
            live.result = Some(shown.result);
            live.context = Some(shown.context);
        }
        self.emit(Happening::CallEnded {
            call,
            ended: domain::event::Ended {
                outcome: ending.outcome,
                failure: ending.failure,
                status: ending.status,
                words: ending.words.clone(),
                size: ending.body.len() as u64,
                took_ms: u32::try_from(took.millis()).unwrap_or(u32::MAX),
                label: label.clone(),
            },
        });
        Ok(Event::CallEnded(EndedCall {
            call,
            outcome: ending.outcome,
            failure: ending.failure,
            status: ending.status,
            result,
            words,
            size: ending.body.len() as u64,
            took,
            label,
        }))
    }

    /// Keeps a payload until the fact that commits to it is appended.
    pub(crate) fn keep(&mut self, payload: Payload) -> Commitment {
        let commitment = payload.commitment();
        self.sealed.insert(commitment, payload);
        commitment
    }

    /// Puts a fact in line for the next append.
    pub(crate) fn record(&mut self, fact: Fact, mut payloads: Vec<Payload>) {
        payloads.extend(fact.commitments().iter().filter_map(|commitment| self.sealed.remove(commitment)));
        let moment = self.inner.clock.now();
        self.drafts.push(Draft { moment, conversation: Some(self.conversation), fact, payloads });
    }

    /// Appends what is in line: when it returns, all of it is durable.
    pub(crate) async fn flush(&mut self) -> Result<(), EngineError> {
        if !self.drafts.is_empty() {
            let drafts = std::mem::take(&mut self.drafts);
            self.inner.store()?.append(drafts).await?;
        }
        Ok(())
    }

    /// Says what happened to whoever listens; a turn goes on when nobody does.
    pub(crate) fn emit(&self, what: Happening) {
        let ms = u32::try_from(self.began.elapsed().as_millis()).unwrap_or(u32::MAX);
        let _nobody_listens = self.out.send(RunEvent { turn: self.turn, ms, what });
    }

    pub(crate) fn model_failed(failure: ModelFailure, words: String) -> Event {
        Event::ModelFailed { failure, words }
    }
}
