//! Payloads: whether each opens the commitment that an entry holds, and whether what is gone was erased on record.

use std::collections::{BTreeMap, BTreeSet};

use domain::anchor::AnchorKind;
use domain::fact::Fact;
use domain::id::{ConversationId, Seq};
use domain::payload::Commitment;
use domain::view::{FindingKind, Part};

use crate::findings::{Findings, Here};
use crate::holds::{Holds, Owner};

/// Commitments whose payloads did not come yet, and what became of the others.
#[derive(Debug, Default)]
pub(crate) struct Payloads {
    awaited: BTreeMap<Commitment, Awaited>,
    /// The beginnings of the commitments whose payloads came: enough to tell in the right words what is wrong with
    /// erasing one of them, and nothing rests on it but the words.
    came: BTreeSet<[u8; 8]>,
    /// What was erased, by the entry that committed to it.
    erased: BTreeMap<Commitment, Seq>,
    holds: Holds,
    /// Whether only some entries of the trail are fed.
    partial: bool,
    opened: u64,
}

#[derive(Debug)]
struct Awaited {
    seq: Seq,
    owner: Owner,
    proof: Option<Proof>,
}

/// What the payload of `anchor.recorded` must show.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    /// The entry.
    pub(crate) seq: Seq,
    /// What the anchor is.
    pub(crate) kind: AnchorKind,
    /// How many entries the checkpoint covers that it holds.
    pub(crate) size: u64,
}

impl Payloads {
    /// For a choice of entries: an erasure may name payloads of entries that are not among them.
    pub(crate) fn of_some() -> Self {
        Self { partial: true, ..Self::default() }
    }

    /// How many opened their commitments.
    pub(crate) fn opened(&self) -> u64 {
        self.opened
    }

    /// What was erased on record, and the entries that committed to it.
    pub(crate) fn erased(&self) -> &BTreeMap<Commitment, Seq> {
        &self.erased
    }

    /// Whether an entry holds this commitment whose payload did not come.
    pub(crate) fn awaits(&self, commitment: &Commitment) -> bool {
        self.awaited.contains_key(commitment)
    }

    /// Whether the payload came.
    pub(crate) fn has_come(&self, commitment: &Commitment) -> bool {
        self.came.contains(&beginning(commitment))
    }

    /// Takes in what an entry commits to, erases or holds. No two entries hold the same commitment, since each payload
    /// is under a secret of its own.
    pub(crate) fn tell(&mut self, fact: &Fact, conversation: Option<ConversationId>, here: &mut Here<'_>) {
        let proof = match fact {
            Fact::AnchorRecorded { kind, size, .. } => {
                Some(Proof { seq: here.seq, kind: *kind, size: *size })
            }
            _ => None,
        };
        self.holds.tell(fact, here);
        if let Fact::PayloadErased { payloads, .. } = fact {
            for commitment in payloads {
                self.erase(*commitment, here);
            }
        }
        for commitment in fact.commitments() {
            let owner = Owner::of(fact, conversation);
            let proof = proof.clone();
            self.awaited.entry(commitment).or_insert_with(|| Awaited { seq: here.seq, owner, proof });
        }
    }

    /// Takes in a payload that is stored, and whether it opens the commitment. Gives back what it must show, if it does
    /// and is an anchor's proof.
    pub(crate) fn open(&mut self, stored: Commitment, opens: bool, findings: &mut Findings) -> Option<Proof> {
        if let Some(seq) = self.erased.get(&stored) {
            let words =
                format!("the payload {stored} of entry {seq} was erased on record and is still there");
            findings.report(Part::Payloads, FindingKind::Altered, Some(*seq), &words);
            return None;
        }
        let Some(awaited) = self.awaited.remove(&stored) else {
            let words = format!("a payload {stored} is stored that no entry names, or a second time");
            findings.report(Part::Payloads, FindingKind::Altered, None, &words);
            return None;
        };
        self.came.insert(beginning(&stored));
        if !opens {
            let words = format!("the payload {stored} of entry {} does not open its commitment", awaited.seq);
            findings.report(Part::Payloads, FindingKind::Unopened, Some(awaited.seq), &words);
            return None;
        }
        self.opened += 1;
        awaited.proof
    }

    /// Reports what did not come.
    pub(crate) fn finish(&mut self, findings: &mut Findings) {
        let awaited = std::mem::take(&mut self.awaited);
        let mut missing: Vec<(Seq, Commitment)> =
            awaited.into_iter().map(|(commitment, awaited)| (awaited.seq, commitment)).collect();
        missing.sort_unstable();
        for (seq, commitment) in missing {
            let words = format!("the payload {commitment} that entry {seq} commits to is not there");
            findings.report(Part::Payloads, FindingKind::Missing, Some(seq), &words);
        }
    }

    fn erase(&mut self, commitment: Commitment, here: &mut Here<'_>) {
        if self.erased.contains_key(&commitment) {
            here.report(FindingKind::OffPolicy, &format!("the payload {commitment} is erased a second time"));
        } else if let Some(awaited) = self.awaited.remove(&commitment) {
            if self.holds.cover(&awaited.owner) {
                let words = format!("the payload {commitment} is erased, and a hold covers it");
                here.report(FindingKind::OffPolicy, &words);
            }
            self.erased.insert(commitment, awaited.seq);
        } else if self.came.contains(&beginning(&commitment)) {
            let words = format!("the payload {commitment} is erased on record and is still there");
            here.report(FindingKind::Altered, &words);
        } else if !self.partial {
            let words = format!("a payload {commitment} is erased that no entry before names");
            here.report(FindingKind::OffPolicy, &words);
        }
    }
}

fn beginning(commitment: &Commitment) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = commitment.0;
    [a, b, c, d, e, f, g, h]
}
