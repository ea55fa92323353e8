//! Pseudonyms: what a model reads in the place of values that it is not cleared for. A value has one pseudonym for as
//! long as its conversation goes on, so that the model can still tell things apart and put two and two together; the
//! person is shown the value again.
//!
//! A value is hidden where it was found, and, if it is long enough to be told from other words, wherever else it
//! stands: in what a person asked, in another result, in an answer of before. A shorter one, a `7` under `diagnosis`,
//! is hidden where it was found alone, since nobody could read a text without its sevens.

mod json;
mod names;
mod reveal;
mod spans;

pub use names::Pseudonyms;
pub use reveal::{Shown, Unfolding};
