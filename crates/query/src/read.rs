//! From text to conditions.

use std::collections::BTreeSet;
use std::ops::Range;

use domain::filter::{Condition, Filter, Test};
use domain::search::FilterMistake;
use domain::time::Micros;
use jiff::tz::TimeZone;

use crate::cut::{Part, Term, Value, cut, sign};
use crate::field::Field;
use crate::mistake::{Mistake, did_you_mean, shown};
use crate::moment::Clock;
use crate::value::{Meaning, meaning};

/// The most bytes that a filter's text may have.
pub const MOST_BYTES: usize = 4_096;
/// The most conditions that a filter may have.
pub const MOST_CONDITIONS: usize = 64;
/// The most values that one term may have.
pub const MOST_VALUES: usize = 64;

/// The filter that a text means, at the moment `now` for somebody whose days are those of `zone`. A text of white space
/// alone is a filter without conditions.
///
/// # Errors
/// The first mistake, and what to write instead.
pub fn read(text: &str, now: Micros, zone: &TimeZone) -> Result<Filter, FilterMistake> {
    conditions(text, &Clock { now, zone })
        .map(|conditions| Filter { conditions })
        .map_err(|mistake| mistake.told(text))
}

fn conditions(text: &str, clock: &Clock<'_>) -> Result<Vec<Condition>, Mistake> {
    if text.len() > MOST_BYTES {
        let start = text.floor_char_boundary(MOST_BYTES);
        let words = format!("a filter is at most {} kB long; leave this out", MOST_BYTES / 1_024);
        return Err(Mistake::new(start..text.len(), words));
    }
    let mut conditions = Vec::new();
    for term in cut(text) {
        conditions.extend(term_conditions(text, &term, clock)?);
        if conditions.len() > MOST_CONDITIONS {
            let words = format!("a filter has at most {MOST_CONDITIONS} conditions; leave out what follows");
            return Err(Mistake::new(term.span.start..text.len(), words));
        }
    }
    Ok(conditions)
}

/// What a term says. One that speaks of days is several conditions.
fn term_conditions(text: &str, term: &Term, clock: &Clock<'_>) -> Result<Vec<Condition>, Mistake> {
    if term.parts.iter().map(|part| part.values.len()).sum::<usize>() > MOST_VALUES {
        let words = format!("a term has at most {MOST_VALUES} values; write another term for the rest");
        return Err(Mistake::new(term.span.clone(), words));
    }
    let (mut tests, mut spans) = (Vec::new(), Vec::new());
    // Twice says no more than once; leaving it out keeps the work, ours and the store's, within what a text's length
    // allows.
    let mut seen = BTreeSet::new();
    for part in &term.parts {
        let field = field(text, part)?;
        for value in &part.values {
            if !seen.insert((
                field.map(Field::word),
                value.compared.map(sign),
                value.quoted,
                value.text.as_str(),
            )) {
                continue;
            }
            let meaning = match field {
                Some(field) => meaning(field, value, clock)?,
                None => words(term, value)?,
            };
            match meaning {
                Meaning::Tests(more) => add(&mut tests, more),
                Meaning::Within(span) => spans.push(span),
            }
        }
    }
    let not = term.not.is_some();
    if spans.is_empty() {
        return Ok(vec![Condition { not, any: tests }]);
    }
    let spans = joined(spans);
    if not {
        // Neither one of the tests nor within one of the spans.
        let none = (!tests.is_empty()).then_some(Condition { not, any: tests });
        let outside = |span: Range<Micros>| Condition {
            not: false,
            any: vec![Test::Until(span.start), Test::Since(span.end)],
        };
        return Ok(none.into_iter().chain(spans.into_iter().map(outside)).collect());
    }
    let clauses = within(&spans);
    Ok(clauses
        .into_iter()
        .map(|clause| Condition { not, any: tests.iter().cloned().chain(clause).collect() })
        .collect())
}

/// What must hold of an instant within one of several spans, each clause of it: not before the first, not after the last,
/// and in no gap. `spans` is not empty.
fn within(spans: &[Range<Micros>]) -> Vec<Vec<Test>> {
    let first = spans.first().map(|span| vec![Test::Since(span.start)]);
    let last = spans.last().map(|span| vec![Test::Until(span.end)]);
    let gaps = spans.windows(2).filter_map(|pair| match pair {
        [before, after] => Some(vec![Test::Until(before.end), Test::Since(after.start)]),
        _ => None,
    });
    first.into_iter().chain(last).chain(gaps).collect()
}

/// The same spans in order, those that meet made one.
fn joined(mut spans: Vec<Range<Micros>>) -> Vec<Range<Micros>> {
    spans.sort_by_key(|span| span.start);
    let mut joined: Vec<Range<Micros>> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

/// Adds what is not there yet: other words may say the same.
fn add(tests: &mut Vec<Test>, more: Vec<Test>) {
    for test in more {
        if !tests.contains(&test) {
            tests.push(test);
        }
    }
}

/// The field that a part names; none for words.
pub(crate) fn field(text: &str, part: &Part) -> Result<Option<Field>, Mistake> {
    let Some(span) = &part.field else { return Ok(None) };
    let written = &text[span.clone()];
    Field::named(written).map(Some).ok_or_else(|| {
        let near = did_you_mean(written, Field::ALL.map(Field::word));
        let quotes = "to look for the words themselves, put them in quotes";
        Mistake::new(part.span.clone(), format!("there is no field `{}`{near}; {quotes}", shown(written)))
    })
}

/// What words mean.
pub(crate) fn words(term: &Term, value: &Value) -> Result<Meaning, Mistake> {
    let wrong = |words: &str| Err(Mistake::new(value.span.clone(), words));
    if !value.closed {
        return wrong("the quotes are not closed; put a `\"` at their end");
    }
    if value.text.trim().is_empty() {
        return match (&term.not, value.quoted) {
            (_, true) => wrong("there is nothing between the quotes; write the words to look for"),
            (Some(not), false) if term.parts.len() == 1 => Err(Mistake::new(
                not.clone(),
                "nothing follows; write what must not be, as in -source:crm, or put the sign in quotes",
            )),
            _ => Err(Mistake::new(
                term.span.clone(),
                "`|` stands between two terms of which one must hold, as in source:crm|tool:search",
            )),
        };
    }
    if !value.quoted && is_connective(&value.text) {
        return wrong(
            "terms must all hold by themselves, `a|b` holds for either and `-a` turns it round; to look for the word, put \
             it in quotes",
        );
    }
    Ok(Meaning::Tests(vec![Test::Words(value.text.clone())]))
}

/// Words that other search languages put between terms. Looking for them would find nothing, without saying why.
pub(crate) fn is_connective(word: &str) -> bool {
    matches!(word, "AND" | "OR" | "NOT")
}
