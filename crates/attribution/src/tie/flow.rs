//! Where a call's arguments come from: the values of earlier results that it was made with.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::index::Index;
use super::kind::{Place, ResultText, Shown};
use super::query::{Query, RESULT};
use super::raw::raw;
use super::tree::{Forest, NONE, Value};
use super::vocabulary::Bits;

/// Shorter texts and numbers stand in many places; only where the names agree do they come from one.
const TELLING: usize = 4;

/// An argument, and the value of an earlier result that it was most likely taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The argument: an RFC 6901 pointer into the call's arguments.
    pub pointer: String,
    /// Where it stands in an earlier result.
    pub place: Place,
    /// How many other places hold the same, though their names agree less.
    pub others: usize,
}

/// Which arguments of a call come from earlier results, in the order of the arguments. An argument comes from a value that is
/// exactly it; between several, names decide. What is short must be named alike: `id` 7 comes from an `id`, not from any 7.
pub fn flows(arguments: &str, earlier: &[ResultText<'_>]) -> Vec<Flow> {
    let mut forest = Forest::default();
    forest.plant(arguments, Shown::Whole);
    let leaves: Vec<Argument<'_>> =
        (0..forest.nodes.len()).filter_map(|node| Argument::at(&forest, u32::try_from(node).ok()?)).collect();
    let names: Vec<&str> = leaves.iter().map(|leaf| leaf.names.as_str()).collect();
    let index = Index::of(&names.join(" "), earlier);
    let texts = texts(&index, &leaves);
    leaves.iter().filter_map(|leaf| leaf.flow(&forest, &index, &texts)).collect()
}

/// One argument that is a number or a text.
struct Argument<'a> {
    node: u32,
    /// The words of the members that lead to it.
    names: String,
    value: Wanted<'a>,
}

enum Wanted<'a> {
    Number(Decimal),
    Text(&'a str),
}

impl<'a> Argument<'a> {
    fn at(forest: &'a Forest<'_>, node: u32) -> Option<Self> {
        let value = match forest.node(node).value {
            Value::Number(number) => Wanted::Number(number.parse().ok()?),
            Value::Text(_) | Value::Escaped(_) => Wanted::Text(forest.text(node)?),
            Value::Word | Value::List | Value::Record => return None,
        };
        let mut names = Vec::new();
        let mut at = node;
        while at != NONE {
            names.extend(forest.name(at));
            at = forest.node(at).parent;
        }
        Some(Self { node, names: names.join(" "), value })
    }

    fn flow(&self, forest: &Forest<'_>, index: &Index<'_>, texts: &BTreeMap<&str, Vec<u32>>) -> Option<Flow> {
        let (nodes, telling) = match &self.value {
            Wanted::Number(number) => {
                let size = number.abs().to_f64()?;
                let cells = index.sized(size, size).map(|cell| &index.cells[cell as usize]);
                let same = cells.filter(|cell| cell.value == *number && cell.scale == 0);
                let nodes: Vec<u32> = same.map(|cell| cell.node).collect();
                (nodes, number.mantissa().unsigned_abs().to_string().len())
            }
            Wanted::Text(text) => (texts.get(text).cloned().unwrap_or_default(), text.chars().count()),
        };
        let said = index.vocabulary.said(&self.names).bits;
        let query = Query::new(index, said, said, &[], RESULT);
        let agrees = |node: u32| {
            let around = index.labels.around(&index.forest, node);
            let own = index.labels.name(&index.forest, node).and(said) != Bits::default();
            (query.score(around, index.forest.result_of(node)), own)
        };
        let mut found: Vec<(f32, bool, u32)> = nodes
            .iter()
            .map(|node| (agrees(*node), *node))
            .filter(|((_, own), _)| *own || telling >= TELLING)
            .map(|((score, own), node)| (score, own, node))
            .collect();
        found.sort_by(|one, other| {
            other.1.cmp(&one.1).then(other.0.total_cmp(&one.0)).then(one.2.cmp(&other.2))
        });
        found.dedup_by_key(|(_, _, node)| *node);
        let (_, _, node) = *found.first()?;
        let place = Place {
            result: index.forest.result_of(node),
            pointer: index.forest.pointer(node),
            raw: raw(&index.forest, node, ""),
        };
        Some(Flow { pointer: forest.pointer(self.node), place, others: found.len() - 1 })
    }
}

/// Where the texts among the arguments stand in earlier results.
fn texts<'a>(index: &Index<'_>, leaves: &[Argument<'a>]) -> BTreeMap<&'a str, Vec<u32>> {
    let mut places: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for leaf in leaves {
        if let Wanted::Text(text) = leaf.value {
            places.insert(text, Vec::new());
        }
    }
    for node in 0..index.forest.nodes.len() {
        let node = u32::try_from(node).unwrap_or(NONE);
        if let Some(nodes) = index.forest.text(node).and_then(|text| places.get_mut(text)) {
            nodes.push(node);
        }
    }
    places
}
