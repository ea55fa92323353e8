//! Which places of which results each figure of an answer comes from.
//!
//! Deterministic and without a model: the answer's figures, dates, identifiers and names are looked for in the results,
//! first as they stand there, then in another notation or unit, then rounded, then as what may be computed from a few
//! values of one row, column or batch. What words stand around decides between places, and random figures of the same
//! form decide whether finding one means anything.

mod chance;
mod count;
mod cue;
mod date;
mod derive;
mod digits;
mod equation;
mod explain;
mod family;
mod figure;
mod fit;
mod flow;
mod hints;
mod identifiers;
mod index;
mod kind;
mod labels;
mod letters;
mod names;
mod plain;
mod query;
mod raw;
mod reckoning;
mod record;
mod sentence;
mod settle;
mod table;
mod tree;
mod vocabulary;

pub use flow::{Flow, flows};
pub use kind::{Hint, Place, ResultText, Shown, Span};
pub use raw::RAW;
pub use record::recorded;
pub use settle::tie;
