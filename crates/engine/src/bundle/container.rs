//! Where a bundle's bytes are: in the file that was opened, or, if that was encrypted or a folder, in one that has no name
//! and is gone with the program.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use domain::secret::Secret;
use evidence::{Bundle, EvidenceError};
use tempfile::SpooledTempFile;

use crate::error::EngineError;
use crate::export::of_evidence;

/// How much of what was decrypted stays in memory; what is more lies in a file that has no name.
const IN_MEMORY: usize = 64 << 20;

/// A zip to read.
pub(super) enum Container {
    File(BufReader<File>),
    Unpacked(SpooledTempFile),
}

/// Opens what lies at a path: a bundle, an encrypted one with its identity, or the folder that somebody unpacked one to.
pub(super) fn open(path: &Path, identity: Option<&Secret>) -> Result<Bundle<Container>, EngineError> {
    let unread =
        |error: io::Error| EngineError::BadInput(format!("{} can't be read: {error}", path.display()));
    if path.is_dir() {
        let mut zip = SpooledTempFile::new(IN_MEMORY);
        evidence::pack_folder(path, &mut zip).map_err(of_evidence)?;
        return Bundle::open(Container::Unpacked(zip)).map_err(of_evidence);
    }
    let file = File::open(path).map_err(unread)?;
    match (Bundle::open(Container::File(BufReader::new(file))), identity) {
        (Err(EvidenceError::Sealed), Some(identity)) => {
            let mut plain = SpooledTempFile::new(IN_MEMORY);
            let sealed = BufReader::new(File::open(path).map_err(unread)?);
            evidence::unseal(identity.expose(), sealed, &mut plain).map_err(of_evidence)?;
            Bundle::open(Container::Unpacked(plain)).map_err(of_evidence)
        }
        (opened, _) => opened.map_err(of_evidence),
    }
}

impl Read for Container {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(bytes),
            Self::Unpacked(file) => file.read(bytes),
        }
    }
}

impl Seek for Container {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Unpacked(file) => file.seek(to),
        }
    }
}
