//! How a bench behaves.

use std::collections::BTreeMap;
use std::time::Duration;

/// What a [`crate::Bench`] is started from.
#[derive(Debug, Clone, Default)]
pub struct BenchPlan {
    /// How long a request takes for which nothing else is said.
    pub wait: Duration,
    /// How long those with these ids take.
    pub waits: BTreeMap<String, Duration>,
    /// How long a body is, in bytes; fewer than the dozen that its JSON needs are raised to them.
    pub body_bytes: usize,
}
