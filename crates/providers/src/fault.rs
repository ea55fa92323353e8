//! What can be wrong with an answer's bytes.

use crate::complaint::Complaint;

/// Why an answer could not be decoded to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It is not the protocol. The text says what it is instead, and repeats nothing of it.
    #[error("{0}")]
    Malformed(String),
    /// It ended before the message did.
    #[error("the answer ended in the middle of the message")]
    Cut,
    /// The provider said in the middle of it that something went wrong.
    #[error("{}", .0.message)]
    Complained(Complaint),
}
