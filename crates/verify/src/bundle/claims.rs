//! What a bundle says of itself in files that prove nothing: it must be what is there.

use std::collections::BTreeSet;

use domain::bundle::Manifest;
use domain::payload::Commitment;
use domain::view::{FindingKind, Part};
use tlog::Verifier;

use crate::checkpoints::stated_size;
use crate::findings::Findings;
use crate::payloads::Payloads;

/// The files.
#[derive(Debug, Default)]
pub(super) struct Claims {
    pub(super) manifest: Option<Vec<u8>>,
    pub(super) key: Option<Vec<u8>>,
    pub(super) checkpoint: Option<String>,
    pub(super) erased: Option<Vec<u8>>,
}

impl Claims {
    /// The manifest.
    pub(super) fn read_manifest(&self, findings: &mut Findings) -> Option<Manifest> {
        let Some(bytes) = &self.manifest else {
            findings.missing_file(Part::Tree, "manifest.json");
            return None;
        };
        match Manifest::from_bytes(bytes) {
            Ok(manifest) => Some(manifest),
            Err(error) => {
                let words = format!("manifest.json: {error}");
                findings.report(Part::Tree, FindingKind::Altered, None, &words);
                None
            }
        }
    }

    /// The key that is said to have signed the checkpoint. One line, with or without its end.
    pub(super) fn read_key(&self, findings: &mut Findings) -> Option<Verifier> {
        let Some(bytes) = &self.key else {
            findings.missing_file(Part::Checkpoints, "key.vkey");
            return None;
        };
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let key = Verifier::from_vkey(text.strip_suffix('\n').unwrap_or(text)).ok();
        if key.is_none() {
            let words = "key.vkey holds no verifier key that can be read";
            findings.report(Part::Checkpoints, FindingKind::Unsigned, None, words);
        }
        key
    }

    /// Compares the manifest with what is there.
    pub(super) fn compare(
        &self,
        manifest: Option<&Manifest>,
        key: Option<&Verifier>,
        entries: u64,
        payloads: u64,
        findings: &mut Findings,
    ) {
        let Some(manifest) = manifest else { return };
        let mut differ = |what: &str| {
            let words = format!("manifest.json states {what} than there is");
            findings.report(Part::Tree, FindingKind::Altered, None, &words);
        };
        if key.is_some_and(|key| key.to_vkey() != manifest.vkey) {
            differ("another key");
        }
        let size = self.checkpoint.as_deref().and_then(stated_size);
        if size.is_some_and(|size| size != manifest.size) {
            differ("a checkpoint over other entries");
        }
        if entries != manifest.entries {
            differ("another number of entries");
        }
        if payloads > 0 && !manifest.payloads {
            differ("fewer payloads");
        }
    }

    /// Compares `erased.txt` with what the entries erase.
    pub(super) fn compare_erased(&self, payloads: &Payloads, findings: &mut Findings) {
        let Some(bytes) = &self.erased else {
            return findings.missing_file(Part::Payloads, "erased.txt");
        };
        let mut altered =
            |seq, words: &str| findings.report(Part::Payloads, FindingKind::Altered, seq, words);
        let text = String::from_utf8_lossy(bytes);
        let read = text.lines().filter_map(|line| Commitment::try_from(line.to_owned()).ok());
        let listed: BTreeSet<Commitment> = read.collect();
        let written: String = listed.iter().map(|commitment| format!("{commitment}\n")).collect();
        if written != text {
            altered(None, "erased.txt is not one commitment a line, sorted, each once");
        }
        for commitment in listed.iter().filter(|listed| !payloads.erased().contains_key(listed)) {
            altered(None, &format!("erased.txt lists {commitment}, which no entry here erases"));
        }
        for (commitment, seq) in payloads.erased().iter().filter(|(erased, _)| !listed.contains(erased)) {
            let words = format!("erased.txt leaves out {commitment} of entry {seq}, which was erased");
            altered(Some(*seq), &words);
        }
    }
}

/// Reports that the key of the bundle is not the one that its entries lead to.
pub(super) fn other_key(findings: &mut Findings) {
    let words = "key.vkey is not the key that the entries name for the checkpoint";
    findings.report(Part::Checkpoints, FindingKind::Unsigned, None, words);
}
