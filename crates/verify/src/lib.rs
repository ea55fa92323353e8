//! Checks a trail from its evidence alone. This crate keeps out everything that could make a check depend on who
//! runs it: it opens no database and no file, has no clock and no network, and never trusts what it is fed. The
//! program checks its own trail with it, and a stranger checks a bundle with the very same code.
//!
//! What is checked: that each body is canonical and hashes to its stored leaf; that numbers are dense; that every
//! checkpoint is signed by the trail's key and states the root that these entries give; that stored tree hashes are
//! what they would be if computed again; that every payload opens its commitment and none is missing; that each
//! conversation is whole; that each key handed over to the next; that what is gone was erased on record, and under no
//! hold; that each figure of an answer stands where the answer's record says; that what anchors gave back is about this trail's checkpoints; and that the story makes sense: nothing was
//! sent without leave and on record, nothing of a batch that a person had to let go before they did, nothing a second
//! time that must be done once; what drew on another call's result ended as that call did; and every call has at most
//! one outcome.
//!
//! What can't be seen from inside: a history that was signed anew with the trail's own key, and an old copy put back
//! in place of everything. Both show against a checkpoint that was kept elsewhere: [`Checker::known`].
//!
//! `docs/trail-format.md` says what is found when; `docs/verify.py` is a second verifier, held to find the same.

mod anchoring;
mod attempts;
mod batches;
mod bundle;
mod calls;
mod checker;
mod checkpoints;
mod clocks;
mod conversations;
mod ended;
mod epochs;
mod exports;
mod findings;
mod holds;
mod judged;
mod payloads;
mod proofs;
mod record;
mod report;
mod story;
mod ties;
mod tokens;
mod tree;
mod turns;

pub use bundle::BundleChecker;
pub use checker::Checker;
pub use findings::MOST_OF_A_KIND;
