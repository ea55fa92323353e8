//! The turns under way, and the way to each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use domain::call::Approval;
use domain::id::{BatchId, CallId, ConversationId, TurnId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use crate::error::EngineError;
use crate::locked::lock;

/// What a person says to a turn under way.
pub(crate) enum Say {
    Stop,
    CancelCall(CallId),
    CancelBatch(BatchId),
    Answers(Vec<(CallId, Approval)>),
    Release(BatchId, Approval),
}

/// The way to a turn under way.
#[derive(Clone)]
pub(crate) struct Handle {
    conversation: ConversationId,
    say: mpsc::UnboundedSender<Say>,
    over: watch::Receiver<()>,
}

/// What a turn's own task holds: it hears what people say, and its going says that the turn is over.
pub(crate) struct Ears {
    pub(crate) says: mpsc::UnboundedReceiver<Say>,
    pub(crate) ends: watch::Sender<()>,
}

/// Work of a person's own beside the turns: a call by hand, a trial of a model. Closing waits until it goes.
pub(crate) struct Errand {
    /// Turns true when the workspace closes.
    pub(crate) stop: watch::Receiver<bool>,
    _under_way: OwnedSemaphorePermit,
}

impl Errand {
    /// Returns when the workspace closes, once: who has heard it ends by itself.
    pub(crate) async fn called_off(&mut self) {
        if self.stop.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Errands under way at one time, at most.
const ERRANDS: u32 = 1024;

/// Every turn and errand under way.
pub(crate) struct Turns {
    under_way: Mutex<HashMap<TurnId, Handle>>,
    errands: Arc<Semaphore>,
    /// The workspace closes: nothing begins any more.
    closing: watch::Sender<bool>,
}

impl Default for Turns {
    fn default() -> Self {
        let errands = Arc::new(Semaphore::new(ERRANDS as usize));
        Self { under_way: Mutex::default(), errands, closing: watch::Sender::new(false) }
    }
}

impl Turns {
    /// Begins an errand.
    pub(crate) async fn errand(&self) -> Result<Errand, EngineError> {
        let under_way = Arc::clone(&self.errands).acquire_owned().await.map_err(|_| closing())?;
        // Whoever closes says so first and then waits for every errand, so one of the two sees the other.
        if *self.closing.borrow() {
            return Err(closing());
        }
        Ok(Errand { stop: self.closing.subscribe(), _under_way: under_way })
    }

    /// Enters a turn: one at a time in a conversation.
    pub(crate) fn enter(&self, turn: TurnId, conversation: ConversationId) -> Result<Ears, EngineError> {
        let mut turns = lock(&self.under_way);
        if *self.closing.borrow() {
            return Err(closing());
        }
        if turns.values().any(|handle| handle.conversation == conversation) {
            return Err(EngineError::BadInput(
                "this conversation is still answering; wait, stop it, or begin a new one".to_owned(),
            ));
        }
        let (say, says) = mpsc::unbounded_channel();
        let (ends, over) = watch::channel(());
        turns.insert(turn, Handle { conversation, say, over });
        Ok(Ears { says, ends })
    }

    /// Whether nobody waits for anything here.
    pub(crate) fn is_idle(&self) -> bool {
        lock(&self.under_way).is_empty() && self.errands.available_permits() == ERRANDS as usize
    }

    /// Takes a turn out that is over or never began.
    pub(crate) fn leave(&self, turn: TurnId) {
        lock(&self.under_way).remove(&turn);
    }

    /// Says something to a turn.
    pub(crate) fn say(&self, turn: TurnId, say: Say) -> Result<(), EngineError> {
        let over = || EngineError::NotFound("that turn is over".to_owned());
        let turns = lock(&self.under_way);
        turns.get(&turn).ok_or_else(over)?.say.send(say).map_err(|_| over())
    }

    /// Stops every turn and errand, and returns when each has recorded how it ended. None begins from then on.
    pub(crate) async fn stop_all(&self) {
        let handles: Vec<Handle> = {
            let turns = lock(&self.under_way);
            self.closing.send_replace(true);
            turns.values().cloned().collect()
        };
        for handle in &handles {
            // A turn that has ended by itself hears nothing, and needs not.
            let _ended_already = handle.say.send(Say::Stop);
        }
        for mut handle in handles {
            // The sender lives in the turn's task, so an error is what we wait for.
            while handle.over.changed().await.is_ok() {}
        }
        // All the permits are ours when no errand holds one; the semaphore is never closed.
        let _all = self.errands.acquire_many(ERRANDS).await;
    }
}

fn closing() -> EngineError {
    EngineError::BadInput("this workspace is closing; open it again to go on".to_owned())
}
