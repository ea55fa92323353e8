//! Decides whether a call may run, and what label it leaves behind. This crate keeps state, time and other calls out
//! of that decision: it sees the facts of one call and a setting, and gives the same answer for the same facts,
//! whatever ran before it, beside it or in which order.
//!
//! The rules are few and fixed: reads run, writes ask, and a person may ask for more or less of it. A call is judged
//! under the label that the model's context had when it wrote the batch, joined with the tool's own: a sibling's
//! result is no fact of a call, so completion order can't be one. Labels of batches and conversations are plain
//! joins ([`Label::join_all`](domain::label::Label::join_all)) of what [`after_call`] gives: a conversation's is the
//! high-water mark over everything that came back in it.

mod combined;
mod decision;
mod flow;
mod redact;
mod rules;

pub use combined::{Brought, combined};
pub use decision::{CallFacts, decide};
pub use flow::after_call;
pub use redact::{Pseudonyms, Shown, Unfolding};
pub use rules::{Rule, policy_hash, policy_text, rules};
