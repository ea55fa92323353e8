//! `checkpoints.txt`: signed notes one after another, taken out one by one however many there are.

use std::io::{Read, Seek};

use crate::error::EvidenceError;
use crate::unpacking::Unpacking;

/// How much of the file is in memory at a time. A compressed file can't be entered in the middle, so each part costs
/// unpacking what lies before it again.
const PART: u64 = 32 << 20;
/// The longest note that anybody reads, see `tlog`.
const LONGEST: usize = 128 << 10;
/// How each signature line begins.
const SIGNATURE: &[u8] = "\u{2014} ".as_bytes();

/// The notes that are still to come.
pub(crate) struct Notes {
    /// The file's number; none once it is through.
    number: Option<usize>,
    part: Vec<u8>,
    /// Where in `part` the next note begins.
    at: usize,
    /// Where in the file the part after this one begins.
    next_part: u64,
    whole: bool,
    /// What is wrong with the file, until it is told.
    damage: Option<&'static str>,
}

impl Notes {
    pub(crate) fn new(number: Option<usize>) -> Self {
        Self { number, part: Vec::new(), at: 0, next_part: 0, whole: false, damage: None }
    }

    /// The size that the next note names: `None` if nothing is left, 0 for what names none and so waits for nothing.
    pub(crate) fn size<R: Read + Seek>(
        &mut self,
        zip: &mut Unpacking<R>,
    ) -> Result<Option<u64>, EvidenceError> {
        self.fill(zip)?;
        if self.damage.is_some() {
            return Ok(Some(0));
        }
        Ok(self.rest().map(|rest| note(rest).and_then(size_of).unwrap_or(0)))
    }

    /// The next note, or what is wrong with the file from here on; `None` if nothing is left.
    pub(crate) fn next<R: Read + Seek>(
        &mut self,
        zip: &mut Unpacking<R>,
    ) -> Result<Option<Result<String, &'static str>>, EvidenceError> {
        self.fill(zip)?;
        if let Some(why) = self.damage.take() {
            self.number = None;
            return Ok(Some(Err(why)));
        }
        let Some(rest) = self.rest() else { return Ok(None) };
        let Some(note) = note(rest).map(str::to_owned) else {
            self.number = None;
            return Ok(Some(Err("is not signed notes one after another")));
        };
        self.at += note.len();
        Ok(Some(Ok(note)))
    }

    /// What was read and not given back yet; none at the end.
    fn rest(&self) -> Option<&[u8]> {
        self.number?;
        self.part.get(self.at..).filter(|rest| !rest.is_empty())
    }

    /// Sees to it that a whole note is in memory, if there is one.
    fn fill<R: Read + Seek>(&mut self, zip: &mut Unpacking<R>) -> Result<(), EvidenceError> {
        let Some(number) = self.number else { return Ok(()) };
        if self.whole || self.part.len() - self.at > LONGEST {
            return Ok(());
        }
        match zip.part(number, self.next_part, PART)? {
            Err(why) => {
                self.damage = Some(why);
                self.whole = true;
            }
            Ok(more) => {
                self.whole = (more.len() as u64) < PART;
                self.next_part += more.len() as u64;
                self.part.drain(..self.at);
                self.at = 0;
                self.part.extend(more);
            }
        }
        Ok(())
    }
}

/// The note that the bytes begin with: its text, an empty line, and signature lines.
fn note(bytes: &[u8]) -> Option<&str> {
    let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
    let signatures = bytes.windows(2).position(|pair| pair == b"\n\n")? + 2;
    let mut end = signatures;
    while let Some(line) = bytes.get(end..).filter(|rest| rest.starts_with(SIGNATURE)) {
        end += line.iter().position(|byte| *byte == b'\n')? + 1;
    }
    let note = bytes.get(..end).filter(|_| end > signatures)?;
    std::str::from_utf8(note).ok()
}

/// Its second line, as a number.
fn size_of(note: &str) -> Option<u64> {
    note.split('\n').nth(1)?.parse().ok()
}
