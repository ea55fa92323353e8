//! Showing one anchor the newest checkpoint: the entry that announces it is on disk before anything leaves, and how it
//! ended is an entry too.

use std::time::Duration;

use anchors::{Authority, Folder, Held, Note, Refused, Witness};
use domain::anchor::{AnchorPlace, AnchorSpec};
use domain::fact::Fact;
use domain::intent::DurableIntent;
use domain::payload::PayloadRole;
use domain::view::FindingKind;
use tlog::Verifier;
use url::Url;

use crate::clock::{random_bits, seal};
use crate::engine::Engine;
use crate::error::EngineError;

/// How long a folder may take: a share whose server is gone answers never.
const FOLDER_LIMIT: Duration = Duration::from_secs(20);

/// How it went.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It holds the checkpoint over so many entries.
    Held {
        size: u64,
        /// Who does what, without the checkpoint.
        words: String,
    },
    /// It does not, for now.
    Failed { words: String },
    /// It holds another history than the trail.
    Disputed { kind: FindingKind, words: String },
}

impl Engine {
    /// The caller holds the schedule, so that no other checkpoint is shown at the same time.
    pub(super) async fn shown(&self, spec: &AnchorSpec) -> Result<Outcome, EngineError> {
        let note = self.newest_note().await?;
        let size = note.size();
        let (anchor, kind) = (spec.name.clone(), spec.place.kind());
        let (words, answered) = match &spec.place {
            AnchorPlace::Witness { url, vkey } => {
                let witness = Witness::new(url, vkey).map_err(unusable)?;
                let held = self.cosigned(spec, &witness, &note).await?;
                (format!("the witness {anchor} cosigned"), held)
            }
            AnchorPlace::Folder { path } => {
                let folder = Folder::new(path).map_err(unusable)?;
                (format!("the folder {anchor} holds"), self.written(folder, &note).await)
            }
            AnchorPlace::Timestamp { url } => {
                let authority = Authority::new(url).map_err(unusable)?;
                let held = self.stamped(spec, &authority, &note).await?;
                (format!("the authority {anchor} stamped"), held)
            }
        };
        let refused = match answered {
            Ok(Held { proof, media, .. }) => {
                let proof = seal(PayloadRole::Anchor, media, proof)?;
                let fact = Fact::AnchorRecorded { anchor, kind, size, proof: proof.commitment() };
                self.inner.store()?.append(vec![self.draft(fact, vec![proof])]).await?;
                return Ok(Outcome::Held { size, words });
            }
            Err(refused) => refused,
        };
        let words = refused.words().to_owned();
        let payload = seal(PayloadRole::Words, "text/plain", words.clone().into_bytes())?;
        let fact = Fact::AnchorFailed { anchor, kind, size, words: payload.commitment() };
        self.inner.store()?.append(vec![self.draft(fact, vec![payload])]).await?;
        Ok(match refused {
            Refused::RolledBack { .. } => Outcome::Disputed { kind: FindingKind::Truncated, words },
            Refused::Forked { .. } => Outcome::Disputed { kind: FindingKind::Forked, words },
            Refused::Stale { .. } | Refused::Failed { .. } => Outcome::Failed { words },
        })
    }

    /// The newest checkpoint, opened with the key of its epoch.
    pub(crate) async fn newest_note(&self) -> Result<Note, EngineError> {
        let (size, text) = self.inner.reader.head().await?;
        let epochs = self.inner.reader.epochs().await?;
        let damaged =
            |why: String| EngineError::TrailFatal(format!("the newest checkpoint does not open: {why}"));
        // The checkpoint of exactly the size at which an epoch begins is the last of the one before.
        let epoch = epochs.iter().rev().find(|epoch| epoch.after < size).or(epochs.first());
        let vkey = epoch.map(|epoch| epoch.vkey.as_str()).unwrap_or_default();
        let verifier = Verifier::from_vkey(vkey).map_err(|error| damaged(error.to_string()))?;
        Note::open(&text, &verifier).map_err(|error| damaged(error.to_string()))
    }

    /// Asks a witness, from what the record says it cosigned last; if it says another size, once more from there.
    async fn cosigned(
        &self,
        spec: &AnchorSpec,
        witness: &Witness,
        note: &Note,
    ) -> Result<Result<Held, Refused>, EngineError> {
        let standings = self.inner.reader.anchors().await?;
        let known = standings.into_iter().find(|standing| standing.name == spec.name);
        let old = known.and_then(|known| known.last).map_or(0, |last| last.size).min(note.size());
        match self.asked(spec, witness, note, old).await? {
            Err(Refused::Stale { held, .. }) => self.asked(spec, witness, note, held).await,
            answered => Ok(answered),
        }
    }

    async fn asked(
        &self,
        spec: &AnchorSpec,
        witness: &Witness,
        note: &Note,
        old: u64,
    ) -> Result<Result<Held, Refused>, EngineError> {
        let proof = self.inner.reader.consistency(old, note.size()).await?;
        let intent = self.announced(spec, &witness.request(note, old, &proof).url, note).await?;
        Ok(witness.submit(&self.inner.door, intent, note, old, &proof).await)
    }

    async fn stamped(
        &self,
        spec: &AnchorSpec,
        authority: &Authority,
        note: &Note,
    ) -> Result<Result<Held, Refused>, EngineError> {
        let nonce = u64::try_from(random_bits()? & u128::from(u64::MAX)).unwrap_or(0);
        let intent = self.announced(spec, &authority.request(note, nonce).url, note).await?;
        Ok(authority.submit(&self.inner.door, intent, note, nonce).await)
    }

    /// What goes into a folder leaves by no network, so nothing announces it.
    async fn written(&self, folder: Folder, note: &Note) -> Result<Held, Refused> {
        let (workspace, note) = (self.inner.folder.dir.clone(), note.clone());
        let writing = tokio::task::spawn_blocking(move || folder.write(&workspace, &note));
        match tokio::time::timeout(FOLDER_LIMIT, writing).await {
            Ok(Ok(written)) => written,
            Ok(Err(_)) => Err(failed("writing the folder failed, which is our fault")),
            Err(_) => Err(failed("the folder does not answer: is its server there? It is tried again later")),
        }
    }

    /// The entry that says what is about to leave, and where to.
    async fn announced(
        &self,
        spec: &AnchorSpec,
        url: &Url,
        note: &Note,
    ) -> Result<DurableIntent, EngineError> {
        let fact = Fact::AnchorSent {
            anchor: spec.name.clone(),
            kind: spec.place.kind(),
            endpoint: url.to_string(),
            size: note.size(),
        };
        Ok(self.inner.store()?.intend(self.draft(fact, Vec::new())).await?)
    }
}

/// What was checked when it was saved, or by who tries it.
fn unusable(mistakes: Vec<String>) -> EngineError {
    EngineError::BadInput(mistakes.join("\n"))
}

fn failed(words: &str) -> Refused {
    Refused::Failed { words: words.to_owned() }
}
