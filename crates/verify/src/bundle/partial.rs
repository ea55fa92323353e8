//! A bundle of a conversation or an answer: some entries, each with its own proof.

use std::collections::{BTreeMap, BTreeSet};

use domain::bundle::{BundleKind, BundleScope};
use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::{ConversationId, Seq};
use domain::json::sha256;
use domain::payload::Commitment;
use domain::time::Micros;
use domain::view::{FindingKind, Part, VerifyReport};
use tlog::{Checkpoint, Hash, TlogProof, Verifier, leaf_hash};

use super::claims::other_key;
use super::earlier::Earlier;
use super::names::{Folder, Half};
use crate::checkpoints::stated_size;
use crate::epochs::{Epochs, named};
use crate::findings::Findings;
use crate::proofs::Proofs;
use crate::record::Record;
use crate::report::LookedAt;

/// The files so far.
#[derive(Debug, Default)]
pub(super) struct Partial {
    pub(super) entries: BTreeMap<u64, Vec<u8>>,
    pub(super) proofs: BTreeMap<u64, Vec<u8>>,
    pub(super) earlier: BTreeMap<(Folder, u64, Half), String>,
}

/// What the asker brought.
pub(super) struct Asked<'a> {
    pub(super) given: Option<&'a str>,
    pub(super) known: Option<&'a str>,
}

/// What the entries tell.
pub(super) struct Told {
    pub(super) record: Record,
    pub(super) findings: Findings,
    proofs: Proofs,
    epochs: Epochs,
    checkpoint: Option<Checkpoint>,
    /// SHA-256 of the notes of earlier checkpoints that the bundle's continues.
    notes: BTreeMap<u64, [u8; 32]>,
    /// Roots of the same, and of the bundle's.
    roots: BTreeMap<u64, Hash>,
    entries: u64,
    known: u64,
}

impl Partial {
    /// What should not be there if the bundle is of a whole trail.
    pub(super) fn names(&self) -> Vec<String> {
        let entries = self.entries.keys().map(|seq| format!("entries/{seq}.json"));
        let proofs = self.proofs.keys().map(|seq| format!("proofs/{seq}.tlog-proof"));
        let earlier = self.earlier.keys().map(|(folder, seq, _)| format!("{folder:?}/{seq}").to_lowercase());
        entries.chain(proofs).chain(earlier).collect()
    }

    /// Checks everything but payloads.
    pub(super) fn tell(
        &self,
        scope: Option<BundleScope>,
        key: Option<&Verifier>,
        note: Option<&str>,
        asked: &Asked<'_>,
        findings: Findings,
    ) -> Told {
        let mut told = Told {
            record: Record::of_some(),
            findings,
            proofs: Proofs::default(),
            epochs: Epochs::default(),
            checkpoint: None,
            notes: BTreeMap::new(),
            roots: BTreeMap::new(),
            entries: u64::try_from(self.entries.len()).unwrap_or(u64::MAX),
            known: 0,
        };
        if let (Some(key), Some(note)) = (key, note) {
            match key.open(note) {
                Ok(checkpoint) => {
                    told.roots.insert(checkpoint.size, checkpoint.root);
                    told.notes.insert(checkpoint.size, sha256(note.as_bytes()));
                    told.checkpoint = Some(checkpoint);
                }
                Err(error) => {
                    told.unsigned(None, &format!("the bundle's checkpoint can't be opened: {error}"));
                }
            }
        }
        let entries = self.read(key, note, &mut told);
        self.check_epochs(&entries, key, asked.given, &mut told);
        self.check_anchors(&entries, &mut told);
        self.check_earlier(&entries, &mut told);
        if let Some(known) = asked.known {
            told.compare_known(known);
        }
        for (entry, leaf) in &entries {
            told.record.tell(entry, *leaf, &mut told.findings);
        }
        check_scope(scope, &entries, &mut told.findings);
        told
    }

    /// The entries that are where their names say, in order.
    fn read(&self, key: Option<&Verifier>, note: Option<&str>, told: &mut Told) -> Vec<(Entry, Hash)> {
        let mut entries = Vec::with_capacity(self.entries.len());
        for (seq, body) in &self.entries {
            let leaf = leaf_hash(body);
            match Entry::from_body(body) {
                Ok(entry) if entry.seq.0 == *seq => entries.push((entry, leaf)),
                Ok(entry) => {
                    told.tree(*seq, FindingKind::Altered, &format!("it says that it is {}", entry.seq))
                }
                Err(error) => {
                    told.tree(*seq, FindingKind::Altered, &format!("entry {seq} can't be read: {error}"));
                }
            }
            let Some(proof) = self.proofs.get(seq) else {
                told.tree(*seq, FindingKind::Missing, &format!("the proof of entry {seq} is not there"));
                continue;
            };
            if let Err(why) = check_proof(*seq, proof, &leaf, key.filter(|_| told.checkpoint.is_some()), note)
            {
                told.tree(*seq, FindingKind::Altered, &format!("entry {seq} is not proved: {why}"));
            }
        }
        let without_entry = self.proofs.keys().filter(|seq| !self.entries.contains_key(seq));
        for seq in without_entry.chain([&0].into_iter().filter(|_| !self.entries.contains_key(&0))) {
            told.tree(*seq, FindingKind::Missing, &format!("entry {seq} is not there"));
        }
        entries
    }

    /// Which keys the entries name, and whether whoever trusts the given one may trust the bundle's.
    fn check_epochs(
        &self,
        entries: &[(Entry, Hash)],
        key: Option<&Verifier>,
        given: Option<&str>,
        told: &mut Told,
    ) {
        let mut trusted = given.is_none();
        let given = given.and_then(|vkey| {
            let given = Verifier::from_vkey(vkey).ok();
            if given.is_none() {
                told.unsigned(None, "the verifier key to check with can't be read");
                trusted = true;
            }
            given
        });
        for (entry, _) in entries {
            let (origin, vkey, after) = match &entry.fact {
                Fact::TrailOpened { origin, vkey, .. } if entry.seq == Seq(0) => (origin, vkey, 0),
                Fact::EpochOpened { origin, vkey } if entry.seq != Seq(0) => {
                    (origin, vkey, entry.seq.0.saturating_add(1))
                }
                _ => continue,
            };
            let next = match named(origin, vkey) {
                Ok(next) => next,
                Err(why) => {
                    let words = format!("entry {}: {why}", entry.seq);
                    told.findings.report(Part::Checkpoints, FindingKind::Altered, Some(entry.seq), &words);
                    continue;
                }
            };
            let continues = self.hands_over(after, told);
            match continues {
                Some(Ok(())) | None => {}
                // Only who came by way of the key before needs to see that it handed over.
                Some(Err((FindingKind::Missing, _)))
                    if !trusted || given.is_none() || key == given.as_ref() => {}
                Some(Err((FindingKind::Missing, why))) => told.unsigned(Some(entry.seq), &why),
                Some(Err((kind, why))) => {
                    told.findings.report(Part::Checkpoints, kind, Some(entry.seq), &why);
                }
            }
            trusted |= given.as_ref() == Some(&next);
            told.epochs.begin(after, next);
        }
        let size = told.checkpoint.as_ref().map(|checkpoint| checkpoint.size);
        if key.is_some() && size.is_some_and(|size| told.epochs.at(size) != key) {
            other_key(&mut told.findings);
        }
        if !trusted {
            told.unsigned(Some(Seq(0)), "the entries do not name the key that the bundle is checked with");
        }
    }

    /// Whether the key of the epoch that ends after so many entries signed that; none if there is no such epoch.
    fn hands_over(&self, after: u64, told: &mut Told) -> Option<Result<(), (FindingKind, String)>> {
        let before = told.epochs.newest()?.clone();
        let newest = told.checkpoint.clone()?;
        Some(self.earlier(Folder::Epochs, after.saturating_sub(1)).check(after, &before, &newest).map(
            |checkpoint| {
                told.roots.insert(after, checkpoint.root);
            },
        ))
    }

    fn check_anchors(&self, entries: &[(Entry, Hash)], told: &mut Told) {
        for (entry, _) in entries {
            let Fact::AnchorRecorded { size, .. } = &entry.fact else { continue };
            let (Some(key), Some(newest)) = (told.epochs.at(*size), &told.checkpoint) else { continue };
            let earlier = self.earlier(Folder::Anchors, entry.seq.0);
            match earlier.check(*size, key, newest) {
                Ok(checkpoint) => {
                    told.roots.insert(*size, checkpoint.root);
                    let note = earlier.note.map(String::as_bytes).unwrap_or_default();
                    told.notes.entry(*size).or_insert_with(|| sha256(note));
                }
                Err((kind, why)) => told.findings.report(Part::Anchors, kind, Some(entry.seq), &why),
            }
        }
    }

    /// Earlier checkpoints must be those of entries that are here.
    fn check_earlier(&self, entries: &[(Entry, Hash)], told: &mut Told) {
        let mut wanted = BTreeSet::new();
        for (entry, _) in entries {
            match entry.fact {
                Fact::AnchorRecorded { .. } => wanted.insert((Folder::Anchors, entry.seq.0)),
                Fact::EpochOpened { .. } => wanted.insert((Folder::Epochs, entry.seq.0)),
                _ => false,
            };
        }
        for (folder, seq, _) in
            self.earlier.keys().filter(|(folder, seq, _)| !wanted.contains(&(*folder, *seq)))
        {
            let words =
                format!("a checkpoint in {folder:?} is about entry {seq}, which is none of that kind");
            told.findings.report(Part::Tree, FindingKind::Altered, None, &words);
        }
    }

    fn earlier(&self, folder: Folder, seq: u64) -> Earlier<'_> {
        Earlier {
            note: self.earlier.get(&(folder, seq, Half::Checkpoint)),
            proof: self.earlier.get(&(folder, seq, Half::Consistency)),
        }
    }
}

impl Told {
    /// The key of a witness that is trusted.
    pub(super) fn witness(&mut self, vkey: &str) {
        self.proofs.witness(vkey, &mut self.findings);
    }

    /// A payload.
    pub(super) fn opened(&mut self, stored: Commitment, opens: bool, bytes: &[u8]) {
        if let Some(proof) = self.record.payloads.open(stored, opens, &mut self.findings) {
            let note = (self.epochs.at(proof.size), self.notes.get(&proof.size));
            self.proofs.check(&proof, bytes, note, &mut self.findings);
        }
    }

    /// The report over what was found so far.
    pub(super) fn report(self, now: Micros) -> VerifyReport {
        let looked_at = LookedAt {
            entries: self.entries,
            checkpoints: u64::try_from(self.roots.len()).unwrap_or(u64::MAX),
            known: self.known,
            root: self.checkpoint.map_or_else(Hash::empty_root, |checkpoint| checkpoint.root),
            vkeys: self.epochs.vkeys(),
        };
        looked_at.report(now, &self.record, &self.proofs, self.findings)
    }

    fn tree(&mut self, seq: u64, kind: FindingKind, words: &str) {
        self.findings.report(Part::Tree, kind, Some(Seq(seq)), words);
    }

    fn unsigned(&mut self, seq: Option<Seq>, words: &str) {
        self.findings.report(Part::Checkpoints, FindingKind::Unsigned, seq, words);
    }

    /// Compares a checkpoint that the asker kept, as far as the bundle can tell.
    fn compare_known(&mut self, note: &str) {
        self.known += 1;
        let mut report = |kind, seq, words: &str| self.findings.report(Part::Known, kind, seq, words);
        let Some(newest) = &self.checkpoint else { return };
        let size = stated_size(note);
        let keys = [size.and_then(|size| self.epochs.at(size)), self.epochs.newest()];
        let opened = keys.into_iter().flatten().find_map(|key| key.open(note).ok());
        let Some(known) = opened else {
            return report(FindingKind::Unsigned, None, "the checkpoint that you hold is not this trail's");
        };
        let size = known.size;
        match self.roots.get(&size) {
            Some(root) if *root == known.root => {}
            Some(_) => {
                let words = format!("the first {size} entries are not those of the checkpoint that you hold");
                report(FindingKind::Forked, Some(Seq(size.saturating_sub(1))), &words);
            }
            None if size > newest.size => {
                let there = newest.size;
                let words =
                    format!("the checkpoint that you hold is over {size} entries, this one over {there}");
                report(FindingKind::Truncated, Some(Seq(there)), &words);
            }
            None => {
                let words = format!(
                    "nothing here shows that the {size} entries of the checkpoint that you hold came first"
                );
                report(FindingKind::Missing, None, &words);
            }
        }
    }
}

/// Checks the proof of one entry. Without a key only its form is checked: that nobody signed is reported already.
fn check_proof(
    seq: u64,
    proof: &[u8],
    leaf: &Hash,
    key: Option<&Verifier>,
    note: Option<&str>,
) -> Result<(), String> {
    let text = std::str::from_utf8(proof).map_err(|error| error.to_string())?;
    let proof: TlogProof = text.parse().map_err(|error: tlog::TlogProofError| error.to_string())?;
    if proof.index() != seq {
        return Err(format!("the proof is of entry {}", proof.index()));
    }
    if Some(proof.note()) != note {
        return Err("the proof leads to another checkpoint than the bundle's".to_owned());
    }
    let Some(key) = key else { return Ok(()) };
    proof.verify(leaf, key).map(|_| ()).map_err(|error| error.to_string())
}

/// Whether the entries are those of the bundle's scope, up to its end.
fn check_scope(scope: Option<BundleScope>, entries: &[(Entry, Hash)], findings: &mut Findings) {
    let Some(scope) = scope else { return };
    let mut report = |kind, seq, words: &str| findings.report(Part::Conversations, kind, seq, words);
    let linked = |entry: &Entry| entry.link.as_ref().map(|link| link.conversation);
    let first: Option<ConversationId> = entries.iter().find_map(|(entry, _)| linked(entry));
    let conversation = match scope {
        BundleScope::Conversation { conversation } => Some(conversation),
        _ => first,
    };
    let mut last = None;
    for (entry, _) in entries {
        match linked(entry) {
            Some(of) if Some(of) == conversation => last = Some(entry),
            None if belongs_to_all(&entry.fact) => {}
            _ => report(FindingKind::Altered, Some(entry.seq), "it is no entry of what the bundle is of"),
        }
    }
    let ends = last.is_some_and(|last| match (&last.fact, scope) {
        (Fact::ExportBegun { kind, .. }, BundleScope::Conversation { .. }) => {
            *kind == BundleKind::Conversation
        }
        (
            Fact::AnswerGiven { turn: ended, .. } | Fact::TurnStopped { turn: ended, .. },
            BundleScope::Answer { turn },
        ) => *ended == turn,
        _ => false,
    });
    if !ends {
        let words = "the conversation's end is not there: what the bundle is of ends later";
        report(FindingKind::Missing, last.map(|last| last.seq), words);
    }
}

/// Whether an entry of no conversation stands in bundles of some.
fn belongs_to_all(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::TrailOpened { .. }
            | Fact::EpochOpened { .. }
            | Fact::PayloadErased { .. }
            | Fact::HoldSet { .. }
            | Fact::HoldReleased { .. }
            | Fact::AnchorRecorded { .. }
    )
}
