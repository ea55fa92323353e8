//! What a turn begins with.

use std::sync::Arc;
use std::time::Instant;

use domain::call::Approve;
use domain::event::RunEvent;
use domain::id::{ConversationId, TurnId};
use domain::label::Label;
use domain::model::{Early, Message, ModelSpec, Parallel};
use domain::run::{ConversationSettings, RunSettings};
use domain::secret::Secret;
use tokio::sync::mpsc;
use turn::{Settings, Turn};

use super::history::Past;
use super::question::Question;
use super::settings::conversation_settings;
use super::talk::Talk;
use crate::catalogue::Connected;
use crate::clock::id_parts;
use crate::error::EngineError;
use crate::inner::Inner;
use crate::turns::Say;

/// Everything that a turn's driver begins with.
pub(crate) struct Beginning {
    pub(crate) inner: Arc<Inner>,
    pub(crate) turn: TurnId,
    pub(crate) conversation: ConversationId,
    pub(crate) began: Instant,
    pub(crate) machine: Turn,
    pub(crate) model: ModelSpec,
    pub(crate) key: Option<Secret>,
    pub(crate) approve: Approve,
    pub(crate) run: RunSettings,
    pub(crate) early: bool,
    pub(crate) early_by_name: bool,
    pub(crate) lane: u128,
    pub(crate) connected: Arc<Connected>,
    pub(crate) talk: Talk,
    pub(crate) next_handle: u32,
    pub(crate) out: mpsc::UnboundedSender<RunEvent>,
    pub(crate) says: mpsc::UnboundedReceiver<Say>,
    pub(crate) question: String,
}

/// Where a turn is, and how it is spoken with.
pub(crate) struct Place {
    pub(crate) turn: TurnId,
    pub(crate) conversation: ConversationId,
    pub(crate) past: Option<Past>,
    pub(crate) says: mpsc::UnboundedReceiver<Say>,
    pub(crate) out: mpsc::UnboundedSender<RunEvent>,
}

impl Beginning {
    pub(crate) async fn new(
        inner: Arc<Inner>,
        place: Place,
        question: &Question,
        text: String,
        model: ModelSpec,
    ) -> Result<Self, EngineError> {
        let Place { turn, conversation, past, says, out } = place;
        let began = Instant::now();
        let connected = inner.catalogue.read(&inner.reader).await?;
        let key = match &model.secret {
            Some(name) => inner.keychain.get(name).await?,
            None => None,
        };
        let run = connected.run.clone();
        // A conversation that begins has nothing to say otherwise, and no results yet.
        let (here, next_handle) = match past {
            Some(_) => (
                conversation_settings(&inner.reader, conversation).await?,
                inner.reader.next_handle(conversation).await?,
            ),
            None => (ConversationSettings::default(), 1),
        };
        let sequential = question
            .sequential
            .or(here.sequential)
            .unwrap_or(run.sequential || model.parallel == Parallel::Off);
        let asked_early = question.early.or(here.early);
        let early = asked_early.unwrap_or(run.early && model.early != Early::Off);
        let parallel = if sequential { Parallel::Off } else { model.parallel };
        let mut past =
            past.unwrap_or(Past { messages: Vec::new(), in_context: Vec::new(), label: Label::PUBLIC });
        past.messages.push(Message::User(text.clone()));
        let machine = Turn::new(Settings {
            turn,
            max_steps: question.max_steps.max(1),
            sequential,
            early,
            batch_calls: run.batch_calls,
            straggler: run.straggler,
            policy: policy::policy_hash(),
        });
        let (_, lane) = id_parts()?;
        Ok(Self {
            turn,
            conversation,
            began,
            machine,
            approve: question.approve,
            early,
            early_by_name: asked_early == Some(true),
            lane,
            talk: Talk::new(&model, &connected.tools, past, parallel),
            connected,
            next_handle,
            inner,
            model,
            key,
            run,
            out,
            says,
            question: text,
        })
    }
}
