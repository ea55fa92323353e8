//! What stands where in a text, for showing it as pills while it is written.

use std::ops::Range;

use domain::time::Micros;
use jiff::tz::TimeZone;

use crate::cut::{Part, Term as Cut, cut};
use crate::mistake::{Mistake, Units};
use crate::moment::Clock;
use crate::read::{field, words};
use crate::value::meaning;

/// A part of a text. Parts come in order and never overlap; white space, commas and bars lie between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Where it begins, in UTF-16 code units.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// What it is.
    pub kind: Kind,
}

/// What a part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `-` or `not:`.
    Negation,
    /// A field with its colon.
    Field,
    /// A value of a field, with its sign and its quotes.
    Value,
    /// Words to look for.
    Words,
    /// Something that makes no sense where it stands.
    Mistake,
}

/// The parts of a text, whether it can be read or not.
pub fn terms(text: &str) -> Vec<Term> {
    // Whether something is a time does not depend on when it is read, nor on where.
    let clock = Clock { now: Micros(0), zone: &TimeZone::UTC };
    let units = Units::of(text);
    let mut found = Vec::new();
    for term in cut(text) {
        found.extend(term.not.clone().map(|span| (span, Kind::Negation)));
        for part in &term.parts {
            parts(text, &term, part, &clock, &mut found);
        }
    }
    let shown = found.into_iter().filter(|(span, _)| !span.is_empty());
    shown.map(|(span, kind)| Term { start: units.at(span.start), end: units.at(span.end), kind }).collect()
}

fn parts(text: &str, term: &Cut, part: &Part, clock: &Clock<'_>, found: &mut Vec<(Range<usize>, Kind)>) {
    let kind =
        |right: Kind, mistaken: Option<Mistake>| if mistaken.is_some() { Kind::Mistake } else { right };
    match (field(text, part), &part.field) {
        (Ok(Some(field)), Some(named)) => {
            let missing = part.values.iter().any(|value| value.span.is_empty());
            // An empty value has no place of its own to be marked at.
            let named = named.start..named.end + 1;
            found.push((named, if missing { Kind::Mistake } else { Kind::Field }));
            for value in &part.values {
                found.push((value.span.clone(), kind(Kind::Value, meaning(field, value, clock).err())));
            }
        }
        (Ok(_), _) => {
            for value in &part.values {
                found.push((value.span.clone(), kind(Kind::Words, words(term, value).err())));
            }
        }
        (Err(_), _) => found.push((part.span.clone(), Kind::Mistake)),
    }
}
