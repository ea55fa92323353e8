//! What a turn begins with.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use domain::event::RunEvent;
use domain::id::{ConversationId, TurnId};
use domain::model::{Capabilities, Early, ModelSpec, Parallel, Usage};
use domain::run::ConversationSettings;
use domain::time::Span;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use turn::{Settings, Turn};

use super::again::Again;
use super::arriving::Arriving;
use super::driver::{Driver, People};
use super::history::Past;
use super::line::Line;
use super::offer::Offer;
use super::question::Question;
use super::settings::conversation_settings;
use super::talk::Talk;
use super::veil::Veil;
use crate::clock::random_bits;
use crate::error::EngineError;
use crate::inner::Inner;
use crate::keys::named;
use crate::turns::Say;

/// Where a turn is, and how it is spoken with.
pub(crate) struct Place {
    pub(crate) turn: TurnId,
    pub(crate) conversation: ConversationId,
    pub(crate) past: Option<Past>,
    pub(crate) veil: Veil,
    pub(crate) says: mpsc::UnboundedReceiver<Say>,
    pub(crate) out: mpsc::UnboundedSender<RunEvent>,
}

impl Driver {
    /// A turn that is about to begin: everything that it needs is read, and nothing is on record or sent yet.
    ///
    /// # Errors
    /// If the trail or the keychain can't be read.
    pub(crate) async fn begin(
        inner: Arc<Inner>,
        place: Place,
        question: &Question,
        text: String,
        model: ModelSpec,
    ) -> Result<Self, EngineError> {
        let Place { turn, conversation, past, mut veil, says, out } = place;
        veil.question(turn, &text, true);
        let began = Instant::now();
        let connected = inner.catalogue.read(&inner.reader).await?;
        let key = named(&inner.keychain, model.secret.as_ref()).await?;
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
        let mut past = past.unwrap_or_else(Past::none);
        let mut held = std::mem::take(&mut past.held);
        held.say(&text);
        let context = inner.capabilities(&model).await?.context;
        let offer = Offer::new(&connected, context, &text, &past.messages);
        let machine = Turn::new(Settings {
            turn,
            max_steps: question.max_steps.max(1),
            sequential,
            early,
            batch_calls: run.batch_calls,
            straggler: run.straggler,
            policy: connected.rules.hash.clone(),
        });
        Ok(Self {
            turn,
            conversation,
            machine,
            began,
            approve: question.approve,
            run,
            early,
            early_by_name: asked_early == Some(true),
            lane: random_bits()?,
            secrets: HashMap::new(),
            talk: Talk::new(&model, offer.tools(), past, text.clone(), parallel, veil),
            offer,
            connected,
            model,
            key,
            next_handle,
            calls: HashMap::new(),
            held,
            batch_calls: 0,
            first: None,
            again: Again::default(),
            thinking: None,
            arriving: Arriving::default(),
            tasks: JoinSet::new(),
            task_calls: HashMap::new(),
            notices: mpsc::unbounded_channel(),
            people: People::default(),
            batch_until: None,
            stragglers: VecDeque::new(),
            in_line: HashMap::new(),
            look_at: tokio::time::Instant::now(),
            fresh: HashMap::new(),
            line: Line::new(inner.clone(), turn, conversation, began, out),
            ends: HashMap::new(),
            full: false,
            usage: Usage::default(),
            learnt: Capabilities::default(),
            batches: Span::default(),
            one_by_one: Span::default(),
            first_word: None,
            says,
            said_meanwhile: VecDeque::new(),
            question: text,
            inner,
        })
    }
}
