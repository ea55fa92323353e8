//! The shape of the database, and which programs may open it.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use crate::error::StoreError;

/// The database's name in the workspace's folder.
pub(crate) const DATABASE: &str = "tieout.db";
/// 'TIEO', by which `file` and we know our own.
const APPLICATION_ID: i32 = 0x5449_454F;
/// The newest migration.
const NEWEST: i32 = 4;

mod embedded {
    refinery::embed_migrations!("../../migrations");
}

/// Brings the tables to the newest shape: all pending migrations apply or none does.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let runner = embedded::migrations::runner().set_grouped(true);
    runner.run(connection).map_err(|error| StoreError::Sql(Box::new(error)))?;
    Ok(())
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
        Some(NEWEST) => Ok(Fits::Now),
        Some(_) => Ok(Fits::AfterUpgrade),
        None => Err(refused()),
    }
}
