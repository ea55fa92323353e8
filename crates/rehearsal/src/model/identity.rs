//! What the model says that it is.

/// Its name on the wire.
pub(crate) const ID: &str = "rehearsal-1";

/// Midnight of the day on which the company stands still: a clock would make replies differ.
pub(super) const CREATED: u64 = 1_782_777_600;
