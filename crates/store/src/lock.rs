//! One writer per workspace: a lock that the operating system drops with the process, so that nobody's crash leaves
//! it behind, and beside it a note that says who holds it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::error::{Holder, StoreError};

/// The locked file. It stays empty: where locks are mandatory nobody else could read it.
const LOCK: &str = "lock";
/// Says who holds the lock; without meaning when nobody does.
const HOLDER: &str = "holder.json";
/// How often, and how long apart, the lock is tried: whoever asks who holds it has it for an instant.
const TRIES: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(20);

/// The right to write a workspace, for as long as it lives.
#[derive(Debug)]
pub(crate) struct WriterLock {
    holder: PathBuf,
    file: File,
}

impl WriterLock {
    /// Takes the lock and leaves our name.
    pub(crate) fn take(dir: &Path, us: &Holder) -> Result<Self, StoreError> {
        let file = File::options().create(true).truncate(false).write(true).open(dir.join(LOCK))?;
        let mut tries = 1;
        while let Err(error) = file.try_lock() {
            match error {
                TryLockError::WouldBlock if tries < TRIES => {
                    tries += 1;
                    thread::sleep(BETWEEN);
                }
                TryLockError::WouldBlock => return Err(StoreError::Held(named(dir))),
                TryLockError::Error(error) => return Err(error.into()),
            }
        }
        let holder = dir.join(HOLDER);
        // Put in place whole, so that nobody reads half a name.
        let new = dir.join("holder.json.new");
        fs::write(&new, serde_json::to_vec(us).map_err(io::Error::other)?)?;
        fs::rename(&new, &holder)?;
        Ok(Self { holder, file })
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // The name goes first: a name without a lock is nobody's, a lock without a name would be a riddle. Neither
        // can fail in a way that matters; closing the file drops the lock too.
        if let Err(error) = fs::remove_file(&self.holder) {
            tracing::debug!(%error, "the holder's name stays behind");
        }
        if let Err(error) = self.file.unlock() {
            tracing::debug!(%error, "the lock goes with the file");
        }
    }
}

/// Who writes the workspace in `dir`; `None` if nobody does.
pub(crate) fn holder(dir: &Path) -> Result<Option<Holder>, StoreError> {
    let file = match File::open(dir.join(LOCK)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(named(dir))),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// The name beside the lock; of process 0 if it is not written yet.
fn named(dir: &Path) -> Holder {
    let written = fs::read(dir.join(HOLDER)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    written.unwrap_or_else(|| Holder {
        pid: 0,
        program: "another program".to_owned(),
        since: domain::time::Micros(0),
    })
}
