//! Figures that were computed from values of one family: a bounded search that starts from the values whose words fit
//! the sentence best, and from those that the sentence itself quotes.

use std::collections::BTreeSet;

use domain::tie::TieOperation;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::family::families;
use super::index::{Index, Unit};
use super::query::Query;
use super::vocabulary::{Bits, Said};

/// How many values the search starts from.
const STARTS: usize = 24;
/// How many members of a family are paired with each other.
const PAIRED: usize = 20;
/// Beyond this many numbers, values far from the sentence's words are no longer weighed.
const WEIGHED: usize = 60_000;
/// A derivation whose words agree less than this, beside those of the best, is none.
pub(crate) const LEAST: f32 = 0.5;
/// How many parts are reckoned as shares of their sum.
const SHARED: usize = 64;
/// What it counts that the sentence quotes all operands.
const QUOTED: f32 = 0.45;

/// A value that was computed, and how well its operands' words agree.
#[derive(Clone, Debug)]
pub(crate) struct Derived {
    pub(crate) operation: TieOperation,
    /// The cells it was computed from, in the operation's order.
    pub(crate) operands: Vec<u32>,
    /// The value without its sign, as near as a float comes to it.
    pub(crate) size: f64,
    /// Whether it came out below zero.
    pub(crate) negative: bool,
    /// Whether the sentence quotes all its operands.
    pub(crate) quoted: bool,
    /// Whether its operands are hundredths.
    pub(crate) percent: bool,
    /// Whether its operands are hundredths of a currency.
    pub(crate) cents: bool,
    pub(crate) score: f32,
}

impl Derived {
    /// Whether a percentage says its value in hundredths.
    pub(crate) fn is_share(&self) -> bool {
        matches!(self.operation, TieOperation::Ratio | TieOperation::ShareOfSum | TieOperation::Share)
    }
}

/// One value that may be an operand.
#[derive(Clone, Copy, Debug)]
struct Operand {
    cell: u32,
    node: u32,
    result: usize,
    value: f64,
    said: Said,
    score: f32,
    quoted: bool,
    percent: bool,
    cents: bool,
    total: bool,
}

/// All that may be derived for a sentence, the best first. `quoted` are the cells that its other figures tie to.
pub(crate) fn derivations(index: &Index<'_>, query: &Query, tools: &[&str], quoted: &[u32]) -> Vec<Derived> {
    let search = Search { index, query, quoted };
    let mut starts: Vec<Operand> = search.starts();
    starts.sort_by(|one, other| {
        other.quoted.cmp(&one.quoted).then(other.score.total_cmp(&one.score)).then(one.cell.cmp(&other.cell))
    });
    starts.truncate(STARTS.max(quoted.len().min(2 * STARTS)));
    let mut found = Found::default();
    let mut seen: BTreeSet<(Option<u32>, String)> = BTreeSet::new();
    let mut pairs: BTreeSet<(u32, u32)> = BTreeSet::new();
    for start in &starts {
        for family in families(&index.forest, start.node) {
            if seen.insert(family.name(&index.forest)) {
                let members = family.members(index, tools, start.result);
                let members: Vec<Operand> = members.iter().filter_map(|node| search.operand(*node)).collect();
                search.pairs(&members, &mut pairs, &mut found);
                search.together(&members, &mut found);
            }
        }
    }
    search.across(&starts, &mut pairs, &mut found);
    found.derived.sort_by(|one, other| other.score.total_cmp(&one.score));
    found.derived
}

/// What was derived so far.
#[derive(Default)]
struct Found {
    derived: Vec<Derived>,
    best: f32,
}

impl Found {
    /// Whether something with this score can still be shown. Most pairs of a large table can't, and cost nothing more.
    fn wants(&mut self, score: f32) -> bool {
        self.best = self.best.max(score);
        score >= self.best * LEAST
    }
}

struct Search<'a, 'i> {
    index: &'a Index<'i>,
    query: &'a Query,
    quoted: &'a [u32],
}

impl Search<'_, '_> {
    fn starts(&self) -> Vec<Operand> {
        let cells = self.index.cells.iter().take(WEIGHED).filter(|cell| cell.within.is_none());
        let mut starts: Vec<Operand> = Vec::new();
        let mut last = None;
        for cell in cells {
            if last != Some(cell.node) {
                starts.extend(self.operand(cell.node));
            }
            last = Some(cell.node);
        }
        starts
    }

    fn operand(&self, node: u32) -> Option<Operand> {
        let cells = &self.index.cells;
        let place = cells.partition_point(|cell| cell.node < node);
        let cell = cells.get(place).filter(|cell| cell.node == node && cell.within.is_none())?;
        // What names or dates other values is not reckoned with.
        if cell.unit == Unit::Id || self.index.labels.is_in_heading(&self.index.forest, node) {
            return None;
        }
        let result = self.index.forest.result_of(node);
        let said = self.index.said_around(cell);
        let number = u32::try_from(place).ok()?;
        let value = self.index.amount(number)?;
        Some(Operand {
            cell: number,
            node,
            result,
            value: value.to_f64()?,
            said,
            score: self.query.score(said, result),
            quoted: self.quoted.contains(&number),
            percent: cell.percent,
            cents: cell.unit == Unit::Cents,
            total: said.total,
        })
    }

    /// How well operands agree with the sentence together: by what they say between them, and what they share.
    fn agreed(&self, operands: &[&Operand]) -> f32 {
        let mut said = Said::default();
        let mut words: u32 = 0;
        for operand in operands {
            said.bits = said.bits.or(operand.said.bits);
            words += u32::from(operand.said.words);
        }
        let count = u32::try_from(operands.len()).unwrap_or(1).max(1);
        let distinct = said.bits.words().count();
        said.words =
            u16::try_from((words / count).max(u32::try_from(distinct).unwrap_or(0))).unwrap_or(u16::MAX);
        let quoted = operands.iter().filter(|operand| operand.quoted).count();
        let quoted = if quoted == operands.len() { QUOTED } else { 0.1 * quoted as f32 / count as f32 };
        let results = operands.iter().map(|operand| self.query.result(operand.result));
        self.query.agreed(said) + results.fold(f32::INFINITY, f32::min) + quoted
    }

    fn pairs(&self, members: &[Operand], pairs: &mut BTreeSet<(u32, u32)>, found: &mut Found) {
        let mut best: Vec<&Operand> = members.iter().collect();
        best.sort_by(|one, other| {
            other
                .quoted
                .cmp(&one.quoted)
                .then(other.score.total_cmp(&one.score))
                .then(one.cell.cmp(&other.cell))
        });
        best.truncate(PAIRED);
        best.sort_by_key(|operand| operand.cell);
        for (place, one) in best.iter().enumerate() {
            for other in &best[place + 1..] {
                if pairs.insert((one.cell, other.cell)) {
                    self.pair(one, other, 0.0, found);
                }
            }
        }
        self.shares(&best, found);
    }

    fn pair(&self, one: &Operand, other: &Operand, cost: f32, found: &mut Found) {
        let score = self.agreed(&[one, other]) - cost;
        if !found.wants(score) {
            return;
        }
        let mut push = |operation, first: &Operand, second: &Operand, value: f64| {
            if value.is_finite() {
                found.derived.push(derived(operation, &[first, second], value, score));
            }
        };
        if one.percent == other.percent {
            push(TieOperation::Difference, one, other, one.value - other.value);
            push(TieOperation::Sum, one, other, one.value + other.value);
            push(TieOperation::Average, one, other, f64::midpoint(one.value, other.value));
            for (new, old) in [(one, other), (other, one)] {
                push(TieOperation::PercentChange, new, old, (new.value - old.value) / old.value * 100.0);
            }
        }
        for (part, whole) in [(one, other), (other, one)] {
            push(TieOperation::Ratio, part, whole, part.value / whole.value);
        }
    }

    /// Two parts as a share of a whole.
    fn shares(&self, best: &[&Operand], found: &mut Found) {
        let mut best: Vec<&Operand> = best.to_vec();
        best.sort_by(|one, other| other.score.total_cmp(&one.score));
        best.truncate(8);
        for whole in best.iter().filter(|operand| operand.total) {
            for (place, one) in best.iter().enumerate() {
                for other in best[place + 1..]
                    .iter()
                    .filter(|other| other.cell != whole.cell && one.cell != whole.cell)
                {
                    let value = (one.value + other.value) / whole.value;
                    if value.is_finite() {
                        let score = self.agreed(&[one, other, whole]) - 0.08;
                        if !found.wants(score) {
                            continue;
                        }
                        found.derived.push(derived(
                            TieOperation::ShareOfSum,
                            &[one, other, whole],
                            value,
                            score,
                        ));
                    }
                }
            }
        }
    }

    /// Sums, averages and counts of many members.
    fn together(&self, members: &[Operand], found: &mut Found) {
        if members.len() < 2 {
            return;
        }
        let totals = members.iter().any(|member| !member.total);
        let parts: Vec<&Operand> = members.iter().filter(|member| !(totals && member.total)).collect();
        let common = parts.iter().fold(None, |common: Option<Bits>, member| {
            Some(common.map_or(member.said.bits, |common| common.and(member.said.bits)))
        });
        let common = common.unwrap_or_default();
        // The members that the sentence names, by what tells them from the others.
        let named = |part: &&&Operand| !part.said.bits.without(common).and(self.query.near).is_empty();
        let named: Vec<&Operand> = parts.iter().filter(named).copied().collect();
        let best = parts.iter().map(|part| self.query.weight(part.said.bits)).fold(0.0, f32::max);
        let alike = |part: &&&Operand| self.query.weight(part.said.bits) > best - 0.01;
        let alike: Vec<&Operand> = parts.iter().filter(alike).copied().collect();
        let quoted: Vec<&Operand> = members.iter().filter(|member| member.quoted).collect();
        let mut groups: Vec<(Vec<&Operand>, f32)> =
            vec![(parts.clone(), 0.0), (named, 0.02), (alike, 0.02), (quoted, 0.0)];
        self.parts(&parts, found);
        // What stands between two totals is a part of the table for itself.
        groups.extend(members.split(|member| member.total).map(|run| (run.iter().collect(), 0.05)));
        let mut seen: BTreeSet<Vec<u32>> = BTreeSet::new();
        for (group, cost) in groups {
            let cells: Vec<u32> = group.iter().map(|operand| operand.cell).collect();
            let percent = group.first().is_some_and(|first| first.percent);
            let mixed = group.iter().any(|operand| operand.percent != percent);
            if mixed || group.len() < 3 || !seen.insert(cells) {
                continue;
            }
            let sum: f64 = group.iter().map(|operand| operand.value).sum();
            let score = self.agreed(&group) - cost;
            if !found.wants(score) {
                continue;
            }
            found.derived.push(derived(TieOperation::Sum, &group, sum, score));
            found.derived.push(derived(TieOperation::Average, &group, sum / group.len() as f64, score));
            found.derived.push(derived(TieOperation::Count, &group, group.len() as f64, score));
        }
    }

    /// Each of the best parts as a share of all of them.
    fn parts(&self, parts: &[&Operand], found: &mut Found) {
        let sum: f64 = parts.iter().map(|part| part.value).sum();
        let mut best: Vec<&Operand> = parts.to_vec();
        best.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.cell.cmp(&other.cell)));
        for part in best.into_iter().take(4).filter(|_| (3..=SHARED).contains(&parts.len()) && sum != 0.0) {
            let score = self.agreed(&[part]) - 0.1;
            if found.wants(score) {
                let others = parts.iter().copied().filter(|other| other.cell != part.cell);
                let operands: Vec<&Operand> = std::iter::once(part).chain(others).collect();
                found.derived.push(derived(TieOperation::Share, &operands, part.value / sum, score));
            }
        }
    }

    /// The best values of two results: what one tool says less what another does.
    fn across(&self, starts: &[Operand], pairs: &mut BTreeSet<(u32, u32)>, found: &mut Found) {
        for (place, one) in starts.iter().take(8).enumerate() {
            for other in starts.iter().take(8).skip(place + 1).filter(|other| other.result != one.result) {
                let (one, other) = if one.cell < other.cell { (one, other) } else { (other, one) };
                if pairs.insert((one.cell, other.cell)) {
                    let cost = if one.quoted && other.quoted { 0.05 } else { 0.35 };
                    self.pair(one, other, cost, found);
                }
            }
        }
    }
}

fn derived(operation: TieOperation, operands: &[&Operand], value: f64, score: f32) -> Derived {
    Derived {
        operation,
        operands: operands.iter().map(|operand| operand.cell).collect(),
        size: value.abs(),
        negative: value < 0.0,
        quoted: operands.iter().all(|operand| operand.quoted),
        percent: operands[0].percent,
        cents: operands[0].cents,
        score,
    }
}

/// The value again, exactly.
pub(crate) fn exactly(index: &Index<'_>, derived: &Derived, hundredths: bool) -> Option<Decimal> {
    let values: Vec<Decimal> =
        derived.operands.iter().map(|cell| index.amount(*cell)).collect::<Option<_>>()?;
    let (last, parts) = values.split_last()?;
    let sum =
        |values: &[Decimal]| values.iter().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(*value));
    let count = Decimal::from(values.len());
    let hundred = if hundredths { Decimal::ONE_HUNDRED } else { Decimal::ONE };
    let first = *values.first()?;
    match derived.operation {
        TieOperation::Difference => first.checked_sub(*last),
        TieOperation::PercentChange => {
            first.checked_sub(*last)?.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(*last)
        }
        TieOperation::Share => first.checked_mul(hundred)?.checked_div(sum(&values)?),
        TieOperation::Ratio | TieOperation::ShareOfSum => {
            sum(parts)?.checked_mul(hundred)?.checked_div(*last)
        }
        TieOperation::Sum => sum(&values),
        TieOperation::Average => sum(&values)?.checked_div(count),
        TieOperation::Count => Some(count),
    }
}
