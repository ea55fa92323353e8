//! The checker: takes evidence piece by piece, gives back a report.

use std::cmp::Ordering;

use domain::entry::{BodyError, Entry};
use domain::fact::Fact;
use domain::id::Seq;
use domain::payload::{Commitment, commitment, salt};
use domain::time::Micros;
use domain::view::{FindingKind, Part, VerifyReport};
use tlog::{Hash, leaf_hash};

use crate::checkpoints::Checkpoints;
use crate::findings::Findings;
use crate::proofs::Proofs;
use crate::record::Record;
use crate::report::LookedAt;
use crate::tree::Tree;

/// Checks one trail. Feed it everything there is, in this order: entries as they are stored; each payload and each
/// stored tree hash at any time after its entries; each checkpoint at the latest before the entry whose number is
/// its size. Then [`Checker::finish`], or [`Checker::finish_with`] to have ties rechecked.
///
/// What it keeps grows with the turns and calls that are open, and besides: some 200 bytes for each call, some 80 for each
/// answer, some 60 for each checkpoint, some 40 for each conversation and each run of the program, some 20 for each payload; and some 200
/// for each payload, stored tree hash (one in 256 entries) and checkpoint whose other half was not fed yet, so feed
/// these near to their entries.
///
/// Nothing that is fed makes it panic, or take longer than in proportion to what is fed.
#[derive(Debug)]
pub struct Checker {
    pub(crate) findings: Findings,
    entries: u64,
    pub(crate) tree: Tree,
    pub(crate) checkpoints: Checkpoints,
    pub(crate) record: Record,
    proofs: Proofs,
}

impl Checker {
    /// For a trail that must have come to this key (a C2SP verifier key): the one that its first entry names, or one
    /// that a later epoch opened. With `None` only the trail itself says who signs: that shows whether the trail agrees
    /// with itself, not whose it is.
    #[must_use]
    pub fn new(vkey: Option<&str>) -> Self {
        let mut findings = Findings::default();
        let checkpoints = Checkpoints::new(vkey, &mut findings);
        Self {
            findings,
            entries: 0,
            tree: Tree::default(),
            checkpoints,
            record: Record::default(),
            proofs: Proofs::default(),
        }
    }

    /// A checkpoint that was kept elsewhere: the trail must begin with exactly its entries. Before the first entry.
    pub fn known(&mut self, note: &str) {
        self.checkpoints.known(note, &self.tree, &mut self.findings);
    }

    /// The key of a witness that is trusted (a C2SP verifier key): its signatures are checked. Before the first payload.
    pub fn witness(&mut self, vkey: &str) {
        self.proofs.witness(vkey, &mut self.findings);
    }

    /// The next entry as it is stored: its number, its bytes and the leaf hash beside them.
    pub fn entry(&mut self, stored: Seq, body: &[u8], stored_leaf: &[u8]) {
        let read = Entry::from_body(body);
        let seq = read.as_ref().map_or(Seq(self.tree.next()), |entry| entry.seq);
        if read.is_ok() && seq != stored {
            self.altered(stored, &format!("it is stored as {stored} and says that it is {seq}"));
        }
        if let Some(leaf) = self.place(body, read)
            && stored_leaf != leaf.as_bytes()
        {
            self.altered(seq, &format!("entry {seq} does not have the hash that is stored for it"));
        }
    }

    /// Gives the next entry its place, and its leaf back if it has one.
    pub(crate) fn place(&mut self, body: &[u8], read: Result<Entry, BodyError>) -> Option<Hash> {
        self.entries += 1;
        let next = Seq(self.tree.next());
        let leaf = leaf_hash(body);
        match read {
            Ok(entry) => {
                match entry.seq.cmp(&next) {
                    Ordering::Less => {
                        let words = format!("entry {} comes again, or out of order", entry.seq);
                        self.altered(entry.seq, &words);
                        return None;
                    }
                    Ordering::Equal => {}
                    Ordering::Greater => {
                        let words = format!("entries {next} to {} are left out", entry.seq.0 - 1);
                        self.findings.report(Part::Tree, FindingKind::Gap, Some(next), &words);
                    }
                }
                self.tree.push(entry.seq.0, leaf);
                self.tell(&entry, leaf);
            }
            Err(error) => {
                self.altered(next, &format!("entry {next} can't be read: {error}"));
                self.tree.push(next.0, leaf);
            }
        }
        self.checkpoints.reached(&self.tree, &mut self.findings);
        Some(leaf)
    }

    /// A stored checkpoint: over how many entries it is stored as, and its note.
    pub fn checkpoint(&mut self, size: u64, note: &str) {
        self.checkpoints.take(Some(size), note, &self.tree, &mut self.findings);
    }

    /// A stored hash of the tree, of level 1 or above.
    pub fn tile(&mut self, level: u8, index: u64, hash: &[u8]) {
        self.tree.compare(level, index, hash, &mut self.findings);
    }

    /// A stored payload: the commitment that it is stored under, the secret of its salt, if there is one, and its
    /// bytes.
    pub fn payload(&mut self, stored: Commitment, secret: Option<&[u8]>, bytes: &[u8]) {
        let secret = secret.and_then(|secret| <&[u8; 32]>::try_from(secret).ok());
        let opens = secret.is_some_and(|secret| commitment(&salt(secret), bytes) == stored);
        self.opened(stored, opens, bytes);
    }

    /// A stored payload of which it is known whether it opens its commitment.
    pub(crate) fn opened(&mut self, stored: Commitment, opens: bool, bytes: &[u8]) {
        if let Some(proof) = self.record.payloads.open(stored, opens, &mut self.findings) {
            self.proofs.check(&proof, bytes, self.checkpoints.note(proof.size), &mut self.findings);
        }
    }

    /// What was found. `took_ms` is 0: who has a clock fills it in. Ties are not rechecked.
    #[must_use]
    pub fn finish(self, now: Micros) -> VerifyReport {
        self.finish_with(now, |_, _| None)
    }

    /// The same with every tie of every answer rechecked. `payload` is asked for answers and for the results that they name: it
    /// gives the bytes that are stored under a commitment of an entry, none if they are not there. A result is asked for once
    /// for each answer that is tied to it.
    #[must_use]
    pub fn finish_with(
        mut self,
        now: Micros,
        payload: impl FnMut(Seq, Commitment) -> Option<Vec<u8>>,
    ) -> VerifyReport {
        self.record.ties.recheck(payload, &mut self.findings);
        self.end();
        self.record.payloads.finish(&mut self.findings);
        self.report(now)
    }

    /// Reports what only the end of the entries shows.
    pub(crate) fn end(&mut self) {
        if self.tree.next() == 0 {
            let words = "the trail has no entries";
            self.findings.report(Part::Tree, FindingKind::Missing, Some(Seq(0)), words);
        }
        self.checkpoints.finish(&self.tree, &mut self.findings);
        self.tree.finish(&mut self.findings);
    }

    /// How many entries came.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    /// The report over what was found so far.
    pub(crate) fn report(self, now: Micros) -> VerifyReport {
        let looked_at = LookedAt {
            entries: self.entries,
            checkpoints: self.checkpoints.compared(),
            known: self.checkpoints.held(),
            root: self.tree.root_as_is(),
            vkeys: self.checkpoints.vkeys(),
        };
        looked_at.report(now, &self.record, &self.proofs, self.findings)
    }

    fn tell(&mut self, entry: &Entry, leaf: Hash) {
        match &entry.fact {
            Fact::TrailOpened { origin, vkey, .. } if entry.seq == Seq(0) => {
                self.checkpoints.begin_epoch(entry.seq, origin, vkey, &mut self.findings);
            }
            Fact::EpochOpened { origin, vkey } if entry.seq != Seq(0) => {
                self.checkpoints.begin_epoch(entry.seq, origin, vkey, &mut self.findings);
            }
            _ => {}
        }
        self.record.tell(entry, leaf, &mut self.findings);
    }

    fn altered(&mut self, seq: Seq, words: &str) {
        self.findings.report(Part::Tree, FindingKind::Altered, Some(seq), words);
    }
}
