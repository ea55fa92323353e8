//! Turns and long work.

use domain::call::Approval;
use domain::id::{CallId, ConversationId, TurnId};
use serde::{Deserialize, Serialize};

/// What a person asks.
#[derive(Deserialize, specta::Type)]
pub(crate) struct AskInput {
    /// Where; a new conversation if none.
    pub(crate) conversation: Option<ConversationId>,
    /// The words.
    pub(crate) question: String,
    /// The model's name; the first configured one if none.
    pub(crate) model: Option<String>,
    /// Whether calls run one after another; as the conversation, the model and the workspace say if `null`.
    pub(crate) sequential: Option<bool>,
    /// Whether reads may start while the model still writes; likewise.
    pub(crate) early: Option<bool>,
}

/// A turn that has begun.
#[derive(Serialize, specta::Type)]
pub(crate) struct Asked {
    /// The turn.
    pub(crate) turn: TurnId,
    /// Its conversation.
    pub(crate) conversation: ConversationId,
}

/// What a person says of one call.
#[derive(Deserialize, specta::Type)]
pub(crate) struct ApprovalInput {
    /// The call.
    pub(crate) call: CallId,
    /// What they say.
    pub(crate) approval: Approval,
}

/// How far long work is.
#[derive(Clone, Serialize, specta::Type)]
pub(crate) struct Progress {
    /// So many are done.
    #[specta(type = u32)]
    pub(crate) done: u64,
    /// Of so many.
    #[specta(type = u32)]
    pub(crate) total: u64,
}
