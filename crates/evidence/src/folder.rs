//! A bundle that somebody unpacked: its folder as a zip again, so that there is one way to read a bundle.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::error::EvidenceError;
use crate::limits::MOST_FILES;

/// How deep a bundle's own folders go, and some more: what lies deeper is no part of one.
const DEEPEST: usize = 16;

/// Packs the files of a folder, under their names in it. What is neither a file nor a folder, such as a link, is left out:
/// it could lead anywhere.
///
/// # Errors
/// [`EvidenceError::NotABundle`] if it holds more than any bundle; [`EvidenceError::Io`].
pub fn pack_folder(folder: &Path, out: impl Write + Seek) -> Result<(), EvidenceError> {
    let mut packing = Folder { zip: ZipWriter::new(out), files: 0 };
    packing.add(folder, "", 0)?;
    packing.zip.finish().map_err(EvidenceError::packing)?.flush()?;
    Ok(())
}

struct Folder<W: Write + Seek> {
    zip: ZipWriter<W>,
    files: u64,
}

impl<W: Write + Seek> Folder<W> {
    fn add(&mut self, folder: &Path, under: &str, depth: usize) -> Result<(), EvidenceError> {
        let mut found = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        found.sort_by_key(fs::DirEntry::file_name);
        for entry in found {
            let kind = entry.file_type()?;
            let name = format!("{under}{}", entry.file_name().to_string_lossy());
            if kind.is_dir() && depth < DEEPEST {
                self.add(&entry.path(), &format!("{name}/"), depth + 1)?;
            } else if kind.is_file() {
                self.files += 1;
                if self.files > MOST_FILES {
                    let why = format!("the folder holds more than {MOST_FILES} files");
                    return Err(EvidenceError::no_bundle(why));
                }
                let options = SimpleFileOptions::default()
                    .compression_method(CompressionMethod::Stored)
                    .large_file(entry.metadata()?.len() > u64::from(u32::MAX));
                self.zip.start_file(name, options).map_err(EvidenceError::packing)?;
                io::copy(&mut File::open(entry.path())?, &mut self.zip)?;
            }
        }
        Ok(())
    }
}
