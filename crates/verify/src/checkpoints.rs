//! Checkpoints: who signed them, and whether the entries give their roots.

use std::collections::BTreeMap;

use domain::id::Seq;
use domain::json::sha256;
use domain::view::{FindingKind, Part};
use tlog::{Hash, Verifier};

use crate::epochs::{Epochs, named};
use crate::findings::Findings;
use crate::tree::Tree;

/// Whose checkpoint it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    Trail,
    Asker,
}

/// Every checkpoint so far, and how it compares.
#[derive(Debug, Default)]
pub(crate) struct Checkpoints {
    /// The key that the trail must have come to, from whoever asked for the check.
    given: Option<Verifier>,
    epochs: Epochs,
    /// Notes over entries that were not seen yet, by the size that they state. Which key must have signed them is only
    /// known once they were.
    waiting: BTreeMap<u64, Vec<(String, Holder)>>,
    /// The most entries of which a checkpoint of the trail's stated the right root.
    agreed: u64,
    /// The most entries, of those there are, over which a checkpoint of the trail's is signed.
    covered: u64,
    /// The size whose checkpoint the last key of an epoch must sign, until it is known whether it did.
    handed_over: Option<u64>,
    /// Roots that differ, with none in agreement since.
    differing: Option<Differing>,
    /// Checkpoints of the trail's that were opened and compared.
    compared: u64,
    /// Checkpoints of the asker's.
    held: u64,
    /// SHA-256 of the note of each size whose root is right: what an anchor has to hold.
    notes: BTreeMap<u64, [u8; 32]>,
}

#[derive(Clone, Copy, Debug)]
struct Differing {
    first: u64,
    count: u64,
}

impl Checkpoints {
    /// With the key that the trail is to be checked against, if the asker has one.
    pub(crate) fn new(vkey: Option<&str>, findings: &mut Findings) -> Self {
        let given = vkey.and_then(|vkey| match Verifier::from_vkey(vkey) {
            Ok(verifier) => Some(verifier),
            Err(_) => {
                unsigned(findings, None, "the verifier key to check with can't be read");
                None
            }
        });
        Self { given, ..Self::default() }
    }

    /// How many were opened and compared.
    pub(crate) fn compared(&self) -> u64 {
        self.compared
    }

    /// How many the asker holds.
    pub(crate) fn held(&self) -> u64 {
        self.held
    }

    /// The keys of the trail, oldest first.
    pub(crate) fn vkeys(&self) -> Vec<String> {
        self.epochs.vkeys()
    }

    /// The key that signs checkpoints of this size, and SHA-256 of the one that is stored, if its root is right.
    pub(crate) fn note(&self, size: u64) -> (Option<&Verifier>, Option<&[u8; 32]>) {
        (self.epochs.at(size), self.notes.get(&size))
    }

    /// Takes in a key that an entry names: the first, or the one of a new epoch.
    pub(crate) fn begin_epoch(&mut self, seq: Seq, origin: &str, vkey: &str, findings: &mut Findings) {
        match named(origin, vkey) {
            Ok(verifier) if seq == Seq(0) => self.epochs.begin(0, verifier),
            Ok(verifier) => {
                let after = seq.0.saturating_add(1);
                self.epochs.begin(after, verifier);
                self.handed_over = Some(after);
            }
            Err(why) => findings.report(Part::Checkpoints, FindingKind::Altered, Some(seq), why),
        }
    }

    /// Takes in a checkpoint that the asker kept.
    pub(crate) fn known(&mut self, note: &str, tree: &Tree, findings: &mut Findings) {
        self.held += 1;
        match stated_size(note) {
            Some(size) => self.wait(size, note, Holder::Asker, tree, findings),
            None => {
                let words = "the checkpoint that you hold can't be read";
                findings.report(Part::Known, FindingKind::Unsigned, None, words);
            }
        }
    }

    /// Takes in a stored checkpoint, and the size that it is stored under.
    pub(crate) fn take(&mut self, stored: Option<u64>, note: &str, tree: &Tree, findings: &mut Findings) {
        let stated = stated_size(note);
        let Some(size) = stated else {
            let words = "a checkpoint can't be opened: it states no size";
            unsigned(findings, stored.map(last_of), words);
            return;
        };
        if stored.is_some_and(|stored| stored != size) {
            let words = format!(
                "a checkpoint is stored as one over {} entries and states {size}",
                stored.unwrap_or(0)
            );
            findings.report(Part::Checkpoints, FindingKind::Altered, stored.map(Seq), &words);
        }
        self.wait(size, note, Holder::Trail, tree, findings);
    }

    /// Compares what waited for the entries that there are now.
    pub(crate) fn reached(&mut self, tree: &Tree, findings: &mut Findings) {
        while let Some(entry) = self.waiting.first_entry().filter(|entry| *entry.key() <= tree.next()) {
            let size = *entry.key();
            for (note, holder) in entry.remove() {
                self.compare(size, &note, holder, tree, findings);
            }
        }
        if let Some(size) = self.handed_over.filter(|size| *size < tree.next()) {
            self.handed_over = None;
            if !self.notes.contains_key(&size) && tree.root().is_some() {
                let words = "the key of the epoch before signed no checkpoint that ends with this entry";
                unsigned(findings, Some(last_of(size)), words);
            }
        }
    }

    /// Reports what only the end shows.
    pub(crate) fn finish(&mut self, tree: &Tree, findings: &mut Findings) {
        if self.epochs.newest().is_none()
            && let Some(given) = &self.given
        {
            self.epochs.begin(0, given.clone());
        }
        if let Some(given) = &self.given
            && !self.epochs.have(given)
        {
            let words = "the trail does not name the key that it is checked with";
            unsigned(findings, Some(Seq(0)), words);
        }
        self.report_difference(findings);
        self.report_waiting(tree, findings);
        let there = tree.next();
        if self.covered < there {
            let words = format!("no checkpoint covers the entries from {} on", self.covered);
            unsigned(findings, Some(Seq(self.covered)), &words);
        }
    }

    fn report_difference(&self, findings: &mut Findings) {
        let Some(Differing { first, count }) = self.differing else { return };
        let others = if count > 1 { format!(", and so do {} later ones", count - 1) } else { String::new() };
        let last = first.saturating_sub(1);
        let from = self.agreed.min(last);
        let words = format!(
            "among entries {from} to {last} something is not what was signed: the checkpoint over {first} entries \
             states another root{others}",
        );
        findings.report(Part::Checkpoints, FindingKind::Altered, Some(Seq(from)), &words);
    }

    /// What is signed over more entries than there are shows that the end was cut off, if it is signed.
    fn report_waiting(&mut self, tree: &Tree, findings: &mut Findings) {
        let there = tree.next();
        let mut last = BTreeMap::new();
        for (size, notes) in std::mem::take(&mut self.waiting) {
            for (note, holder) in notes {
                if size <= there {
                    // Only without any entry: then nothing was ever reached.
                    self.compare(size, &note, holder, tree, findings);
                } else if self.may_sign(&note) {
                    last.insert(part_of(holder), (size, holder));
                } else {
                    self.report_unopened(size, holder, "no key of this trail signed it", findings);
                }
            }
        }
        for (part, (size, holder)) in last {
            let whose = if holder == Holder::Trail { "a checkpoint" } else { "the checkpoint that you hold" };
            let words = format!("{whose} is over {size} entries, and only {there} are here");
            findings.report(part, FindingKind::Truncated, Some(Seq(there)), &words);
        }
    }

    /// Whether one of the keys that may sign what comes after the last entry signed this.
    fn may_sign(&self, note: &str) -> bool {
        self.epochs.newest().into_iter().chain(&self.given).any(|key| key.open(note).is_ok())
    }

    fn report_unopened(&self, size: u64, holder: Holder, why: &str, findings: &mut Findings) {
        match holder {
            Holder::Trail => {
                let words = format!("the checkpoint over {size} entries can't be opened: {why}");
                unsigned(findings, Some(last_of(size)), &words);
            }
            Holder::Asker => {
                let words = format!("the checkpoint that you hold is not this trail's: {why}");
                findings.report(Part::Known, FindingKind::Unsigned, None, &words);
            }
        }
    }

    fn wait(&mut self, size: u64, note: &str, holder: Holder, tree: &Tree, findings: &mut Findings) {
        if tree.next() > 0 && size <= tree.next() {
            self.compare(size, note, holder, tree, findings);
        } else {
            self.waiting.entry(size).or_default().push((note.to_owned(), holder));
        }
    }

    fn compare(&mut self, size: u64, note: &str, holder: Holder, tree: &Tree, findings: &mut Findings) {
        let opened = match self.epochs.at(size).or(self.given.as_ref()) {
            Some(key) => key.open(note).map_err(|error| error.to_string()),
            None => Err("no entry names the key that checkpoints are signed with".to_owned()),
        };
        let root = match opened {
            Ok(checkpoint) => checkpoint.root,
            Err(why) => return self.report_unopened(size, holder, &why, findings),
        };
        if holder == Holder::Trail {
            self.covered = self.covered.max(size);
        }
        // After a gap no root can be compared, and the gap is reported.
        let computed = if size == 0 { Some(Hash::empty_root()) } else { tree.root() };
        let Some(computed) = computed else { return };
        if size != 0 && size < tree.next() {
            let words = format!("the checkpoint over {size} entries came too late to be compared");
            findings.report(part_of(holder), FindingKind::Altered, Some(Seq(size)), &words);
        } else if holder == Holder::Asker {
            if root != computed {
                let words = format!("the first {size} entries are not those of the checkpoint that you hold");
                findings.report(Part::Known, FindingKind::Forked, Some(last_of(size)), &words);
            }
        } else {
            self.compared += 1;
            if root == computed {
                self.agree(size, findings);
                self.notes.entry(size).or_insert_with(|| sha256(note.as_bytes()));
            } else {
                self.differ(size, findings);
            }
        }
    }

    /// Entries that a checkpoint agrees with hold whatever an earlier one said: that one is of another history.
    fn agree(&mut self, size: u64, findings: &mut Findings) {
        self.agreed = self.agreed.max(size);
        if let Some(Differing { first, .. }) = self.differing.take() {
            report_fork(first, findings);
        }
    }

    fn differ(&mut self, size: u64, findings: &mut Findings) {
        if size == self.agreed && size > 0 {
            report_fork(size, findings);
        } else {
            let known = self.differing.get_or_insert(Differing { first: size, count: 0 });
            known.count += 1;
        }
    }
}

/// The size that a note's second line states, whoever signed it.
pub(crate) fn stated_size(note: &str) -> Option<u64> {
    let size = note.split('\n').nth(1)?;
    let plain = size.bytes().all(|byte| byte.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
    if plain { size.parse().ok() } else { None }
}

fn part_of(holder: Holder) -> Part {
    match holder {
        Holder::Trail => Part::Checkpoints,
        Holder::Asker => Part::Known,
    }
}

fn last_of(size: u64) -> Seq {
    Seq(size.saturating_sub(1))
}

fn unsigned(findings: &mut Findings, seq: Option<Seq>, words: &str) {
    findings.report(Part::Checkpoints, FindingKind::Unsigned, seq, words);
}

fn report_fork(size: u64, findings: &mut Findings) {
    let words =
        format!("two histories are signed: a checkpoint over {size} entries is of other entries than these");
    findings.report(Part::Checkpoints, FindingKind::Forked, Some(last_of(size)), &words);
}
