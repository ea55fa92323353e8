//! The checker: takes evidence piece by piece, gives back a report.

use std::cmp::Ordering;

use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::Seq;
use domain::payload::Commitment;
use domain::time::Micros;
use domain::view::{FindingKind, Part, PartReport, VerifyReport};
use tlog::{Hash, leaf_hash};

use crate::checkpoints::Checkpoints;
use crate::clocks::Clocks;
use crate::conversations::Conversations;
use crate::findings::{Findings, Here};
use crate::payloads::Payloads;
use crate::story::Story;
use crate::tree::Tree;

/// Checks one trail. Feed it everything there is, in this order: entries as they are stored; each payload and each
/// stored tree hash at any time after its entries; each checkpoint at the latest before the entry whose number is
/// its size, and, if no verifier key was given, after the first entry. Then [`Checker::finish`].
///
/// What it keeps grows with the turns and calls that are open, and besides: some 100 bytes for each call, some 40 for
/// each conversation and each run of the program; and the same for each payload, stored tree hash (one in 256 entries)
/// and checkpoint whose other half was not fed yet, so feed these near to their entries.
///
/// Nothing that is fed makes it panic, or take longer than in proportion to what is fed.
#[derive(Debug)]
pub struct Checker {
    findings: Findings,
    entries: u64,
    tree: Tree,
    checkpoints: Checkpoints,
    payloads: Payloads,
    clocks: Clocks,
    conversations: Conversations,
    story: Story,
}

impl Checker {
    /// For a trail that must be signed with this key (a C2SP verifier key). With `None` the key is the one that the
    /// trail names: that shows whether the trail agrees with itself, not whose it is.
    #[must_use]
    pub fn new(vkey: Option<&str>) -> Self {
        let mut findings = Findings::default();
        let checkpoints = Checkpoints::new(vkey, &mut findings);
        Self {
            findings,
            entries: 0,
            tree: Tree::default(),
            checkpoints,
            payloads: Payloads::default(),
            clocks: Clocks::default(),
            conversations: Conversations::default(),
            story: Story::default(),
        }
    }

    /// A checkpoint that was kept elsewhere: the trail must begin with exactly its entries. Before the first entry.
    pub fn known(&mut self, note: &str) {
        self.checkpoints.known(note, &self.tree, &mut self.findings);
    }

    /// The next entry as it is stored: its number, its bytes and the leaf hash beside them.
    pub fn entry(&mut self, stored: Seq, body: &[u8], stored_leaf: &[u8]) {
        self.entries += 1;
        let next = Seq(self.tree.next());
        let leaf = leaf_hash(body);
        match Entry::from_body(body) {
            Ok(entry) => {
                if entry.seq != stored {
                    self.altered(
                        stored,
                        &format!("it is stored as {stored} and says that it is {}", entry.seq),
                    );
                }
                match entry.seq.cmp(&next) {
                    Ordering::Less => {
                        let words = format!("entry {} comes again, or out of order", entry.seq);
                        return self.altered(entry.seq, &words);
                    }
                    Ordering::Equal => {}
                    Ordering::Greater => {
                        let words = format!("entries {next} to {} are left out", entry.seq.0 - 1);
                        self.findings.report(Part::Tree, FindingKind::Gap, Some(next), &words);
                    }
                }
                self.compare_leaf(entry.seq, leaf, stored_leaf);
                self.tree.push(entry.seq.0, leaf);
                self.tell(&entry, leaf);
            }
            Err(error) => {
                self.altered(next, &format!("entry {next} can't be read: {error}"));
                self.compare_leaf(next, leaf, stored_leaf);
                self.tree.push(next.0, leaf);
            }
        }
        self.checkpoints.reached(&self.tree, &mut self.findings);
    }

    /// A stored checkpoint: over how many entries it is stored as, and its note.
    pub fn checkpoint(&mut self, size: u64, note: &str) {
        self.checkpoints.take(size, note, &self.tree, &mut self.findings);
    }

    /// A stored hash of the tree, of level 1 or above.
    pub fn tile(&mut self, level: u8, index: u64, hash: &[u8]) {
        self.tree.compare(level, index, hash, &mut self.findings);
    }

    /// A stored payload: the commitment that it is stored under, the secret of its salt, if there is one, and its
    /// bytes.
    pub fn payload(&mut self, commitment: Commitment, secret: Option<&[u8]>, bytes: &[u8]) {
        self.payloads.open(commitment, secret, bytes, &mut self.findings);
    }

    /// What was found. `took_ms` is 0: who has a clock fills it in.
    #[must_use]
    pub fn finish(mut self, now: Micros) -> VerifyReport {
        if self.entries == 0 {
            self.findings.report(Part::Tree, FindingKind::Missing, Some(Seq(0)), "the trail has no entries");
        }
        let payloads = self.payloads.opened();
        self.checkpoints.finish(&self.tree, &mut self.findings);
        self.tree.finish(&mut self.findings);
        self.payloads.finish(&mut self.findings);
        VerifyReport {
            at: now,
            entries: self.entries,
            checkpoints: self.checkpoints.compared(),
            payloads,
            calls: self.story.calls(),
            root: self.tree.root_as_is().to_string(),
            erased: 0,
            anchored: None,
            vkeys: Vec::new(),
            took_ms: 0,
            parts: Vec::<PartReport>::new(),
            findings: self.findings.in_order(),
        }
    }

    fn tell(&mut self, entry: &Entry, leaf: Hash) {
        let is_first = entry.seq == Seq(0);
        if let Fact::TrailOpened { origin, vkey, .. } = &entry.fact {
            if is_first {
                self.checkpoints.opened(origin, vkey, &mut self.findings);
                self.checkpoints.open_kept(&self.tree, &mut self.findings);
            } else {
                let words = "the trail is opened a second time";
                self.findings.report(Part::Story, FindingKind::Forked, Some(entry.seq), words);
            }
        } else if is_first {
            let words = "the first entry does not open the trail";
            self.findings.report(Part::Tree, FindingKind::Missing, Some(entry.seq), words);
        }
        for commitment in entry.fact.commitments() {
            self.payloads.expect(commitment, entry.seq);
        }
        let conversation = entry.link.as_ref().map(|link| link.conversation);
        let mut here = Here { seq: entry.seq, conversation, part: Part::Story, findings: &mut self.findings };
        self.clocks.check(entry.boot, entry.mono, &mut here);
        here.part = Part::Conversations;
        self.conversations.check(entry.link.as_ref(), &entry.fact, leaf, &mut here);
        here.part = Part::Story;
        self.story.tell(&entry.fact, &mut here);
    }

    fn compare_leaf(&mut self, seq: Seq, leaf: Hash, stored: &[u8]) {
        if stored != leaf.as_bytes() {
            self.altered(seq, &format!("entry {seq} does not have the hash that is stored for it"));
        }
    }

    fn altered(&mut self, seq: Seq, words: &str) {
        self.findings.report(Part::Tree, FindingKind::Altered, Some(seq), words);
    }
}
