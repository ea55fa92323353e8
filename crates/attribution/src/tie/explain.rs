//! The best explanation of a figure, and whether chance would have found one as good.

use domain::tie::{TieKind, TieOperation};
use rust_decimal::Decimal;

use super::chance::{DECOYS, MOST, decoys};
use super::cue::Cues;
use super::derive::{Derived, LEAST, exactly};
use super::figure::{Figure, Sign};
use super::fit::{Target, derived_cost, targets};
use super::index::Index;
use super::plain::{is_plain, plain};
use super::query::Query;

/// What a figure comes from.
#[derive(Clone, Debug)]
pub(crate) struct Explained {
    pub(crate) kind: TieKind,
    pub(crate) cells: Vec<u32>,
    pub(crate) operation: Option<TieOperation>,
    pub(crate) others: usize,
    pub(crate) score: f32,
    /// How many of the random figures do as well.
    pub(crate) chance: usize,
    /// What comes out of a derivation, and whether in hundredths.
    pub(crate) computed: Option<(Decimal, bool)>,
    /// Whether it is a bare small number whose place nobody names: it says nothing.
    pub(crate) mute: bool,
}

impl Explained {
    /// Whether it is more than chance.
    pub(crate) fn is_tie(&self) -> bool {
        self.chance <= MOST && !self.mute
    }

    /// From 0 to 1.
    pub(crate) fn confidence(&self) -> f64 {
        let chance = if self.mute { DECOYS } else { self.chance };
        let luck = 1.0 - chance as f64 / DECOYS as f64;
        luck * (0.6 + 0.4 * f64::from(self.score.clamp(0.0, 1.0)))
    }
}

/// What a figure is explained with.
#[derive(Clone, Copy)]
pub(crate) struct Explainer<'a, 'i> {
    pub(crate) index: &'a Index<'i>,
    pub(crate) query: &'a Query,
    pub(crate) cues: &'a Cues,
    /// What may be derived, the best first.
    pub(crate) derived: &'a [Derived],
}

/// A plain place is shown before a derivation unless the derivation's words fit better by this much.
const PLAIN: f32 = 0.3;

impl Explainer<'_, '_> {
    /// Explains a figure, which stands in the answer as `text`.
    pub(crate) fn explain(&self, figure: &Figure, text: &str) -> Option<Explained> {
        let plain = self.plain(figure);
        let derived = self.derived(figure);
        let mut explained = match (plain, derived) {
            (Some(plain), Some(derived)) => {
                // A long number that stands there is hardly there by chance.
                let long = if plain.kind == TieKind::Exact && figure.digits() > 2 { 0.1 } else { 0.0 };
                let lead = PLAIN + long - self.cues.strength(figure);
                if derived.score > plain.score + lead { derived } else { plain }
            }
            (plain, derived) => plain.or(derived)?,
        };
        let decoys = decoys(figure, text);
        let as_good = |decoy: &&Figure| {
            let (kind, score) = (explained.kind, explained.score);
            kind == TieKind::Derived && self.derives(decoy, score)
                || is_plain(self.index, self.query, decoy, kind, score)
        };
        explained.chance = decoys.iter().filter(as_good).count();
        explained.mute =
            explained.kind != TieKind::Derived && self.is_small(figure) && !self.is_named(explained.cells[0]);
        Some(explained)
    }

    /// A bare number of one or two digits stands anywhere, and means something only where its name is said.
    fn is_small(&self, figure: &Figure) -> bool {
        let bare = !figure.percent && !figure.currency && figure.scale == 0 && figure.reading.decimals == 0;
        bare && figure.digits() <= 2 && figure.zeros() < 3
    }

    fn is_named(&self, cell: u32) -> bool {
        let cell = &self.index.cells[cell as usize];
        let name = match cell.within {
            Some(_) => self.index.said_around(cell).bits,
            None => self.index.labels.name(&self.index.forest, cell.node),
        };
        !name.and(self.query.near).is_empty()
    }

    fn plain(&self, figure: &Figure) -> Option<Explained> {
        let (best, count) = plain(self.index, self.query, figure);
        let best = best.first()?;
        let kind = best.fit.kind;
        Some(Explained {
            kind,
            cells: vec![best.cell],
            operation: None,
            others: count - 1,
            score: best.score,
            chance: 0,
            computed: None,
            mute: false,
        })
    }

    fn derived(&self, figure: &Figure) -> Option<Explained> {
        if figure.year || self.cues.is_operand(figure.start) {
            return None;
        }
        let targets = targets(figure);
        let least = self.derived.first()?.score * LEAST;
        let mut best: Option<(f32, &Derived, (Decimal, bool))> = None;
        for derived in self.derived {
            let Some((cost, power)) = self.fits(figure, &targets, derived) else { continue };
            let score = derived.score - cost;
            if best.is_some_and(|(best, _, _)| best >= score) {
                continue;
            }
            let hundredths = figure.percent && !derived.percent;
            let target = targets.iter().filter(|target| target.power == power);
            let Some(value) = exactly(self.index, derived, hundredths) else { continue };
            if target.clone().any(|target| target.holds(value).is_some()) {
                let of_shares = hundredths && derived.is_share();
                best = Some((
                    score,
                    derived,
                    (value, of_shares || derived.operation == TieOperation::PercentChange),
                ));
            }
        }
        let (score, derived, (mut value, hundredths)) = best.filter(|(score, _, _)| *score >= least)?;
        let mut cells = derived.operands.clone();
        // A difference is told the way round in which it has the figure's sign.
        let below = value.is_sign_negative() && !value.is_zero();
        if derived.operation == TieOperation::Difference && below == (figure.sign == Sign::None) {
            cells.reverse();
            value = -value;
        }
        Some(Explained {
            kind: TieKind::Derived,
            cells,
            operation: Some(derived.operation),
            others: 0,
            score,
            chance: 0,
            computed: Some((value, hundredths)),
            mute: false,
        })
    }

    fn derives(&self, decoy: &Figure, score: f32) -> bool {
        let targets = targets(decoy);
        let as_good = |derived: &&Derived| derived.score >= score - 1e-4;
        self.derived.iter().take_while(as_good).any(|derived| {
            self.fits(decoy, &targets, derived).is_some_and(|(cost, _)| derived.score - cost >= score - 1e-4)
        })
    }

    /// What it costs to read a derived value as this figure, and by which power of ten.
    fn fits(&self, figure: &Figure, targets: &[Target], derived: &Derived) -> Option<(f32, i32)> {
        let hundredths = figure.percent && !derived.percent && derived.is_share();
        let size = if hundredths { derived.size * 100.0 } else { derived.size };
        if !targets.iter().any(|target| target.screens(size)) {
            return None;
        }
        let cue = self.cues.cost(derived.operation, figure, derived.percent)?;
        // Where a sentence quotes operands, its result comes from no others.
        let cue = if self.cues.spelled && !derived.quoted { cue + 0.3 } else { cue };
        let sign = match (figure.sign, derived.negative) {
            (Sign::Minus, false) if derived.operation == TieOperation::Difference => 0.0,
            (Sign::Minus | Sign::Brackets, false) => 0.06,
            (Sign::None, true) if derived.operation == TieOperation::PercentChange => 0.03,
            _ => 0.0,
        };
        let costs = targets.iter().filter(|target| target.screens(size)).filter_map(|target| {
            Some((derived_cost(figure, target.power, derived.cents)? + cue + sign, target.power))
        });
        costs.min_by(|one, other| one.0.total_cmp(&other.0))
    }
}
