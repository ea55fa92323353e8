//! The words that facts choose among: why something ended, and what became of it.

use serde::{Deserialize, Serialize};

/// Why a turn ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// A person stopped it.
    Cancelled,
    /// The model could not be asked or did not answer.
    Model,
    /// The step limit was reached.
    StepLimit,
    /// The program ended in the middle.
    Crashed,
    /// The trail can't be written, so nothing more is sent. For screens alone: this one can't be on record.
    Trail,
}

/// Why a call that started early is no part of its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Dropped {
    /// The message reached the model's length limit.
    Length,
    /// The provider's filter stopped the message.
    Filter,
    /// The message was cut off, or was no message.
    Failed,
    /// A person stopped the turn.
    Cancelled,
    /// The model changed the call after the next began.
    Changed,
}

/// Which setting a change concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Added,
    /// It replaced one of the same name.
    Replaced,
    /// It is gone.
    Removed,
}

/// With what a token is asked for (RFC 6749).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TokenGrant {
    /// A client's own secret.
    ClientCredentials,
    /// What a person's browser brought back when they had signed in.
    AuthorizationCode,
    /// A token that gives the next.
    RefreshToken,
}

/// The most payloads of one `payload.erased`, so that its body stays small; more are more entries.
pub const MOST_ERASED: usize = 256;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(super) fn is_none(count: &u32) -> bool {
    *count == 0
}
