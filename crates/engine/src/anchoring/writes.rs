//! Anchoring before a write. Whoever has machine and key can take a write off the record afterwards, and only a
//! checkpoint that somebody else holds shows that. So a person may want one to be held before a write leaves: one that
//! covers the very entry which says that it is about to.

use std::time::Duration;

use domain::anchor::{AnchorView, AnchorWrites};
use domain::id::Seq;
use domain::json::Json;

use super::shown::Outcome;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::locked::lock;

/// The setting that says whether writes wait.
pub(crate) const WRITES: &str = "trail.anchor_writes";
/// How long a write waits for all anchors together.
const WAIT: Duration = Duration::from_secs(30);

impl Engine {
    /// Whether writes wait for an anchor.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn anchor_writes(&self) -> Result<AnchorWrites, EngineError> {
        if let Some(known) = *lock(&self.inner.watched.anchor_writes) {
            return Ok(known);
        }
        let how = match self.setting(WRITES).await? {
            None => AnchorWrites::Off,
            // What does not read was meant to be something: the strictest keeps whatever that promised.
            Some(Json(value)) => serde_json::from_value(value).unwrap_or(AnchorWrites::Require),
        };
        *lock(&self.inner.watched.anchor_writes) = Some(how);
        Ok(how)
    }

    /// Says whether writes wait for an anchor, on record. Writes that are under way go on as they began.
    ///
    /// # Errors
    /// [`EngineError::BadInput`] if every write would be held back because there is no anchor; or if the trail can't be
    /// written.
    pub async fn save_anchor_writes(&self, how: AnchorWrites) -> Result<(), EngineError> {
        if how == AnchorWrites::Require && self.anchor_specs().await?.is_empty() {
            let words = "there is no anchor, so no write could ever leave; add one first";
            return Err(EngineError::BadInput(words.to_owned()));
        }
        let value = serde_json::to_value(how).map_err(|error| EngineError::Internal(error.to_string()))?;
        self.set_setting(WRITES, Json(value)).await
    }

    /// Has an anchor hold a checkpoint that covers the entry `intent`, if writes wait for that. The words are why the
    /// write may not leave; none if it may.
    ///
    /// # Errors
    /// If the trail can't be read or written.
    pub(crate) async fn anchor_before(&self, intent: Seq) -> Result<Option<String>, EngineError> {
        let how = self.anchor_writes().await?;
        if how == AnchorWrites::Off {
            return Ok(None);
        }
        let failed = match tokio::time::timeout(WAIT, self.covered(intent)).await {
            Ok(covered) => covered?,
            Err(_) => Some(format!("none answered within {} seconds", WAIT.as_secs())),
        };
        let Some(failed) = failed else { return Ok(None) };
        if how == AnchorWrites::Try {
            tracing::warn!(failed, "a write leaves though no anchor holds a checkpoint of it");
            return Ok(None);
        }
        Ok(Some(format!(
            "no write leaves this workspace before an anchor holds a checkpoint of it, and none does: {failed}. It was not \
             sent. Ask again when the anchor answers, or change what writes wait for"
        )))
    }

    /// Shows anchors the newest checkpoint until one of them holds that entry; why none does, if so. Writes that wait
    /// together are held by one checkpoint.
    async fn covered(&self, intent: Seq) -> Result<Option<String>, EngineError> {
        let mut views = self.anchors().await?;
        // Those that answered last are asked first.
        views.sort_by_key(|view| view.failure.is_some());
        let mut failures = Vec::new();
        for AnchorView { spec, .. } in views {
            let mut schedule = self.inner.watched.anchoring.lock().await;
            let standings = self.inner.reader.anchors().await?;
            if standings.iter().filter_map(|standing| standing.last).any(|last| last.size > intent.0) {
                return Ok(None);
            }
            match self.show_anchor(&spec, &mut schedule).await? {
                Outcome::Held { size, .. } if size > intent.0 => return Ok(None),
                Outcome::Held { .. } => failures.push(format!("{} holds an earlier one", spec.name)),
                Outcome::Failed { words } | Outcome::Disputed { words, .. } => {
                    failures.push(format!("{}: {words}", spec.name));
                }
            }
        }
        if failures.is_empty() {
            failures.push("there is no anchor".to_owned());
        }
        Ok(Some(failures.join("; ")))
    }
}
