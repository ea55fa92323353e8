//! Keys, tokens and passwords: what a vendor's own prefix, or the words before it, give away. The beginnings of all rules
//! are looked for at once; a rule's expression runs only from where one of its beginnings stands.
//!
//! The rules are in [`vendors`] (a prefix of the vendor's own), [`assigned`] (a value set to a name of the vendor's) and
//! [`plain`] (private keys, connection strings, headers, passwords).

mod assigned;
mod plain;
mod rule;
mod vendors;
mod worth;

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use self::rule::Rule;
use crate::hit::Hit;

/// Every rule, in the order in which they are tried at one place.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    vendors::RULES
        .iter()
        .map(Rule::of_vendor)
        .chain(assigned::RULES.iter().map(Rule::assigned))
        .chain(plain::RULES.iter().map(Rule::plain))
        .collect()
});

struct Beginnings {
    automaton: AhoCorasick,
    /// The rule of each pattern.
    rules: Vec<usize>,
}

static BEGINNINGS: LazyLock<Option<Beginnings>> = LazyLock::new(|| {
    let (mut patterns, mut rules) = (Vec::new(), Vec::new());
    for (number, rule) in RULES.iter().enumerate() {
        for beginning in rule.beginnings {
            patterns.push(*beginning);
            rules.push(number);
        }
    }
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(aho_corasick::AhoCorasickKind::DFA))
        .build(patterns)
        .ok()?;
    Some(Beginnings { automaton, rules })
});

/// How many rules there are.
#[cfg(test)]
pub(crate) fn count() -> usize {
    RULES.len()
}

/// The secrets of a text. `field` is the name of the field whose value it is; empty for none.
pub(crate) fn find(field: &str, text: &str, hits: &mut Vec<Hit>) {
    let Some(beginnings) = &*BEGINNINGS else { return };
    for found in beginnings.automaton.find_overlapping_iter(text) {
        let rule = &RULES[beginnings.rules[found.pattern().as_usize()]];
        hits.extend(rule.at(text, found.start()));
    }
    if let Some(hit) = plain::value_of(field, text) {
        hits.push(hit);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_rule_compiles_and_there_are_at_least_120() {
        assert!(super::count() >= 120, "{}", super::count());
        for rule in super::RULES.iter() {
            assert!(rule.compiles(), "{}", rule.name);
        }
        assert!(super::BEGINNINGS.is_some());
    }
}
