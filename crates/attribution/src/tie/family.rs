//! Values that may be reckoned with one another: a row, a column, one pointer with one segment free, or one pointer
//! in the results of several calls of the same tool. Among values of no family any figure could be derived.

use super::index::Index;
use super::tree::{Forest, Key, NONE};

/// How many steps above a value the free segment may lie.
const ABOVE: usize = 4;
/// How many members of a family are looked at.
const MOST: usize = 2000;

/// One family: where its free segment is, and the way from there to each member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Family {
    /// The array or object whose elements or members are free; `None` for one pointer in several results.
    pub(crate) over: Option<u32>,
    /// The nodes from the free segment down to the one value that the family was made from.
    path: Vec<u32>,
}

/// The families of a value, the narrowest first.
pub(crate) fn families(forest: &Forest<'_>, node: u32) -> Vec<Family> {
    let mut families = Vec::new();
    let mut path = Vec::new();
    let mut at = node;
    while forest.node(at).parent != NONE {
        let over = forest.node(at).parent;
        if families.len() < ABOVE && forest.node(over).len > 1 {
            families.push(Family { over: Some(over), path: path.iter().rev().copied().collect() });
        }
        path.push(at);
        at = over;
    }
    families.push(Family { over: None, path: path.iter().rev().copied().collect() });
    families
}

impl Family {
    /// What tells one family from another: families made from two values may be the same.
    pub(crate) fn name(&self, forest: &Forest<'_>) -> (Option<u32>, String) {
        let name = |node: &u32| match forest.node(*node).key {
            Key::Name(name) => format!("/{name}"),
            Key::Place(place) => format!("#{place}"),
            Key::Root => String::new(),
        };
        (self.over, self.path.iter().map(name).collect())
    }

    /// The nodes of all members, in order of the results.
    pub(crate) fn members(&self, index: &Index<'_>, tools: &[&str], result: usize) -> Vec<u32> {
        let forest = &index.forest;
        match self.over {
            Some(over) => {
                forest.children(over).take(MOST).filter_map(|child| self.down(forest, child)).collect()
            }
            None => {
                let same = |other: &usize| tools.get(*other) == tools.get(result);
                let roots = (0..forest.roots.len()).filter(same).map(|other| forest.roots[other]);
                roots.take(MOST).filter_map(|root| self.down(forest, root)).collect()
            }
        }
    }

    fn down(&self, forest: &Forest<'_>, from: u32) -> Option<u32> {
        self.path.iter().try_fold(from, |at, step| {
            let here = |child: &u32| match (forest.node(*child).key, forest.node(*step).key) {
                (Key::Name(one), Key::Name(other)) => one == other,
                (Key::Place(one), Key::Place(other)) => one == other,
                _ => false,
            };
            // Arrays in step are most often equally long, and objects name their members in the same order.
            forest.children(at).take(MOST).find(here)
        })
    }
}
