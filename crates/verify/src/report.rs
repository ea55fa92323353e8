//! The report: what was looked at and what was found, put together.

use domain::time::Micros;
use domain::view::{Part, VerifyReport};
use tlog::Hash;

use crate::findings::Findings;
use crate::proofs::Proofs;
use crate::record::Record;

/// What was looked at besides what the entries say.
#[derive(Debug)]
pub(crate) struct LookedAt {
    pub(crate) entries: u64,
    pub(crate) checkpoints: u64,
    pub(crate) known: u64,
    pub(crate) root: Hash,
    pub(crate) vkeys: Vec<String>,
}

impl LookedAt {
    /// The report.
    pub(crate) fn report(
        self,
        now: Micros,
        record: &Record,
        proofs: &Proofs,
        findings: Findings,
    ) -> VerifyReport {
        let payloads = record.payloads.opened();
        let checked = [
            (Part::Tree, self.entries),
            (Part::Checkpoints, self.checkpoints),
            (Part::Known, self.known),
            (Part::Anchors, proofs.checked()),
            (Part::Story, record.story.told()),
            (Part::Conversations, record.conversations.linked()),
            (Part::Payloads, payloads),
            (Part::Ties, record.ties.checked()),
        ];
        VerifyReport {
            at: now,
            entries: self.entries,
            checkpoints: self.checkpoints,
            payloads,
            calls: record.story.calls(),
            root: self.root.to_string(),
            erased: u64::try_from(record.payloads.erased().len()).unwrap_or(u64::MAX),
            anchored: proofs.anchored(),
            witnesses: proofs.witnesses(),
            vkeys: self.vkeys,
            unchecked_ties: record.ties.unchecked(),
            took_ms: 0,
            parts: checked.map(|(part, checked)| findings.of_part(part, checked)).to_vec(),
            findings: findings.in_order(),
        }
    }
}
