//! An attempt of a call on its way out, and what it says of itself.

use std::sync::Arc;
use std::time::Instant;

use domain::effect::Effect;
use domain::entry::Draft;
use domain::fact::Fact;
use domain::id::{CallId, ConversationId, Handle};
use domain::label::Level;
use domain::payload::PayloadRole;
use domain::secret::Secret;
use domain::source::SourceSpec;
use sources::Credential;
use turn::{Lane, Ticket};

use crate::clock::{random_bits, seal};
use crate::detection::Looked;
use crate::error::EngineError;
use crate::gate::Place;
use crate::inner::Inner;
use crate::ready::Ready;

/// An attempt on its way out.
#[derive(Clone)]
pub(crate) struct Departure {
    pub(crate) call: CallId,
    /// Which try, from 1.
    pub(crate) attempt: u32,
    /// Which page of its result it asks for, from 2; none for the first request.
    pub(crate) page: Option<u32>,
    pub(crate) handle: Handle,
    pub(crate) effect: Effect,
    /// `None` for a call by hand outside any conversation.
    pub(crate) conversation: Option<ConversationId>,
    pub(crate) source: Arc<SourceSpec>,
    pub(crate) prepared: Ready,
    /// How its source's tokens are got, if it takes tokens.
    pub(crate) credential: Option<Credential>,
    /// The one that it leaves with.
    pub(crate) token: Option<Secret>,
    pub(crate) idempotency_key: Option<String>,
    /// Whether an attempt before was sent, and nobody knows what came of it.
    pub(crate) unsettled: bool,
    /// Who shares the gate with whom.
    pub(crate) lane: Lane,
    /// How many bytes of the result a model is shown.
    pub(crate) budget: usize,
    /// How it is looked at when it has ended.
    pub(crate) looked: Looked,
    /// What whoever it goes back to may see.
    pub(crate) clearance: Level,
}

/// What an attempt says on its way.
pub(crate) enum Notice {
    /// It is in line at its gate.
    InLine(CallId, Ticket),
    /// It left.
    Sent(CallId, u32, Instant),
    /// How far it has come, in its source's words.
    Progress(CallId, String),
    /// Another page of its result is asked for: which, in words.
    Page(CallId, String),
    /// It may not leave: the disk is full.
    Full,
}

impl Departure {
    /// The entry that says that it is about to be sent, signed for now if its source wants signatures: it may have waited
    /// for a person.
    pub(crate) fn intent(&mut self, inner: &Inner) -> Result<Draft, EngineError> {
        self.prepared.stamp(inner.clock.now().at, &format!("{:032x}", random_bits()?));
        let (media, record) = self.prepared.record(self.attempt);
        let record = seal(PayloadRole::Request, media, record)?;
        let fact = Fact::CallSent {
            call: self.call,
            attempt: self.attempt,
            page: self.page,
            method: self.prepared.method(),
            endpoint: self.prepared.endpoint(),
            request: record.commitment(),
            idempotency_key: self.idempotency_key.clone(),
        };
        Ok(Draft { moment: inner.clock.now(), conversation: self.conversation, fact, payloads: vec![record] })
    }

    /// Takes the token that is at hand, and says whether it may leave: one may have to be asked for first.
    pub(crate) fn has_token(&mut self, inner: &Inner) -> bool {
        let Some(credential) = &self.credential else { return true };
        let at_hand = inner.tokens.at_hand(credential, inner.clock.now().at);
        let has = at_hand.is_some();
        if let Some(token) = at_hand {
            self.bear(token);
        }
        has
    }

    pub(crate) fn bear(&mut self, token: Secret) {
        self.prepared.bear(token.clone());
        self.token = Some(token);
    }

    /// Gets in line at its source's gate.
    pub(crate) fn enter(&self, inner: &Inner) -> Place {
        inner.gate.enter(&self.source.name, &self.source.limits, self.lane)
    }
}
