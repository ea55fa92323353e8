//! Asking, and speaking to a turn under way.

use std::sync::Arc;

use domain::call::Approval;
use domain::entry::Draft;
use domain::event::{Happening, RunEvent};
use domain::fact::{Fact, Stopped};
use domain::id::{BatchId, CallId, ConversationId, TurnId};
use domain::model::{ModelSpec, Usage};
use domain::payload::PayloadRole;
use tokio::sync::{mpsc, watch};

use super::begin::Place;
use super::driver::Driver;
use super::history;
use super::question::{Question, Run};
use super::veil::Veil;
use crate::clock::{id_parts, seal};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::inner::Inner;
use crate::turns::{Ears, Say};

/// The longest question we take, in bytes.
const LONGEST_QUESTION: usize = 200_000;

impl Engine {
    /// Puts the question on record and begins its turn. Every request and call of it is on record before it is sent.
    ///
    /// # Errors
    /// If there is no model, the conversation is answering already, the question is empty, or the trail can't be
    /// written: then nothing was sent.
    pub async fn ask(&self, question: Question) -> Result<Run, EngineError> {
        let inner = &self.inner;
        inner.store()?;
        let text = question.text.trim().to_owned();
        if text.is_empty() {
            return Err(EngineError::BadInput("the question is empty".to_owned()));
        }
        if text.len() > LONGEST_QUESTION {
            let words = format!("the question has {} bytes; the most is {LONGEST_QUESTION}", text.len());
            return Err(EngineError::BadInput(words));
        }
        let model = pick_model(inner, question.model.as_deref()).await?;
        inner.fit_for_tools(&model).await?;
        let (unix_ms, random) = id_parts()?;
        let turn = TurnId::new(unix_ms, random);
        let (conversation, is_new) = self.conversation_for(&question)?;

        let moment = inner.clock.now();
        let sealed = seal(PayloadRole::Question, "text/plain", text.clone().into_bytes())?;
        let asked = Fact::QuestionAsked { turn, question: sealed.commitment() };
        let draft = |fact, payloads| Draft { moment, conversation: Some(conversation), fact, payloads };
        let mut drafts = Vec::new();
        if is_new {
            drafts.push(draft(Fact::ConversationOpened {}, Vec::new()));
        }
        drafts.push(draft(asked, vec![sealed]));

        let (out, events) = mpsc::unbounded_channel();
        // Before anything of the conversation is read: its last turn is over and wholly on record then.
        let Ears { says, ends } = inner.turns.enter(turn, conversation)?;
        let entered = Entered { inner: Arc::clone(inner), turn, out: out.clone(), _ends: ends };
        let mut veil = Veil::of(inner, &model, (!is_new).then_some(conversation)).await?;
        let past = if is_new { None } else { Some(history::past(inner, conversation, &mut veil).await?) };
        let place = Place { turn, conversation, past, veil, says, out };
        let mut driver = Driver::begin(inner.clone(), place, &question, text, model).await?;
        // Last, so that no question is on record whose turn can't begin.
        driver.record_question(drafts).await?;
        tokio::spawn(async move {
            let _until_it_is_over = entered;
            driver.run().await;
        });
        Ok(Run { turn, conversation, events })
    }

    /// Stops a turn: what was not sent is not, what was sent gets a short grace to learn its outcome.
    ///
    /// # Errors
    /// If the turn is over.
    pub fn stop(&self, turn: TurnId) -> Result<(), EngineError> {
        self.inner.turns.say(turn, Say::Stop)
    }

    /// Takes one call of a turn back.
    ///
    /// # Errors
    /// If the turn is over.
    pub fn cancel_call(&self, turn: TurnId, call: CallId) -> Result<(), EngineError> {
        self.inner.turns.say(turn, Say::CancelCall(call))
    }

    /// Takes back every call of a batch that has not ended.
    ///
    /// # Errors
    /// If the turn is over.
    pub fn cancel_batch(&self, turn: TurnId, batch: BatchId) -> Result<(), EngineError> {
        self.inner.turns.say(turn, Say::CancelBatch(batch))
    }

    /// Answers about a batch that is held, since it asks for more calls than one message may.
    ///
    /// # Errors
    /// If the turn is over.
    pub fn release_batch(&self, turn: TurnId, batch: BatchId, approval: Approval) -> Result<(), EngineError> {
        self.inner.turns.say(turn, Say::Release(batch, approval))
    }

    /// Answers what a turn asked about.
    ///
    /// # Errors
    /// If the turn is over.
    pub fn approve(&self, turn: TurnId, answers: Vec<(CallId, Approval)>) -> Result<(), EngineError> {
        self.inner.turns.say(turn, Say::Answers(answers))
    }

    fn conversation_for(&self, question: &Question) -> Result<(ConversationId, bool), EngineError> {
        match question.conversation {
            Some(conversation) => Ok((conversation, false)),
            None => {
                let (unix_ms, random) = id_parts()?;
                Ok((ConversationId::new(unix_ms, random), true))
            }
        }
    }
}

/// A turn's place in the table, held for as long as it goes on, however it ends: dropping this takes the turn out,
/// and then tells who waits for its end. [`Engine::shutdown`] does.
pub(super) struct Entered {
    pub(super) inner: Arc<Inner>,
    pub(super) turn: TurnId,
    pub(super) out: mpsc::UnboundedSender<RunEvent>,
    pub(super) _ends: watch::Sender<()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // A fault of ours in the turn's own task. Whoever watches must not wait for ever; recovery will find the
            // turn open and say the same on record.
            let words = "Tieout itself failed in the middle of this turn; that is a fault of ours. What it had sent is \
                         on record; open the workspace again before you go on."
                .to_owned();
            let what = Happening::TurnEnded {
                stopped: Some(Stopped::Crashed),
                failure: None,
                words,
                usage: Usage::default(),
            };
            let _nobody_listens = self.out.send(RunEvent { turn: self.turn, ms: 0, what });
        }
        self.inner.turns.leave(self.turn);
    }
}

async fn pick_model(inner: &Inner, name: Option<&str>) -> Result<ModelSpec, EngineError> {
    let models = &inner.catalogue.read(&inner.reader).await?.models;
    let known = || models.iter().map(|model| model.name.as_str()).collect::<Vec<_>>().join(", ");
    match name {
        Some(name) => models.iter().find(|model| model.name == name).cloned().ok_or_else(|| {
            EngineError::NoModel(format!("there is no model `{name}`; connected: {}", known()))
        }),
        None => models.first().cloned().ok_or_else(|| {
            EngineError::NoModel(
                "no model is connected yet; `tieout models add` or Settings does that".to_owned(),
            )
        }),
    }
}
