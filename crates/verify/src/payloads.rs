//! Payloads: whether each opens the commitment that an entry holds.

use std::collections::BTreeMap;

use domain::id::Seq;
use domain::payload::{Commitment, commitment, salt};
use domain::view::{FindingKind, Part};

use crate::findings::Findings;

/// Commitments whose payloads did not come yet.
#[derive(Debug, Default)]
pub(crate) struct Payloads {
    awaited: BTreeMap<Commitment, Seq>,
    opened: u64,
}

impl Payloads {
    /// How many opened their commitments.
    pub(crate) fn opened(&self) -> u64 {
        self.opened
    }

    /// An entry holds this commitment. No two entries hold the same, since each is under a secret of its own.
    pub(crate) fn expect(&mut self, commitment: Commitment, seq: Seq) {
        self.awaited.entry(commitment).or_insert(seq);
    }

    /// Opens a payload.
    pub(crate) fn open(
        &mut self,
        stored: Commitment,
        secret: Option<&[u8]>,
        bytes: &[u8],
        findings: &mut Findings,
    ) {
        let seq = self.awaited.remove(&stored);
        let secret = secret.and_then(|secret| <&[u8; 32]>::try_from(secret).ok());
        let opens = secret.is_some_and(|secret| commitment(&salt(secret), bytes) == stored);
        match (seq, opens) {
            (Some(_), true) => self.opened += 1,
            (Some(seq), false) => {
                let words = format!("the payload {stored} of entry {seq} does not open its commitment");
                findings.report(Part::Payloads, FindingKind::Unopened, Some(seq), &words);
            }
            (None, _) => {
                let words = format!("a payload {stored} is stored that no entry names, or a second time");
                findings.report(Part::Payloads, FindingKind::Altered, None, &words);
            }
        }
    }

    /// Reports what did not come.
    pub(crate) fn finish(self, findings: &mut Findings) {
        let mut missing: Vec<(Seq, Commitment)> =
            self.awaited.into_iter().map(|(commitment, seq)| (seq, commitment)).collect();
        missing.sort_unstable();
        for (seq, commitment) in missing {
            let words = format!("the payload {commitment} that entry {seq} commits to is not there");
            findings.report(Part::Payloads, FindingKind::Missing, Some(seq), &words);
        }
    }
}
