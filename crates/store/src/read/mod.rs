//! The reading side: connections that can't write, and one snapshot for each answer.

mod anchors;
mod answers;
mod calls;
mod care;
mod check;
mod conversations;
mod epochs;
mod evidence;
mod growth;
mod hidden;
mod payloads;
mod pool;
mod proof;
mod query;
mod search;
mod settings;
mod shown;
mod snapshot;
mod spent;
mod stats;
mod subject;
mod tied;
mod trail;
mod uses;
mod wire;
mod wording;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

pub use anchors::AnchorStanding;
pub use epochs::Epoch;
pub use evidence::{Evidence, Piece};
pub(crate) use proof::hashes;
pub use query::CallQuery;
pub use shown::TurnPlace;
pub use snapshot::{Holdings, Opened, Snapshot};

use crate::error::{Holder, StoreError};
use crate::keys::DatabaseKey;
use crate::projector::Progress;
use crate::{lock, upgrade};
use pool::Pool;

/// How long a search waits for the words of what was recorded just before. Then it finds what there is.
const SEARCH_WAITS: Duration = Duration::from_secs(3);
/// How long erasing waits until the words are gone: erasing much takes minutes.
const ERASING_WAITS: Duration = Duration::from_mins(30);
/// How long it waits after that for readers that keep the logs. What they keep goes when they do.
pub(crate) const READERS_WAIT: Duration = Duration::from_secs(10);

/// Reads one workspace, whoever writes it. Clones share a few connections. Each answer is one snapshot: what was
/// durable when it was asked for, and nothing of a commit that was under way. Its methods need a tokio runtime.
#[derive(Clone)]
pub struct Reader {
    pool: Arc<Pool>,
}

impl Reader {
    /// Opens a workspace for reading alone. The folder must be one that we may write to, because readers share an
    /// index of the write-ahead log there. What an older program left is first brought to the newest shape: the trail
    /// stays as it is, what screens query is filled again.
    ///
    /// # Errors
    /// [`StoreError::NotAWorkspace`], [`StoreError::WrongKey`] or [`StoreError::Newer`]; [`StoreError::Held`] if an
    /// older program writes there now.
    pub async fn open(dir: &Path, key: DatabaseKey) -> Result<Self, StoreError> {
        let (folder, opening) = (dir.to_owned(), key.clone());
        let upgraded = tokio::task::spawn_blocking(move || upgrade::if_needed(&folder, &opening));
        upgraded.await.map_err(|_| StoreError::gone("opening the workspace"))??;
        let reader = Self::new(dir.to_owned(), key);
        // The pool looks at what it opens.
        reader.run(|_| Ok(())).await?;
        Ok(reader)
    }

    /// Who writes this workspace now; `None` if nobody does.
    pub async fn holder(&self) -> Result<Option<Holder>, StoreError> {
        let dir = self.pool.dir().to_owned();
        let asked = tokio::task::spawn_blocking(move || lock::holder(&dir));
        asked.await.map_err(|_| StoreError::gone("asking for the holder"))?
    }

    /// For another program's workspace, or one that nobody writes: what it shows may be some milliseconds old.
    fn new(dir: PathBuf, key: DatabaseKey) -> Self {
        Self { pool: Arc::new(Pool::new(dir, key, None)) }
    }

    /// For the program that writes: whatever is durable when it asks stands in what it gets.
    pub(crate) fn beside(dir: PathBuf, key: DatabaseKey, progress: Arc<Progress>) -> Self {
        Self { pool: Arc::new(Pool::new(dir, key, Some(progress))) }
    }

    /// Waits until what is durable now has its words in their index, as long as a search waits for that. In a
    /// workspace that nobody writes they are put there now.
    async fn wait_for_words(&self) -> Result<(), StoreError> {
        let pool = Arc::clone(&self.pool);
        let waited = tokio::task::spawn_blocking(move || pool.wait_for_words(SEARCH_WAITS));
        waited.await.map_err(|_| StoreError::gone("waiting for words"))?.map(drop)
    }

    /// Waits until no words of what was erased before are in the tables' files; false if that takes too long.
    pub(crate) async fn words_are_gone(&self) -> Result<bool, StoreError> {
        let pool = Arc::clone(&self.pool);
        let waited = tokio::task::spawn_blocking(move || {
            Ok(pool.wait_for_words(ERASING_WAITS)? && pool.wait_for_clean(READERS_WAIT))
        });
        waited.await.map_err(|_| StoreError::gone("waiting for words"))?
    }

    /// Answers from one snapshot, on this thread, which may block.
    pub(crate) fn run_now<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.pool.run_now(read)
    }

    /// Answers from one snapshot, off the async threads.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.pool.run(read).await
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Reader").field("dir", &self.pool.dir()).finish_non_exhaustive()
    }
}
