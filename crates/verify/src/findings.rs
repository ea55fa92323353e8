//! What is wrong, collected so that a trail which is wrong everywhere still makes a short report.

use std::collections::BTreeMap;

use domain::id::{ConversationId, Seq};
use domain::view::{Finding, FindingKind};

/// How many findings of one kind are told one by one; the rest are counted.
pub const MOST_OF_A_KIND: u32 = 100;
/// The longest finding, in characters. Some repeat words of a body, which can be any length.
const MOST_WORDS: usize = 400;

/// The findings so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    told: Vec<Finding>,
    kinds: BTreeMap<FindingKind, Kind>,
}

#[derive(Debug, Default)]
struct Kind {
    told: u32,
    counted: u64,
    first_counted: Option<Seq>,
}

impl Findings {
    /// Notes that something is wrong at an entry, or at none in particular.
    pub(crate) fn report(&mut self, kind: FindingKind, seq: Option<Seq>, words: &str) {
        let known = self.kinds.entry(kind).or_default();
        if known.told < MOST_OF_A_KIND {
            known.told += 1;
            let words = words.chars().take(MOST_WORDS).collect();
            self.told.push(Finding { kind, seq, words });
        } else {
            known.counted += 1;
            known.first_counted = known.first_counted.or(seq);
        }
    }

    /// All of them, first by place; those of no place last.
    pub(crate) fn in_order(self) -> Vec<Finding> {
        let mut all = self.told;
        all.extend(self.kinds.into_iter().filter(|(_, known)| known.counted > 0).map(|(kind, known)| {
            Finding {
                kind,
                seq: known.first_counted,
                words: format!("{} more of this kind from here on", known.counted),
            }
        }));
        all.sort_by_key(|finding| (finding.seq.is_none(), finding.seq));
        all
    }
}

/// An entry's place, and where to report what is wrong with it.
pub(crate) struct Here<'a> {
    /// Its number.
    pub(crate) seq: Seq,
    /// The conversation that it is linked into.
    pub(crate) conversation: Option<ConversationId>,
    /// Where findings go.
    pub(crate) findings: &'a mut Findings,
}

impl Here<'_> {
    /// Notes that something is wrong with this entry.
    pub(crate) fn report(&mut self, kind: FindingKind, words: &str) {
        self.findings.report(kind, Some(self.seq), words);
    }
}
