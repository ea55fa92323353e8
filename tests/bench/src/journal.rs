//! The least that a durable record can cost: bytes over old bytes of a file, and one sync.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use crate::trouble::Outcome;

/// A file that was written once through, so that no commit allocates room on disk and none waits for the file system's
/// own journal. A database's log, which is used again and again, has it no better.
pub(crate) struct Journal {
    file: File,
    at: u64,
}

/// Longer than the longest commit.
const LENGTH: u64 = 16 << 20;

impl Journal {
    pub(crate) fn new(path: &Path) -> Outcome<Self> {
        let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        let piece = vec![0x55; 1 << 20];
        for _ in 0..LENGTH >> 20 {
            file.write_all(&piece)?;
        }
        file.sync_all()?;
        Ok(Self { file, at: 0 })
    }

    /// Writes and waits until the disk has it.
    pub(crate) fn commit(&mut self, bytes: &[u8]) -> Outcome<()> {
        let length = bytes.len() as u64;
        if self.at + length > LENGTH {
            self.at = 0;
        }
        self.file.seek(SeekFrom::Start(self.at))?;
        self.file.write_all(bytes)?;
        self.file.sync_data()?;
        self.at += length;
        Ok(())
    }
}
