//! A bundle's files by name, for a verifier.

use std::io::{Read, Seek};

use crate::error::EvidenceError;
use crate::limits::{LARGEST, most};
use crate::name::Name;
use crate::unpacking::Unpacking;

/// The files of a bundle; see [`Bundle::files`](crate::Bundle::files) for their order. A file that can't be unpacked, or
/// is larger than one of its name may be, is [`EvidenceError::NotABundle`], and the last thing that it gives.
pub struct PackedFiles<'a, R: Read + Seek> {
    zip: &'a mut Unpacking<R>,
    /// From the last to the first.
    waiting: Vec<(Option<Name>, usize)>,
}

impl<'a, R: Read + Seek> PackedFiles<'a, R> {
    pub(crate) fn new(zip: &'a mut Unpacking<R>) -> Self {
        let mut waiting: Vec<_> = zip.names().map(Name::parse).zip(0..).collect();
        // What has no name comes last, and what stands there twice once more behind it.
        waiting.sort_by_key(|(name, number)| (name.is_none(), *name, *number));
        let twice = zip.twice().iter().filter_map(|name| Some((Name::parse(name), zip.number_of(name)?)));
        waiting.extend(twice.collect::<Vec<_>>());
        waiting.reverse();
        Self { zip, waiting }
    }

    fn file(&mut self, name: Option<Name>, number: usize) -> Result<(String, Vec<u8>), EvidenceError> {
        let shown = self.zip.name(number);
        let unpacked = match name {
            Some(name) if name < Name::Verifier => self.zip.file(number, most(name))?,
            // Unpacked to see that it can be, and thrown away.
            _ => self.zip.part(number, LARGEST, 0)?,
        };
        match unpacked {
            Ok(bytes) => Ok((shown, bytes)),
            Err(why) => Err(EvidenceError::no_bundle(format!("`{}` {why}", shown.escape_debug()))),
        }
    }
}

impl<R: Read + Seek> Iterator for PackedFiles<'_, R> {
    type Item = Result<(String, Vec<u8>), EvidenceError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (name, number) = self.waiting.pop()?;
        let file = self.file(name, number);
        if file.is_err() {
            self.waiting.clear();
        }
        Some(file)
    }
}

impl<R: Read + Seek> PackedFiles<'_, R> {
    /// How many are still to come.
    pub fn left(&self) -> usize {
        self.waiting.len()
    }
}
