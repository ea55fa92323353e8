//! What tells one service from another.

use super::operation::Operation;
use crate::keys::Lock;

/// One of the four services, as its documents describe it.
pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(super) title: &'static str,
    /// How it knows a client, its secret apart.
    pub(super) lock: Lock,
    pub(super) level: &'static str,
    pub(super) categories: &'static [&'static str],
    /// Whether it honours `Idempotency-Key`.
    pub(crate) keeps_keys: bool,
    pub(super) operations: &'static [Operation],
}
