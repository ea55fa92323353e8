//! What ties are made of.

use std::ops::Range;

use domain::tie::{Chance, Derivation, TieKind, TieStatus};

/// How much of a result the model was shown.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// All of its body.
    Whole,
    /// These bytes of its body, in order and none twice, each some values or a part of a string.
    Parts(&'a [Range<usize>]),
}

/// A result that the model had when it answered.
#[derive(Clone, Copy, Debug)]
pub struct ResultText<'a> {
    /// What the model could cite it by, as in `[^c3]`.
    pub call: &'a str,
    /// The tool that gave it; its name says what the result is about, and results of one tool are compared.
    pub tool: &'a str,
    /// Its body, as it is on record: JSON, or any other text.
    pub body: &'a str,
    /// What of the body the model was shown. Nothing else is a place; pointers lead into the whole body all the same.
    pub shown: Shown<'a>,
}

/// A mark by which the model named a result for what it wrote, and which the answer has no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Where it stood: a byte offset into the answer, after what it vouches for.
    pub at: usize,
    /// Which of the results that were given it names, from 0; none if it names none of them.
    pub result: Option<usize>,
}

/// A place in a result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which of the results that were given, from 0.
    pub result: usize,
    /// The value there: an RFC 6901 pointer into the result's body.
    pub pointer: String,
    /// The value as it stands there: a number as it is written, what a string says, how many elements a list has. Of a
    /// longer text the [`RAW`](crate::RAW) characters around what was found.
    pub raw: String,
}

/// A figure, date, identifier, name or quotation of an answer, and what it was found to come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Its first byte in the answer.
    pub start: usize,
    /// One past its last.
    pub end: usize,
    /// What was found.
    pub status: TieStatus,
    /// How span and places agree; none where there are no places.
    pub kind: Option<TieKind>,
    /// One place, or all that a derived figure was computed from, in the operation's order.
    pub places: Vec<Place>,
    /// How a derived figure was computed.
    pub derivation: Option<Derivation>,
    /// How many random figures of its form do as well; none where none were tried.
    pub chance: Option<Chance>,
    /// How many other places fit as well by their value, though their words fit less.
    pub others: usize,
    /// Which of the hints that were given vouches for it, from 0.
    pub hint: Option<usize>,
    /// How sure this is, from 0 to 1: by how well the words agree, and how rarely chance does as well.
    pub confidence: f64,
}

impl Span {
    /// A span of which nothing is known yet but that it must be marked.
    pub(crate) fn marked(start: usize, end: usize, status: TieStatus) -> Self {
        Self {
            start,
            end,
            status,
            kind: None,
            places: Vec::new(),
            derivation: None,
            chance: None,
            others: 0,
            hint: None,
            confidence: 0.0,
        }
    }
}
