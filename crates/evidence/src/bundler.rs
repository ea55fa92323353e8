//! Making a bundle, piece by piece.

use std::collections::BTreeSet;
use std::io::{self, Seek, Write};

use domain::bundle::{BundleScope, Manifest};
use domain::id::{Seq, TurnId};
use domain::payload::Commitment;
use tlog::{Hash, TlogProof};

use crate::error::EvidenceError;
use crate::limits::{LARGEST, LONGEST_BODY};
use crate::name::{About, Half, Name, View};
use crate::packing::Packing;
use crate::tiles::Tiles;

/// The verifier that lies in each bundle, for those who have no program of ours.
const VERIFIER: &[u8] = include_bytes!("../../../docs/verify.py");
/// How to check a bundle.
const HOW_TO: &[u8] = include_bytes!("../files/VERIFY.txt");

/// What there is of a payload.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// What opens its commitment.
    Opened {
        /// The salt, never the secret that it comes from.
        salt: &'a [u8; 32],
        /// The bytes.
        bytes: &'a [u8],
    },
    /// Nothing: it was erased on record.
    Erased,
}

/// What a bundle holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Entries.
    pub entries: u64,
    /// Payloads with their bytes.
    pub payloads: u64,
    /// The length of the zip.
    pub bytes: u64,
}

/// Writes a bundle. The manifest says what kind it is, and so what may be put in: a trail's takes
/// [`entry`](Self::entry) and [`checkpoint`](Self::checkpoint), the others take [`proved`](Self::proved),
/// [`anchor`](Self::anchor) and [`epoch`](Self::epoch). The same calls in the same order give the same bytes.
///
/// It keeps one entry bundle and a few tiles, the names of the files, and 32 bytes for each payload; all else goes out
/// as it comes in. It does not judge what it is given: a trail that does not hold gives a bundle that does not hold,
/// which is what its reader must learn. After an error the file is of no use.
pub struct Bundler<W: Write + Seek> {
    packing: Packing<W>,
    scope: BundleScope,
    payloads_wanted: bool,
    stated: u64,
    checkpoint: String,
    tiles: Tiles,
    /// The entry before, in a bundle that has only some.
    last: Option<Seq>,
    entries: u64,
    checkpoints: Checkpoints,
    opened: BTreeSet<Commitment>,
    erased: BTreeSet<Commitment>,
    once: BTreeSet<Name>,
}

/// All checkpoints are one file, so they come one after another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Checkpoints {
    None,
    Open,
    Closed,
}

impl<W: Write + Seek> Bundler<W> {
    /// Begins a bundle whose manifest says what will come. Everything in it is proved against `checkpoint`, a signed
    /// note by the key in `vkey`.
    ///
    /// # Errors
    /// As any other writing.
    pub fn new(out: W, manifest: &Manifest, vkey: &str, checkpoint: &str) -> Result<Self, EvidenceError> {
        let canonical = serde_json_canonicalizer::to_vec(manifest).map_err(io::Error::other)?;
        let mut packing = Packing::new(out);
        packing.put(Name::Manifest, &canonical)?;
        packing.put(Name::Key, format!("{vkey}\n").as_bytes())?;
        packing.put(Name::Checkpoint, checkpoint.as_bytes())?;
        packing.put(Name::HowTo, HOW_TO)?;
        packing.put(Name::Verifier, VERIFIER)?;
        Ok(Self {
            packing,
            scope: manifest.scope,
            payloads_wanted: manifest.payloads,
            stated: manifest.entries,
            checkpoint: checkpoint.to_owned(),
            tiles: Tiles::default(),
            last: None,
            entries: 0,
            checkpoints: Checkpoints::None,
            opened: BTreeSet::new(),
            erased: BTreeSet::new(),
            once: BTreeSet::new(),
        })
    }

    /// The next entry of a trail: its bytes and the leaf hash that is stored beside them. Every entry comes, from 0 on.
    ///
    /// # Errors
    /// [`EvidenceError::Misplaced`] if it is not the next, [`EvidenceError::TooLarge`] for a body of more than 65,535
    /// bytes.
    pub fn entry(&mut self, seq: Seq, body: &[u8], leaf: Hash) -> Result<(), EvidenceError> {
        self.take_place(Name::Entry(seq), self.is_trail() && seq.0 == self.tiles.size())?;
        let too_large = EvidenceError::TooLarge { name: Name::Entry(seq).to_string(), most: LONGEST_BODY };
        for (name, bytes) in self.tiles.push(body, leaf).ok_or(too_large)? {
            self.packing.put(name, &bytes)?;
        }
        self.entries += 1;
        Ok(())
    }

    /// The next signed checkpoint of a trail, ascending. All of them come one after another, with nothing between.
    ///
    /// # Errors
    /// [`EvidenceError::Misplaced`] if something came between.
    pub fn checkpoint(&mut self, note: &str) -> Result<(), EvidenceError> {
        match self.checkpoints {
            Checkpoints::None if self.is_trail() => self.packing.begin(Name::Checkpoints)?,
            Checkpoints::Open => {}
            _ => return Err(misplaced(Name::Checkpoints)),
        }
        self.checkpoints = Checkpoints::Open;
        self.packing.more(note.as_bytes())
    }

    /// An entry of a conversation's or an answer's bundle, or one that such a bundle needs, with the proof that it is
    /// in the tree of the bundle's checkpoint. They come in ascending order.
    ///
    /// # Errors
    /// [`EvidenceError::Misplaced`] if it is out of order, or if the proof is another entry's or to another checkpoint.
    pub fn proved(&mut self, seq: Seq, body: &[u8], proof: &TlogProof) -> Result<(), EvidenceError> {
        let fits = proof.index() == seq.0 && proof.note() == self.checkpoint;
        let ascends = self.last.is_none_or(|last| last < seq);
        self.take_place(Name::Entry(seq), !self.is_trail() && ascends && fits)?;
        self.packing.put(Name::Entry(seq), body)?;
        self.packing.put(Name::Proof(seq), proof.to_string().as_bytes())?;
        self.last = Some(seq);
        self.entries += 1;
        Ok(())
    }

    /// What belongs to an `anchor.recorded` in a conversation's or an answer's bundle: the signed note that the anchor
    /// holds, and the proof that the bundle's checkpoint continues it; empty if they are of one size.
    ///
    /// # Errors
    /// [`EvidenceError::Misplaced`] if it came before.
    pub fn anchor(&mut self, seq: Seq, note: &str, consistency: &[Hash]) -> Result<(), EvidenceError> {
        self.earlier(About::Anchor, seq, note, consistency)
    }

    /// What belongs to an `epoch.opened` in a conversation's or an answer's bundle: the signed note that the key before
    /// it signed last, which covers that entry, and the proof that the bundle's checkpoint continues it.
    ///
    /// # Errors
    /// [`EvidenceError::Misplaced`] if it came before.
    pub fn epoch(&mut self, seq: Seq, note: &str, consistency: &[Hash]) -> Result<(), EvidenceError> {
        self.earlier(About::Epoch, seq, note, consistency)
    }

    /// A payload that an entry of the bundle commits to. One that came before is passed over, since several entries
    /// may name it.
    ///
    /// # Errors
    /// [`EvidenceError::Misplaced`] if it was opened and erased, or if the manifest says that there are no payloads;
    /// [`EvidenceError::TooLarge`] above 1 GiB.
    pub fn payload(&mut self, commitment: Commitment, content: Content<'_>) -> Result<(), EvidenceError> {
        let name = Name::Payload(commitment);
        match content {
            Content::Erased => {
                self.take_place(name, !self.opened.contains(&commitment))?;
                self.erased.insert(commitment);
            }
            Content::Opened { salt, bytes } => {
                self.take_place(name, self.payloads_wanted && !self.erased.contains(&commitment))?;
                if bytes.len() as u64 > LARGEST - salt.len() as u64 {
                    return Err(EvidenceError::TooLarge { name: name.to_string(), most: LARGEST });
                }
                if self.opened.insert(commitment) {
                    self.packing.put(name, salt)?;
                    self.packing.more(bytes)?;
                }
            }
        }
        Ok(())
    }

    /// The printable report of an answer, as [`report`](crate::report()) makes it.
    ///
    /// # Errors
    /// [`EvidenceError::Misplaced`] in the bundle of a trail, for another turn than the bundle's, or a second time.
    pub fn report(&mut self, turn: TurnId, html: &str) -> Result<(), EvidenceError> {
        let (name, fits) = match self.scope {
            BundleScope::Answer { turn: only } => (Name::Answer, only == turn),
            _ => (Name::AnswerOf(turn), true),
        };
        self.take_place(name, name.belongs_to(self.scope) && fits)?;
        self.take_once(name)?;
        self.packing.put(name, html.as_bytes())
    }

    /// A table, as `rows` writes it.
    ///
    /// # Errors
    /// [`EvidenceError::Misplaced`] if it came before, and whatever `rows` fails with.
    pub fn view(
        &mut self,
        view: View,
        rows: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), EvidenceError> {
        let name = Name::View(view);
        self.take_place(name, true)?;
        self.take_once(name)?;
        self.packing.begin(name)?;
        Ok(rows(&mut self.packing)?)
    }

    /// Ends the bundle: the right edge of the tree, what was erased, the directory.
    ///
    /// # Errors
    /// [`EvidenceError::Incomplete`] if not as many entries came as the manifest says.
    pub fn finish(mut self) -> Result<Summary, EvidenceError> {
        if self.entries != self.stated {
            return Err(EvidenceError::Incomplete { stated: self.stated, found: self.entries });
        }
        for (name, bytes) in std::mem::take(&mut self.tiles).rest() {
            self.packing.put(name, &bytes)?;
        }
        if self.is_trail() && self.checkpoints == Checkpoints::None {
            self.packing.put(Name::Checkpoints, b"")?;
        }
        self.packing.begin(Name::Erased)?;
        for commitment in &self.erased {
            writeln!(self.packing, "{commitment}")?;
        }
        let bytes = self.packing.finish()?;
        Ok(Summary { entries: self.entries, payloads: self.opened.len() as u64, bytes })
    }

    fn earlier(
        &mut self,
        about: About,
        seq: Seq,
        note: &str,
        consistency: &[Hash],
    ) -> Result<(), EvidenceError> {
        let name = Name::Earlier(about, seq, Half::Checkpoint);
        self.take_place(name, !self.is_trail())?;
        self.take_once(name)?;
        self.packing.put(name, note.as_bytes())?;
        self.packing.begin(Name::Earlier(about, seq, Half::Consistency))?;
        for hash in consistency {
            writeln!(self.packing, "{hash}")?;
        }
        Ok(())
    }

    fn is_trail(&self) -> bool {
        matches!(self.scope, BundleScope::Trail)
    }

    fn take_once(&mut self, name: Name) -> Result<(), EvidenceError> {
        if self.once.insert(name) { Ok(()) } else { Err(misplaced(name)) }
    }

    fn take_place(&mut self, name: Name, fits: bool) -> Result<(), EvidenceError> {
        if self.checkpoints == Checkpoints::Open {
            self.checkpoints = Checkpoints::Closed;
        }
        if fits { Ok(()) } else { Err(misplaced(name)) }
    }
}

fn misplaced(name: Name) -> EvidenceError {
    EvidenceError::Misplaced { name: name.to_string() }
}
