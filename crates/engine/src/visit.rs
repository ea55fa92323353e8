//! Being in a conversation without a turn of it: for as long as it lasts, nobody's question begins one.

use domain::id::{ConversationId, TurnId};

use crate::clock::id_parts;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::turns::Ears;

/// A visit to a conversation. Dropping it lets the conversation go.
pub(crate) struct Visit {
    engine: Engine,
    id: TurnId,
}

impl Engine {
    /// Enters a conversation; what is said to it meanwhile comes to the ears.
    ///
    /// # Errors
    /// If it is answering.
    pub(crate) fn visit(&self, conversation: ConversationId) -> Result<(Visit, Ears), EngineError> {
        let (unix_ms, random) = id_parts()?;
        let id = TurnId::new(unix_ms, random);
        let ears = self.inner.turns.enter(id, conversation)?;
        Ok((Visit { engine: self.clone(), id }, ears))
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.engine.inner.turns.leave(self.id);
    }
}
