//! The thread that fills the tables that screens query, after the entries are durable and their callers have been
//! answered: nobody who waits for the disk waits for it. Whoever reads waits until the tables have caught up with what
//! was durable when they asked ([`Progress`]).

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use domain::entry::Entry;
use domain::payload::PayloadRole;
use rusqlite::{Connection, TransactionBehavior};

use crate::error::StoreError;
use crate::log;
use crate::packed::Packed;
use crate::project::{Mark, Payloads, Projection};
use crate::reserve::Reserve;
use crate::stored::Erased;
use crate::words;

/// How long entries are gathered before their rows are written, if nobody waits for them: the entries of a batch
/// change the same rows again and again, and the turn that writes them needs the processor more than we do.
const GATHER: Duration = Duration::from_millis(250);
/// Entries after which they are written all the same.
const MOST: usize = 4096;
/// How long nothing must have come before words are put into their index, if nobody asks for them.
const QUIET: Duration = Duration::from_millis(300);
/// How often rows are tried that a full disk has no room for, and how long apart: for less time than a reader waits.
const TRIES: u32 = 12;
const BETWEEN: Duration = Duration::from_millis(250);
/// How long a log that a reader keeps is left alone before it is tried again, and the longest such time: it doubles with
/// each try that the reader outlasts.
const AGAIN: Duration = Duration::from_millis(50);
const AGAIN_AT_MOST: Duration = Duration::from_secs(5);
/// How long a reader waits. Past that something is very wrong, and it is told so.
const PATIENCE: Duration = Duration::from_secs(30);

/// An entry that is durable, with those of its payloads that rows are filled from.
pub(crate) struct Durable {
    pub(crate) entry: Entry,
    pub(crate) leaf: Vec<u8>,
    payloads: Vec<Arc<Packed>>,
    /// What it erased.
    erased: Vec<Erased>,
}

impl Durable {
    pub(crate) fn new(
        entry: Entry,
        leaf: Vec<u8>,
        mut payloads: Vec<Arc<Packed>>,
        erased: Vec<Erased>,
    ) -> Self {
        // Results and requests may be large, and no row is filled from them.
        payloads.retain(|packed| {
            matches!(
                packed.payload.role,
                PayloadRole::Question
                    | PayloadRole::Arguments
                    | PayloadRole::Answer
                    | PayloadRole::Setting
                    | PayloadRole::Findings
            )
        });
        Self { entry, leaf, payloads, erased }
    }
}

enum Work {
    Entries(Vec<Durable>),
    Hurry,
    /// Somebody searches for words.
    Words,
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
    /// The first so many entries have their words in the index.
    worded: u64,
    /// Whether somebody waits for words, and the thread knows.
    words_hurried: bool,
    /// Whether words can't be written.
    wordless: bool,
    /// Whether the tables' log has nothing of what was erased.
    clean: bool,
}

impl Projector {
    /// Starts the thread over tables that are filled up to the first `entries` entries. It reads payloads from `truth`, and
    /// gives `reserve` away when the disk is full: without the tables nothing goes on.
    pub(crate) fn start(
        sql: Connection,
        truth: Connection,
        entries: u64,
        reserve: Arc<Reserve>,
    ) -> Result<Self, StoreError> {
        let (inbox, work) = mpsc::channel();
        let state = State { durable: entries, projected: entries, ..State::default() };
        let progress = Arc::new(Progress {
            state: Mutex::new(state),
            changed: Condvar::new(),
            inbox: Mutex::new(inbox.clone()),
        });
        let told = Arc::clone(&progress);
        let thread = thread::Builder::new()
            .name("trail tables".to_owned())
            .spawn(move || Tables::new(sql, truth, entries, reserve).serve(&work, &told))?;
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

    /// Waits until every entry that is durable now has its words in the index; false if that did not happen within
    /// `patience`. Blocks.
    pub(crate) fn wait_for_words(&self, patience: Duration) -> bool {
        let mut state = self.state();
        let wanted = state.durable;
        let give_up = Instant::now() + patience;
        while state.worded < wanted {
            let left = give_up.saturating_duration_since(Instant::now());
            if state.wordless || state.broken.is_some() || left.is_zero() {
                return false;
            }
            if !std::mem::replace(&mut state.words_hurried, true) {
                drop(self.inbox.lock().unwrap_or_else(PoisonError::into_inner).send(Work::Words));
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Waits until the tables' log has nothing of what was erased; false if a reader keeps it for longer than `patience`.
    /// Blocks.
    pub(crate) fn wait_for_clean(&self, patience: Duration) -> bool {
        let state = self.state();
        let waited = self.changed.wait_timeout_while(state, patience, |state| !state.clean);
        waited.unwrap_or_else(PoisonError::into_inner).0.clean
    }

    fn cleaned(&self, clean: bool) {
        self.state().clean = clean;
        self.changed.notify_all();
    }

    fn worded(&self, entries: u64, done: bool) {
        let mut state = self.state();
        state.words_hurried = false;
        (state.worded, state.wordless) = (if done { entries } else { state.worded }, !done);
        self.changed.notify_all();
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

/// What the thread has.
struct Tables {
    sql: Connection,
    truth: Connection,
    projection: Projection,
    /// How many entries they have.
    entries: u64,
    reserve: Arc<Reserve>,
    words: Words,
    /// Whether the log may have words that were erased. Before the first time nobody knows.
    must_empty: bool,
    /// How long it is left alone if a reader keeps it.
    again: Duration,
}

/// What is to be done about words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    /// Nothing: all are in the index, or it can't be written.
    Rest,
    /// When it is quiet.
    Later,
    /// Until something else comes.
    Idle,
    /// At once: somebody waits.
    Now,
}

/// Why the thread was woken.
enum Woken {
    /// There are entries to write, or somebody waits for those that there are.
    Rows,
    Words,
    /// Nothing has come for a while.
    Quiet,
    End,
}

impl Tables {
    fn new(sql: Connection, truth: Connection, entries: u64, reserve: Arc<Reserve>) -> Self {
        let projection = Projection::default();
        let (words, must_empty, again) = (Words::Later, true, AGAIN);
        Self { sql, truth, projection, entries, reserve, words, must_empty, again }
    }

    fn serve(mut self, work: &mpsc::Receiver<Work>, progress: &Progress) {
        loop {
            let mut entries = Vec::new();
            let woken = gather(work, self.patience(), &mut entries);
            if let Some(last) = entries.last() {
                let mark = Mark { entries: last.entry.seq.0 + 1, leaf: last.leaf.clone() };
                if let Err(error) = self.write_though_full(&entries, &mark) {
                    tracing::error!(%error, "the tables that screens query can't be written");
                    progress.broke(error.to_string());
                    return;
                }
                if entries.iter().any(|entry| !entry.erased.is_empty()) {
                    // The log has the rows as they were; it is emptied when their words are out of the index too.
                    self.must_empty = true;
                    progress.cleaned(false);
                }
                progress.projected(mark.entries);
            }
            if matches!(woken, Woken::Quiet) && self.words == Words::Rest {
                self.empty_log(progress);
            }
            self.words = match (woken, self.words) {
                (Woken::End, _) => return,
                (Woken::Words, _) | (_, Words::Now) => Words::Now,
                (Woken::Quiet, Words::Later | Words::Idle) => Words::Idle,
                (Woken::Rows, Words::Idle) => Words::Later,
                (_, words) => words,
            };
            if matches!(self.words, Words::Idle | Words::Now) {
                self.put_words(progress);
            }
        }
    }

    /// How long to wait for work; `None`: as long as it takes.
    fn patience(&self) -> Option<Duration> {
        match self.words {
            Words::Rest => self.must_empty.then_some(self.again),
            Words::Later => Some(QUIET),
            Words::Idle | Words::Now => Some(Duration::ZERO),
        }
    }

    /// Writes them, if need be in the room that is kept for a full disk, and if that is used up, as soon as there is
    /// any: the entries themselves are durable, so there is something to wait for.
    fn write_though_full(&mut self, entries: &[Durable], mark: &Mark) -> Result<(), StoreError> {
        let mut tries = 0;
        loop {
            match self.write(entries, mark) {
                Err(error) if self.reserve.is_wanted_by(&error) && tries < TRIES => {
                    // Part of what it kept back may be in the transaction that is gone.
                    self.projection = Projection::default();
                    if self.reserve.is_spent() {
                        thread::sleep(BETWEEN);
                    } else {
                        self.reserve.spend()?;
                    }
                    tries += 1;
                }
                done => return done,
            }
        }
    }

    fn write(&mut self, entries: &[Durable], mark: &Mark) -> Result<(), StoreError> {
        let transaction = self.sql.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for Durable { entry, payloads, erased, .. } in entries {
            self.projection.take(&transaction, entry, &Payloads::Fresh(payloads, erased))?;
        }
        self.projection.write(&transaction)?;
        mark.note(&transaction)?;
        transaction.commit()?;
        self.entries = mark.entries;
        if self.words == Words::Rest {
            self.words = Words::Later;
        }
        Ok(())
    }

    /// Empties the log if it may have what was erased and no reader keeps it. Nobody who waits for rows waits for that.
    fn empty_log(&mut self, progress: &Progress) {
        if self.must_empty {
            self.must_empty = !log::empty_now(&self.sql);
            self.again = if self.must_empty { (self.again * 2).min(AGAIN_AT_MOST) } else { AGAIN };
        }
        progress.cleaned(!self.must_empty);
    }

    /// Some of the words that are lacking. Rows come first: words that can't be written stop nobody else.
    fn put_words(&mut self, progress: &Progress) {
        match words::portion(&mut self.sql, &self.truth) {
            Ok(true) => return,
            Ok(false) => {
                self.empty_log(progress);
                progress.worded(self.entries, true);
            }
            Err(error) => {
                tracing::error!(%error, "the words that are searched can't be written");
                progress.worded(self.entries, false);
            }
        }
        self.words = Words::Rest;
    }
}

/// Takes in what has come until it is time to write it.
fn gather(work: &mpsc::Receiver<Work>, patience: Option<Duration>, entries: &mut Vec<Durable>) -> Woken {
    let mut until: Option<Instant> = None;
    while entries.len() < MOST {
        let next = match (until, patience) {
            (Some(until), _) => work.recv_timeout(until.saturating_duration_since(Instant::now())),
            (None, Some(patience)) => work.recv_timeout(patience),
            (None, None) => work.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match next {
            Ok(Work::Entries(more)) => {
                entries.extend(more);
                until.get_or_insert_with(|| Instant::now() + GATHER);
            }
            // What was durable when somebody asked came before their asking.
            Ok(Work::Hurry) => return Woken::Rows,
            Ok(Work::Words) => return Woken::Words,
            Err(RecvTimeoutError::Timeout) if entries.is_empty() => return Woken::Quiet,
            Err(RecvTimeoutError::Timeout) => return Woken::Rows,
            Ok(Work::End) | Err(RecvTimeoutError::Disconnected) => return Woken::End,
        }
    }
    Woken::Rows
}

impl std::fmt::Debug for Projector {
    /// Entries wait in it.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Projector(…)")
    }
}
