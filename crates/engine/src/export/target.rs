//! The file that is to be: written beside its place under a name that nobody looks for, then put there, whole and
//! durable, unless something else is there by then.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use domain::json::hex;
use sha2::{Digest, Sha256};
use tempfile::{Builder, NamedTempFile};

use crate::error::EngineError;

/// A file that is being made. Dropped before [`Target::keep`] it leaves nothing.
pub(super) struct Target {
    path: PathBuf,
    folder: PathBuf,
    file: NamedTempFile,
}

/// A file that was made.
pub(super) struct Kept {
    pub(super) path: String,
    pub(super) size: u64,
    pub(super) sha256: String,
}

impl Target {
    /// For a file at this path.
    ///
    /// # Errors
    /// [`EngineError::BadInput`] if something is there, or the folder can't be written.
    pub(super) fn at(path: &Path) -> Result<Self, EngineError> {
        if path.symlink_metadata().is_ok() {
            return Err(taken(path));
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = parent.unwrap_or(Path::new(".")).to_owned();
        let file = Builder::new()
            .prefix(".tieout-")
            .tempfile_in(&folder)
            .map_err(|error| unwritten(path, &error))?;
        Ok(Self { path: path.to_owned(), folder, file })
    }

    /// Where to write.
    pub(super) fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Its folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// [`EngineError::BadInput`] if something is there by now, or the disk fails.
    pub(super) fn keep(self) -> Result<Kept, EngineError> {
        let Self { path, folder, mut file } = self;
        let finish = |file: &mut NamedTempFile| {
            file.as_file().sync_all()?;
            hashed(file.as_file_mut())
        };
        let (size, sha256) = finish(&mut file).map_err(|error| unwritten(&path, &error))?;
        file.persist_noclobber(&path).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => taken(&path),
            _ => unwritten(&path, &error.error),
        })?;
        sync_folder(&folder).map_err(|error| unwritten(&path, &error))?;
        Ok(Kept { path: path.display().to_string(), size, sha256 })
    }
}

/// A name is durable when its folder is; where folders can't be opened, the system sees to it.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn hashed(file: &mut File) -> io::Result<(u64, String)> {
    file.rewind()?;
    let mut hash = Sha256::new();
    let mut part = vec![0; 64 << 10];
    let mut size = 0;
    loop {
        let length = file.read(&mut part)?;
        if length == 0 {
            return Ok((size, hex(&hash.finalize())));
        }
        hash.update(&part[..length]);
        size += length as u64;
    }
}

fn unwritten(path: &Path, error: &io::Error) -> EngineError {
    EngineError::BadInput(format!("{} can't be written: {error}", path.display()))
}

fn taken(path: &Path) -> EngineError {
    let free = free_name(path).map(|free| format!("; {} is free", free.display())).unwrap_or_default();
    EngineError::BadInput(format!("{} is there already, and nothing is written over{free}", path.display()))
}

/// `answer.tieout` → `answer-2.tieout`
fn free_name(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let (stem, endings) =
        name.split_once('.').map_or((name, String::new()), |(stem, ends)| (stem, format!(".{ends}")));
    let candidates = (2..1000).map(|number| path.with_file_name(format!("{stem}-{number}{endings}")));
    candidates.into_iter().find(|candidate| candidate.symlink_metadata().is_err())
}
