//! How a call ended, for whoever draws on it.

use std::time::Instant;

use domain::label::Label;
use domain::outcome::{FailureClass, Outcome};
use domain::payload::Commitment;

use crate::finished::Shown;

/// How a call ended, as far as others need to know.
#[derive(Clone)]
pub(crate) struct End {
    pub(crate) outcome: Outcome,
    pub(crate) failure: Option<FailureClass>,
    pub(crate) status: Option<u16>,
    pub(crate) words: String,
    pub(crate) size: u64,
    pub(crate) cut_from: Option<u64>,
    pub(crate) label: Label,
    pub(crate) shown: Shown,
    /// The commitment to its result, until that is recorded or let go.
    pub(crate) result: Option<Commitment>,
    /// Until when the same request need not be sent again.
    pub(crate) fresh_until: Option<Instant>,
}
