//! What is said of an answer's figures, each thing once.

use std::collections::HashMap;

use domain::answer::Answer;
use domain::id::CallId;
use domain::tie::{TieKind, TiePlace, TieStatus, TiedSpan};
use domain::view::CallRow;

/// A footnote's number after a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Where the figure ends, in bytes of the answer's text.
    pub(super) at: usize,
    /// The footnote, from 1.
    pub(super) number: usize,
}

/// The footnotes of an answer.
pub(super) struct Notes {
    /// In the order of the text.
    pub(super) marks: Vec<Mark>,
    /// What each says, in one line; the first is number 1.
    pub(super) words: Vec<String>,
}

impl Notes {
    /// Of those figures whose bytes are the text they say: a record that says otherwise marks nothing.
    pub(super) fn of(answer: &Answer, calls: &[CallRow]) -> Self {
        let mut spans: Vec<&TiedSpan> = answer.ties.spans.iter().collect();
        spans.sort_by_key(|span| span.start);
        let mut notes = Self { marks: Vec::new(), words: Vec::new() };
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for span in spans {
            let (start, end) = (span.start as usize, span.end as usize);
            if span.text.is_empty() || answer.text.get(start..end) != Some(span.text.as_str()) {
                continue;
            }
            let words = said(span, calls);
            let number = *numbers.entry(words).or_insert_with_key(|words| {
                notes.words.push(words.clone());
                notes.words.len()
            });
            notes.marks.push(Mark { at: end, number });
        }
        notes
    }
}

/// What a footnote says.
fn said(span: &TiedSpan, calls: &[CallRow]) -> String {
    let mut words = match (span.status, &span.derivation, span.places.first()) {
        (TieStatus::Untied, ..) => "Untied: no result that the model was shown supports it.".to_owned(),
        (TieStatus::Contradicted, Some(derivation), _) => {
            format!(
                "Contradicted: the calculation in the answer does not come out. {}",
                derivation.expression
            )
        }
        (TieStatus::Contradicted, None, _) => {
            "Contradicted: the calculation in the answer does not come out.".to_owned()
        }
        (_, Some(derivation), _) => format!("Computed: {}", derivation.expression),
        (_, None, Some(place)) => match span.kind {
            Some(TieKind::Scaled) => format!("It stands in the result in another unit: {}", place.raw),
            Some(TieKind::Rounded) => format!("Rounded: {} stands in the result.", place.raw),
            _ => "It stands in the result.".to_owned(),
        },
        (_, None, None) => "Found in the result.".to_owned(),
    };
    if let (TieStatus::Possible, Some(chance)) = (span.status, span.chance) {
        words.push_str(&format!(" Possible: {} of {} random numbers fit too.", chance.fit, chance.of));
    }
    for (index, place) in span.places.iter().enumerate() {
        words.push_str(if index == 0 { " " } else { "; " });
        words.push_str(&placed(place, calls));
    }
    // A footnote is one line in either form.
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `billing.list_invoices customer 1043, /items/0/amount = 9120.25`
fn placed(place: &TiePlace, calls: &[CallRow]) -> String {
    let pointer = if place.pointer.is_empty() { "the whole result" } else { &place.pointer };
    format!("{}, {pointer} = {}", called(place.call, calls), place.raw)
}

fn called(call: CallId, calls: &[CallRow]) -> String {
    match calls.iter().find(|row| row.call == call) {
        Some(row) if row.telling.is_empty() => row.tool.clone(),
        Some(row) => format!("{} {}", row.tool, row.telling),
        None => call.to_string(),
    }
}
