//! Figures that stand in a result as they are, but for notation, unit and rounding.

use domain::tie::TieKind;

use super::figure::Figure;
use super::fit::{Fit, fit, targets};
use super::index::Index;
use super::query::Query;

/// How many values that fit are looked at for their words.
const MOST: usize = 2048;

/// A place that says the figure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain {
    pub(crate) cell: u32,
    pub(crate) fit: Fit,
    /// How well its words agree, less what the fit costs.
    pub(crate) score: f32,
}

/// How many of the best places are given.
const BEST: usize = 4;

/// Whether a figure stands in a result as plainly as this, and with words that agree as well.
pub(crate) fn is_plain(index: &Index<'_>, query: &Query, figure: &Figure, kind: TieKind, score: f32) -> bool {
    all(index, query, figure).iter().any(|found| found.fit.kind <= kind && found.score >= score - 1e-4)
}

/// The best places for a figure, and how many there are.
pub(crate) fn plain(index: &Index<'_>, query: &Query, figure: &Figure) -> (Vec<Plain>, usize) {
    let mut found = all(index, query, figure);
    found.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.cell.cmp(&other.cell)));
    let node = |plain: &Plain| index.cells[plain.cell as usize].node;
    let mut best: Vec<Plain> = Vec::new();
    for plain in &found {
        if best.len() < BEST && best.iter().all(|other| node(other) != node(plain)) {
            best.push(*plain);
        }
    }
    let mut nodes: Vec<u32> = found.iter().map(node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    (best, nodes.len())
}

fn all(index: &Index<'_>, query: &Query, figure: &Figure) -> Vec<Plain> {
    let mut found: Vec<Plain> = Vec::new();
    for target in targets(figure) {
        for place in index.sized(target.low, target.high).take(MOST) {
            let cell = &index.cells[place as usize];
            let Some(fit) = fit(figure, &target, cell) else { continue };
            // Words beside a number in running text say less than the names of a table's row and column.
            let within = if cell.within.is_some() { 0.02 } else { 0.0 };
            let agreed = query.score(index.said_around(cell), index.forest.result_of(cell.node));
            found.push(Plain { cell: place, fit, score: agreed - fit.cost - within });
        }
    }
    found
}
