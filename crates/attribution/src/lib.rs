//! What an answer drew on. This crate keeps the model's claims apart from what is known: exposure is exact, a
//! citation is only what the model says, and text goes in and out as text, never as markup. It does no input or
//! output and asks no model, so that the same answer and the same results always give the same record.
//!
//! [`tie`] finds the places of the results that each figure of an answer comes from, [`recorded`] makes that the answer's
//! record, and [`flows`] finds what a call's arguments come from.
//!
//! The prompt asks the model to write `[^c3]` after a claim that draws on result `c3`. [`citations`] takes these
//! marks out of an answer and says where they stood; [`strip_tail`] keeps a half-arrived one off the screen.
//!
//! A result that is longer than the model's budget goes to it as an [`excerpt`], in which each cut says how to read on;
//! the model then reads a [`page`] of what is on record.

mod citations;
mod code;
mod exposure;
mod group;
mod mark;
mod result;
mod tail;
mod tie;

pub use citations::{Cited, citations};
pub use exposure::{InContext, exposure};
pub use result::{Excerpt, excerpt, page};
pub use tail::strip_tail;
pub use tie::{Flow, Hint, Place, RAW, ResultText, Shown, Span, flows, recorded, tie};
