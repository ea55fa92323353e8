//! A bundle of a whole trail: entries and hashes as tiles, and every checkpoint.

use std::collections::BTreeMap;

use domain::entry::Entry;
use domain::id::Seq;
use domain::payload::Commitment;
use domain::view::{FindingKind, Part};

use super::names::Tile;
use crate::checker::Checker;
use crate::checkpoints::stated_size;
use crate::findings::Findings;
use crate::tree::Tree;

/// The files so far, as far as they could not be checked yet.
#[derive(Debug)]
pub(super) struct Full {
    checker: Checker,
    /// The size that the bundle's checkpoint states, which decides what tiles there are.
    size: Option<u64>,
    checkpoints_came: bool,
    bodies: BTreeMap<Tile, Vec<u8>>,
    hashes: BTreeMap<(u8, Tile), Vec<u8>>,
    next: u64,
    began: bool,
}

impl Full {
    /// For the key and the checkpoint that the asker has.
    pub(super) fn new(vkey: Option<&str>, known: Option<&str>) -> Self {
        let mut checker = Checker::new(vkey);
        checker.tree = Tree::tiled();
        if let Some(note) = known {
            checker.known(note);
        }
        Self {
            checker,
            size: None,
            checkpoints_came: false,
            bodies: BTreeMap::new(),
            hashes: BTreeMap::new(),
            next: 0,
            began: false,
        }
    }

    /// Whether there is anything that only a bundle of a whole trail has.
    pub(super) fn any(&self) -> bool {
        self.began || self.checkpoints_came || !self.bodies.is_empty() || !self.hashes.is_empty()
    }

    /// What should not be there if the bundle is not of a whole trail.
    pub(super) fn names(&self) -> Vec<String> {
        let tiles = self.began || !self.bodies.is_empty() || !self.hashes.is_empty();
        let names = [("checkpoints.txt", self.checkpoints_came), ("tile/…", tiles)];
        names.into_iter().filter(|(_, there)| *there).map(|(name, _)| name.to_owned()).collect()
    }

    /// The key of a witness that is trusted.
    pub(super) fn witness(&mut self, vkey: &str) {
        self.checker.witness(vkey);
    }

    /// The bundle's checkpoint.
    pub(super) fn checkpoint(&mut self, note: &str) {
        self.size = stated_size(note);
        self.checker.checkpoints.take(None, note, &self.checker.tree, &mut self.checker.findings);
        self.feed();
    }

    /// Every checkpoint.
    pub(super) fn checkpoints(&mut self, text: &str) {
        self.checkpoints_came = true;
        let mut before = None;
        for note in notes(text) {
            let size = stated_size(note);
            if let Some(size) = size
                && before.is_some_and(|before| size <= before)
            {
                let words =
                    format!("the checkpoint over {size} entries stands behind one over as many or more");
                self.checker.findings.report(
                    Part::Checkpoints,
                    FindingKind::Altered,
                    Some(Seq(size)),
                    &words,
                );
                continue;
            }
            before = size.or(before);
            self.checker.checkpoints.take(None, note, &self.checker.tree, &mut self.checker.findings);
        }
        self.feed();
    }

    /// A tile of bodies.
    pub(super) fn bodies(&mut self, tile: Tile, bytes: Vec<u8>) {
        self.bodies.insert(tile, bytes);
        self.feed();
    }

    /// A tile of hashes.
    pub(super) fn hashes(&mut self, level: u8, tile: Tile, bytes: Vec<u8>) {
        if level == 0 && tile.first().saturating_add(tile.width) <= self.checker.tree.next() {
            self.compare(level, tile, &bytes);
        } else {
            self.hashes.insert((level, tile), bytes);
        }
    }

    /// Whether an entry commits to this payload, and it did not come.
    pub(super) fn awaits(&self, stored: &Commitment) -> bool {
        self.checker.record.payloads.awaits(stored)
    }

    /// Whether the payload came.
    pub(super) fn has_come(&self, stored: &Commitment) -> bool {
        self.checker.record.payloads.has_come(stored)
    }

    /// A payload.
    pub(super) fn opened(&mut self, stored: Commitment, opens: bool, bytes: &[u8]) {
        self.checker.opened(stored, opens, bytes);
    }

    /// Takes in what is left.
    pub(super) fn finish_entries(&mut self, findings: &mut Findings) {
        if !self.checkpoints_came {
            findings.missing_file(Part::Checkpoints, "checkpoints.txt");
        }
        for (tile, bytes) in std::mem::take(&mut self.bodies) {
            if self.is_of(0, tile) {
                self.take(&bytes);
            } else {
                stray("a tile of entries", findings);
            }
        }
        for ((level, tile), bytes) in std::mem::take(&mut self.hashes) {
            self.compare(level, tile, &bytes);
        }
    }

    /// What was checked.
    pub(super) fn into_checker(self) -> Checker {
        self.checker
    }

    /// Takes in the tiles of bodies that are next, once every checkpoint is there to be compared on the way.
    fn feed(&mut self) {
        if self.size.is_none() || !self.checkpoints_came {
            return;
        }
        while let Some(first) = self.bodies.first_entry() {
            let tile = *first.key();
            if tile.index != self.next || !self.size.is_some_and(|size| tile.is_of(size)) {
                return;
            }
            let bytes = first.remove();
            self.next += 1;
            self.take(&bytes);
            if let Some(hashes) = self.hashes.remove(&(0, tile)) {
                self.compare(0, tile, &hashes);
            }
        }
    }

    /// Takes in the bodies of a tile: each behind its length in two bytes, the high one first.
    fn take(&mut self, mut bytes: &[u8]) {
        self.began = true;
        while !bytes.is_empty() {
            let body = bytes
                .split_first_chunk::<2>()
                .and_then(|(length, rest)| rest.split_at_checked(usize::from(u16::from_be_bytes(*length))));
            let Some((body, rest)) = body else {
                let next = Seq(self.checker.tree.next());
                let words = format!("the tile of entries ends in the middle of entry {next}");
                self.checker.findings.report(Part::Tree, FindingKind::Altered, Some(next), &words);
                return;
            };
            self.checker.place(body, Entry::from_body(body));
            bytes = rest;
        }
    }

    /// Compares a tile of hashes with what the entries give.
    fn compare(&mut self, level: u8, tile: Tile, hashes: &[u8]) {
        if !self.is_of(level, tile) {
            return stray("a tile of hashes", &mut self.checker.findings);
        }
        for (index, hash) in (tile.first()..).zip(hashes.chunks(32)) {
            self.checker.tile(level, index, hash);
        }
    }

    fn is_of(&self, level: u8, tile: Tile) -> bool {
        let size = self.size.unwrap_or(self.checker.tree.next());
        tile.is_of(size.checked_shr(8 * u32::from(level)).unwrap_or(0))
    }
}

fn stray(what: &str, findings: &mut Findings) {
    let words = format!("{what} is no part of the tree of the checkpoint");
    findings.report(Part::Tree, FindingKind::Altered, None, &words);
}

/// The notes of `checkpoints.txt`: each ends with its last signature line.
fn notes(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (mut end, mut signed) = (0, false);
        for line in rest.split_inclusive('\n') {
            let signs = line.starts_with("\u{2014} ");
            if signed && !signs {
                break;
            }
            signed = signs;
            end += line.len();
        }
        let (note, after) = rest.split_at(end);
        rest = after;
        Some(note)
    })
}
