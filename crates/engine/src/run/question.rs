//! What a person asks, and what they get to watch.

use domain::call::Approve;
use domain::event::RunEvent;
use domain::id::{ConversationId, TurnId};
use tokio::sync::mpsc;

/// What a person asks.
#[derive(Clone, Debug)]
pub struct Question {
    /// Where; a new conversation if none.
    pub conversation: Option<ConversationId>,
    /// The words.
    pub text: String,
    /// The model's name; the first configured one if none.
    pub model: Option<String>,
    /// Whether calls run one after another; as the conversation, the model and the workspace say if `None`.
    pub sequential: Option<bool>,
    /// Whether reads may start while the model still writes; likewise.
    pub early: Option<bool>,
    /// What may run without asking.
    pub approve: Approve,
    /// Requests to the model, at most.
    pub max_steps: u32,
}

impl Question {
    /// Requests to the model unless a person says otherwise.
    pub const DEFAULT_STEPS: u32 = 12;

    /// That question, in a new conversation, with the defaults.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            conversation: None,
            text: text.into(),
            model: None,
            sequential: None,
            early: None,
            approve: Approve::default(),
            max_steps: Self::DEFAULT_STEPS,
        }
    }
}

/// A turn under way. Dropping it does not stop the turn: [`crate::Engine::stop`] does.
#[derive(Debug)]
pub struct Run {
    /// The turn.
    pub turn: TurnId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// What happens, as it happens; the last is `turn_ended`.
    pub events: mpsc::UnboundedReceiver<RunEvent>,
}
