//! Writing the zip: the same files in the same order give the same bytes, on any day.

use std::io::{self, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::error::EvidenceError;
use crate::limits::{LARGEST, MOST_FILES};
use crate::name::Name;

/// A zip that is being written. It remembers each file's name until the end, where the directory is written.
pub(crate) struct Packing<W: Write + Seek> {
    zip: ZipWriter<W>,
    files: u64,
    /// The file that is open, and how many bytes were written to it.
    open: Option<(Name, u64)>,
}

impl<W: Write + Seek> Packing<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { zip: ZipWriter::new(out), files: 0, open: None }
    }

    /// Writes a whole file.
    pub(crate) fn put(&mut self, name: Name, bytes: &[u8]) -> Result<(), EvidenceError> {
        self.begin(name)?;
        self.more(bytes)
    }

    /// Begins a file; the one before it ends.
    pub(crate) fn begin(&mut self, name: Name) -> Result<(), EvidenceError> {
        if self.files == MOST_FILES {
            return Err(EvidenceError::TooMany { most: MOST_FILES });
        }
        self.files += 1;
        self.zip.start_file(name, options(name)).map_err(EvidenceError::packing)?;
        self.open = Some((name, 0));
        Ok(())
    }

    /// Adds to the file that was begun last.
    pub(crate) fn more(&mut self, bytes: &[u8]) -> Result<(), EvidenceError> {
        if let Some((name, written)) = &mut self.open {
            *written = written.saturating_add(bytes.len() as u64);
            if *written > LARGEST {
                return Err(EvidenceError::TooLarge { name: name.to_string(), most: LARGEST });
            }
        }
        Ok(self.zip.write_all(bytes)?)
    }

    /// Writes the directory, and says how long the whole is.
    pub(crate) fn finish(self) -> Result<u64, EvidenceError> {
        let mut out = self.zip.finish().map_err(EvidenceError::packing)?;
        out.flush()?;
        Ok(out.stream_position()?)
    }
}

impl<W: Write + Seek> Write for Packing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.more(bytes).map_err(|error| match error {
            EvidenceError::Io(error) => error,
            other => io::Error::other(other),
        })?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hashes can't be made shorter, everything else can. The time is the first that a zip can say: when a bundle was made
/// stands in its manifest.
fn options(name: Name) -> SimpleFileOptions {
    let method = match name {
        Name::Tile { .. } => CompressionMethod::Stored,
        _ => CompressionMethod::Deflated,
    };
    SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(DateTime::default())
        .system(System::Unix)
        .unix_permissions(0o644)
}
