//! A few read-only connections, opened when they are first needed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::error::StoreError;
use crate::keys::DatabaseKey;
use crate::{pragma, schema};

/// Answers that are made at one time; more wait.
const CONNECTIONS: usize = 4;

pub(super) struct Pool {
    dir: PathBuf,
    database: &'static str,
    key: DatabaseKey,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Pool {
    pub(super) fn new(dir: PathBuf, database: &'static str, key: DatabaseKey) -> Self {
        let permits = Arc::new(Semaphore::new(CONNECTIONS));
        Self { dir, database, key, idle: Mutex::new(Vec::new()), permits }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let gone = |_| StoreError::gone("the readers");
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(gone)?;
        let pool = Arc::clone(self);
        let answered = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let idle = pool.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = idle.map_or_else(|| pool.connect(), Ok)?;
            let answer = snapshot(&connection, read);
            // A connection that is still inside a transaction would answer from the past for ever.
            if connection.is_autocommit() {
                pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            }
            answer
        });
        answered.await.map_err(|_| StoreError::gone("reading the workspace"))?
    }

    /// A connection of its own, for a snapshot that is kept longer than an answer takes.
    pub(super) fn connect(&self) -> Result<Connection, StoreError> {
        let path = self.dir.join(self.database);
        if !path.is_file() {
            return Err(StoreError::NotAWorkspace(self.dir.clone()));
        }
        let connection = pragma::reading(&path, &self.key)?;
        schema::check(&connection, &self.dir)?;
        Ok(connection)
    }
}

fn snapshot<T>(
    connection: &Connection,
    read: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.prepare_cached("BEGIN")?.execute([])?;
    let answer = read(connection);
    connection.prepare_cached("ROLLBACK")?.execute([])?;
    answer
}
