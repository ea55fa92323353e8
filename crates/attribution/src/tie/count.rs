//! Counts: `2 open orders`, where two records of a list say `open`, or the list of orders has two.

use std::collections::BTreeMap;

use super::index::Index;
use super::letters::words;
use super::tree::{NONE, Value};

/// How many words behind a count may say what is counted.
const NEAR: usize = 3;
/// A value of more letters than this is no state or kind that things are counted by.
const KIND: usize = 60;
/// How many values of the results are looked at for each count.
const LOOKED_AT: usize = 200_000;
/// How many elements of a list are counted.
const MOST: usize = 2000;

/// What a count counts: the values of all records that say the word behind it, or else the list that is named there and has so
/// many elements. A count without such a predicate is nothing that can be checked.
pub(crate) fn counted(index: &Index<'_>, behind: &str, count: usize) -> Option<Vec<u32>> {
    let said: Vec<u64> = words(behind).filter(|word| !word.idle).take(NEAR).map(|word| word.hash).collect();
    if said.is_empty() {
        return None;
    }
    let is_said = |text: &str| {
        let mut all = words(text).peekable();
        all.peek().is_some() && all.all(|word| said.contains(&word.hash))
    };
    let forest = &index.forest;
    let mut lists: Vec<u32> = Vec::new();
    for list in 0..u32::try_from(forest.nodes.len().min(LOOKED_AT)).unwrap_or(NONE) {
        if !matches!(forest.node(list).value, Value::List) {
            continue;
        }
        let mut kinds: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
        for record in forest.children(list).take(MOST) {
            for member in forest.children(record) {
                let text = forest.text(member).filter(|text| text.len() <= KIND && is_said(text));
                if let (Some(text), Some(name)) = (text, forest.name(member)) {
                    kinds.entry((name.into_owned(), text.to_owned())).or_default().push(member);
                }
            }
        }
        if let Some(members) = kinds.into_values().find(|members| members.len() == count) {
            return Some(members);
        }
        let named = forest.name(list).is_some_and(|name| is_said(&name));
        if named && forest.node(list).len as usize == count {
            lists.push(list);
        }
    }
    lists.first().map(|list| vec![*list])
}
