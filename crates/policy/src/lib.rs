//! Decides whether a call may run, and what label it leaves behind. This crate keeps state, time and other calls out
//! of that decision: it sees the facts of one call and a setting, and gives the same answer for the same facts,
//! whatever ran before it, beside it or in which order.
//!
//! The kernel finds the facts ([`CallFacts::of`]): what the person's words ask for, where each argument came from (by its
//! value, in what [`Held`] holds), how far the call goes and what it would take there. The rules ([`Policy`]) are Cedar,
//! see the facts alone, and are checked against a schema when they are loaded. A call is judged under the label that the
//! model's context had when it wrote the batch, joined with the tool's own: a sibling's result is no fact of a call, so
//! completion order can't be one. Labels of batches and conversations are plain joins
//! ([`Label::join_all`](domain::label::Label::join_all)) of what [`after_call`] gives: a conversation's is the
//! high-water mark over everything that came back in it. [`closure`] raises such a join where categories combine.

mod acts;
mod arguments;
mod combined;
mod facts;
mod flow;
mod held;
mod mosaic;
mod people;
mod policy;
mod redact;
mod replay;
mod request;
mod rule;
mod text;
mod words;

pub use combined::{Brought, combined};
pub use facts::{Call, CallFacts, UrlOrigin};
pub use flow::after_call;
pub use held::Held;
pub use mosaic::{Piece, closure, combine};
pub use people::{People, Scope};
pub use policy::Policy;
pub use redact::{Pseudonyms, Shown, Unfolding};
pub use replay::{CaseError, Cases, Judged, Replay, Tally, replay};
pub use rule::{Rule, Strength};
pub use text::PolicyMistake;
