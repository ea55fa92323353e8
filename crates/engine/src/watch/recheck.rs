//! Checks the entries after those that were verified before: their bytes, the tree over them, who signed it, and what
//! opens their payloads. It does not follow what they tell; `verify` does, from the first entry on.

use std::collections::BTreeMap;

use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::Seq;
use domain::payload::{Commitment, commitment, salt};
use domain::time::Micros;
use domain::view::{Finding, FindingKind, Part, PartReport, VerifyReport};
use store::{Epoch, Piece};
use tlog::{Frontier, Hash, Verifier, leaf_hash};

/// How many findings are kept; past that the whole is to be verified anyway.
const MOST: usize = 100;

/// A check under way.
pub(super) struct Recheck {
    tree: Frontier,
    keys: Vec<(u64, Option<Verifier>)>,
    /// Payloads of these entries that were neither opened nor erased yet.
    unopened: BTreeMap<Commitment, Seq>,
    /// Hashes of the tree that must be stored.
    tiles: BTreeMap<(u8, u64), Hash>,
    /// How far checkpoints go.
    covered: u64,
    entries: u64,
    checkpoints: u64,
    payloads: u64,
    erased: u64,
    findings: Vec<Finding>,
}

impl Recheck {
    /// From the end of this tree on, in which these keys sign.
    pub(super) fn new(tree: Frontier, epochs: &[Epoch]) -> Self {
        let from = tree.size();
        let known = epochs.iter().filter(|epoch| epoch.after <= from);
        let keys = known.map(|epoch| (epoch.after, Verifier::from_vkey(&epoch.vkey).ok())).collect();
        Self {
            tree,
            keys,
            unopened: BTreeMap::new(),
            tiles: BTreeMap::new(),
            covered: from,
            entries: 0,
            checkpoints: 0,
            payloads: 0,
            erased: 0,
            findings: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, piece: Piece) {
        match piece {
            Piece::Entry { seq, body, leaf } => self.entry(seq, &body, &leaf),
            Piece::Payload { seq, commitment: named, secret, bytes } => {
                let opens = commitment(&salt(&secret), &bytes) == named;
                self.payloads += 1;
                if self.unopened.remove(&named).is_none() {
                    self.report(
                        Part::Payloads,
                        FindingKind::Altered,
                        seq,
                        "it does not name a payload of its own",
                    );
                } else if !opens {
                    self.report(
                        Part::Payloads,
                        FindingKind::Unopened,
                        seq,
                        "a payload is not what it commits to",
                    );
                }
            }
            Piece::Tile { level, index, hash } => {
                if self.tiles.remove(&(level, index)).is_none_or(|right| right.as_bytes() != &hash) {
                    let words =
                        format!("the tree's hash {index} of level {level} is not that of its entries");
                    self.report(Part::Tree, FindingKind::Altered, self.last(), &words);
                }
            }
            Piece::Checkpoint { size, note } => self.checkpoint(size, &note),
        }
    }

    /// `vkey` is the key that must sign in the end, as the keychain knows it.
    pub(super) fn finish(mut self, vkey: &str, now: Micros) -> VerifyReport {
        for seq in std::mem::take(&mut self.unopened).into_values() {
            self.report(
                Part::Payloads,
                FindingKind::Missing,
                seq,
                "a payload is gone, and no entry erased it",
            );
        }
        if !self.tiles.is_empty() {
            self.report(Part::Tree, FindingKind::Missing, self.last(), "hashes of the tree are not stored");
        }
        if self.covered < self.tree.size() {
            let words = "no checkpoint covers the entries from here on";
            self.report(Part::Checkpoints, FindingKind::Unsigned, Seq(self.covered), words);
        }
        let newest = self.keys.last().and_then(|(_, key)| key.as_ref()).map(Verifier::to_vkey);
        if newest.as_deref() != Some(vkey) {
            let words = "the trail does not name the key that it is checked with";
            self.report(Part::Checkpoints, FindingKind::Unsigned, self.last(), words);
        }
        let part = |part, checked| {
            let findings = self.findings.iter().filter(|finding| finding.part == part).count();
            PartReport { part, checked, findings: u32::try_from(findings).unwrap_or(u32::MAX) }
        };
        VerifyReport {
            at: now,
            entries: self.entries,
            checkpoints: self.checkpoints,
            payloads: self.payloads,
            calls: 0,
            root: self.tree.root().to_string(),
            erased: self.erased,
            anchored: None,
            witnesses: Vec::new(),
            vkeys: self.keys.iter().filter_map(|(_, key)| key.as_ref()).map(Verifier::to_vkey).collect(),
            unchecked_ties: 0,
            took_ms: 0,
            parts: vec![
                part(Part::Tree, self.entries),
                part(Part::Checkpoints, self.checkpoints),
                part(Part::Payloads, self.payloads),
            ],
            findings: self.findings,
        }
    }

    /// How many entries there are with those before.
    pub(super) fn size(&self) -> u64 {
        self.tree.size()
    }

    fn entry(&mut self, stored: Seq, body: &[u8], stored_leaf: &[u8; 32]) {
        let seq = Seq(self.tree.size());
        self.entries += 1;
        if stored != seq {
            self.report(
                Part::Tree,
                FindingKind::Gap,
                seq,
                &format!("entries {seq} to {} are left out", stored.0 - 1),
            );
        }
        let leaf = leaf_hash(body);
        if leaf.as_bytes() != stored_leaf {
            self.report(
                Part::Tree,
                FindingKind::Altered,
                seq,
                "it does not have the hash that is stored for it",
            );
        }
        for tile in self.tree.push(leaf) {
            self.tiles.insert((tile.level, tile.index), tile.hash);
        }
        match Entry::from_body(body) {
            Ok(entry) if entry.seq != seq => {
                let words = format!("it says that it is entry {}", entry.seq);
                self.report(Part::Tree, FindingKind::Altered, seq, &words);
            }
            Ok(entry) => self.tell(&entry),
            Err(error) => {
                self.report(Part::Tree, FindingKind::Altered, seq, &format!("it can't be read: {error}"))
            }
        }
    }

    fn tell(&mut self, entry: &Entry) {
        for named in entry.fact.commitments() {
            self.unopened.insert(named, entry.seq);
        }
        match &entry.fact {
            Fact::EpochOpened { vkey, .. } => {
                self.keys.push((entry.seq.0 + 1, Verifier::from_vkey(vkey).ok()));
            }
            Fact::PayloadErased { payloads, .. } => {
                self.erased += payloads.len() as u64;
                for gone in payloads {
                    self.unopened.remove(gone);
                }
            }
            _ => {}
        }
    }

    fn checkpoint(&mut self, size: u64, note: &str) {
        self.checkpoints += 1;
        let key = self.keys.iter().rev().find(|(after, _)| *after < size).and_then(|(_, key)| key.as_ref());
        match key.map(|key| key.open(note)) {
            Some(Ok(signed)) if (signed.size, signed.root) == (self.tree.size(), self.tree.root()) => {
                self.covered = self.tree.size();
            }
            Some(Ok(_)) => {
                let words = format!("the checkpoint over {size} entries states another root");
                self.report(Part::Checkpoints, FindingKind::Altered, self.last(), &words);
            }
            _ => {
                let words = format!("the checkpoint over {size} entries can't be opened");
                self.report(Part::Checkpoints, FindingKind::Unsigned, self.last(), &words);
            }
        }
    }

    fn last(&self) -> Seq {
        Seq(self.tree.size().saturating_sub(1))
    }

    fn report(&mut self, part: Part, kind: FindingKind, seq: Seq, words: &str) {
        if self.findings.len() < MOST {
            self.findings.push(Finding { kind, part, seq: Some(seq), words: words.to_owned() });
        }
    }
}
