//! The one that writes. It gives each draft its place, and makes each group of requests one transaction: entries,
//! payloads, tiles, projections and one signed checkpoint become durable together or not at all.

use domain::entry::{Entry, Link};
use domain::fact::Fact;
use domain::id::{BootId, Seq};
use rusqlite::Connection;
use tlog::{Checkpoint, Frontier, Hash, Signer, leaf_hash};

use crate::error::StoreError;
use crate::links::Links;
use crate::lock::WriterLock;
use crate::log::Log;
use crate::packed::{Packed, Parcel};
use crate::project::{Payloads, Projection};
use crate::stored::{PER_ENTRY, is_known, payload_id};

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
    pub(crate) projection: Projection,
    /// Last, so that the database is closed before the lock is free.
    pub(crate) lock: WriterLock,
}

/// What became of one request of a group.
pub(crate) type Written = Result<Vec<Seq>, StoreError>;

/// An entry that has its place and its bytes, and is not written yet.
struct Staged {
    entry: Entry,
    body: Vec<u8>,
    leaf: Hash,
    payloads: Vec<Packed>,
}

impl Writer {
    /// Writes every request of a group that can be recorded, durably, in one transaction. A request that can't is
    /// refused alone: what its [`Written`] says.
    ///
    /// # Errors
    /// If something could not be written. Then nothing of the group is in the trail as far as anyone may rely on, and
    /// this writer must not be used again: what it knows of the trail may be ahead of the disk.
    pub(crate) fn write(&mut self, group: Vec<Vec<Parcel>>) -> Result<Vec<Written>, StoreError> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        // Here alone: later the ends may be ahead of the tables that they could be read from.
        self.links.trim();
        let before = self.frontier.size();
        let mut written = Vec::with_capacity(group.len());
        for request in group {
            written.push(match self.stage(request)? {
                Ok(staged) => Ok(self.insert(staged)?),
                Err(refused) => {
                    // It may have had us forget where a conversation ends, and the tables must say that again.
                    self.projection.write(&self.connection)?;
                    Err(refused)
                }
            });
        }
        if self.frontier.size() == before {
            self.connection.prepare_cached("ROLLBACK")?.execute([])?;
            return Ok(written);
        }
        self.projection.write(&self.connection)?;
        self.sign()?;
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(written)
    }

    /// Keeps the write-ahead log short; `is_idle` says whether nobody waits for the next commit.
    pub(crate) fn shorten_log(&self, is_idle: bool) {
        self.log.shorten(&self.connection, is_idle);
    }

    /// Leaves a short log behind.
    pub(crate) fn tidy(&self) {
        self.log.empty(&self.connection);
    }

    /// Gives a request's drafts their places. All of them are sound, or the request is refused and nothing is noted.
    fn stage(&mut self, request: Vec<Parcel>) -> Result<Result<Vec<Staged>, StoreError>, StoreError> {
        let mut staged: Vec<Staged> = Vec::with_capacity(request.len());
        for parcel in request {
            let seq = Seq(self.frontier.size() + staged.len() as u64);
            match self.place(parcel, seq) {
                Ok(entry) => staged.push(entry),
                Err(refused @ StoreError::Draft(_)) => {
                    for link in staged.iter().filter_map(|staged| staged.entry.link.as_ref()) {
                        self.links.forget(link.conversation);
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
        for packed in &parcel.payloads {
            if is_known(&self.connection, &packed.payload.commitment())? {
                let name = parcel.fact.type_name();
                return Err(StoreError::Draft(format!("{name} names a payload that another entry has")));
            }
        }
        let conversation = parcel.conversation;
        let link = conversation.map(|id| self.links.next(&self.connection, id)).transpose()?;
        let Parcel { moment, fact, payloads, .. } = parcel;
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
        Ok(Staged { entry, body, leaf, payloads })
    }

    fn insert(&mut self, staged: Vec<Staged>) -> Result<Vec<Seq>, StoreError> {
        let sql = &self.connection;
        let mut insert_entry =
            sql.prepare_cached("INSERT INTO entry (seq, body, leaf) VALUES (?1, ?2, ?3)")?;
        let mut insert_payload = sql.prepare_cached(
            "INSERT INTO payload (id, commitment, role, media, size, codec, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let mut insert_key = sql.prepare_cached("INSERT INTO payload_key (id, secret) VALUES (?1, ?2)")?;
        let mut seqs = Vec::with_capacity(staged.len());
        for Staged { entry, body, leaf, payloads } in staged {
            insert_entry.execute((entry.seq.0, &body, leaf.as_bytes()))?;
            for (place, packed) in payloads.iter().enumerate() {
                let (payload, (codec, bytes)) = (&packed.payload, packed.stored());
                let (id, commitment) = (payload_id(entry.seq, place), payload.commitment().0);
                let (role, size) = (payload.role.word(), payload.bytes().len());
                insert_payload.execute((id, commitment, role, &payload.media, size, codec, bytes))?;
                insert_key.execute((id, payload.secret()))?;
            }
            for tile in self.frontier.push(leaf) {
                sql.prepare_cached("INSERT INTO tile (level, position, hash) VALUES (?1, ?2, ?3)")?
                    .execute((tile.level, tile.index, tile.hash.as_bytes()))?;
            }
            self.projection.take(sql, &entry, &Payloads::Fresh(&payloads))?;
            seqs.push(entry.seq);
        }
        Ok(seqs)
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
