//! What is about to be recorded. Facts that come together are appended together, in one commit instead of one each;
//! nothing that must be durable first waits for that, since whoever acts flushes.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use domain::entry::Draft;
use domain::event::{Happening, RunEvent};
use domain::fact::Fact;
use domain::id::{CallId, ConversationId, TurnId};
use domain::intent::DurableIntent;
use domain::payload::{Commitment, Payload};
use domain::time::Span;
use store::StoreError;
use tokio::sync::mpsc;

use crate::backlog::Room;
use crate::error::EngineError;
use crate::inner::Inner;

/// Facts that may wait for one another before they are appended.
const MOST: usize = 512;
/// Bytes of payloads after which they wait no longer: one append is one transaction, and others wait for it.
const HEAVIEST: usize = 16 << 20;

/// Facts in line for the trail, and what may be said once they are durable.
pub(crate) struct Line {
    inner: Arc<Inner>,
    turn: TurnId,
    conversation: ConversationId,
    began: Instant,
    out: mpsc::UnboundedSender<RunEvent>,
    drafts: Vec<Draft>,
    weight: usize,
    /// What may be said once so many of the drafts are durable.
    said_after: VecDeque<(usize, Happening)>,
    sealed: HashMap<Commitment, Payload>,
    /// What the results in line take.
    rooms: Vec<Room>,
}

impl Line {
    pub(crate) fn new(
        inner: Arc<Inner>,
        turn: TurnId,
        conversation: ConversationId,
        began: Instant,
        out: mpsc::UnboundedSender<RunEvent>,
    ) -> Self {
        let (drafts, said_after, sealed) = (Vec::new(), VecDeque::new(), HashMap::new());
        let rooms = Vec::new();
        Self { inner, turn, conversation, began, out, drafts, weight: 0, said_after, sealed, rooms }
    }

    /// Holds a result's room until what is in line then is durable.
    pub(crate) fn hold(&mut self, room: Room) {
        self.rooms.push(room);
    }

    /// Keeps a payload until the fact that commits to it is recorded.
    pub(crate) fn keep(&mut self, payload: Payload) -> Commitment {
        let commitment = payload.commitment();
        self.sealed.insert(commitment, payload);
        commitment
    }

    /// Lets a payload go that no fact will commit to.
    pub(crate) fn forget(&mut self, commitment: &Commitment) {
        self.sealed.remove(commitment);
    }

    /// Puts a fact in line, with the payloads that were kept for it.
    pub(crate) fn record(&mut self, fact: Fact) {
        let payloads: Vec<Payload> =
            fact.commitments().iter().filter_map(|commitment| self.sealed.remove(commitment)).collect();
        self.weight += payloads.iter().map(|payload| payload.bytes().len()).sum::<usize>();
        let moment = self.inner.clock.now();
        self.drafts.push(Draft { moment, conversation: Some(self.conversation), fact, payloads });
    }

    /// Whether so much waits that it should wait no longer.
    pub(crate) fn is_full(&self) -> bool {
        self.drafts.len() >= MOST || self.weight >= HEAVIEST
    }

    /// Appends what is in line: when it returns, all of it is durable, and what it allows to be said is said.
    pub(crate) async fn flush(&mut self) -> Result<(), EngineError> {
        if !self.drafts.is_empty() {
            let drafts = std::mem::take(&mut self.drafts);
            let written = drafts.len();
            self.inner.store()?.append(drafts).await?;
            self.durable(written);
        }
        // Also where nothing was in line: a result that nobody records takes no room either.
        self.durable(0);
        Ok(())
    }

    /// Appends what is in line and, behind it, what is about to be sent, in one commit.
    ///
    /// # Errors
    /// [`EngineError::Full`] if the disk is full: then what was in line is durable, and nothing may be sent.
    pub(crate) async fn flush_and_intend(
        &mut self,
        intents: Vec<Draft>,
    ) -> Result<Vec<DurableIntent>, EngineError> {
        self.intend_behind(self.drafts.len(), intents).await
    }

    /// The same with only so much of what is in line as concerns these calls and what came before them: the rest stays
    /// in line.
    pub(crate) async fn flush_and_intend_of(
        &mut self,
        calls: &[CallId],
        intents: Vec<Draft>,
    ) -> Result<Vec<DurableIntent>, EngineError> {
        let concerns = |draft: &Draft| match &draft.fact {
            Fact::CallRequested { call, .. }
            | Fact::CallDecided { call, .. }
            | Fact::ApprovalGiven { call, .. }
            | Fact::AttemptEnded { call, .. } => calls.contains(call),
            // Whatever else is in line may be what lets them go: a person's word for the batch, the end of a call that
            // they waited for.
            _ => true,
        };
        let upto = self.drafts.iter().rposition(concerns).map_or(0, |last| last + 1);
        self.intend_behind(upto, intents).await
    }

    async fn intend_behind(
        &mut self,
        upto: usize,
        intents: Vec<Draft>,
    ) -> Result<Vec<DurableIntent>, EngineError> {
        let before: Vec<Draft> = self.drafts.drain(..upto).collect();
        let intents = self.inner.store()?.append_and_intend(before, intents).await;
        // On a full disk what stands before the intents is recorded all the same.
        if matches!(intents, Ok(_) | Err(StoreError::Full)) {
            self.durable(upto);
        }
        Ok(intents?)
    }

    /// Says what happened, once everything before it is durable.
    pub(crate) fn say(&mut self, what: Happening) {
        if self.drafts.is_empty() {
            self.emit(what);
        } else {
            self.said_after.push_back((self.drafts.len(), what));
        }
    }

    /// Says what happened to whoever listens, at once; a turn goes on when nobody does.
    pub(crate) fn emit(&self, what: Happening) {
        let ms = Span::from(self.began.elapsed()).ms();
        let _nobody_listens = self.out.send(RunEvent { turn: self.turn, ms, what });
    }

    /// So many drafts, the first in line, have become durable and are no longer there.
    fn durable(&mut self, written: usize) {
        if self.drafts.is_empty() {
            self.weight = 0;
            self.rooms.clear();
        }
        while let Some((_, what)) = self.said_after.pop_front_if(|(behind, _)| *behind <= written) {
            self.emit(what);
        }
        for (behind, _) in &mut self.said_after {
            *behind -= written;
        }
    }
}
