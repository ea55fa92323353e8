//! Which of many tools some words ask for. This crate keeps what a language model thinks of them, a clock and chance out
//! of that choice: the same words and the same tools give the same list, in the same order, wherever it is made again.
//!
//! The measure is BM25 (Robertson and Zaragoza, *The Probabilistic Relevance Framework*, 2009): a word counts the more,
//! the fewer tools have it, and once more in a short text than in a long one. A tool's name counts most.

mod words;

use std::collections::{BTreeMap, BTreeSet};

use words::words;

/// How soon more of the same word counts no more.
const SATURATION: f64 = 1.2;
/// How much a long text is held against a tool.
const LENGTH: f64 = 0.75;
/// How often a word counts that stands in a name, and in a path.
const IN_NAME: f64 = 3.0;
const IN_PATH: f64 = 1.5;

/// What is known of a tool.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'t> {
    /// Its name, with its source's.
    pub name: &'t str,
    /// What it does.
    pub description: &'t str,
    /// Its path.
    pub path: &'t str,
}

/// Tools by the words that are said of them.
#[derive(Clone, Debug, Default)]
pub struct Shortlist {
    /// Which tools have a word, and how much of it.
    by_word: BTreeMap<String, Vec<(usize, f64)>>,
    lengths: Vec<f64>,
    average: f64,
}

impl Shortlist {
    /// Of these tools; a tool is known by its place among them.
    pub fn new<'t>(tools: impl Iterator<Item = Listed<'t>>) -> Self {
        let mut list = Self::default();
        for (place, tool) in tools.enumerate() {
            let mut counts: BTreeMap<String, f64> = BTreeMap::new();
            for (text, weight) in [(tool.name, IN_NAME), (tool.path, IN_PATH), (tool.description, 1.0)] {
                for word in words(text) {
                    *counts.entry(word).or_default() += weight;
                }
            }
            list.lengths.push(counts.values().sum());
            for (word, count) in counts {
                list.by_word.entry(word).or_default().push((place, count));
            }
        }
        let tools = list.lengths.len().max(1);
        list.average = (list.lengths.iter().sum::<f64>() / as_number(tools)).max(1.0);
        list
    }

    /// The tools that have any of these words, those that fit best first; of two that fit as well, the first listed.
    pub fn best(&self, text: &str) -> Vec<usize> {
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        let asked: BTreeSet<String> = words(text).into_iter().collect();
        for word in asked {
            let Some(having) = self.by_word.get(&word) else { continue };
            let (all, some) = (as_number(self.lengths.len()), as_number(having.len()));
            let rarity = (1.0 + (all - some + 0.5) / (some + 0.5)).ln();
            for (place, count) in having {
                let length = self.lengths.get(*place).copied().unwrap_or(self.average) / self.average;
                let held = SATURATION * (1.0 - LENGTH + LENGTH * length);
                *scores.entry(*place).or_default() += rarity * count * (SATURATION + 1.0) / (count + held);
            }
        }
        let mut found: Vec<(usize, f64)> = scores.into_iter().collect();
        found.sort_by(|(a, scored), (b, other)| other.total_cmp(scored).then(a.cmp(b)));
        found.into_iter().map(|(place, _)| place).collect()
    }
}

fn as_number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_words_and_names_come_first_and_nothing_is_left_to_chance() {
        let tools = [
            ("crm.list_customers", "Lists customers, newest first.", "/customers"),
            ("crm.get_customer", "Reads one customer by number.", "/customers/{id}"),
            ("billing.list_invoices", "Lists the invoices of a customer.", "/invoices"),
            ("billing.get_refund", "Reads a refund.", "/refunds/{id}"),
            ("billing.get_refund_again", "Reads a refund.", "/refunds/{id}"),
        ];
        let listed = |(name, description, path): &(&'static str, &'static str, &'static str)| Listed {
            name,
            description,
            path,
        };
        let list = Shortlist::new(tools.iter().map(listed));
        let check = |text: &str, first: &[&str]| {
            let found: Vec<&str> = list.best(text).into_iter().map(|place| tools[place].0).collect();
            assert_eq!(&found[..first.len()], first, "{text}: {found:?}");
        };
        check("Which invoices are open?", &["billing.list_invoices"]);
        check("refunds", &["billing.get_refund", "billing.get_refund_again"]);
        check("getCustomer", &["crm.get_customer"]);
        check("customers of the CRM", &["crm.list_customers"]);
        assert!(list.best("weather the of").is_empty());
        assert_eq!(list.best("customer refunds"), list.best("refunds customer customer"));
    }
}
