//! The one that writes. It gives each draft its place, and makes each group of requests one transaction: entries,
//! payloads, tiles and one signed checkpoint become durable together or not at all. What screens query is filled
//! afterwards, by another thread (`projector`): nobody waits for that who waits for the disk.

use std::sync::Arc;

use domain::entry::{Entry, Link};
use domain::fact::Fact;
use domain::id::{BootId, Seq};
use rusqlite::Connection;
use tlog::{Checkpoint, Frontier, Hash, Signer, leaf_hash};

use crate::error::StoreError;
use crate::links::Links;
use crate::lock::WriterLock;
use crate::log::{self, Log};
use crate::packed::{Packed, Parcel};
use crate::projector::Durable;
use crate::reserve::Reserve;
use crate::stored::{Erased, PER_ENTRY, payload_id};
use crate::target::Target;

/// The only read-write connection, and what it needs to continue the trail.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    pub(crate) log: Log,
    pub(crate) signer: Signer,
    pub(crate) boot: BootId,
    /// The latest monotonic time on record of this run. Tasks read the clock before they queue here, so they may
    /// arrive in another order than they read it; on record the clock never goes back.
    pub(crate) mono: u64,
    /// The tree of the entries that this connection sees: inside a transaction ahead of the disk.
    pub(crate) frontier: Frontier,
    pub(crate) links: Links,
    /// The room for the time when the disk is full.
    pub(crate) reserve: Arc<Reserve>,
    /// Whether the log may hold pages with what was erased since.
    pub(crate) erased: ErasedInLog,
    /// Last, so that the database is closed before the lock is free.
    pub(crate) lock: WriterLock,
}

/// Whether the log may hold what was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErasedInLog {
    No,
    /// It is emptied when nobody waits for the next commit.
    Maybe,
    /// That was tried, and a reader keeps it.
    Kept,
}

/// What somebody wants recorded, all of it or, when the disk is full, all but the intents.
pub(crate) struct Requested {
    /// In order.
    pub(crate) parcels: Vec<Parcel>,
    /// How many of them, the last ones, let something out.
    pub(crate) intents: usize,
}

impl Requested {
    /// How many bytes of payloads it has, as stored.
    pub(crate) fn weight(&self) -> usize {
        self.parcels.iter().map(Parcel::weight).sum()
    }

    /// What of it is recorded even when the disk is full.
    fn before_intents(&self) -> &[Parcel] {
        &self.parcels[..self.parcels.len().saturating_sub(self.intents)]
    }
}

/// What became of one request of a group.
pub(crate) type Written = Result<Vec<Seq>, StoreError>;

/// A group that is durable.
pub(crate) struct Group {
    /// What became of each request, in their order.
    pub(crate) written: Vec<Written>,
    /// What was recorded, in order.
    pub(crate) entries: Vec<Durable>,
}

/// An entry that has its place and its bytes, and is not written yet.
struct Staged {
    entry: Entry,
    body: Vec<u8>,
    leaf: Hash,
    payloads: Vec<Arc<Packed>>,
    erases: Vec<Target>,
}

impl Writer {
    /// Writes every request of a group that can be recorded, durably, in one transaction. A request that can't is
    /// refused alone: what its [`Written`] says. When the disk is full, the reserve is given away, and until it can be
    /// kept again no intent is recorded: so the room is there for how calls end that are under way.
    ///
    /// # Errors
    /// If something could not be written. Then nothing of the group is in the trail as far as anyone may rely on, and
    /// this writer must not be used again: what it knows of the trail may be ahead of the disk.
    pub(crate) fn write(&mut self, group: &[Requested]) -> Result<Group, StoreError> {
        self.reserve.renew();
        if !self.reserve.is_spent() {
            let (frontier, mono) = (self.frontier.clone(), self.mono);
            match self.transact(group, false) {
                Err(error) if self.reserve.is_wanted_by(&error) => {
                    // SQLite may have done so itself.
                    if !self.connection.is_autocommit() {
                        self.connection.execute_batch("ROLLBACK")?;
                    }
                    (self.frontier, self.mono) = (frontier, mono);
                    self.links.take_all_back();
                    self.reserve.spend()?;
                }
                done => return done,
            }
        }
        self.transact(group, true)
    }

    fn transact(&mut self, group: &[Requested], is_full: bool) -> Result<Group, StoreError> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        // Here alone: later the ends may be ahead of what they could be read from.
        self.links.trim();
        let mut entries = Vec::new();
        let before = self.frontier.size();
        let mut written = Vec::with_capacity(group.len());
        for request in group {
            let withheld = is_full && request.intents > 0;
            let parcels = if withheld { request.before_intents() } else { &request.parcels };
            written.push(match self.stage(parcels)? {
                Ok(staged) => {
                    let first = self.frontier.size();
                    let more = self.insert(staged)?;
                    let seqs = (first..first + more.len() as u64).map(Seq).collect();
                    entries.extend(more);
                    if withheld { Err(StoreError::Full) } else { Ok(seqs) }
                }
                Err(refused) => Err(refused),
            });
        }
        if self.frontier.size() == before {
            self.connection.prepare_cached("ROLLBACK")?.execute([])?;
            return Ok(Group { written, entries });
        }
        self.sign()?;
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(Group { written, entries })
    }

    /// Keeps the write-ahead log short; `is_idle` says whether nobody waits for the next commit.
    pub(crate) fn shorten_log(&mut self, is_idle: bool) {
        if self.erased == ErasedInLog::Maybe && is_idle {
            self.empty_log();
        }
        self.log.shorten(&self.connection, is_idle);
    }

    /// Empties the log unless a reader keeps it; whether that is done. No commit waits for a reader.
    pub(crate) fn empty_log(&mut self) -> bool {
        let emptied = log::empty_now(&self.connection);
        self.erased = if emptied { ErasedInLog::No } else { ErasedInLog::Kept };
        emptied
    }

    /// Leaves a short log behind.
    pub(crate) fn tidy(&self) {
        let _stays_for_the_next_opening = log::empty(&self.connection);
    }

    /// Gives a request's drafts their places. All of them are sound, or the request is refused and nothing is noted.
    fn stage(&mut self, request: &[Parcel]) -> Result<Result<Vec<Staged>, StoreError>, StoreError> {
        let mut staged: Vec<Staged> = Vec::with_capacity(request.len());
        for parcel in request {
            let seq = Seq(self.frontier.size() + staged.len() as u64);
            match self.place(parcel.clone(), seq) {
                Ok(entry) => staged.push(entry),
                Err(refused @ StoreError::Draft(_)) => {
                    for link in staged.iter().rev().filter_map(|staged| staged.entry.link.as_ref()) {
                        self.links.take_back(link);
                    }
                    return Ok(Err(refused));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Ok(staged))
    }

    fn place(&mut self, parcel: Parcel, seq: Seq) -> Result<Staged, StoreError> {
        if parcel.payloads.len() as u64 > PER_ENTRY {
            return Err(StoreError::Draft(format!("an entry has at most {PER_ENTRY} payloads")));
        }
        let conversation = parcel.conversation;
        let link = conversation.map(|id| self.links.next(id)).transpose()?;
        let Parcel { moment, fact, payloads, erases, .. } = parcel;
        let fact = counted(fact, link.as_ref());
        let mono = self.mono.max(moment.mono);
        let entry = Entry { seq, at: moment.at, mono, boot: self.boot, link, fact };
        let body = entry.to_body().map_err(|error| StoreError::Draft(error.to_string()))?;
        // Only now: the time of a draft that can't be recorded must not be everybody's.
        self.mono = mono;
        let leaf = leaf_hash(&body);
        if let Some(link) = &entry.link {
            self.links.extend(link, leaf);
        }
        Ok(Staged { entry, body, leaf, payloads, erases })
    }

    fn insert(&mut self, staged: Vec<Staged>) -> Result<Vec<Durable>, StoreError> {
        let sql = &self.connection;
        let mut insert_entry =
            sql.prepare_cached("INSERT INTO entry (seq, body, leaf) VALUES (?1, ?2, ?3)")?;
        let mut insert_payload = sql.prepare_cached(
            "INSERT INTO payload (id, commitment, role, media, size, codec, secret, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        let mut entries = Vec::with_capacity(staged.len());
        for Staged { entry, body, leaf, payloads, erases } in staged {
            insert_entry.execute((entry.seq.0, &body, leaf.as_bytes()))?;
            for (place, packed) in payloads.iter().enumerate() {
                let (payload, (codec, bytes)) = (&packed.payload, packed.stored());
                let (id, commitment) = (payload_id(entry.seq, place), payload.commitment().0);
                let (role, size) = (payload.role.word(), payload.bytes().len());
                let media = &payload.media;
                insert_payload.execute((
                    id,
                    commitment,
                    role,
                    media,
                    size,
                    codec,
                    payload.secret(),
                    bytes,
                ))?;
            }
            for tile in self.frontier.push(leaf) {
                sql.prepare_cached("INSERT INTO tile (level, position, hash) VALUES (?1, ?2, ?3)")?
                    .execute((tile.level, tile.index, tile.hash.as_bytes()))?;
            }
            for target in &erases {
                let id = payload_id(target.seq, target.place);
                sql.prepare_cached("INSERT INTO erased (id, seq) VALUES (?1, ?2)")?
                    .execute((id, entry.seq.0))?;
                sql.prepare_cached("DELETE FROM payload WHERE id = ?1")?.execute([id])?;
            }
            let erased = erases.iter().map(|target| Erased::of(sql, target.seq, target.role));
            let erased = erased.collect::<Result<Vec<_>, _>>()?;
            if self.erased == ErasedInLog::No && !erased.is_empty() {
                self.erased = ErasedInLog::Maybe;
            }
            entries.push(Durable::new(entry, leaf.as_bytes().to_vec(), payloads, erased));
        }
        Ok(entries)
    }

    fn sign(&self) -> Result<(), StoreError> {
        let origin = self.signer.origin().clone();
        let checkpoint = Checkpoint { origin, size: self.frontier.size(), root: self.frontier.root() };
        let note = self.signer.sign(&checkpoint);
        self.connection
            .prepare_cached("INSERT INTO checkpoint (size, note) VALUES (?1, ?2)")?
            .execute((checkpoint.size, note))?;
        Ok(())
    }
}

/// An answer says how many entries its conversation has, itself included; only the writer can know.
fn counted(mut fact: Fact, link: Option<&Link>) -> Fact {
    if let (Fact::AnswerGiven { entries, .. }, Some(link)) = (&mut fact, link) {
        *entries = link.cseq + 1;
    }
    fact
}
