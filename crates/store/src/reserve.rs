//! Room on the disk that is kept for the time when there is none: how calls end that are under way when the disk becomes
//! full must still be recorded, so a file of nothing is given away for that.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::ErrorCode;

use crate::error::StoreError;
use crate::files::make_private;

/// The file. It holds nothing; whoever deletes it takes no more than the room.
const RESERVE: &str = "reserve";
/// Bytes of it: the ends of some hundreds of calls, in both databases' logs.
const SIZE: u64 = 4 << 20;
/// Bytes that are written at once. Within them nothing repeats, so that a file system that compresses does not keep the
/// room in name alone.
const PIECE: usize = 1 << 20;

/// The room that is kept, or was given away.
#[derive(Debug)]
pub(crate) struct Reserve {
    path: PathBuf,
    /// Whether it was given away, or never was there because the disk is full.
    spent: Mutex<bool>,
}

impl Reserve {
    /// Keeps room in the folder, as far as there is any. Without it nothing new may be sent.
    pub(crate) fn keep(dir: &Path) -> Self {
        let path = dir.join(RESERVE);
        let mut spent = false;
        if !fs::metadata(&path).is_ok_and(|found| found.len() == SIZE)
            && let Err(error) = make(&path, 0)
        {
            tracing::warn!(%error, "no room is kept for a full disk");
            // Whatever else is wrong with the folder concerns the database too, which says so better.
            spent = is_no_room(&error);
        }
        Self { path, spent: Mutex::new(spent) }
    }

    /// Whether the disk is full: what is still recorded lives on the room that was given away.
    pub(crate) fn is_spent(&self) -> bool {
        *self.state()
    }

    /// Gives the room away.
    ///
    /// # Errors
    /// If the file can't be deleted.
    pub(crate) fn spend(&self) -> Result<(), io::Error> {
        let mut spent = self.state();
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if !std::mem::replace(&mut *spent, true) {
            tracing::warn!(
                "the disk is full: what is under way is recorded in the room that was kept for that"
            );
        }
        Ok(())
    }

    /// Keeps the room anew if it was given away, and there is as much again beside it: otherwise what was just given
    /// away would be taken back, and given away again, at every request.
    pub(crate) fn renew(&self) {
        let mut spent = self.state();
        if *spent {
            match make(&self.path, SIZE) {
                Ok(()) => {
                    *spent = false;
                    tracing::info!("there is room on the disk again");
                }
                Err(error) => tracing::debug!(%error, "the disk is still full"),
            }
        }
    }

    /// Whether this went wrong because the disk is full. SQLite knows that of most writes. Of a sync, of the log's index
    /// and of a quota it says no more than that they failed, so whether a page can be written is tried.
    pub(crate) fn is_wanted_by(&self, error: &StoreError) -> bool {
        match error {
            StoreError::Full => true,
            StoreError::Io(error) => is_no_room(error),
            StoreError::Sql(error) => {
                let code =
                    error.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
                code == Some(ErrorCode::SystemIoFailure) && self.is_no_page_left()
            }
            _ => false,
        }
    }

    fn is_no_page_left(&self) -> bool {
        let path = self.path.with_extension("page");
        let tried = fs::write(&path, [0; 4096]);
        drop(fs::remove_file(&path));
        tried.is_err_and(|error| is_no_room(&error))
    }

    fn state(&self) -> MutexGuard<'_, bool> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the file, durably; nothing is left of it if that fails. `beside` are bytes that must be free besides.
fn make(path: &Path, beside: u64) -> Result<(), io::Error> {
    let made = write(path, beside);
    if made.is_err() {
        drop(fs::remove_file(path));
    }
    made
}

fn write(path: &Path, beside: u64) -> Result<(), io::Error> {
    match make_private(path) {
        // One that is not whole: the program ended while it was made.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => made?,
    }
    let mut file = File::options().write(true).truncate(true).open(path)?;
    let piece = piece();
    let mut written = 0;
    while written < SIZE + beside {
        file.write_all(&piece)?;
        written += PIECE as u64;
    }
    file.set_len(SIZE)?;
    file.sync_all()
}

/// Bytes that no compression shortens (xorshift64*).
fn piece() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut piece = Vec::with_capacity(PIECE);
    while piece.len() < PIECE {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        piece.extend_from_slice(&state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
    }
    piece
}

fn is_no_room(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_is_kept_given_away_and_kept_again() {
        let dir = tempfile::tempdir().unwrap();
        let size = || fs::metadata(dir.path().join(RESERVE)).map(|found| found.len()).ok();
        fs::write(dir.path().join(RESERVE), "half of it").unwrap();
        let reserve = Reserve::keep(dir.path());
        assert_eq!((reserve.is_spent(), size()), (false, Some(SIZE)));
        reserve.spend().unwrap();
        reserve.spend().unwrap();
        assert_eq!((reserve.is_spent(), size()), (true, None));
        reserve.renew();
        assert_eq!((reserve.is_spent(), size()), (false, Some(SIZE)));
    }

    #[test]
    fn only_a_full_disk_wants_it() {
        let dir = tempfile::tempdir().unwrap();
        let reserve = Reserve::keep(dir.path());
        let sql =
            |code| StoreError::from(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None));
        assert!(reserve.is_wanted_by(&sql(rusqlite::ffi::SQLITE_FULL)));
        assert!(reserve.is_wanted_by(&io::Error::from(io::ErrorKind::QuotaExceeded).into()));
        // There is room here, so whatever failed failed for another reason.
        assert!(!reserve.is_wanted_by(&sql(rusqlite::ffi::SQLITE_IOERR)));
        assert!(!reserve.is_wanted_by(&StoreError::ReadOnly));
    }
}
