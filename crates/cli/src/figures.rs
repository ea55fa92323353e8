//! The figures of an answer as lines: what a reader should look at first, then where the others come from.

use std::collections::HashMap;

use domain::id::CallId;
use domain::tie::{Chance, TieKind, TiePlace, TieStatus, TiedSpan, Ties};

/// How calls are named: by what the model could cite and their tool.
pub(crate) type Names = HashMap<CallId, String>;

/// How many figures are what; nothing for an answer without any.
pub(crate) fn counted(ties: &Ties) -> Option<String> {
    let counts = ties.counts;
    let parts = [
        (counts.tied, "tied"),
        (counts.possible, "possible"),
        (counts.untied, "untied"),
        (counts.contradicted, "contradicted"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let limit = if ties.limit.is_empty() { String::new() } else { format!(" ({})", ties.limit) };
    (!said.is_empty() || !limit.is_empty()).then(|| format!("figures: {}{limit}", said.join(", ")))
}

/// The figures that are not tied, one a line.
pub(crate) fn doubtful(ties: &Ties, names: &Names) -> Vec<String> {
    let order = [TieStatus::Contradicted, TieStatus::Untied, TieStatus::Possible];
    let spans = order.iter().flat_map(|status| ties.spans.iter().filter(move |span| span.status == *status));
    spans.map(|span| line(span, names)).collect()
}

/// The figures that are tied, one a line, in the order of the answer.
pub(crate) fn tied(ties: &Ties, names: &Names) -> Vec<String> {
    let tied = ties.spans.iter().filter(|span| span.status == TieStatus::Tied);
    tied.map(|span| line(span, names)).collect()
}

fn line(span: &TiedSpan, names: &Names) -> String {
    let (mark, words) = match span.status {
        TieStatus::Contradicted => ('✗', "contradicted: its equation does not come out".to_owned()),
        TieStatus::Untied => ('✗', "untied: nothing that the model was shown says so".to_owned()),
        TieStatus::Possible => ('?', format!("possible: {}{}", from(span, names), chance(span.chance))),
        TieStatus::Tied => ('·', from(span, names)),
    };
    let cited = match (span.cited, span.cite_agrees) {
        (Some(handle), Some(false)) => format!("; the model named {handle}, where it is not"),
        _ => String::new(),
    };
    format!("  {mark} {:<24}  {words}{cited}", one_line(&span.text))
}

fn from(span: &TiedSpan, names: &Names) -> String {
    let others =
        if span.alternatives > 0 { format!(", or {} more", span.alternatives) } else { String::new() };
    match (&span.derivation, span.places.as_slice()) {
        (Some(derivation), [place, ..]) => {
            format!("{}, from {}", derivation.expression, at(place, names))
        }
        (None, [place, ..]) => {
            let how = match span.kind {
                Some(TieKind::Scaled) => " in another unit",
                Some(TieKind::Rounded) => " rounded",
                _ => "",
            };
            format!("“{}”{how}, {}{others}", one_line(&place.raw), at(place, names))
        }
        (_, []) => String::new(),
    }
}

/// `c2 crm.get /data/3/id`
fn at(place: &TiePlace, names: &Names) -> String {
    let name = names.get(&place.call).cloned().unwrap_or_else(|| place.call.to_string());
    format!("{name} {}", place.pointer).trim_end().to_owned()
}

fn chance(chance: Option<Chance>) -> String {
    chance.map(|Chance { fit, of }| format!("; {fit} of {of} random figures fit too")).unwrap_or_default()
}

/// The beginning of a text, without its line breaks.
fn one_line(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use domain::tie::{Derivation, TieCounts, TieOperation};

    use super::*;

    fn span(text: &str, status: TieStatus) -> TiedSpan {
        TiedSpan {
            start: 0,
            end: 0,
            text: text.to_owned(),
            status,
            kind: None,
            places: Vec::new(),
            derivation: None,
            chance: None,
            alternatives: 0,
            cited: None,
            cite_agrees: None,
        }
    }

    #[test]
    fn what_a_reader_should_look_at_comes_first() {
        let call: CallId = "call_01M81SKYP621PKT9MZ4BAEDFB1".parse().unwrap();
        let names = Names::from([(call, "c2 crm.get".to_owned())]);
        let place =
            |pointer: &str, raw: &str| TiePlace { call, pointer: pointer.to_owned(), raw: raw.to_owned() };
        let exact = TiedSpan {
            kind: Some(TieKind::Exact),
            places: vec![place("/id", "7")],
            alternatives: 2,
            ..span("7", TieStatus::Tied)
        };
        let derived = TiedSpan {
            kind: Some(TieKind::Derived),
            places: vec![place("/a", "5"), place("/b", "2")],
            derivation: Some(Derivation {
                operation: TieOperation::Difference,
                expression: "5 − 2 = 3".to_owned(),
                computed: "3".to_owned(),
            }),
            ..span("3", TieStatus::Tied)
        };
        let possible = TiedSpan {
            kind: Some(TieKind::Rounded),
            places: vec![place("/c", "41.7")],
            chance: Some(Chance { fit: 9, of: 24 }),
            ..span("42", TieStatus::Possible)
        };
        let ties = Ties {
            spans: vec![exact, span("4,711", TieStatus::Untied), derived, possible],
            counts: TieCounts { tied: 2, possible: 1, untied: 1, contradicted: 0 },
            limit: String::new(),
        };
        assert_eq!(counted(&ties).unwrap(), "figures: 2 tied, 1 possible, 1 untied");
        let lines = [
            "  ✗ 4,711                     untied: nothing that the model was shown says so",
            "  ? 42                        possible: “41.7” rounded, c2 crm.get /c; 9 of 24 random figures fit too",
        ];
        assert_eq!(doubtful(&ties, &names), lines);
        let lines = [
            "  · 7                         “7”, c2 crm.get /id, or 2 more",
            "  · 3                         5 − 2 = 3, from c2 crm.get /a",
        ];
        assert_eq!(tied(&ties, &names), lines);
        assert_eq!(counted(&Ties::default()), None);
    }
}
