//! The turns under way, and the way to each.

use std::collections::HashMap;
use std::sync::Mutex;

use domain::call::Approval;
use domain::id::{CallId, ConversationId, TurnId};
use tokio::sync::{mpsc, watch};

use crate::error::EngineError;
use crate::locked::lock;

/// What a person says to a turn under way.
pub(crate) enum Say {
    Stop,
    CancelCall(CallId),
    Answers(Vec<(CallId, Approval)>),
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

/// Every turn under way.
#[derive(Default)]
pub(crate) struct Turns(Mutex<Table>);

#[derive(Default)]
struct Table {
    under_way: HashMap<TurnId, Handle>,
    /// The workspace closes: no turn begins any more.
    closing: bool,
}

impl Turns {
    /// Enters a turn: one at a time in a conversation.
    pub(crate) fn enter(&self, turn: TurnId, conversation: ConversationId) -> Result<Ears, EngineError> {
        let Table { under_way: turns, closing } = &mut *lock(&self.0);
        if *closing {
            return Err(EngineError::BadInput("this workspace is closing; open it again to ask".to_owned()));
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

    /// Takes a turn out that is over or never began.
    pub(crate) fn leave(&self, turn: TurnId) {
        lock(&self.0).under_way.remove(&turn);
    }

    /// Says something to a turn.
    pub(crate) fn say(&self, turn: TurnId, say: Say) -> Result<(), EngineError> {
        let over = || EngineError::NotFound("that turn is over".to_owned());
        let table = lock(&self.0);
        table.under_way.get(&turn).ok_or_else(over)?.say.send(say).map_err(|_| over())
    }

    /// Stops every turn, and returns when each has recorded how it ended. None begins from then on.
    pub(crate) async fn stop_all(&self) {
        let handles: Vec<Handle> = {
            let mut table = lock(&self.0);
            table.closing = true;
            table.under_way.values().cloned().collect()
        };
        for handle in &handles {
            // A turn that has ended by itself hears nothing, and needs not.
            let _ended_already = handle.say.send(Say::Stop);
        }
        for mut handle in handles {
            // The sender lives in the turn's task, so an error is what we wait for.
            while handle.over.changed().await.is_ok() {}
        }
    }
}
