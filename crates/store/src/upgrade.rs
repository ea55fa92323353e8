//! Bringing a workspace that an older program wrote to what this one reads: its truth stays, its projections are filled
//! again. A crash in the middle leaves it as it was, or to be filled at the next opening.

use std::path::Path;

use domain::time::Micros;
use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Holder, StoreError};
use crate::keys::DatabaseKey;
use crate::lock::WriterLock;
use crate::schema::{DATABASE, Fits};
use crate::{pragma, project, schema};

/// Applies the pending migrations and fills the projections, if that was not done. The caller holds the writer's lock.
pub(crate) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    schema::migrate(connection)?;
    if schema::is_filled(connection)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    project::refill(&transaction)?;
    schema::note_filled(&transaction)?;
    transaction.commit()?;
    Ok(())
}

/// Does the same for somebody who only wants to read, as the writer for as long as that takes.
pub(crate) fn if_needed(dir: &Path, key: &DatabaseKey) -> Result<(), StoreError> {
    let path = dir.join(DATABASE);
    if !path.is_file() {
        return Err(StoreError::NotAWorkspace(dir.to_owned()));
    }
    if schema::check(&pragma::reading(&path, key)?, dir)? == Fits::Now {
        return Ok(());
    }
    let program = "an upgrade of the workspace".to_owned();
    let lock = WriterLock::take(dir, &Holder { pid: std::process::id(), program, since: Micros(0) })?;
    let upgraded = pragma::writing(&path, key).and_then(|mut connection| run(&mut connection));
    drop(lock);
    upgraded
}
