//! Making a workspace ready for whoever only reads it: one that an older program wrote gets the newest shape, and tables
//! that are behind the trail, lost or broken are filled from it. A crash in the middle leaves it to be done again.

use std::path::Path;
use std::time::{Duration, Instant};

use domain::time::Micros;

use crate::error::{Holder, StoreError};
use crate::keys::DatabaseKey;
use crate::lock::WriterLock;
use crate::project::{PROJECTIONS, Usable};
use crate::schema::{DATABASE, Fits};
use crate::{pragma, project, schema, words};

/// Does what is to be done, as the writer for as long as that takes. Tables that are merely behind while somebody
/// writes are theirs to fill.
pub(crate) fn if_needed(dir: &Path, key: &DatabaseKey) -> Result<(), StoreError> {
    let path = dir.join(DATABASE);
    if !path.is_file() {
        return Err(StoreError::NotAWorkspace(dir.to_owned()));
    }
    let truth = pragma::reading(&path, key)?;
    let fits = schema::check(&truth, dir)?;
    let usable = project::is_usable(dir, key, &truth)?;
    drop(truth);
    if fits == Fits::Now && usable == Usable::UpToDate {
        return Ok(());
    }
    let program = "an upgrade of the workspace".to_owned();
    let lock = match WriterLock::take(dir, &Holder { pid: std::process::id(), program, since: Micros(0) }) {
        Err(StoreError::Held(_)) if fits == Fits::Now && usable != Usable::No => return Ok(()),
        taken => taken?,
    };
    let done = pragma::writing(&path, key).and_then(|mut truth| {
        schema::migrate(&mut truth)?;
        project::open(dir, key, &truth).map(drop)
    });
    drop(lock);
    done
}

/// Puts words into their index that a writer has left for later, as the writer for as long as that takes and no longer
/// than `patience`; whether all are there. While somebody else writes they are theirs to put.
pub(crate) fn put_words(dir: &Path, key: &DatabaseKey, patience: Duration) -> Result<bool, StoreError> {
    let begun = Instant::now();
    if !words::are_lacking(&pragma::reading(&dir.join(PROJECTIONS), key)?)? {
        return Ok(true);
    }
    let program = "a search in the workspace".to_owned();
    let lock = match WriterLock::take(dir, &Holder { pid: std::process::id(), program, since: Micros(0) }) {
        Err(StoreError::Held(_)) => return Ok(false),
        taken => taken?,
    };
    let truth = pragma::reading(&dir.join(DATABASE), key)?;
    let mut sql = pragma::projecting(&dir.join(PROJECTIONS), key)?;
    let mut more = true;
    while more && begun.elapsed() < patience {
        more = words::portion(&mut sql, &truth)?;
    }
    drop((sql, truth));
    drop(lock);
    Ok(!more)
}
