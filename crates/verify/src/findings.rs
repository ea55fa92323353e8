//! What is wrong, collected so that a trail which is wrong everywhere still makes a short report.

use std::collections::BTreeMap;

use domain::id::{ConversationId, Seq};
use domain::view::{Finding, FindingKind, Part, PartReport};

/// How many findings of one kind in one part are told one by one; the rest are counted.
pub const MOST_OF_A_KIND: u32 = 100;
/// The longest finding, in characters. Some repeat words of a body, which can be any length.
const MOST_WORDS: usize = 400;

/// The findings so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    told: Vec<Finding>,
    kinds: BTreeMap<(Part, FindingKind), Kind>,
}

#[derive(Debug, Default)]
struct Kind {
    told: u32,
    counted: u64,
    first_counted: Option<Seq>,
}

impl Findings {
    /// Notes that a bundle lacks a file.
    pub(crate) fn missing_file(&mut self, part: Part, name: &str) {
        self.report(part, FindingKind::Missing, None, &format!("the file {name} is not there"));
    }

    /// Notes that something is wrong at an entry, or at none in particular.
    pub(crate) fn report(&mut self, part: Part, kind: FindingKind, seq: Option<Seq>, words: &str) {
        let known = self.kinds.entry((part, kind)).or_default();
        if known.told < MOST_OF_A_KIND {
            known.told += 1;
            let words = words.chars().take(MOST_WORDS).collect();
            self.told.push(Finding { kind, part, seq, words });
        } else {
            known.counted += 1;
            known.first_counted = known.first_counted.into_iter().chain(seq).min();
        }
    }

    /// Takes in what was found elsewhere.
    pub(crate) fn extend(&mut self, others: Self) {
        for Finding { kind, part, seq, words } in others.told {
            self.report(part, kind, seq, &words);
        }
        for (of, Kind { counted, first_counted, .. }) in others.kinds {
            let known = self.kinds.entry(of).or_default();
            known.counted += counted;
            known.first_counted = known.first_counted.into_iter().chain(first_counted).min();
        }
    }

    /// Whether anything is wrong in a part.
    pub(crate) fn any_in(&self, part: Part) -> bool {
        self.kinds.keys().any(|(of, _)| *of == part)
    }

    /// Whether anything of a kind is wrong in a part.
    pub(crate) fn any_of(&self, part: Part, kind: FindingKind) -> bool {
        self.kinds.contains_key(&(part, kind))
    }

    /// Forgets what is wrong in the parts that are not kept.
    pub(crate) fn retain(&mut self, kept: impl Fn(Part) -> bool) {
        self.told.retain(|finding| kept(finding.part));
        self.kinds.retain(|(part, _), _| kept(*part));
    }

    /// What is to be said of a part of which so much was looked at.
    pub(crate) fn of_part(&self, part: Part, checked: u64) -> PartReport {
        let kinds = self.kinds.iter().filter(|((of, _), _)| *of == part);
        let findings: u64 = kinds.map(|(_, known)| u64::from(known.told) + known.counted).sum();
        PartReport { part, checked, findings: u32::try_from(findings).unwrap_or(u32::MAX) }
    }

    /// All of them, first by place, then by part; those of no place last.
    pub(crate) fn in_order(self) -> Vec<Finding> {
        let mut all = self.told;
        let counted = self.kinds.into_iter().filter(|(_, known)| known.counted > 0);
        all.extend(counted.map(|((part, kind), known)| Finding {
            kind,
            part,
            seq: known.first_counted,
            words: format!("{} more of this kind from here on", known.counted),
        }));
        all.sort_by_key(|finding| (finding.seq.is_none(), finding.seq, finding.part));
        all
    }
}

/// An entry's place, and where to report what is wrong with it.
pub(crate) struct Here<'a> {
    /// Its number.
    pub(crate) seq: Seq,
    /// The conversation that it is linked into.
    pub(crate) conversation: Option<ConversationId>,
    /// What is being checked of it.
    pub(crate) part: Part,
    /// Where findings go.
    pub(crate) findings: &'a mut Findings,
}

impl Here<'_> {
    /// Notes that something is wrong with this entry.
    pub(crate) fn report(&mut self, kind: FindingKind, words: &str) {
        self.findings.report(self.part, kind, Some(self.seq), words);
    }
}
