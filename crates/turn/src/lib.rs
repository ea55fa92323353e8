//! The turn machine: from one question to one answer. This crate keeps every effect out of the decisions: it
//! neither sends nor stores nor looks at a clock. `step` takes what happened and says what to do next, and the
//! engine does it: first it appends the facts among the effects, then it performs the rest.
//!
//! What it holds true, whatever order events arrive in:
//! - every call gets exactly one outcome: ending a call consumes its running value;
//! - the follow-up holds one result for each call of the batch, in the model's order, failures included;
//! - a call that was refused, or could not run, is never dispatched;
//! - once a turn is over, no event makes it do anything.

mod batch;
mod machine;

pub use machine::{Asked, Effect, EndedCall, Event, Settings, Turn};
