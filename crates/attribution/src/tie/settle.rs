//! From an answer and its results to ties.

use rust_decimal::prelude::ToPrimitive;

use super::count::counted;
use super::cue::Cues;
use super::date::{Date, dates};
use super::derive::derivations;
use super::equation::contradicted;
use super::explain::{Explained, Explainer};
use super::figure::{Figure, figures};
use super::identifiers::{identifiers, places};
use super::index::Index;
use super::kind::{Kind, Operation, Place, ResultText, Tie, Ties};
use super::letters::words;
use super::names::names;
use super::plain::plain;
use super::query::{Query, RESULT, RESULT_OF_YEAR};
use super::sentence::sentences;
use super::vocabulary::Bits;

/// What a date or an identifier that stands in a result is worth: there is little to be mistaken about.
const STANDS: f64 = 0.97;

/// What a count is worth whose predicate stands behind it.
const COUNTS: f64 = 0.85;
/// Larger numbers are read as they stand: nobody lists so many places.
const COUNTED: usize = 200;

/// Ties an answer to the results that the model had. Nothing else is a place: who asks decides what was exposed. The same
/// answer and results always give the same ties.
pub fn tie(answer: &str, results: &[ResultText<'_>]) -> Ties {
    let bodies: Vec<&str> = results.iter().map(|result| result.body).collect();
    let tools: Vec<&str> = results.iter().map(|result| result.tool).collect();
    let index = Index::of(answer, &bodies, &tools);
    let mut settling = Settling { answer, results, tools: &tools, index: &index, ties: Ties::default() };
    settling.identifiers();
    settling.dates();
    let figures: Vec<Figure> =
        figures(answer).into_iter().filter(|figure| !settling.is_taken(figure.start, figure.end)).collect();
    settling.ties.contradicted = contradicted(answer, &figures);
    let all = settling.said(0, answer.len(), &figures);
    for (start, end) in sentences(answer) {
        let here: Vec<Figure> =
            figures.iter().copied().filter(|figure| (start..end).contains(&figure.start)).collect();
        if !here.is_empty() {
            settling.sentence(start, end, &here, all);
        }
    }
    settling.names(all);
    settling.ties.ties.sort_by_key(|tie| tie.start);
    settling.ties.untied.sort_unstable();
    settling.ties
}

struct Settling<'a, 'i> {
    answer: &'a str,
    results: &'a [ResultText<'a>],
    tools: &'a [&'a str],
    index: &'a Index<'i>,
    ties: Ties,
}

impl Settling<'_, '_> {
    fn is_taken(&self, start: usize, end: usize) -> bool {
        let overlaps = |from: usize, to: usize| start < to && from < end;
        self.ties.ties.iter().any(|tie| overlaps(tie.start, tie.end))
            || self.ties.untied.iter().any(|(from, to)| overlaps(*from, *to))
    }

    fn identifiers(&mut self) {
        let found = identifiers(self.answer);
        let written: Vec<&str> = found.iter().map(|(start, end)| &self.answer[*start..*end]).collect();
        for ((start, end), node) in found.iter().zip(places(self.index, &written)) {
            self.stands(*start, *end, node, 1);
        }
    }

    fn dates(&mut self) {
        for (start, end, read) in dates(self.answer) {
            if self.is_taken(start, end) {
                continue;
            }
            let nodes: Vec<u32> = read.iter().flat_map(|date| self.named(*date)).collect();
            self.stands(start, end, nodes.first().copied(), nodes.len());
        }
    }

    fn named(&self, date: Date) -> impl Iterator<Item = u32> {
        let days = &self.index.days;
        let first = days.partition_point(|(day, _)| *day < date);
        days[first..].iter().take_while(move |(day, _)| *day == date).map(|(_, node)| *node)
    }

    /// Ties a span to the value that says it, if there is one.
    fn stands(&mut self, start: usize, end: usize, node: Option<u32>, count: usize) {
        let Some(node) = node else {
            self.ties.untied.push((start, end));
            return;
        };
        let places = vec![self.place(node)];
        let others = count.saturating_sub(1);
        self.ties.ties.push(Tie {
            start,
            end,
            kind: Kind::Exact,
            places,
            derivation: None,
            others,
            confidence: STANDS,
        });
    }

    fn place(&self, node: u32) -> Place {
        Place { result: self.index.forest.result_of(node), pointer: self.index.forest.pointer(node) }
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

    /// The results that the model named in a part of the answer.
    fn cited(&self, start: usize, end: usize) -> Vec<usize> {
        let mut cited = Vec::new();
        for mark in self.answer[start..end].split("[^").skip(1) {
            let names = mark.split(']').next().unwrap_or_default();
            let names: Vec<&str> = names.split(',').map(|name| name.trim().trim_start_matches('^')).collect();
            let calls = (0..self.results.len()).filter(|result| names.contains(&self.results[*result].call));
            cited.extend(calls);
        }
        cited
    }

    fn sentence(&mut self, start: usize, end: usize, figures: &[Figure], all: Bits) {
        let near = self.said(start, end, figures);
        let cited = self.cited(start, end);
        let query = Query::new(self.index, near, all, &cited, RESULT);
        let cues = Cues::of(&self.answer[start..end], start, figures);
        let quoted: Vec<u32> = figures
            .iter()
            .filter(|figure| !figure.year)
            .flat_map(|figure| plain(self.index, &query, figure).0)
            .filter(|plain| plain.fit.kind == Kind::Exact)
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
                    return explainer.explain(figure, text);
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
            .filter(|explained| explained.kind == Kind::Derived && explained.is_tie())
            .flat_map(|explained| explained.cells.clone())
            .collect();
        for (figure, explained) in figures.iter().zip(explained) {
            let quoted = |explained: &Explained| {
                explained.kind == Kind::Exact
                    && operands.iter().any(|operand| self.is_twin(*operand, explained.cells[0]))
            };
            if self.ties.contradicted.contains(&(figure.start, figure.end)) {
                continue;
            }
            if let Some(nodes) = self.counted(figure) {
                self.counts(figure, &nodes);
                continue;
            }
            match explained.filter(|explained| explained.is_tie() || quoted(explained)) {
                Some(explained) => self.tied(figure, explained, &operands),
                None => self.ties.untied.push((figure.start, figure.end)),
            }
        }
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
        self.ties.ties.push(Tie {
            start: figure.start,
            end: figure.end,
            kind: Kind::Derived,
            places: nodes.iter().map(|node| self.place(*node)).collect(),
            derivation: Some(Operation::Count),
            others: 0,
            confidence: COUNTS,
        });
    }

    fn is_twin(&self, one: u32, other: u32) -> bool {
        self.index.cells[one as usize].value == self.index.cells[other as usize].value
    }

    fn tied(&mut self, figure: &Figure, explained: Explained, operands: &[u32]) {
        let confidence = explained.confidence();
        let mut cells = explained.cells;
        // A figure that the sentence was computed from is the one that it was computed from, and no twin of it.
        if explained.kind == Kind::Exact
            && let Some(cell) = cells.first_mut()
        {
            let twin = operands.iter().copied().find(|operand| self.is_twin(*operand, *cell));
            *cell = twin.unwrap_or(*cell);
        }
        let nodes = cells.iter().map(|cell| self.index.cells[*cell as usize].node);
        self.ties.ties.push(Tie {
            start: figure.start,
            end: figure.end,
            kind: explained.kind,
            places: nodes.map(|node| self.place(node)).collect(),
            derivation: explained.operation,
            others: explained.others,
            confidence,
        });
    }

    fn names(&mut self, all: Bits) {
        let mut taken: Vec<(usize, usize)> = self.ties.ties.iter().map(|tie| (tie.start, tie.end)).collect();
        taken.extend(self.ties.untied.iter().chain(&self.ties.contradicted));
        taken.sort_unstable();
        let query = Query::new(self.index, all, all, &[], RESULT);
        for named in names(self.answer, self.index, &taken, &query) {
            let confidence = 0.6 + 0.4 * f64::from(named.score.clamp(0.0, 1.0));
            let places = vec![self.place(named.node)];
            let (start, end, kind) = (named.start, named.end, Kind::Exact);
            self.ties.ties.push(Tie { start, end, kind, places, derivation: None, others: 0, confidence });
        }
    }
}
