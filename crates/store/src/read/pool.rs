//! A few read-only connections, opened when they are first needed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::error::StoreError;
use crate::keys::DatabaseKey;
use crate::project::PROJECTIONS;
use crate::projector::Progress;
use crate::schema::DATABASE;
use crate::{pragma, schema, upgrade};

/// Answers that are made at one time; more wait.
const CONNECTIONS: usize = 4;

pub(super) struct Pool {
    dir: PathBuf,
    key: DatabaseKey,
    /// Of the tables, if this program fills them.
    progress: Option<Arc<Progress>>,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Pool {
    pub(super) fn new(dir: PathBuf, key: DatabaseKey, progress: Option<Arc<Progress>>) -> Self {
        let permits = Arc::new(Semaphore::new(CONNECTIONS));
        Self { dir, key, progress, idle: Mutex::new(Vec::new()), permits }
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
            pool.run_now(read)
        });
        answered.await.map_err(|_| StoreError::gone("reading the workspace"))?
    }

    /// The same on this thread, with a connection more if all are busy.
    pub(super) fn run_now<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.wait()?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(|| self.connect(), Ok)?;
        let answer = snapshot(&connection, read);
        // A connection that is still inside a transaction would answer from the past for ever.
        if connection.is_autocommit() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        answer
    }

    /// Waits until the tables have what is durable now, if that can be known here.
    pub(super) fn wait(&self) -> Result<(), StoreError> {
        self.progress.as_ref().map_or(Ok(()), |progress| progress.wait())
    }

    /// Waits until what is durable now has its words in their index, or for as long as `patience`; whether it has.
    pub(super) fn wait_for_words(&self, patience: Duration) -> Result<bool, StoreError> {
        match &self.progress {
            Some(progress) => Ok(progress.wait_for_words(patience)),
            None => upgrade::put_words(&self.dir, &self.key, patience),
        }
    }

    /// Waits until the tables' log has nothing of what was erased, or for as long as `patience`; whether that is so.
    pub(super) fn wait_for_clean(&self, patience: Duration) -> bool {
        self.progress.as_ref().is_none_or(|progress| progress.wait_for_clean(patience))
    }

    /// A connection of its own, for a snapshot that is kept longer than an answer takes.
    pub(super) fn connect(&self) -> Result<Connection, StoreError> {
        let path = self.dir.join(DATABASE);
        if !path.is_file() {
            return Err(StoreError::NotAWorkspace(self.dir.clone()));
        }
        let connection = pragma::reading(&path, &self.key)?;
        schema::check(&connection, &self.dir)?;
        pragma::attach(&connection, &self.dir.join(PROJECTIONS), &self.key)?;
        Ok(connection)
    }
}

/// One moment of both files: of the tables first, so that the trail, which is ahead of them if anything, has every entry
/// that they tell of.
fn snapshot<T>(
    connection: &Connection,
    read: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.prepare_cached("BEGIN")?.execute([])?;
    let answer = begin(connection).and_then(|()| read(connection));
    connection.prepare_cached("ROLLBACK")?.execute([])?;
    answer
}

/// A transaction sees each file as it was when that file was first read.
pub(super) fn begin(connection: &Connection) -> Result<(), StoreError> {
    let mut tables = connection.prepare_cached("SELECT count(*) FROM projections.projected")?;
    tables.query_row([], |_| Ok(()))?;
    let mut truth = connection.prepare_cached("SELECT max(seq) FROM main.entry")?;
    truth.query_row([], |_| Ok(()))?;
    Ok(())
}
