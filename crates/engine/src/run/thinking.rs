//! One request to the model: recorded, sent, listened to.

use std::time::{Duration, Instant};

use domain::entry::Draft;
use domain::fact::Fact;
use domain::hidden::Hidden;
use domain::id::{BatchId, ConversationId, ModelCallId, TurnId};
use domain::intent::DurableIntent;
use domain::label::Label;
use domain::model::{Capabilities, Finish, ModelEvent, ModelFailure, ModelSpec, Price, Reasoning, Usage};
use domain::payload::{Payload, PayloadRole};
use domain::secret::Secret;
use egress::Scrubber;
use providers::{Encoded, Failure, Limits, Overrun, Received};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::clock::{id_parts, seal};
use crate::error::EngineError;
use crate::inner::Inner;

/// How many of a model's events may wait to be looked at; past that the stream waits.
const EVENTS: usize = 1024;

/// A model at work on its message.
pub(crate) struct Thinking {
    pub(crate) request: ModelCallId,
    /// The batch that its calls will make.
    pub(crate) batch: BatchId,
    text: String,
    /// What it thought and wants back.
    reasoning: Vec<Reasoning>,
    /// When its first word came.
    pub(crate) first_word: Option<Instant>,
    /// How many calls it asked for so far.
    calls: u32,
    price: Option<Price>,
    events: mpsc::Receiver<ModelEvent>,
    task: JoinHandle<Received>,
    began: Instant,
}

/// What a model's request serves.
pub(crate) struct Purpose {
    /// The conversation and turn; none for a test by hand.
    pub(crate) turn: Option<(ConversationId, TurnId)>,
    /// The join of what is in the prompt.
    pub(crate) label: Label,
    /// How many results it shows shorter than before.
    pub(crate) shortened: u32,
    /// How many values and results it does not show, being above the model's clearance.
    pub(crate) redacted: u32,
    /// Which, if any.
    pub(crate) hidden: Option<Hidden>,
}

/// How a message ended, with what the record needs of it.
pub(crate) struct Thought {
    pub(crate) fact: Fact,
    pub(crate) payload: Payload,
    pub(crate) usage: Usage,
    /// Its words, whole.
    pub(crate) text: String,
    /// What it thought, as it goes back with the message.
    pub(crate) reasoning: Vec<Reasoning>,
    pub(crate) result: Result<Finish, (ModelFailure, String)>,
    /// What it shows of what the model can do.
    pub(crate) learnt: Capabilities,
    /// How long its provider asks us to wait.
    pub(crate) retry_after: Option<Duration>,
    /// By how much the request was too long, as far as the provider says so.
    pub(crate) overrun: Overrun,
}

/// A request to a model that is ready to be recorded and sent.
pub(crate) struct Outgoing {
    request: ModelCallId,
    batch: BatchId,
    encoded: Encoded,
}

impl Outgoing {
    /// The request, and the entry that says that it is about to be sent.
    pub(crate) fn new(
        inner: &Inner,
        model: &ModelSpec,
        encoded: Encoded,
        purpose: Purpose,
    ) -> Result<(Self, Draft), EngineError> {
        let (unix_ms, random) = id_parts()?;
        let request = ModelCallId::new(unix_ms, random);
        let batch = BatchId::new(unix_ms, random);
        let body = seal(PayloadRole::Prompt, "application/json", encoded.body.clone())?;
        let hidden = purpose.hidden.map(|hidden| {
            let bytes = serde_json::to_vec(&hidden);
            let bytes = bytes.map_err(|error| EngineError::Internal(error.to_string()))?;
            seal(PayloadRole::Hidden, "application/json", bytes)
        });
        let hidden = hidden.transpose()?;
        let fact = Fact::ModelCalled {
            request,
            turn: purpose.turn.map(|(_, turn)| turn),
            model: model.name.clone(),
            endpoint: encoded.endpoint(),
            prompt: body.commitment(),
            label: purpose.label,
            shortened: purpose.shortened,
            redacted: purpose.redacted,
            hidden: hidden.as_ref().map(Payload::commitment),
        };
        let draft = Draft {
            moment: inner.clock.now(),
            conversation: purpose.turn.map(|(conversation, _)| conversation),
            fact,
            payloads: std::iter::once(body).chain(hidden).collect(),
        };
        Ok((Self { request, batch, encoded }, draft))
    }

    /// How many bytes its body has.
    pub(crate) fn length(&self) -> usize {
        self.encoded.body.len()
    }

    /// Sends it.
    pub(crate) fn send(
        self,
        inner: &Inner,
        model: &ModelSpec,
        key: Option<Secret>,
        limits: Limits,
        intent: DurableIntent,
    ) -> Thinking {
        let Self { request, batch, encoded } = self;
        let (heard, events) = mpsc::channel(EVENTS);
        let price = model.capabilities.price.or(providers::known(model).price);
        let key = key.and_then(|key| providers::placed(model, key, inner.clock.now().at));
        let (door, model) = (inner.door.clone(), model.clone());
        let task =
            tokio::spawn(
                async move { providers::call(&door, &model, encoded, key, limits, intent, heard).await },
            );
        let (text, reasoning) = (String::new(), Vec::new());
        Thinking {
            request,
            batch,
            text,
            reasoning,
            first_word: None,
            calls: 0,
            price,
            events,
            task,
            began: Instant::now(),
        }
    }
}

impl Thinking {
    /// The next thing that the model says; `None` when its message is over and [`Self::end`] is due.
    pub(crate) async fn next(&mut self) -> Option<ModelEvent> {
        let event = self.events.recv().await?;
        match &event {
            ModelEvent::Text(text) => {
                self.first_word.get_or_insert_with(Instant::now);
                self.text.push_str(text);
            }
            ModelEvent::Reasoned(reasoning) => self.reasoning.push(reasoning.clone()),
            ModelEvent::CallReady { .. } => self.calls += 1,
            _ => {}
        }
        Some(event)
    }

    /// Stops listening: the connection ends, and the message with it, as cancelled.
    pub(crate) fn interrupt(&mut self) {
        self.events.close();
    }

    /// Ends the connection and waits for that; what had come is lost. For a turn that can record nothing any more.
    pub(crate) async fn abandon(self) {
        self.task.abort();
        // Cancelled, over or panicked: in each case nothing of it is left.
        drop(self.task.await);
    }

    /// The whole message, once [`Self::next`] said that it is over.
    pub(crate) async fn end(self) -> Result<(Thought, Option<Instant>), EngineError> {
        let received = self.task.await.unwrap_or_else(|_| panicked());
        let took = self.began.elapsed().into();
        let media = if received.media.is_empty() { "application/octet-stream" } else { &received.media };
        let payload = seal(PayloadRole::Response, media, received.bytes)?;
        let fact = Fact::ModelReturned {
            request: self.request,
            finish: received.result.as_ref().ok().copied(),
            failure: received.result.as_ref().err().map(|failure| failure.kind),
            response: payload.commitment(),
            usage: received.usage,
            cost: cost(self.price, received.usage),
            took,
        };
        let failure = received.result.as_ref().err();
        let retry_after = failure.and_then(|failure| failure.retry_after);
        let overrun = failure.map(|failure| failure.overrun).unwrap_or_default();
        let result = received.result.map_err(|failure| (failure.kind, failure.words));
        let text = received.scrubber.text(self.text);
        let (usage, reasoning) = (received.usage, self.reasoning);
        let learnt = learnt(self.calls, &result);
        let thought = Thought { fact, payload, usage, text, reasoning, result, learnt, retry_after, overrun };
        Ok((thought, self.first_word))
    }
}

/// What a message cost; none if nobody knows the price, or the provider counted nothing.
fn cost(price: Option<Price>, usage: Usage) -> Option<u32> {
    let price = price.filter(|_| usage.input > 0 || usage.output > 0)?;
    Some(u32::try_from(price.of(usage)).unwrap_or(u32::MAX))
}

/// What a message shows of its model. A single call shows nothing: there may have been nothing else to ask.
fn learnt(calls: u32, result: &Result<Finish, (ModelFailure, String)>) -> Capabilities {
    let none = Capabilities::default();
    match result {
        Ok(_) if calls > 1 => Capabilities { tools: Some(true), parallel: Some(true), ..none },
        Err((ModelFailure::ContextTooLong, words)) => {
            Capabilities { context: providers::context_named(words), ..none }
        }
        Err((ModelFailure::Rejected, words)) if providers::refuses_tools(words) => {
            Capabilities { tools: Some(false), ..none }
        }
        _ => none,
    }
}

/// How a request ends whose task panicked. What had come is lost with it; that the request ended is on record.
fn panicked() -> Received {
    let words = "Tieout itself failed while it read the model's answer; that is a fault of ours".to_owned();
    let failure = Failure::new(ModelFailure::MalformedStream, words);
    Received {
        bytes: Vec::new(),
        media: String::new(),
        result: Err(failure),
        usage: Usage::default(),
        scrubber: Scrubber::default(),
    }
}
