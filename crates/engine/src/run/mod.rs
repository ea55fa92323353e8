//! Turns: from a question to an answer, on record.

mod again;
mod arrivals;
mod arriving;
mod ask;
mod begin;
mod calling;
mod closing;
mod departing;
mod departure;
mod driver;
mod end;
mod following;
mod history;
mod judging;
mod kept;
pub(crate) mod known;
mod line;
mod lines;
mod live;
mod lost;
mod offer;
mod page;
mod perform;
pub(crate) mod prompt;
mod question;
mod queue;
mod reading;
pub(crate) mod settings;
mod shorten;
mod stops;
mod taking;
mod talk;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]
mod tests;
mod thinking;
mod together;
mod tying;
mod veil;

pub(crate) use calling::{Arrival, Start, attempt};
pub(crate) use departure::{Departure, Notice};
pub(crate) use kept::Kept;
pub use question::{Question, Run};
pub(crate) use settings::{above_clearance, conversation_settings, model_limits, run_settings};
pub(crate) use thinking::{Outgoing, Purpose};
