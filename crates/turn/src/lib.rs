//! The turn machine and the scheduler: from one question to one answer, and which call goes when. This crate keeps
//! every effect out of the decisions: it neither sends nor stores, looks at no clock and draws no random number.
//! [`Turn::step`] takes what happened and says what to do next, and the engine does it: first it appends the facts among
//! the effects, then it performs the rest. [`Gates`] says which of the calls that may go fit the limits now, and
//! [`Attempts`] when one is sent again.
//!
//! What it holds true, whatever order events arrive in:
//! - every call gets exactly one outcome: ending a call consumes its running value;
//! - the follow-up holds one result for each call of the batch, in the model's order, failures included;
//! - calls that could disturb one another run in the model's order and never together; the rest don't wait;
//! - a call that was refused, or could not run, is never dispatched, and what may not be repeated is dispatched once;
//! - what started early is used only if its message ends well and still asks for it;
//! - once a turn is over, no event makes it do anything.

mod attempts;
mod calls;
mod conflict;
mod effect;
mod ends;
mod event;
mod gates;
mod machine;
mod message;
mod order;
mod record;
mod slot;
mod words;

pub use attempts::{Attempts, Then};
pub use effect::{Effect, Interruption};
pub use event::{Asked, Edited, EndedAttempt, EndedCall, Event, Plan, Settings};
pub use gates::{Gates, Lane, Ticket};
pub use machine::Turn;
