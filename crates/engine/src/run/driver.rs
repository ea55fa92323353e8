//! The driver of one turn: waits for what happens, steps the machine, and has its effects performed.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use attribution::InContext;
use domain::call::{Decision, ToolCall};
use domain::entry::Draft;
use domain::event::{Ended, Happening, RunEvent};
use domain::fact::{Fact, Stopped};
use domain::id::{CallId, ConversationId, TurnId};
use domain::label::Label;
use domain::model::{Message, ModelEvent, ModelSpec, Parallel, Prompt, Usage};
use domain::outcome::CallResult;
use domain::payload::{Commitment, Payload};
use domain::secret::{Secret, SecretName};
use domain::source::SourceSpec;
use domain::time::Span;
use sources::Prepared;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use turn::{Asked, Event, Settings, Turn};

use super::calling::{Arrival, Left};
use super::history::Past;
use super::prompt::{SYSTEM, offered};
use super::question::Question;
use super::thinking::Thinking;
use crate::error::EngineError;
use crate::inner::Inner;
use crate::turns::Say;

/// How long a person may take to answer a sheet. Then what was asked counts as refused.
pub(crate) const APPROVAL_WAIT: Duration = Duration::from_secs(30 * 60);

/// Facts that may wait for one another before they are appended.
const MOST_IN_LINE: usize = 256;
/// Bytes of payloads after which they wait no longer: one append is one transaction, and others wait for it.
const HEAVIEST_LINE: usize = 16 << 20;

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
    pub(crate) secrets: HashMap<SecretName, Result<Option<Secret>, String>>,
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
    pub(crate) sent: (mpsc::UnboundedSender<Left>, mpsc::UnboundedReceiver<Left>),
    pub(crate) asking: Vec<CallId>,
    pub(crate) asked_until: Option<tokio::time::Instant>,
    pub(crate) drafts: Vec<Draft>,
    /// How calls ended, until the machine takes that for their outcome.
    pub(crate) ended: HashMap<CallId, Ended>,
    /// What is to be said as soon as the drafts in line are durable.
    pub(crate) said_after: Vec<Happening>,
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
pub(crate) type TaskEnd = Result<(tokio::task::Id, Result<Arrival, EngineError>), tokio::task::JoinError>;

/// What woke the driver.
pub(crate) enum Woken {
    Said(Say),
    Model(Option<ModelEvent>),
    Call(Option<TaskEnd>),
    Sent(CallId, Instant),
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
            ended: HashMap::new(),
            said_after: Vec::new(),
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
            if let Some(thinking) = self.thinking.take() {
                thinking.abandon().await;
            }
            self.tasks.shutdown().await;
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
                return self.flush().await;
            }
            let woken = match self.waiting_already().await {
                Some(woken) => woken,
                None => {
                    self.flush().await?;
                    self.wait().await
                }
            };
            queue.extend(self.events_of(woken).await?);
        }
    }

    /// What happened while the last events were looked at. Calls that end together are recorded together, in one
    /// commit instead of one each; nothing that must be durable first waits for that, since whoever acts flushes.
    async fn waiting_already(&mut self) -> Option<Woken> {
        let payloads = self.drafts.iter().flat_map(|draft| &draft.payloads);
        let weight: usize = payloads.map(|payload| payload.bytes().len()).sum();
        if self.drafts.is_empty() || self.drafts.len() >= MOST_IN_LINE || weight >= HEAVIEST_LINE {
            return None;
        }
        tokio::select! {
            biased;
            woken = self.wait() => Some(woken),
            () = std::future::ready(()) => None,
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
            Some((call, at)) = self.sent.1.recv() => Woken::Sent(call, at),
            // The way to us lies in the engine's table until this task ends; should it go first, nobody speaks.
            Some(said) = self.says.recv() => Woken::Said(said),
            event = model => Woken::Model(event),
            ended = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => Woken::Call(ended),
            () = nobody => Woken::NobodyAnswered,
        }
    }

    /// Keeps a payload until the fact that commits to it is appended.
    pub(crate) fn keep(&mut self, payload: Payload) -> Commitment {
        let commitment = payload.commitment();
        self.sealed.insert(commitment, payload);
        commitment
    }

    /// Puts a fact in line for the next append. That a call ended is said once that is durable.
    pub(crate) fn record(&mut self, fact: Fact, mut payloads: Vec<Payload>) {
        payloads.extend(fact.commitments().iter().filter_map(|commitment| self.sealed.remove(commitment)));
        if let Fact::CallEnded { call, .. } = &fact
            && let Some(ended) = self.ended.remove(call)
        {
            self.said_after.push(Happening::CallEnded { call: *call, ended });
        }
        let moment = self.inner.clock.now();
        self.drafts.push(Draft { moment, conversation: Some(self.conversation), fact, payloads });
    }

    /// Appends what is in line: when it returns, all of it is durable.
    pub(crate) async fn flush(&mut self) -> Result<(), EngineError> {
        if !self.drafts.is_empty() {
            let drafts = std::mem::take(&mut self.drafts);
            self.inner.store()?.append(drafts).await?;
            for what in std::mem::take(&mut self.said_after) {
                self.emit(what);
            }
        }
        Ok(())
    }

    /// Says what happened to whoever listens; a turn goes on when nobody does.
    pub(crate) fn emit(&self, what: Happening) {
        let ms = u32::try_from(self.began.elapsed().as_millis()).unwrap_or(u32::MAX);
        let _nobody_listens = self.out.send(RunEvent { turn: self.turn, ms, what });
    }
}
