//! What a reviewer looks for: conditions on calls, all of which must hold. The language that people write them in is
//! read by the crate `query`; the store turns them into a search.

use serde::{Deserialize, Serialize};

use crate::call::Verdict;
use crate::effect::Effect;
use crate::id::{BatchId, CallId, ConversationId, TurnId};
use crate::label::{Category, Level};
use crate::outcome::{FailureClass, Outcome};
use crate::time::{Micros, Span};

/// Conditions that must all hold; empty: every call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// In the order in which they were written.
    pub conditions: Vec<Condition>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Whether it must not hold.
    pub not: bool,
    /// What must hold: one of these.
    pub any: Vec<Test>,
}

/// What can be said of one call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// It is this call.
    Call(CallId),
    /// It belongs to this conversation.
    Conversation(ConversationId),
    /// It belongs to this turn.
    Turn(TurnId),
    /// It belongs to this batch.
    Batch(BatchId),
    /// Its source has this name.
    Source(String),
    /// Its tool has this name, with the source before a dot or without.
    Tool(String),
    /// What it does.
    Effect(Effect),
    /// Its level.
    Level(Compared, Level),
    /// Its label has this category.
    Category(Category),
    /// What policy said.
    Verdict(Verdict),
    /// What a person said: allowed or not.
    Approved(bool),
    /// How it ended.
    Outcome(Outcome),
    /// It has no outcome yet.
    Open,
    /// How it failed.
    Failure(FailureClass),
    /// The status that the source answered with.
    Status(Compared, u16),
    /// How long it took.
    Took(Compared, Span),
    /// How large its result is, in bytes.
    Size(Compared, u64),
    /// How many requests were sent for it.
    Attempts(Compared, u32),
    /// It was asked for at this time or after.
    Since(Micros),
    /// It was asked for before this time.
    Until(Micros),
    /// A mark that it has.
    Is(Mark),
    /// These words stand one after another in its tool, its arguments, its result or what is said of its end.
    Words(String),
}

/// How a value is compared with the one that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    /// Equal.
    Is,
    /// Less.
    Below,
    /// Less or equal.
    AtMost,
    /// Greater or equal.
    AtLeast,
    /// Greater.
    Above,
}

/// A mark that a call has or has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It was asked for while the model still wrote.
    Early,
    /// It drew on another call's result.
    Shared,
    /// A person made it again.
    Retry,
    /// A person changed its arguments.
    Edited,
    /// It was kept out of the conversation.
    Dropped,
    /// It belongs to no turn.
    ByHand,
    /// Something of it was erased.
    Erased,
    /// A hold covers it.
    Held,
}
