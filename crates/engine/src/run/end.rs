//! How a call ended, for whoever draws on it.

use std::sync::Arc;
use std::time::Instant;

use domain::finding::MadeOf;
use domain::label::Label;
use domain::outcome::{FailureClass, Outcome};
use domain::payload::Commitment;

use crate::finished::{Shown, Uncovered};

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
    pub(crate) made: Option<MadeOf>,
    pub(crate) shown: Shown,
    /// What `shown` is made of as soon as the model is told of it, if it is above what the model is cleared for.
    pub(crate) uncovered: Option<Arc<Uncovered>>,
    /// The commitment to its result, until that is recorded or let go.
    pub(crate) result: Option<Commitment>,
    /// The commitment to what was detected in it, until that is recorded or let go.
    pub(crate) findings: Option<Commitment>,
    /// Until when the same request need not be sent again.
    pub(crate) fresh_until: Option<Instant>,
}
