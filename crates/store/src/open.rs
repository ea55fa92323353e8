//! Opening a workspace for writing, and making one.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use domain::entry::{Draft, Entry};
use domain::fact::Fact;
use domain::id::{BootId, Seq};
use domain::time::Moment;
use rusqlite::{Connection, OptionalExtension};
use tlog::Frontier;

use crate::error::{Holder, StoreError};
use crate::files::{make_private, sync_folder};
use crate::keys::{DatabaseKey, Keys, Signers};
use crate::links::Links;
use crate::lock::WriterLock;
use crate::log::Log;
use crate::projector::Projector;
use crate::read::{Reader, hashes};
use crate::recovery::{self, Recovery};
use crate::reserve::Reserve;
use crate::schema::DATABASE;
use crate::store::Store;
use crate::writer::{ErasedInLog, Writer};
use crate::{pragma, project, schema};

/// Where a workspace is, and who opens it when.
pub struct Opening<'a> {
    /// The workspace's folder.
    pub dir: &'a Path,
    /// This run of the program.
    pub boot: BootId,
    /// Which program, with its version; those who find the workspace held are told it.
    pub program: &'a str,
    /// Now.
    pub moment: Moment,
    /// 32 fresh random bytes at each call, for the payloads that recovery writes.
    pub mint: &'a mut (dyn FnMut() -> [u8; 32] + Send),
}

impl Opening<'_> {
    fn us(&self) -> Holder {
        Holder { pid: std::process::id(), program: self.program.to_owned(), since: self.moment.at }
    }
}

impl Store {
    /// Makes a workspace, with the folder if there is none, and opens its trail under the signer's origin.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is one, [`StoreError::Held`] if one is being made, and as for [`Store::append`].
    pub async fn create(opening: Opening<'_>, keys: Keys) -> Result<Self, StoreError> {
        let signer = keys.signer.first();
        let (origin, vkey) = (signer.origin().to_string(), signer.verifier().to_vkey());
        let program = opening.program.to_owned();
        let store = start(opening.dir, opening.us(), opening.boot, keys, Wanted::New).await?;
        let fact = Fact::TrailOpened { origin, vkey, program };
        store
            .append(vec![Draft { moment: opening.moment, conversation: None, fact, payloads: Vec::new() }])
            .await?;
        Ok(store)
    }

    /// Opens a workspace as its writer, and closes what an earlier run left open: a call that was sent and has no
    /// outcome becomes `unknown`, one that was not sent `cancelled`, a turn without an end stopped as `crashed`.
    /// Nothing is sent again. Doing it twice does nothing the second time.
    ///
    /// # Errors
    /// [`StoreError::Held`] with who writes it now; [`StoreError::WrongKey`], [`StoreError::NotAWorkspace`],
    /// [`StoreError::Newer`], [`StoreError::Pragma`]; [`StoreError::Damaged`] if the last checkpoint does not stand for
    /// what is stored.
    pub async fn open(opening: Opening<'_>, keys: Keys) -> Result<(Self, Recovery), StoreError> {
        let store = start(opening.dir, opening.us(), opening.boot, keys, Wanted::Old).await?;
        let recovery = recovery::run(&store, opening.moment, opening.mint).await?;
        Ok((store, recovery))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    New,
    Old,
}

/// Takes parts of an [`Opening`], whose `mint` must not be borrowed while we wait: the future would stay on its thread.
async fn start(
    dir: &Path,
    us: Holder,
    boot: BootId,
    keys: Keys,
    wanted: Wanted,
) -> Result<Store, StoreError> {
    let dir = dir.to_owned();
    let Keys { database, signer: signers } = keys;
    let started = tokio::task::spawn_blocking(move || {
        let lock = match wanted {
            Wanted::New => {
                make_folder(&dir)?;
                let lock = WriterLock::take(&dir, &us)?;
                make_database(&dir, &database)?;
                lock
            }
            Wanted::Old if !dir.join(DATABASE).is_file() => return Err(StoreError::NotAWorkspace(dir)),
            Wanted::Old => WriterLock::take(&dir, &us)?,
        };
        let mut connection = pragma::writing(&dir.join(DATABASE), &database)?;
        schema::check(&connection, &dir)?;
        schema::migrate(&mut connection)?;
        let (frontier, origin) = match wanted {
            Wanted::New => (Frontier::new(), signers.first().origin().to_string()),
            Wanted::Old => stored_frontier(&connection, &signers, &dir)?,
        };
        let signer = signers.into_signer(&origin).ok_or(StoreError::WrongKey)?;
        let projections = project::open(&dir, &database, &connection)?;
        let truth = pragma::reading(&dir.join(DATABASE), &database)?;
        let reserve = Arc::new(Reserve::keep(&dir));
        let projector = Projector::start(projections, truth, frontier.size(), Arc::clone(&reserve))?;
        let log = Log::watch(&mut connection)?;
        let reader = Reader::beside(dir, database, projector.progress());
        let links = Links::new(reader.clone());
        let writer = Writer {
            connection,
            log,
            signer,
            boot,
            mono: 0,
            frontier,
            links,
            reserve,
            erased: ErasedInLog::Maybe,
            lock,
        };
        Store::start(writer, projector, reader)
    });
    started.await.map_err(|_| StoreError::gone("opening the workspace"))?
}

/// The tree as it is stored, which must be the one that was signed last, by one of these signers; and the origin of what
/// is signed next. If the last entry opens an epoch, the key before it signed last: so it is after every rotation, and
/// whether the program ended right there makes no difference.
fn stored_frontier(
    connection: &Connection,
    signers: &Signers,
    dir: &Path,
) -> Result<(Frontier, String), StoreError> {
    let first: Option<Vec<u8>> =
        connection.query_row("SELECT body FROM entry WHERE seq = 0", [], |row| row.get(0)).optional()?;
    let first = first.ok_or_else(|| StoreError::NotAWorkspace(dir.to_owned()))?;
    let first = Entry::from_body(&first).map_err(|error| StoreError::damaged(Seq(0), error.to_string()))?;
    match first.fact {
        Fact::TrailOpened { vkey, .. } if vkey == signers.first().verifier().to_vkey() => {}
        Fact::TrailOpened { .. } => return Err(StoreError::WrongKey),
        _ => return Err(StoreError::damaged(Seq(0), "the first entry does not open a trail")),
    }
    let size: u64 = connection.query_row("SELECT max(seq) + 1 FROM entry", [], |row| row.get(0))?;
    let last = Seq(size - 1);
    let note: Option<String> = connection
        .query_row("SELECT note FROM checkpoint WHERE size = ?1", [size], |row| row.get(0))
        .optional()?;
    let note = note.ok_or_else(|| StoreError::damaged(last, "no checkpoint covers the last entry"))?;
    let origin = note.lines().next().unwrap_or_default();
    let verifier = signers.verifier(origin).ok_or(StoreError::WrongKey)?;
    let signed = verifier.open(&note).map_err(|error| StoreError::damaged(last, error.to_string()))?;
    let frontier = Frontier::from_stored(size, &mut |range| hashes(connection, &range))
        .map_err(|error| StoreError::damaged(last, error.to_string()))?;
    if (signed.size, signed.root) != (size, frontier.root()) {
        return Err(StoreError::damaged(last, "the last checkpoint was signed over other entries"));
    }
    let body: Vec<u8> =
        connection.query_row("SELECT body FROM entry WHERE seq = ?1", [last.0], |row| row.get(0))?;
    match Entry::from_body(&body).map_err(|error| StoreError::damaged(last, error.to_string()))?.fact {
        Fact::EpochOpened { origin, vkey } => {
            let next = signers.verifier(&origin).filter(|next| next.to_vkey() == vkey);
            next.map(|_| (frontier, origin)).ok_or(StoreError::WrongKey)
        }
        _ => Ok((frontier, origin.to_owned())),
    }
}

/// The folder, durable: one is when the folder that names it is, and a workspace that a power cut takes away whole has
/// lost every entry that was acknowledged in it. Its folder is named anew even if it is there: somebody may have made it
/// just before.
fn make_folder(dir: &Path) -> Result<(), io::Error> {
    let missing = dir.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
    let names = missing.count().max(1);
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)?;
    for parent in dir.ancestors().skip(1).take(names) {
        sync_folder(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?;
    }
    Ok(())
}

/// An empty database with its tables. One whose making was interrupted before the first entry is made again; anything
/// else that stands in its place is left alone.
fn make_database(dir: &Path, key: &DatabaseKey) -> Result<(), StoreError> {
    let path = dir.join(DATABASE);
    match make_private(&path) {
        Ok(()) => sync_folder(dir)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if !is_unfinished(&path, key) {
                return Err(StoreError::Exists(dir.to_owned()));
            }
        }
        Err(error) => return Err(error.into()),
    }
    schema::migrate(&mut pragma::writing(&path, key)?)
}

fn is_unfinished(path: &Path, key: &DatabaseKey) -> bool {
    let entries = |connection: Connection| -> Result<u64, StoreError> {
        let tables: u64 =
            connection
                .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'entry'", [], |row| row.get(0))?;
        if tables == 0 {
            return Ok(0);
        }
        Ok(connection.query_row("SELECT count(*) FROM entry", [], |row| row.get(0))?)
    };
    pragma::reading(path, key).and_then(entries).is_ok_and(|entries| entries == 0)
}
