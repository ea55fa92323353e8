//! The record of an answer's ties.

use domain::id::{CallId, Handle};
use domain::tie::{TieCounts, TiePlace, TieStatus, TiedSpan, Ties};

use super::kind::{Hint, Place, Span};

/// What was found of an answer, as it is recorded: `calls` are those whose results were given, in their order, and `handles`
/// what the model named in each hint.
pub fn recorded(answer: &str, spans: Vec<Span>, calls: &[CallId], hints: &[(Hint, Handle)]) -> Ties {
    let mut counts = TieCounts::default();
    for span in &spans {
        let count = match span.status {
            TieStatus::Tied => &mut counts.tied,
            TieStatus::Possible => &mut counts.possible,
            TieStatus::Untied => &mut counts.untied,
            TieStatus::Contradicted => &mut counts.contradicted,
        };
        *count += 1;
    }
    let spans = spans.into_iter().map(|span| {
        let hint = span.hint.and_then(|hint| hints.get(hint));
        let agrees = |hint: &Hint| span.places.iter().any(|place| Some(place.result) == hint.result);
        TiedSpan {
            cited: hint.map(|(_, handle)| *handle),
            cite_agrees: hint.filter(|_| !span.places.is_empty()).map(|(hint, _)| agrees(hint)),
            start: offset(span.start),
            end: offset(span.end),
            text: answer.get(span.start..span.end).unwrap_or_default().to_owned(),
            status: span.status,
            kind: span.kind,
            places: span.places.into_iter().filter_map(|place| named(place, calls)).collect(),
            derivation: span.derivation,
            chance: span.chance,
            alternatives: offset(span.others),
        }
    });
    Ties { spans: spans.collect(), counts, limit: String::new() }
}

fn named(place: Place, calls: &[CallId]) -> Option<TiePlace> {
    let call = *calls.get(place.result)?;
    Some(TiePlace { call, pointer: place.pointer, raw: place.raw })
}

/// No answer is so long that its places don't fit.
fn offset(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
