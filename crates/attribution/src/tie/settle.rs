//! From an answer and its results to ties.

use domain::tie::{Chance, TieKind, TieOperation, TieStatus};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::chance::DECOYS;
use super::count::counted;
use super::cue::Cues;
use super::date::{Date, dates};
use super::derive::derivations;
use super::equation::contradicted;
use super::explain::{Explained, Explainer};
use super::figure::{Figure, figures};
use super::hints::Hints;
use super::identifiers::{identifiers, places};
use super::index::Index;
use super::kind::{Hint, Place, ResultText, Span};
use super::letters::words;
use super::names::names;
use super::plain::plain;
use super::query::{Query, RESULT, RESULT_OF_YEAR};
use super::raw::raw;
use super::reckoning::derivation;
use super::sentence::sentences;
use super::table::heading;
use super::vocabulary::Bits;

/// What a date or an identifier that stands in a result is worth: there is little to be mistaken about.
const STANDS: f64 = 0.97;

/// What a count is worth whose predicate stands behind it.
const COUNTS: f64 = 0.85;
/// Larger numbers are read as they stand: nobody lists so many places.
const COUNTED: usize = 200;

/// Ties an answer to the results that the model had: every figure, date, identifier, name and quotation of it, in the order of
/// the answer, none overlapping another. Nothing else is a place: who asks decides what was exposed. The same answer, results
/// and hints always give the same.
pub fn tie(answer: &str, results: &[ResultText<'_>], hints: &[Hint]) -> Vec<Span> {
    let tools: Vec<&str> = results.iter().map(|result| result.tool).collect();
    let index = Index::of(answer, results);
    let sentences = sentences(answer);
    let mut settling = Settling {
        answer,
        tools: &tools,
        index: &index,
        hints: Hints::of(answer, results, hints),
        sentences: &sentences,
        spans: Vec::new(),
    };
    settling.identifiers();
    settling.dates();
    let figures: Vec<Figure> =
        figures(answer).into_iter().filter(|figure| !settling.is_taken(figure.start, figure.end)).collect();
    for (start, end) in contradicted(answer, &figures) {
        settling.spans.push(Span::marked(start, end, TieStatus::Contradicted));
    }
    let all = settling.said(0, answer.len(), &figures);
    for (start, end) in &sentences {
        let here: Vec<Figure> =
            figures.iter().copied().filter(|figure| (*start..*end).contains(&figure.start)).collect();
        if !here.is_empty() {
            settling.sentence(*start, *end, &here, all);
        }
    }
    settling.names(all);
    settling.spans.sort_by_key(|span| span.start);
    settling.spans
}

struct Settling<'a, 'i> {
    answer: &'a str,
    tools: &'a [&'a str],
    index: &'a Index<'i>,
    hints: Hints<'a>,
    sentences: &'a [(usize, usize)],
    spans: Vec<Span>,
}

impl Settling<'_, '_> {
    fn is_taken(&self, start: usize, end: usize) -> bool {
        self.spans.iter().any(|span| start < span.end && span.start < end)
    }

    /// Adds a span with the mark that vouches for it.
    fn push(&mut self, mut span: Span) {
        let stop =
            self.sentences.iter().find(|(_, stop)| span.end <= *stop).map_or(span.end, |(_, stop)| *stop);
        let found: Vec<usize> = span.places.iter().map(|place| place.result).collect();
        span.hint = self.hints.behind(span.end, stop, &found);
        self.spans.push(span);
    }

    fn identifiers(&mut self) {
        let found = identifiers(self.answer);
        let written: Vec<&str> = found.iter().map(|(start, end)| &self.answer[*start..*end]).collect();
        for ((start, end), node) in found.iter().zip(places(self.index, &written)) {
            self.stands(*start, *end, node.map(|node| self.place(node, &self.answer[*start..*end])), 1);
        }
    }

    fn dates(&mut self) {
        for (start, end, read) in dates(self.answer) {
            if self.is_taken(start, end) {
                continue;
            }
            let nodes: Vec<(Date, u32)> =
                read.iter().flat_map(|date| self.named(*date).map(|node| (*date, node))).collect();
            let place = nodes.first().map(|(date, node)| {
                let text = self.index.forest.text(*node).unwrap_or_default();
                let written = dates(text).into_iter().find(|(_, _, dates)| dates.contains(date));
                self.place(*node, written.map_or("", |(start, end, _)| &text[start..end]))
            });
            self.stands(start, end, place, nodes.len());
        }
    }

    fn named(&self, date: Date) -> impl Iterator<Item = u32> {
        let days = &self.index.days;
        let first = days.partition_point(|(day, _)| *day < date);
        days[first..].iter().take_while(move |(day, _)| *day == date).map(|(_, node)| *node)
    }

    /// Ties a span to the value that says it, if there is one.
    fn stands(&mut self, start: usize, end: usize, place: Option<Place>, count: usize) {
        let Some(place) = place else {
            return self.push(Span::marked(start, end, TieStatus::Untied));
        };
        self.push(Span {
            kind: Some(TieKind::Exact),
            places: vec![place],
            others: count.saturating_sub(1),
            confidence: STANDS,
            ..Span::marked(start, end, TieStatus::Tied)
        });
    }

    /// A value, and which part of it was looked for.
    fn place(&self, node: u32, found: &str) -> Place {
        let forest = &self.index.forest;
        Place { result: forest.result_of(node), pointer: forest.pointer(node), raw: raw(forest, node, found) }
    }

    fn place_of_cell(&self, cell: u32) -> Place {
        let cell = &self.index.cells[cell as usize];
        let text = self.index.forest.text(cell.node).unwrap_or_default();
        let found = cell.within.and_then(|(start, end)| text.get(start as usize..end as usize));
        self.place(cell.node, found.unwrap_or_default())
    }

    /// The words of a part of the answer that are no figures, though years are words too.
    fn said(&self, start: usize, end: usize, figures: &[Figure]) -> Bits {
        let mut bits = Bits::default();
        for word in words(&self.answer[start..end]).filter(|word| !word.idle) {
            let place = start + word.start;
            let within = figures.partition_point(|figure| figure.end <= place);
            let figure = figures.get(within).filter(|figure| figure.start <= place);
            if figure.is_none_or(|figure| figure.year)
                && let Some(number) = self.index.vocabulary.number(word.hash)
            {
                bits.set(number);
            }
        }
        bits
    }

    fn sentence(&mut self, start: usize, end: usize, figures: &[Figure], all: Bits) {
        let near = self.said(start, end, figures);
        let cited = self.hints.named(start, end);
        let query = Query::new(self.index, near, all, &cited, RESULT);
        let cues = Cues::of(&self.answer[start..end], start, figures);
        let quoted: Vec<u32> = figures
            .iter()
            .filter(|figure| !figure.year)
            .flat_map(|figure| plain(self.index, &query, figure).0)
            .filter(|plain| plain.fit.kind == TieKind::Exact)
            .map(|plain| plain.cell)
            .collect();
        let computed = figures.iter().any(|figure| !figure.year);
        let derived =
            if computed { derivations(self.index, &query, self.tools, &quoted) } else { Vec::new() };
        let explainer = Explainer { index: self.index, query: &query, cues: &cues, derived: &derived };
        let explained: Vec<Option<Explained>> = figures
            .iter()
            .map(|figure| {
                let text = &self.answer[figure.start..figure.end];
                if !figure.year {
                    // A cell of a table is named by what stands over it, as a figure of a sentence by the sentence.
                    let Some((from, to)) = heading(self.answer, figure.start) else {
                        return explainer.explain(figure, text);
                    };
                    let near = near.or(self.said(from, to, figures));
                    let query = Query::new(self.index, near, all, &cited, RESULT);
                    return Explainer { query: &query, ..explainer }.explain(figure, text);
                }
                // That a year is written beside itself says nothing.
                let own = self.said(figure.start, figure.end, &[]);
                let query = Query::new(self.index, near.without(own), all, &cited, RESULT_OF_YEAR);
                Explainer { query: &query, derived: &[], ..explainer }.explain(figure, text)
            })
            .collect();
        let operands: Vec<u32> = explained
            .iter()
            .flatten()
            .filter(|explained| explained.kind == TieKind::Derived && explained.is_tie())
            .flat_map(|explained| explained.cells.clone())
            .collect();
        for (figure, explained) in figures.iter().zip(explained) {
            if self.is_taken(figure.start, figure.end) {
                continue;
            }
            if let Some(nodes) = self.counted(figure) {
                self.counts(figure, &nodes);
                continue;
            }
            match explained.filter(|explained| !explained.mute || self.is_operand(explained, &operands)) {
                Some(explained) => self.tied(figure, explained, &operands),
                None => self.push(Span::marked(figure.start, figure.end, TieStatus::Untied)),
            }
        }
    }

    /// Whether something else in the sentence was computed from the value that this figure is.
    fn is_operand(&self, explained: &Explained, operands: &[u32]) -> bool {
        explained.kind == TieKind::Exact
            && operands.iter().any(|operand| self.is_twin(*operand, explained.cells[0]))
    }

    /// What a bare whole number counts.
    fn counted(&self, figure: &Figure) -> Option<Vec<u32>> {
        let bare = !figure.percent && !figure.currency && !figure.year && figure.scale == 0;
        let count =
            Some(figure.reading.value).filter(|_| bare && figure.reading.decimals == 0)?.to_usize()?;
        let behind = self.answer[figure.end..].split(['.', ',', ';', ':', '(', '\n', '|']).next()?;
        Some(count)
            .filter(|count| (1..=COUNTED).contains(count))
            .and_then(|count| counted(self.index, behind, count))
    }

    fn counts(&mut self, figure: &Figure, nodes: &[u32]) {
        let counted = derivation(TieOperation::Count, &[], figure.reading.value, false);
        self.push(Span {
            kind: Some(TieKind::Derived),
            places: nodes.iter().map(|node| self.place(*node, "")).collect(),
            derivation: Some(counted),
            confidence: COUNTS,
            ..Span::marked(figure.start, figure.end, TieStatus::Tied)
        });
    }

    fn is_twin(&self, one: u32, other: u32) -> bool {
        self.index.cells[one as usize].value == self.index.cells[other as usize].value
    }

    fn tied(&mut self, figure: &Figure, explained: Explained, operands: &[u32]) {
        let is_tie = explained.is_tie() || self.is_operand(&explained, operands);
        let confidence = explained.confidence();
        let [fit, of] = [explained.chance, DECOYS].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        let mut cells = explained.cells;
        // A figure that the sentence was computed from is the one that it was computed from, and no twin of it.
        if explained.kind == TieKind::Exact
            && let Some(cell) = cells.first_mut()
        {
            let twin = operands.iter().copied().find(|operand| self.is_twin(*operand, *cell));
            *cell = twin.unwrap_or(*cell);
        }
        let values = || cells.iter().map(|cell| self.index.amount(*cell)).collect::<Option<Vec<Decimal>>>();
        let derivation =
            explained.operation.zip(explained.computed).and_then(|(operation, (value, hundredths))| {
                Some(derivation(operation, &values()?, value, hundredths))
            });
        self.push(Span {
            kind: Some(explained.kind),
            places: cells.iter().map(|cell| self.place_of_cell(*cell)).collect(),
            derivation,
            chance: (!explained.mute).then_some(Chance { fit, of }),
            others: explained.others,
            confidence,
            ..Span::marked(
                figure.start,
                figure.end,
                if is_tie { TieStatus::Tied } else { TieStatus::Possible },
            )
        });
    }

    fn names(&mut self, all: Bits) {
        let mut taken: Vec<(usize, usize)> = self.spans.iter().map(|span| (span.start, span.end)).collect();
        taken.sort_unstable();
        let query = Query::new(self.index, all, all, &[], RESULT);
        for named in names(self.answer, self.index, &taken, &query) {
            let words = &self.answer[named.start..named.end];
            self.push(Span {
                kind: Some(TieKind::Exact),
                places: vec![self.place(named.node, words)],
                confidence: 0.6 + 0.4 * f64::from(named.score.clamp(0.0, 1.0)),
                ..Span::marked(named.start, named.end, TieStatus::Tied)
            });
        }
    }
}
