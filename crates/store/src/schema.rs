//! The shape of the database, and which programs may open it.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use crate::error::StoreError;

/// The database's name in the workspace's folder.
pub(crate) const DATABASE: &str = "tieout.db";
/// 'TIEO', by which `file` and we know our own.
const APPLICATION_ID: i32 = 0x5449_454F;
/// The newest migration.
const NEWEST: i32 = 2;

mod embedded {
    refinery::embed_migrations!("../../migrations");
}

/// Brings the tables to the newest shape: all pending migrations apply or none does. What the projections then lack is
/// for [`crate::project::refill`] to fill in.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let runner = embedded::migrations::runner().set_grouped(true);
    runner.run(connection).map_err(|error| StoreError::Sql(Box::new(error)))?;
    Ok(())
}

/// Whether the projections were filled by a program that knew the newest migration.
pub(crate) fn is_filled(connection: &Connection) -> Result<bool, StoreError> {
    let filled: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(filled >= NEWEST)
}

/// Notes that they are; durable with the transaction that filled them.
pub(crate) fn note_filled(connection: &Connection) -> Result<(), StoreError> {
    Ok(connection.pragma_update(None, "user_version", NEWEST)?)
}

/// Which program can use the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fits {
    /// This one.
    Now,
    /// This one, after [`crate::upgrade::run`].
    AfterUpgrade,
}

/// Refuses what is not a workspace of ours, or of a program newer than us.
pub(crate) fn check(connection: &Connection, dir: &Path) -> Result<Fits, StoreError> {
    let refused = || StoreError::NotAWorkspace(dir.to_owned());
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if id != APPLICATION_ID {
        return Err(refused());
    }
    let found: Option<i32> = connection
        .query_row("SELECT max(version) FROM refinery_schema_history", [], |row| row.get(0))
        .optional()?
        .flatten();
    match found {
        Some(found) if found > NEWEST => Err(StoreError::Newer { found, known: NEWEST }),
        Some(NEWEST) if is_filled(connection)? => Ok(Fits::Now),
        Some(_) => Ok(Fits::AfterUpgrade),
        None => Err(refused()),
    }
}
