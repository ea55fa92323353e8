//! Calls as a search looks through them: a few numbers each, in blocks of some hundred, each block with a summary that
//! says what it can't have. So a condition that few calls fulfil reads few blocks, one that many fulfil ends soon, and
//! counting over a million calls reads some megabytes in order. Indexes in the database's own form would find one
//! condition fast and be lost with two that are common alone and rare together; and each would cost every call a page.
//!
//! Blocks follow from the order of calls alone, so whoever fills them again gets the same.

mod blocks;
mod record;
mod traits;

pub(crate) use blocks::Blocks;
pub(crate) use record::{Measures, Record, Summary, records, tool_bit};
pub(crate) use traits::{FAILURES, Flag, OUTCOMES, Traits, VERDICTS};
