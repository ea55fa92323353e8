//! What lies where in a bundle, by the names in the zip's directory.

use std::collections::BTreeMap;

use domain::bundle::BundleScope;
use domain::id::Seq;
use domain::payload::Commitment;

use crate::name::{About, Half, Name};

/// How much of a foreign name is repeated.
const LONGEST_STRAY: usize = 200;

/// Which file holds what, by number.
#[derive(Clone, Default)]
pub(crate) struct Contents {
    pub(crate) manifest: Option<usize>,
    pub(crate) key: Option<usize>,
    pub(crate) checkpoint: Option<usize>,
    pub(crate) erased: Option<usize>,
    pub(crate) checkpoints: Option<usize>,
    /// By index; with the width that the name says.
    pub(crate) bundles: BTreeMap<u64, (u64, usize)>,
    pub(crate) tiles: BTreeMap<(u8, u64), (u64, usize)>,
    pub(crate) entries: BTreeMap<Seq, usize>,
    pub(crate) proofs: BTreeMap<Seq, usize>,
    pub(crate) earlier: BTreeMap<(Seq, About, Half), usize>,
    pub(crate) payloads: BTreeMap<Commitment, usize>,
    /// What is no part of the bundle, or is so twice.
    pub(crate) strays: Vec<(String, &'static str)>,
}

impl Contents {
    /// Takes out what a bundle of this scope does not have.
    pub(crate) fn keep_to<'a>(&mut self, scope: BundleScope, names: impl Iterator<Item = &'a [u8]>) {
        let foreign = names.filter(|name| Name::parse(name).is_some_and(|name| !name.belongs_to(scope)));
        self.strays.extend(foreign.map(|name| (shown(name), "is no part of a bundle of this kind")));
        let strays = std::mem::take(&mut self.strays);
        *self = match scope {
            BundleScope::Trail => Self {
                entries: BTreeMap::new(),
                proofs: BTreeMap::new(),
                earlier: BTreeMap::new(),
                ..std::mem::take(self)
            },
            BundleScope::Conversation { .. } | BundleScope::Answer { .. } => Self {
                checkpoints: None,
                bundles: BTreeMap::new(),
                tiles: BTreeMap::new(),
                ..std::mem::take(self)
            },
        };
        self.strays = strays;
    }

    /// Notes names that stand in the directory more than once.
    pub(crate) fn repeated(&mut self, names: &[Vec<u8>]) {
        self.strays.extend(names.iter().map(|name| (shown(name), "stands in the zip more than once")));
    }

    /// Takes in the file of that number and name.
    pub(crate) fn sort_in(&mut self, number: usize, text: &[u8]) {
        let Some(name) = Name::parse(text) else {
            return self.strays.push((shown(text), "is no part of a bundle"));
        };
        match name {
            Name::Manifest => self.manifest = Some(number),
            Name::Key => self.key = Some(number),
            Name::Checkpoint => self.checkpoint = Some(number),
            Name::Erased => self.erased = Some(number),
            Name::Checkpoints => self.checkpoints = Some(number),
            Name::Entries { index, width } => {
                // Of a full and a partial one, or of two partial ones, the widest counts, as in tlog-tiles.
                let known = self.bundles.entry(index).or_insert((width, number));
                if *known != (width, number) {
                    *known = (*known).max((width, number));
                    self.strays.push((shown(text), "stands beside another of the same place"));
                }
            }
            Name::Tile { level, index, width } => {
                let known = self.tiles.entry((level, index)).or_insert((width, number));
                if *known != (width, number) {
                    *known = (*known).max((width, number));
                    self.strays.push((shown(text), "stands beside another of the same place"));
                }
            }
            Name::Entry(seq) => drop(self.entries.insert(seq, number)),
            Name::Proof(seq) => drop(self.proofs.insert(seq, number)),
            Name::Earlier(about, seq, half) => drop(self.earlier.insert((seq, about, half), number)),
            Name::Payload(commitment) => drop(self.payloads.insert(commitment, number)),
            Name::Verifier | Name::HowTo | Name::Answer | Name::AnswerOf(_) | Name::View(_) => {}
        }
    }
}

/// A foreign name, for a person to read: whatever is not plain is spelt out, and it ends somewhere.
fn shown(name: &[u8]) -> String {
    let shown = name.escape_ascii().to_string();
    if shown.len() > LONGEST_STRAY { format!("{}…", &shown[..LONGEST_STRAY]) } else { shown }
}
