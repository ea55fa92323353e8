//! `checkpoints.txt`: signed notes one after another, taken out one by one however many there are.

use std::io::{Read, Seek};

use crate::error::EvidenceError;
use crate::unpacking::Unpacking;

/// How much of the file is read at a time. A compressed file can't be entered in the middle, so each part costs
/// unpacking what lies before it again.
const STEP: u64 = 32 << 20;
/// The longest note that anybody reads, see `tlog`.
const LONGEST: usize = 128 << 10;
/// How each signature line begins.
const SIGNATURE: &[u8] = "\u{2014} ".as_bytes();

/// The notes that are still to come.
pub(crate) struct Notes {
    /// The file's number; none once it is through.
    number: Option<usize>,
    step: u64,
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
        Self::in_steps(number, STEP)
    }

    fn in_steps(number: Option<usize>, step: u64) -> Self {
        Self { number, step, part: Vec::new(), at: 0, next_part: 0, whole: false, damage: None }
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
        while !self.whole && self.part.len() - self.at <= LONGEST {
            match zip.part(number, self.next_part, self.step)? {
                Err(why) => {
                    self.damage = Some(why);
                    self.whole = true;
                }
                Ok(more) => {
                    self.whole = (more.len() as u64) < self.step;
                    self.next_part += more.len() as u64;
                    self.part.drain(..self.at);
                    self.at = 0;
                    self.part.extend(more);
                }
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::name::Name;
    use crate::packing::Packing;

    fn note(size: u64) -> String {
        format!("tieout.example/1\n{size}\nroot\n\n\u{2014} tieout.example/1 c2ln\n\u{2014} witness d2l0\n")
    }

    fn taken_out(text: &str, step: u64) -> Vec<Result<String, &'static str>> {
        let mut file = Cursor::new(Vec::new());
        let mut packing = Packing::new(&mut file);
        packing.put(Name::Checkpoints, text.as_bytes()).unwrap();
        packing.finish().unwrap();
        let mut zip = Unpacking::open(file).unwrap();
        let mut notes = Notes::in_steps(Some(0), step);
        std::iter::from_fn(|| {
            let size = notes.size(&mut zip).unwrap();
            let next = notes.next(&mut zip).unwrap();
            assert_eq!(size.is_some(), next.is_some());
            if let Some(Ok(note)) = &next {
                assert_eq!(size, size_of(note));
            }
            next
        })
        .collect()
    }

    #[test]
    fn notes_come_out_one_by_one_in_whatever_steps_they_are_read() {
        let notes: Vec<_> = (1..2_000).map(note).collect();
        let text = notes.concat();
        let expected: Vec<_> = notes.into_iter().map(Ok).collect();
        for step in [60_000, 200_000, STEP] {
            assert_eq!(taken_out(&text, step), expected);
        }
        assert_eq!(taken_out("", STEP), []);
    }

    #[test]
    fn what_is_no_note_ends_the_file() {
        let wrong = Err("is not signed notes one after another");
        let second = note(2);
        for tail in ["x", "\n\n", "a\n1\nb\n\n", &second[..second.len() - 1]] {
            assert_eq!(
                taken_out(&format!("{}{tail}", note(1)), STEP),
                [Ok(note(1)), wrong.clone()],
                "{tail:?}"
            );
        }
    }
}
