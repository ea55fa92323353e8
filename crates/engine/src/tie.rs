//! What an answer ties to, without a workspace: found whole by the crate that finds it.

pub use attribution::{ResultText, Tie, Ties, tie};
