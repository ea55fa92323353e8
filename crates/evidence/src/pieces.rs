//! What is in a bundle, piece by piece, in the order in which it is best checked.

use std::collections::{BTreeSet, VecDeque};
use std::io::{Read, Seek};

use domain::bundle::BundleScope;
use domain::entry::Entry;
use domain::id::Seq;
use domain::payload::Commitment;
use tlog::Hash;

use crate::contents::Contents;
use crate::error::EvidenceError;
use crate::limits::{LARGEST, LARGEST_ENTRY_BUNDLE, LARGEST_LIST, LARGEST_PROOF, LONGEST_BODY};
use crate::list;
use crate::name::{About, Half, Name, WIDTH};
use crate::notes::Notes;
use crate::piece::{Piece, SALT};
use crate::unpacking::Unpacking;

/// The pieces of a bundle; see [`Bundle::pieces`](crate::Bundle::pieces) for their order. The one error that it gives
/// is that the file can't be read any more ([`EvidenceError::Io`]), and that is the last it gives.
pub struct Pieces<'a, R: Read + Seek> {
    zip: &'a mut Unpacking<R>,
    contents: Contents,
    scope: BundleScope,
    erased: BTreeSet<Commitment>,
    notes: Notes,
    /// What was read and not given out yet.
    ready: VecDeque<Piece>,
    /// Entries of the entry bundle at hand.
    bodies: VecDeque<(Seq, Vec<u8>)>,
    /// How many entries there are up to the last that was given out.
    reached: u64,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Begin,
    Entries,
    Tiles,
    Rest,
    End,
}

impl<'a, R: Read + Seek> Pieces<'a, R> {
    pub(crate) fn new(zip: &'a mut Unpacking<R>, mut contents: Contents, scope: BundleScope) -> Self {
        // They are taken from the end.
        contents.strays.reverse();
        Self {
            notes: Notes::new(contents.checkpoints),
            zip,
            contents,
            scope,
            erased: BTreeSet::new(),
            ready: VecDeque::new(),
            bodies: VecDeque::new(),
            reached: 0,
            stage: Stage::Begin,
        }
    }

    /// Reads on until something is ready or nothing is left.
    fn step(&mut self) -> Result<(), EvidenceError> {
        match self.stage {
            Stage::Begin => {
                self.read_erased()?;
                if self.scope == BundleScope::Trail && self.contents.checkpoints.is_none() {
                    self.ready.push_back(Piece::Missing { name: Name::Checkpoints.to_string() });
                }
                self.stage = Stage::Entries;
            }
            Stage::Entries => {
                let more = match self.scope {
                    BundleScope::Trail => self.next_of_trail()?,
                    _ => self.next_proved()?,
                };
                if !more {
                    self.stage = Stage::Tiles;
                }
            }
            Stage::Tiles => match self.contents.tiles.keys().next().copied() {
                Some((level, index)) => self.tile(level, index)?,
                None => self.stage = Stage::Rest,
            },
            Stage::Rest => {
                if !self.next_of_rest()? {
                    self.stage = Stage::End;
                }
            }
            Stage::End => {}
        }
        Ok(())
    }

    fn read_erased(&mut self) -> Result<(), EvidenceError> {
        let Some(number) = self.contents.erased else {
            self.ready.push_back(Piece::Missing { name: Name::Erased.to_string() });
            return Ok(());
        };
        match self.text(number, LARGEST_LIST)? {
            Ok(text) => match list::commitments(&text) {
                Some(erased) => self.erased = erased,
                None => self.stray(Name::Erased, "is not commitments, ascending, one a line"),
            },
            Err(why) => self.stray(Name::Erased, why),
        }
        Ok(())
    }

    /// What comes next in a full bundle: a checkpoint over what was given out, an entry, or the next entry bundle.
    fn next_of_trail(&mut self) -> Result<bool, EvidenceError> {
        // Not before the first entry: it names the key, for whoever was given none.
        if self.reached > 0 && self.notes.size(self.zip)?.is_some_and(|size| size <= self.reached) {
            self.checkpoint()?;
            return Ok(true);
        }
        if let Some((seq, body)) = self.bodies.pop_front() {
            self.entry(seq, body)?;
            self.reached = seq.0.saturating_add(1);
            if self.bodies.is_empty() {
                self.tile(0, seq.0 / WIDTH)?;
            }
            return Ok(true);
        }
        let Some((index, (width, number))) = self.contents.bundles.pop_first() else { return Ok(false) };
        let name = Name::Entries { index, width };
        let Some(first) = index.checked_mul(WIDTH) else {
            self.stray(name, "is beyond any trail");
            return Ok(true);
        };
        match self.zip.file(number, LARGEST_ENTRY_BUNDLE)? {
            Ok(bytes) => {
                let (bodies, whole) = bodies(&bytes, width);
                self.bodies = (first..).map(Seq).zip(bodies).collect();
                if !whole {
                    self.stray(name, "does not hold as many entries as its name says");
                }
            }
            Err(why) => self.stray(name, why),
        }
        Ok(true)
    }

    /// The next entry of a bundle of a conversation or an answer.
    fn next_proved(&mut self) -> Result<bool, EvidenceError> {
        let Some((seq, number)) = self.contents.entries.pop_first() else { return Ok(false) };
        match self.zip.file(number, LONGEST_BODY)? {
            Ok(body) => self.entry(seq, body)?,
            Err(why) => self.stray(Name::Entry(seq), why),
        }
        Ok(true)
    }

    fn entry(&mut self, seq: Seq, body: Vec<u8>) -> Result<(), EvidenceError> {
        // A body that can't be read names nothing; its payloads come at the end.
        let commitments = Entry::from_body(&body).map(|entry| entry.fact.commitments()).unwrap_or_default();
        self.ready.push_back(Piece::Entry { seq, body });
        self.proof(seq)?;
        self.earlier(seq)?;
        for commitment in commitments {
            self.payload(commitment)?;
            if self.erased.remove(&commitment) {
                self.ready.push_back(Piece::Erased(commitment));
            }
        }
        Ok(())
    }

    fn proof(&mut self, seq: Seq) -> Result<(), EvidenceError> {
        let Some(number) = self.contents.proofs.remove(&seq) else { return Ok(()) };
        match self.text(number, LARGEST_PROOF)? {
            Ok(text) => self.ready.push_back(Piece::Proof { seq, text }),
            Err(why) => self.stray(Name::Proof(seq), why),
        }
        Ok(())
    }

    /// The checkpoints that the entry is about, each with its proof.
    fn earlier(&mut self, seq: Seq) -> Result<(), EvidenceError> {
        for about in [About::Anchor, About::Epoch] {
            for half in [Half::Checkpoint, Half::Consistency] {
                let Some(number) = self.contents.earlier.remove(&(seq, about, half)) else { continue };
                let text = self.text(number, LARGEST_PROOF)?;
                let piece = text.and_then(|text| match (half, about) {
                    (Half::Checkpoint, About::Anchor) => Ok(Piece::AnchorCheckpoint { seq, note: text }),
                    (Half::Checkpoint, About::Epoch) => Ok(Piece::EpochCheckpoint { seq, note: text }),
                    (Half::Consistency, _) => list::hashes(&text)
                        .map(|hashes| Piece::Consistency { seq, hashes })
                        .ok_or("is not hashes in Base64, one a line"),
                });
                match piece {
                    Ok(piece) => self.ready.push_back(piece),
                    Err(why) => self.stray(Name::Earlier(about, seq, half), why),
                }
            }
        }
        Ok(())
    }

    fn payload(&mut self, commitment: Commitment) -> Result<(), EvidenceError> {
        let Some(number) = self.contents.payloads.remove(&commitment) else { return Ok(()) };
        match self.zip.file(number, LARGEST)? {
            Ok(mut bytes) => match bytes.first_chunk::<SALT>().copied() {
                Some(salt) => {
                    bytes.drain(..salt.len());
                    self.ready.push_back(Piece::Payload { commitment, salt, bytes });
                }
                None => self.stray(Name::Payload(commitment), "is shorter than a salt"),
            },
            Err(why) => self.stray(Name::Payload(commitment), why),
        }
        Ok(())
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<(), EvidenceError> {
        let Some((width, number)) = self.contents.tiles.remove(&(level, index)) else { return Ok(()) };
        let name = Name::Tile { level, index, width };
        match self.zip.file(number, width * Hash::LEN as u64)? {
            Ok(bytes) if bytes.len() as u64 == width * Hash::LEN as u64 => {
                let (hashes, _) = bytes.as_chunks();
                let hashes = hashes.iter().copied().map(Hash::from_bytes).collect();
                self.ready.push_back(Piece::Tile { level, index, hashes });
            }
            Ok(_) => self.stray(name, "does not hold as many hashes as its name says"),
            Err(why) => self.stray(name, why),
        }
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<(), EvidenceError> {
        match self.notes.next(self.zip)? {
            Some(Ok(note)) => self.ready.push_back(Piece::Checkpoint { note }),
            Some(Err(why)) => self.stray(Name::Checkpoints, why),
            None => {}
        }
        Ok(())
    }

    /// What no entry asked for: one thing at a time, false when there is none left.
    fn next_of_rest(&mut self) -> Result<bool, EvidenceError> {
        let contents = &self.contents;
        if let Some(seq) = contents.proofs.keys().next().copied() {
            self.proof(seq)?;
        } else if let Some((seq, ..)) = contents.earlier.keys().next().copied() {
            self.earlier(seq)?;
        } else if let Some(commitment) = contents.payloads.keys().next().copied() {
            self.payload(commitment)?;
        } else if self.notes.size(self.zip)?.is_some() {
            self.checkpoint()?;
        } else if let Some(commitment) = self.erased.pop_first() {
            self.ready.push_back(Piece::Erased(commitment));
        } else if let Some((name, why)) = self.contents.strays.pop() {
            self.ready.push_back(Piece::Stray { name, why });
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn text(&mut self, number: usize, most: u64) -> Result<Result<String, &'static str>, EvidenceError> {
        let bytes = self.zip.file(number, most)?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "is not UTF-8")))
    }

    fn stray(&mut self, name: Name, why: &'static str) {
        self.ready.push_back(Piece::Stray { name: name.to_string(), why });
    }
}

impl<R: Read + Seek> Iterator for Pieces<'_, R> {
    type Item = Result<Piece, EvidenceError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() && self.stage != Stage::End {
            if let Err(error) = self.step() {
                self.stage = Stage::End;
                return Some(Err(error));
            }
        }
        self.ready.pop_front().map(Ok)
    }
}

/// The bodies in an entry bundle, and whether they are as many as they should be, with nothing left over.
fn bodies(bytes: &[u8], width: u64) -> (Vec<Vec<u8>>, bool) {
    let (mut bodies, mut rest) = (Vec::new(), bytes);
    while let Some((length, more)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let Some((body, more)) = more.split_at_checked(length) else { break };
        if bodies.len() as u64 == width {
            break;
        }
        bodies.push(body.to_vec());
        rest = more;
    }
    let whole = rest.is_empty() && bodies.len() as u64 == width;
    (bodies, whole)
}
