//! The thread that fills the tables that screens query, after the entries are durable and their callers have been
//! answered: nobody who waits for the disk waits for it. Whoever reads waits until the tables have caught up with what
//! was durable when they asked ([`Progress`]).

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use domain::entry::Entry;
use domain::id::Seq;
use domain::payload::PayloadRole;
use rusqlite::{Connection, TransactionBehavior};

use crate::error::StoreError;
use crate::packed::Packed;
use crate::project::{Mark, Payloads, Projection};

/// How long entries are gathered before their rows are written, if nobody waits for them: the entries of a batch
/// change the same rows again and again.
const GATHER: Duration = Duration::from_millis(25);
/// Entries after which they are written all the same.
const MOST: usize = 4096;
/// How long a reader waits. Past that something is very wrong, and it is told so.
const PATIENCE: Duration = Duration::from_secs(30);

/// An entry that is durable, with those of its payloads that rows are filled from.
pub(crate) struct Durable {
    pub(crate) entry: Entry,
    pub(crate) leaf: Vec<u8>,
    payloads: Vec<Packed>,
    /// What it erased.
    erased: Vec<(Seq, PayloadRole)>,
}

impl Durable {
    pub(crate) fn new(
        entry: Entry,
        leaf: Vec<u8>,
        mut payloads: Vec<Packed>,
        erased: Vec<(Seq, PayloadRole)>,
    ) -> Self {
        // Results and requests may be large, and no row is filled from them.
        payloads.retain(|packed| {
            matches!(
                packed.payload.role,
                PayloadRole::Question | PayloadRole::Arguments | PayloadRole::Setting
            )
        });
        Self { entry, leaf, payloads, erased }
    }
}

enum Work {
    Entries(Vec<Durable>),
    Hurry,
    End,
}

/// Hands entries to the thread. The thread has written them and ended when this is dropped.
pub(crate) struct Projector {
    inbox: mpsc::Sender<Work>,
    progress: Arc<Progress>,
    thread: Option<thread::JoinHandle<()>>,
}

/// How far the tables are behind the trail, for readers of the same program.
pub(crate) struct Progress {
    state: Mutex<State>,
    changed: Condvar,
    inbox: Mutex<mpsc::Sender<Work>>,
}

#[derive(Default)]
struct State {
    durable: u64,
    projected: u64,
    /// Why the tables go no further, if they don't.
    broken: Option<String>,
    /// Whether somebody waits, and the thread knows.
    hurried: bool,
}

impl Projector {
    /// Starts the thread over tables that are filled up to the first `entries` entries.
    pub(crate) fn start(sql: Connection, entries: u64) -> Result<Self, StoreError> {
        let (inbox, work) = mpsc::channel();
        let state = State { durable: entries, projected: entries, ..State::default() };
        let progress = Arc::new(Progress {
            state: Mutex::new(state),
            changed: Condvar::new(),
            inbox: Mutex::new(inbox.clone()),
        });
        let told = Arc::clone(&progress);
        let thread =
            thread::Builder::new().name("trail tables".to_owned()).spawn(move || serve(sql, &work, &told))?;
        Ok(Self { inbox, progress, thread: Some(thread) })
    }

    pub(crate) fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Entries that have become durable, in order.
    pub(crate) fn take(&self, entries: Vec<Durable>) {
        let Some(last) = entries.last() else {
            return;
        };
        let durable = last.entry.seq.0 + 1;
        // A thread that broke says so to readers; the trail goes on without it.
        drop(self.inbox.send(Work::Entries(entries)));
        // After them, so that a reader's hurry comes behind what it waits for.
        self.progress.state().durable = durable;
    }
}

impl Drop for Projector {
    fn drop(&mut self) {
        drop(self.inbox.send(Work::End));
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that fills the tables panicked");
        }
    }
}

impl Progress {
    /// Waits until the tables have every entry that is durable now. Blocks.
    ///
    /// # Errors
    /// If they can't be written.
    pub(crate) fn wait(&self) -> Result<(), StoreError> {
        let mut state = self.state();
        let wanted = state.durable;
        let give_up = Instant::now() + PATIENCE;
        while state.projected < wanted {
            if let Some(why) = &state.broken {
                return Err(StoreError::Tables(why.clone()));
            }
            if !std::mem::replace(&mut state.hurried, true) {
                drop(self.inbox.lock().unwrap_or_else(PoisonError::into_inner).send(Work::Hurry));
            }
            let left = give_up.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(StoreError::Tables("they are far behind".to_owned()));
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(())
    }

    fn projected(&self, entries: u64) {
        let mut state = self.state();
        (state.projected, state.hurried) = (entries, false);
        self.changed.notify_all();
    }

    fn broke(&self, why: String) {
        self.state().broken = Some(why);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(mut sql: Connection, work: &mpsc::Receiver<Work>, progress: &Progress) {
    let mut projection = Projection::default();
    let mut open = true;
    while open {
        let mut entries = Vec::new();
        open = gather(work, &mut entries);
        let Some(last) = entries.last() else {
            continue;
        };
        let mark = Mark { entries: last.entry.seq.0 + 1, leaf: last.leaf.clone() };
        if let Err(error) = write(&mut sql, &mut projection, &entries, &mark) {
            tracing::error!(%error, "the tables that screens query can't be written");
            progress.broke(error.to_string());
            return;
        }
        progress.projected(mark.entries);
    }
}

/// Takes in what has come until it is time to write it; whether more may come.
fn gather(work: &mpsc::Receiver<Work>, entries: &mut Vec<Durable>) -> bool {
    let mut until: Option<Instant> = None;
    while entries.len() < MOST {
        let next = match until {
            None => work.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(until) => work.recv_timeout(until.saturating_duration_since(Instant::now())),
        };
        match next {
            Ok(Work::Entries(more)) => {
                entries.extend(more);
                until.get_or_insert_with(|| Instant::now() + GATHER);
            }
            // What was durable when somebody asked came before their asking.
            Ok(Work::Hurry) | Err(RecvTimeoutError::Timeout) => return true,
            Ok(Work::End) | Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
    true
}

fn write(
    sql: &mut Connection,
    projection: &mut Projection,
    entries: &[Durable],
    mark: &Mark,
) -> Result<(), StoreError> {
    let transaction = sql.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for Durable { entry, payloads, erased, .. } in entries {
        projection.take(&transaction, entry, &Payloads::Fresh(payloads, erased))?;
    }
    projection.write(&transaction)?;
    mark.note(&transaction)?;
    transaction.commit()?;
    if entries.iter().any(|entry| !entry.erased.is_empty()) {
        // What was erased must be in no file, and the log still has the rows as they were. Readers are waited for.
        sql.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    Ok(())
}

impl std::fmt::Debug for Projector {
    /// Entries wait in it.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Projector(…)")
    }
}
