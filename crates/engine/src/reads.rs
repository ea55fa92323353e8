//! What screens and the command line read of the record, and its verification.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use domain::id::{CallId, ConversationId, Seq, TurnId};
use domain::payload::Commitment;
use domain::tie::TieWeek;
use domain::time::{Micros, Span};
use domain::view::{
    CallDetail, CallRow, ConversationRow, ConversationView, EntryView, Part, PartReport, PayloadView,
    ProofView, TrailStats, VerifyReport, WireView,
};
use store::{CallQuery, Piece, StoreError};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::locked::lock;
use crate::origins::origins;

/// The most of a payload that comes with a call's details, in bytes: enough for a screen, whatever a source sent.
const DETAIL_BYTES: usize = 256 * 1024;

/// How often a verification begins, if what is recorded or erased meanwhile overtakes it.
const VERIFY_TRIES: u32 = 3;

/// Why a verification has no report.
enum Unreported {
    /// Whoever watched it said so.
    Stopped,
    Failed(EngineError),
}

impl<E: Into<EngineError>> From<E> for Unreported {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Engine {
    /// Conversations, the one in which something happened last first.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn conversations(&self, limit: u32) -> Result<Vec<ConversationRow>, EngineError> {
        Ok(self.inner.reader.conversations(limit).await?)
    }

    /// A conversation with its turns.
    ///
    /// # Errors
    /// If there is none of that id.
    pub async fn conversation(&self, id: ConversationId) -> Result<ConversationView, EngineError> {
        let view = self.inner.reader.conversation(id).await?;
        view.ok_or_else(|| EngineError::NotFound(format!("there is no conversation {id}")))
    }

    /// Calls, newest first, by keyset: `before` is the last row's `seq`.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn calls(&self, query: CallQuery) -> Result<Vec<CallRow>, EngineError> {
        Ok(self.inner.reader.calls(query).await?)
    }

    /// Everything on record about a call, its payloads cut to what a screen shows, with the answers that used it and what its
    /// arguments were taken from.
    ///
    /// # Errors
    /// If there is none of that id.
    pub async fn call(&self, id: CallId) -> Result<CallDetail, EngineError> {
        let detail = self.inner.reader.call(id, DETAIL_BYTES).await?;
        let mut detail = detail.ok_or_else(|| EngineError::NotFound(format!("there is no call {id}")))?;
        detail.used_by = self.inner.reader.uses(id, &detail.entries).await?;
        detail.taken_from = origins(&self.inner, &detail).await?;
        Ok(detail)
    }

    /// How well the answers of each model tied out in each week since then, the newest week first.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn ties_by_week(&self, since: Micros) -> Result<Vec<TieWeek>, EngineError> {
        Ok(self.inner.reader.ties_by_week(since).await?)
    }

    /// What went to models in a turn and what came back, oldest first, at most `max` bytes of each body.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn wire(&self, turn: TurnId, max: usize) -> Result<Vec<WireView>, EngineError> {
        Ok(self.inner.reader.wire(turn, max).await?)
    }

    /// A payload that the entry `seq` commits to, at most `max` bytes of it.
    ///
    /// # Errors
    /// If none is kept there under that commitment.
    pub async fn payload(
        &self,
        seq: Seq,
        commitment: Commitment,
        max: usize,
    ) -> Result<PayloadView, EngineError> {
        let payload = self.inner.reader.payload(seq, commitment, max).await?;
        payload.ok_or_else(|| {
            EngineError::NotFound(format!("entry {seq} has no payload {commitment}, or it was erased"))
        })
    }

    /// One entry as it stands.
    ///
    /// # Errors
    /// If the trail is shorter.
    pub async fn entry(&self, seq: Seq) -> Result<EntryView, EngineError> {
        let entry = self.inner.reader.entry(seq).await?;
        entry.ok_or_else(|| EngineError::NotFound(format!("there is no entry {seq}")))
    }

    /// Proof that an entry is in the trail under its latest checkpoint.
    ///
    /// # Errors
    /// If the trail is shorter, or the proof does not hold.
    pub async fn prove(&self, seq: Seq) -> Result<ProofView, EngineError> {
        Ok(self.inner.reader.prove(seq).await?)
    }

    /// How many entries the trail has: cheap enough to ask several times a second.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn size(&self) -> Result<u64, EngineError> {
        Ok(self.inner.reader.head().await?.0)
    }

    /// What the trail holds.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn stats(&self) -> Result<TrailStats, EngineError> {
        Ok(self.inner.reader.stats().await?)
    }

    /// Checks the whole trail with the checker that a stranger runs (`verify`): tree, checkpoints, payloads, the order
    /// of what happened; and that what screens query is what the entries say. `progress` hears how many entries of how
    /// many were looked at, and can stop it; then there is no report. It begins anew, twice at most, if payloads are
    /// erased meanwhile or so much is recorded that the database's log would grow without bound.
    ///
    /// # Errors
    /// If the trail can't be read; [`EngineError::Overtaken`] if it was overtaken each time. Findings are no error: they
    /// stand in the report.
    pub async fn verify(
        &self,
        progress: impl FnMut(u64, u64) -> ControlFlow<()> + Send + 'static,
    ) -> Result<Option<VerifyReport>, EngineError> {
        let progress = Arc::new(Mutex::new(progress));
        for _ in 1..VERIFY_TRIES {
            match self.verify_once(Arc::clone(&progress)).await {
                Err(EngineError::Overtaken(words)) => tracing::info!(words, "the verification begins anew"),
                verified => return verified,
            }
        }
        self.verify_once(progress).await
    }

    async fn verify_once(
        &self,
        progress: Arc<Mutex<impl FnMut(u64, u64) -> ControlFlow<()> + Send + 'static>>,
    ) -> Result<Option<VerifyReport>, EngineError> {
        let began = std::time::Instant::now();
        let progress = move |done, total| lock(&progress)(done, total);
        let (reader, clock, vkey) =
            (self.inner.reader.clone(), self.inner.clock.clone(), lock(&self.inner.vkey).clone());
        let witnesses = self.witness_vkeys().await?;
        // The evidence blocks on the database, so it is read where blocking is allowed.
        let checked = tokio::task::spawn_blocking(move || -> Result<Option<VerifyReport>, StoreError> {
            let mut evidence = reader.evidence()?;
            let total = evidence.entries();
            let mut checker = verify::Checker::new(Some(&vkey));
            for witness in &witnesses {
                checker.witness(witness);
            }
            for piece in evidence.by_ref() {
                match piece? {
                    Piece::Entry { seq, body, leaf } => {
                        checker.entry(seq, &body, &leaf);
                        if seq.0.is_multiple_of(512) && progress(seq.0, total).is_break() {
                            return Ok(None);
                        }
                    }
                    Piece::Payload { commitment, secret, bytes, .. } => {
                        checker.payload(commitment, Some(&secret), &bytes);
                    }
                    Piece::Tile { level, index, hash } => checker.tile(level, index, &hash),
                    Piece::Checkpoint { size, note } => checker.checkpoint(size, &note),
                }
            }
            if progress(total, total).is_break() {
                return Ok(None);
            }
            // What can't be read any more can't be rechecked; that it is gone was found above, if it matters.
            let payload = |seq, commitment| evidence.payload(seq, &commitment).ok().flatten();
            Ok(Some(checker.finish_with(clock.now().at, payload)))
        });
        let tables = self.inner.reader.check_projections();
        // Both read everything, from snapshots of their own. Whoever stops the one lets go of the other.
        let checked = async {
            let checked = checked.await.map_err(|_| {
                EngineError::Internal("the verifier itself failed, which is our fault".to_owned())
            })??;
            checked.ok_or(Unreported::Stopped)
        };
        let tables = async { Ok(tables.await?) };
        let (mut report, projections) = match tokio::try_join!(checked, tables) {
            Ok(both) => both,
            Err(Unreported::Stopped) => return Ok(None),
            Err(Unreported::Failed(error)) => return Err(error),
        };
        report.parts.push(PartReport {
            part: Part::Projections,
            checked: report.entries,
            findings: u32::try_from(projections.len()).unwrap_or(u32::MAX),
        });
        report.findings.extend(projections);
        self.weigh(&mut report).await?;
        report.took_ms = Span::from(began.elapsed()).ms();
        *lock(&self.inner.last_verified) = Some(report.clone());
        Ok(Some(report))
    }

    /// What the last verification of this run found.
    pub fn last_verified(&self) -> Option<VerifyReport> {
        lock(&self.inner.last_verified).clone()
    }
}
