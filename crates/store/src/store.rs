//! The writing side, as the rest of the program has it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use domain::entry::Draft;
use domain::fact::{Change, Fact};
use domain::id::Seq;
use domain::intent::DurableIntent;
use domain::json::Json;
use domain::model::ModelSpec;
use domain::source::SourceSpec;
use domain::tool::SourceName;
use serde::de::DeserializeOwned;
use tlog::Signer;
use tokio::sync::{mpsc, oneshot};

use crate::error::StoreError;
use crate::group::{self, Request};
use crate::packed;
use crate::projector::Projector;
use crate::read::{READERS_WAIT, Reader};
use crate::writer::{Requested, Writer};

/// How long apart it is asked whether a reader has let go of the log.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// The right to write one workspace's trail. Clones share it. [`Store::create`] and [`Store::open`] make one;
/// [`Store::close`] or dropping the last clone ends it: either waits until what was handed in is written, the database
/// is closed and the lock is free.
///
/// Whatever it is asked to write is durable when it says so. An answer of [`StoreError::Fatal`] is final: nothing is
/// written from then on, so nothing may be sent.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

/// The fields go in this order: the thread ends when the inbox is gone, and only then can it be waited for.
#[derive(Debug)]
struct Inner {
    reader: Reader,
    lost: Arc<AtomicBool>,
    inbox: mpsc::Sender<Request>,
    thread: WriterThread,
}

#[derive(Debug)]
struct WriterThread(Mutex<Option<JoinHandle<()>>>);

impl Store {
    pub(crate) fn start(writer: Writer, projector: Projector, reader: Reader) -> Result<Self, StoreError> {
        let lost = Arc::default();
        let (inbox, thread) = group::start(writer, projector, Arc::clone(&lost))?;
        let thread = WriterThread(Mutex::new(Some(thread)));
        Ok(Self { inner: Arc::new(Inner { reader, lost, inbox, thread }) })
    }

    /// Records facts in order, together: all of them are durable when this returns, or none is written. If the caller
    /// goes away while it waits, they may be written all the same. The writer fills in `entries` of an `answer.given`.
    ///
    /// # Errors
    /// [`StoreError::Draft`] if a draft does not bring exactly the payloads that its fact names; then the trail is as
    /// it was. [`StoreError::Fatal`] or [`StoreError::Damaged`] if the trail can't be written.
    pub async fn append(&self, drafts: Vec<Draft>) -> Result<Vec<Seq>, StoreError> {
        self.append_with(drafts, 0).await
    }

    /// Records that something is about to be sent. What comes back lets exactly one request out.
    ///
    /// # Errors
    /// As for [`Store::append`]; [`StoreError::Draft`] also for a fact that is no intent; [`StoreError::Full`] if the disk
    /// is full: then it may not be sent, and the store goes on.
    pub async fn intend(&self, draft: Draft) -> Result<DurableIntent, StoreError> {
        let intents = self.append_and_intend(Vec::new(), vec![draft]).await?;
        intents.into_iter().next().ok_or_else(|| StoreError::gone("the trail's writer"))
    }

    /// The same, unless it is called off at the last moment: `going` is asked when the entry would get in line for the
    /// disk, and what it gives is held until it stands there. So whoever calls it off with the same lock, and then hands
    /// something in, has either the entry before that or no entry at all: then nothing comes back, and nothing may be
    /// sent.
    ///
    /// # Errors
    /// As for [`Store::intend`].
    pub async fn intend_while<G>(
        &self,
        draft: Draft,
        going: impl FnOnce() -> Option<G>,
    ) -> Result<Option<DurableIntent>, StoreError> {
        if !is_intent(&draft) {
            return Err(refused(&draft, "is not an intent to send"));
        }
        let requested = Requested { parcels: packed::pack(vec![draft]).await?, intents: 1 };
        let gone = || StoreError::gone("the trail's writer");
        let (answer, answered) = oneshot::channel();
        let place = self.inner.inbox.reserve().await.map_err(|_| gone())?;
        {
            let Some(_held) = going() else { return Ok(None) };
            place.send(Request::Append { requested, answer });
        }
        let seqs = answered.await.map_err(|_| gone())??;
        Ok(seqs.first().copied().map(durable))
    }

    /// Records facts, and after them that something is about to be sent, all in one: whoever starts many calls at once
    /// waits for the disk once. Gives back one permission for each intent, in their order; each lets exactly one
    /// request out.
    ///
    /// # Errors
    /// As for [`Store::append`]; [`StoreError::Draft`] also if one of `intents` is no intent, or one of `before` is:
    /// nobody could send by it; [`StoreError::Full`] if the disk is full: then what comes before the intents is durable,
    /// and none of them is on record.
    pub async fn append_and_intend(
        &self,
        before: Vec<Draft>,
        intents: Vec<Draft>,
    ) -> Result<Vec<DurableIntent>, StoreError> {
        if let Some(draft) = intents.iter().find(|draft| !is_intent(draft)) {
            return Err(refused(draft, "is not an intent to send"));
        }
        if let Some(draft) = before.iter().find(|draft| is_intent(draft)) {
            return Err(refused(draft, "is an intent to send, and nobody would have its permission"));
        }
        let first = before.len();
        let mut drafts = before;
        drafts.extend(intents);
        let count = drafts.len() - first;
        let seqs = self.append_with(drafts, count).await?;
        Ok(seqs.into_iter().skip(first).map(durable).collect())
    }

    /// Records and applies a source's new definition: `draft` is its `source.changed`, with `spec` as JSON for payload.
    ///
    /// # Errors
    /// As for [`Store::append`]; [`StoreError::Draft`] also if the draft says something else than `spec`.
    pub async fn put_source(&self, spec: &SourceSpec, draft: Draft) -> Result<Seq, StoreError> {
        let named = match &draft.fact {
            Fact::SourceChanged { source, change, .. } => {
                source == spec.name.as_str() && *change != Change::Removed
            }
            _ => false,
        };
        self.put(named, spec, draft).await
    }

    /// Records that a source is gone, and takes it away. `draft` is its `source.changed`.
    ///
    /// # Errors
    /// As for [`Store::append`]; [`StoreError::Draft`] also if the draft says something else.
    pub async fn remove_source(&self, name: &SourceName, draft: Draft) -> Result<Seq, StoreError> {
        match &draft.fact {
            Fact::SourceChanged { source, change: Change::Removed, setting: None }
                if source == name.as_str() =>
            {
                self.append_one(draft).await
            }
            _ => Err(refused(&draft, "does not say that this source is gone")),
        }
    }

    /// Records and applies a model's new definition: `draft` is its `model.changed`, with `spec` as JSON for payload.
    ///
    /// # Errors
    /// As for [`Store::append`]; [`StoreError::Draft`] also if the draft says something else than `spec`.
    pub async fn put_model(&self, spec: &ModelSpec, draft: Draft) -> Result<Seq, StoreError> {
        let named = match &draft.fact {
            Fact::ModelChanged { model, change, .. } => *model == spec.name && *change != Change::Removed,
            _ => false,
        };
        self.put(named, spec, draft).await
    }

    /// Records that a model is gone, and takes it away. `draft` is its `model.changed`.
    ///
    /// # Errors
    /// As for [`Store::append`]; [`StoreError::Draft`] also if the draft says something else.
    pub async fn remove_model(&self, name: &str, draft: Draft) -> Result<Seq, StoreError> {
        match &draft.fact {
            Fact::ModelChanged { model, change: Change::Removed, setting: None } if model == name => {
                self.append_one(draft).await
            }
            _ => Err(refused(&draft, "does not say that this model is gone")),
        }
    }

    /// Records and applies a setting's new value: `draft` is its `settings.changed`, with `value` as JSON for payload.
    ///
    /// # Errors
    /// As for [`Store::append`]; [`StoreError::Draft`] also if the draft says something else than `value`.
    pub async fn put_setting(&self, key: &str, value: &Json, draft: Draft) -> Result<Seq, StoreError> {
        let named = matches!(&draft.fact, Fact::SettingsChanged { key: named, .. } if named == key);
        self.put(named, value, draft).await
    }

    /// Records that another key signs from here on, and signs with it: `draft` is its `epoch.opened`, the last entry that
    /// the key before signs for. When this returns, both have happened; if the program ends in between, opening the
    /// trail goes on with the key that the entry names.
    ///
    /// # Errors
    /// As for [`Store::append`]; [`StoreError::Draft`] also if the draft names another key.
    pub async fn rotate(&self, draft: Draft, signer: Signer) -> Result<Seq, StoreError> {
        match &draft.fact {
            Fact::EpochOpened { origin, vkey }
                if *origin == signer.origin().as_str() && *vkey == signer.verifier().to_vkey() => {}
            _ => return Err(refused(&draft, "does not name this key")),
        }
        let parcels = packed::pack(vec![draft]).await?;
        let (answer, answered) = oneshot::channel();
        let requested = Requested { parcels, intents: 0 };
        let request = Request::Rotate { requested, signer: Box::new(signer), answer };
        self.inner.inbox.send(request).await.map_err(|_| StoreError::gone("the trail's writer"))?;
        let seqs = answered.await.map_err(|_| StoreError::gone("the trail's writer"))??;
        seqs.first().copied().ok_or_else(|| StoreError::gone("the trail's writer"))
    }

    /// Appends drafts of which the last `intents` let something out.
    async fn append_with(&self, drafts: Vec<Draft>, intents: usize) -> Result<Vec<Seq>, StoreError> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        self.hand_in(Requested { parcels: packed::pack(drafts).await?, intents }).await
    }

    /// Gives the writer what is ready, and waits until it is durable.
    pub(crate) async fn hand_in(&self, requested: Requested) -> Result<Vec<Seq>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let request = Request::Append { requested, answer };
        self.inner.inbox.send(request).await.map_err(|_| StoreError::gone("the trail's writer"))?;
        answered.await.map_err(|_| StoreError::gone("the trail's writer"))?
    }

    /// Moves the write-ahead log into the database and cuts it to nothing; false if a reader keeps it for too long. Then
    /// the writer does so when the reader is gone. Appends go on meanwhile: it is this that waits and asks again.
    pub(crate) async fn empty_log(&self) -> Result<bool, StoreError> {
        let give_up = Instant::now() + READERS_WAIT;
        loop {
            let (answer, answered) = oneshot::channel();
            let request = Request::EmptyLog { answer };
            self.inner.inbox.send(request).await.map_err(|_| StoreError::gone("the trail's writer"))?;
            let emptied = answered.await.map_err(|_| StoreError::gone("the trail's writer"))?;
            if emptied || Instant::now() >= give_up {
                return Ok(emptied);
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }

    /// Whether some answer was [`StoreError::Fatal`], so that all others will be. A full disk alone is no loss.
    pub fn is_lost(&self) -> bool {
        self.inner.lost.load(Ordering::Acquire)
    }

    /// What reads this workspace, also after the store is closed.
    pub fn reader(&self) -> Reader {
        self.inner.reader.clone()
    }

    /// Ends writing: waits until everything handed in before is durable and the workspace is free for the next
    /// writer. Clones that are still held can write no more.
    pub async fn close(self) {
        // A writer that is gone already needs no word from us.
        drop(self.inner.inbox.send(Request::Close).await);
        let inner = Arc::clone(&self.inner);
        if tokio::task::spawn_blocking(move || inner.thread.wait()).await.is_err() {
            tracing::error!("waiting for the trail's writer failed");
        }
    }

    /// The tables follow from the payload alone, so what is asked for and what is recorded must be the same.
    async fn put<T: DeserializeOwned + PartialEq>(
        &self,
        named: bool,
        wanted: &T,
        draft: Draft,
    ) -> Result<Seq, StoreError> {
        let written = draft.payloads.first().map(|payload| serde_json::from_slice::<T>(payload.bytes()));
        match written {
            Some(Ok(written)) if named && written == *wanted => self.append_one(draft).await,
            _ => Err(refused(&draft, "does not say what is to be set")),
        }
    }

    async fn append_one(&self, draft: Draft) -> Result<Seq, StoreError> {
        let seqs = self.append(vec![draft]).await?;
        seqs.first().copied().ok_or_else(|| StoreError::gone("the trail's writer"))
    }
}

impl WriterThread {
    fn wait(&self) {
        let thread = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the trail's writer panicked");
        }
    }
}

impl Drop for WriterThread {
    fn drop(&mut self) {
        self.wait();
    }
}

/// The leave to send what an entry says, whose place the writer has given after its commit.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that knows that the entries are durable"
)]
fn durable(entry: Seq) -> DurableIntent {
    DurableIntent::after_commit(entry)
}

fn is_intent(draft: &Draft) -> bool {
    matches!(
        draft.fact,
        Fact::ModelCalled { .. }
            | Fact::CallSent { .. }
            | Fact::TokenSent { .. }
            | Fact::SourceAsked { .. }
            | Fact::AnchorSent { .. }
            | Fact::ExportSent { .. }
    )
}

fn refused(draft: &Draft, why: &str) -> StoreError {
    StoreError::Draft(format!("{} {why}", draft.fact.type_name()))
}
