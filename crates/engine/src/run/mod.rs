//! Turns: from a question to an answer, on record.

mod arrivals;
mod ask;
mod calling;
mod driver;
mod follow_up;
mod history;
mod perform;
mod prompt;
mod question;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]
mod tests;
mod thinking;

pub(crate) use calling::{Departure, call};
pub use question::{Question, Run};
pub(crate) use thinking::{Purpose, Thinking};
