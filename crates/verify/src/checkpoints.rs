//! Checkpoints: who signed them, and whether the entries give their roots.

use std::collections::BTreeMap;

use domain::id::Seq;
use domain::view::{FindingKind, Part};
use tlog::{Hash, Verifier};

use crate::findings::Findings;
use crate::tree::Tree;

/// The key that checkpoints must be signed with.
#[derive(Debug)]
enum Key {
    /// From whoever asked for the check.
    Given(Verifier),
    /// From the trail's own first entry: shows that the trail agrees with itself, not whose it is.
    OfTrail(Verifier),
    /// The first entry has not been seen.
    Awaited,
    /// There is none, which was reported.
    None,
}

/// Whose checkpoint it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    Trail,
    Asker,
}

/// Every checkpoint so far, and how it compares.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    key: Key,
    /// Notes of the asker's that came before the key did.
    unopened: Vec<String>,
    /// Signed roots over more entries than were seen yet.
    waiting: BTreeMap<u64, Vec<(Hash, Holder)>>,
    /// The most entries of which a checkpoint of the trail's stated the right root.
    agreed: u64,
    /// The most entries, of those there are, over which a checkpoint of the trail's is signed.
    covered: u64,
    /// Roots that differ, with none in agreement since.
    differing: Option<Differing>,
    /// Checkpoints of the trail's that were opened and compared.
    compared: u64,
}

#[derive(Clone, Copy, Debug)]
struct Differing {
    first: u64,
    count: u64,
}

impl Checkpoints {
    /// With the key that the trail is to be checked against, if the asker has one.
    pub(crate) fn new(vkey: Option<&str>, findings: &mut Findings) -> Self {
        let key = match vkey.map(Verifier::from_vkey) {
            Some(Ok(verifier)) => Key::Given(verifier),
            Some(Err(_)) => {
                let words = "the verifier key to check with can't be read, so no signature was checked";
                findings.report(Part::Checkpoints, FindingKind::Unsigned, None, words);
                Key::None
            }
            None => Key::Awaited,
        };
        Self {
            key,
            unopened: Vec::new(),
            waiting: BTreeMap::new(),
            agreed: 0,
            covered: 0,
            differing: None,
            compared: 0,
        }
    }

    /// How many were opened and compared.
    pub(crate) fn compared(&self) -> u64 {
        self.compared
    }

    /// Takes in what the first entry says of the key.
    pub(crate) fn opened(&mut self, origin: &str, vkey: &str, findings: &mut Findings) {
        let mut wrong =
            |words: &str| findings.report(Part::Checkpoints, FindingKind::Altered, Some(Seq(0)), words);
        let named = Verifier::from_vkey(vkey).ok();
        match &named {
            None => wrong("the first entry names a verifier key that can't be read"),
            Some(verifier) if verifier.origin().as_str() != origin => {
                wrong("the first entry's key is of another origin than the trail");
            }
            Some(_) => {}
        }
        match (&self.key, named) {
            (Key::Given(given), Some(named)) if *given != named => {
                wrong("the first entry names another key than the one that the trail is checked with");
            }
            (Key::Awaited, Some(named)) => self.key = Key::OfTrail(named),
            _ => {}
        }
    }

    /// Takes in a checkpoint that the asker kept.
    pub(crate) fn known(&mut self, note: &str, tree: &Tree, findings: &mut Findings) {
        self.unopened.push(note.to_owned());
        self.open_kept(tree, findings);
    }

    /// Opens the asker's checkpoints as soon as there is a key.
    pub(crate) fn open_kept(&mut self, tree: &Tree, findings: &mut Findings) {
        let (Key::Given(verifier) | Key::OfTrail(verifier)) = &self.key else { return };
        let verifier = verifier.clone();
        for note in std::mem::take(&mut self.unopened) {
            match verifier.open(&note) {
                Ok(checkpoint) => {
                    self.place(checkpoint.size, checkpoint.root, Holder::Asker, tree, findings);
                }
                Err(error) => {
                    let words = format!("the checkpoint that you hold is not this trail's: {error}");
                    findings.report(Part::Checkpoints, FindingKind::Unsigned, None, &words);
                }
            }
        }
    }

    /// Takes in a stored checkpoint.
    pub(crate) fn take(&mut self, size: u64, note: &str, tree: &Tree, findings: &mut Findings) {
        let opened = match &self.key {
            Key::Given(verifier) | Key::OfTrail(verifier) => verifier.open(note),
            Key::Awaited => {
                let words =
                    "no entry names the key that checkpoints are signed with, so no signature was checked";
                findings.report(Part::Checkpoints, FindingKind::Unsigned, None, words);
                self.key = Key::None;
                return;
            }
            Key::None => return,
        };
        match opened {
            Ok(checkpoint) if checkpoint.size == size => {
                self.place(size, checkpoint.root, Holder::Trail, tree, findings);
            }
            Ok(checkpoint) => {
                let signed = checkpoint.size;
                let words = format!("a checkpoint is stored as one over {size} entries and signs {signed}");
                findings.report(Part::Checkpoints, FindingKind::Altered, Some(Seq(size)), &words);
                self.place(signed, checkpoint.root, Holder::Trail, tree, findings);
            }
            Err(error) => {
                let words = format!("the checkpoint over {size} entries can't be opened: {error}");
                findings.report(
                    Part::Checkpoints,
                    FindingKind::Unsigned,
                    Some(Seq(size.saturating_sub(1))),
                    &words,
                );
            }
        }
    }

    /// Compares what waited for the entries that there are now.
    pub(crate) fn reached(&mut self, tree: &Tree, findings: &mut Findings) {
        while let Some(entry) = self.waiting.first_entry().filter(|entry| *entry.key() <= tree.next()) {
            let size = *entry.key();
            for (root, holder) in entry.remove() {
                self.place(size, root, holder, tree, findings);
            }
        }
    }

    /// Reports what only the end shows.
    pub(crate) fn finish(&mut self, tree: &Tree, findings: &mut Findings) {
        if !self.unopened.is_empty() {
            let words = "no entry names a key, so the checkpoint that you hold could not be opened";
            findings.report(Part::Checkpoints, FindingKind::Unsigned, None, words);
        }
        if let Some(Differing { first, count }) = self.differing {
            let others =
                if count > 1 { format!(", and so do {} later ones", count - 1) } else { String::new() };
            let last = first.saturating_sub(1);
            let words = format!(
                "among entries {} to {last} something is not what was signed: the checkpoint over {first} entries \
                 states another root{others}",
                self.agreed.min(last),
            );
            findings.report(
                Part::Checkpoints,
                FindingKind::Altered,
                Some(Seq(self.agreed.min(last))),
                &words,
            );
        }
        let there = tree.next();
        for (holder, whose) in
            [(Holder::Trail, "a checkpoint"), (Holder::Asker, "the checkpoint that you hold")]
        {
            let mut sizes = self.waiting.iter().rev();
            if let Some((size, _)) = sizes.find(|(_, roots)| roots.iter().any(|root| root.1 == holder)) {
                let words = format!("{whose} is over {size} entries, and only {there} are here");
                findings.report(Part::Checkpoints, FindingKind::Truncated, Some(Seq(there)), &words);
            }
        }
        if self.covered < there {
            let words = format!("no checkpoint covers the entries from {} on", self.covered);
            findings.report(Part::Checkpoints, FindingKind::Unsigned, Some(Seq(self.covered)), &words);
        }
    }

    fn place(&mut self, size: u64, root: Hash, holder: Holder, tree: &Tree, findings: &mut Findings) {
        if size > tree.next() {
            self.waiting.entry(size).or_default().push((root, holder));
            return;
        }
        if holder == Holder::Trail {
            self.covered = self.covered.max(size);
        }
        // After a gap no root can be compared, and the gap is reported.
        let computed = if size == 0 { Some(Hash::empty_root()) } else { tree.root() };
        let Some(computed) = computed else { return };
        if size != 0 && size < tree.next() {
            let words = format!("the checkpoint over {size} entries came too late to be compared");
            findings.report(Part::Checkpoints, FindingKind::Altered, Some(Seq(size)), &words);
        } else if holder == Holder::Asker {
            if root != computed {
                let words = format!("the first {size} entries are not those of the checkpoint that you hold");
                findings.report(
                    Part::Checkpoints,
                    FindingKind::Forked,
                    Some(Seq(size.saturating_sub(1))),
                    &words,
                );
            }
        } else {
            self.compared += 1;
            if root == computed { self.agree(size, findings) } else { self.differ(size, findings) }
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

fn report_fork(size: u64, findings: &mut Findings) {
    let words =
        format!("two histories are signed: a checkpoint over {size} entries is of other entries than these");
    findings.report(Part::Checkpoints, FindingKind::Forked, Some(Seq(size.saturating_sub(1))), &words);
}
