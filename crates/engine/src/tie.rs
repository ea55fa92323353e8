//! What an answer ties to, without a workspace: found whole by the crate that finds it.

pub use attribution::{Place, ResultText, Shown, Span, tie};
