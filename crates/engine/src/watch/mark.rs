//! What the keychain remembers of the trail: how long it was and its root. An old copy of a workspace that is put back is
//! sound in itself, and only what is kept outside its folder tells. So it is not kept if the keys are in a file: that lies
//! in the same folder (`docs/decisions/0011-high-water-mark.md`).

use std::time::Duration;

use domain::json::Json;
use domain::secret::Secret;
use domain::view::{Finding, FindingKind, Part};

use super::watched::{Mark, Tree};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::keys::mark_name;
use crate::locked::lock;
use crate::workspace::Keeps;

/// The setting that says that a person went on with a trail that is not the one remembered, and why.
const ACCEPTED: &str = "trail.high_water_accepted";
/// How long closing waits for the keychain.
const CLOSING: Duration = Duration::from_secs(5);
/// The longest reason, in bytes.
const LONGEST_REASON: usize = 4096;

impl Engine {
    /// Compares the trail with what the keychain remembers. What differs locks nobody out: it stands among
    /// [`Engine::disputes`] until a person accepts it.
    pub(crate) async fn look_at_mark(&self) -> Result<(), EngineError> {
        let Some(mark) = self.stored_mark().await? else { return Ok(()) };
        let there = self.inner.reader.head().await?.0;
        let tree = self.inner.reader.frontier(mark.newest.size).await?;
        let differs = match tree.map(|tree| tree.root().to_string() == mark.newest.root) {
            Some(true) => None,
            Some(false) => Some((
                FindingKind::Forked,
                format!(
                    "the keychain remembers other entries among the first {}: another history was put in the place of \
                     this trail's, or an old copy was put back and went on",
                    mark.newest.size
                ),
            )),
            None => Some((
                FindingKind::Truncated,
                format!(
                    "the keychain remembers {} entries and {there} are here: an old copy was put back, or the end was \
                     cut off",
                    mark.newest.size
                ),
            )),
        };
        match differs {
            None => (*lock(&self.inner.watched.verified)).clone_from(&mark.verified),
            Some((kind, words)) => {
                tracing::error!(words, "this is not the trail that the keychain remembers");
                *lock(&self.inner.watched.restored) =
                    Some(Finding { kind, part: Part::Known, seq: None, words });
            }
        }
        *self.inner.watched.mark.lock().await = Some(mark);
        Ok(())
    }

    /// Goes on with a trail that is not the one that the keychain remembers, say after a backup was put back. That, what
    /// was remembered and why are on record.
    ///
    /// # Errors
    /// Without a reason, if there is nothing to accept, or the trail or the keychain can't be written.
    pub async fn accept_restored(&self, why: &str) -> Result<(), EngineError> {
        let why = why.trim();
        if why.is_empty() || why.len() > LONGEST_REASON {
            let words = format!("say why, in at most {LONGEST_REASON} bytes; it is kept on record");
            return Err(EngineError::BadInput(words));
        }
        let remembered = self.inner.watched.mark.lock().await.clone();
        let restored = lock(&self.inner.watched.restored).is_some();
        let Some(Mark { newest: remembered, .. }) = remembered.filter(|_| restored) else {
            let words = "the trail is the one that the keychain remembers: there is nothing to accept";
            return Err(EngineError::BadInput(words.to_owned()));
        };
        let here = self.tree().await?;
        let value = serde_json::json!({ "here": here, "remembered": remembered, "reason": why });
        self.set_setting(ACCEPTED, Json(value)).await?;
        *lock(&self.inner.watched.restored) = None;
        self.remember().await
    }

    /// So many entries were verified, and gave this root.
    pub(crate) fn verified(&self, size: u64, root: &str) {
        *lock(&self.inner.watched.verified) = Some(Tree { size, root: root.to_owned() });
    }

    /// Has the keychain remember the trail as it is, unless it remembers another one, which only a person may end.
    pub(super) async fn remember(&self) -> Result<(), EngineError> {
        if !self.keeps_mark() || lock(&self.inner.watched.restored).is_some() {
            return Ok(());
        }
        let mut known = self.inner.watched.mark.lock().await;
        let mark = Mark { newest: self.tree().await?, verified: lock(&self.inner.watched.verified).clone() };
        if known.as_ref() != Some(&mark) {
            let text =
                serde_json::to_string(&mark).map_err(|error| EngineError::Internal(error.to_string()))?;
            self.inner.keychain.set(&mark_name()?, Secret::new(text)).await?;
            *known = Some(mark);
        }
        Ok(())
    }

    /// The same while the workspace closes, which waits only so long.
    pub(super) async fn remember_in_time(&self) {
        match tokio::time::timeout(CLOSING, self.remember()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the keychain does not remember the end of the trail"),
            Err(_) => {
                tracing::warn!("the keychain did not answer; it does not remember the end of the trail")
            }
        }
    }

    async fn tree(&self) -> Result<Tree, EngineError> {
        let note = self.newest_note().await?;
        Ok(Tree { size: note.size(), root: note.checkpoint().root.to_string() })
    }

    async fn stored_mark(&self) -> Result<Option<Mark>, EngineError> {
        if !self.keeps_mark() {
            return Ok(None);
        }
        let stored = self.inner.keychain.get(&mark_name()?).await?;
        Ok(stored.and_then(|stored| match serde_json::from_str(stored.expose()) {
            Ok(mark) => Some(mark),
            Err(error) => {
                tracing::warn!(%error, "what the keychain remembers of the trail does not read");
                None
            }
        }))
    }

    fn keeps_mark(&self) -> bool {
        self.inner.folder.keeps != Keeps::File
    }
}
