//! Anchors that hold another history than the trail. That stays a finding until such an anchor takes a checkpoint again:
//! it is a setting, so that whoever opens the workspace next, or only reads it, sees it too, and the record tells when it
//! was found.

use std::collections::BTreeMap;

use domain::json::Json;
use domain::time::Micros;
use domain::view::{Finding, FindingKind, Part, VerifyReport};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::locked::lock;

/// The setting that holds them, by the anchor's name.
const DISPUTED: &str = "trail.disputed";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Dispute {
    kind: FindingKind,
    at: Micros,
    words: String,
}

impl Engine {
    /// What others remember of this trail and it does not continue: the keychain, and anchors. Empty as it should be.
    /// Whatever stands here is also in every report of [`Engine::verify`].
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn disputes(&self) -> Result<Vec<Finding>, EngineError> {
        let mut findings: Vec<Finding> = lock(&self.inner.watched.restored).iter().cloned().collect();
        for (name, Dispute { kind, words, .. }) in self.disputed().await? {
            findings.push(Finding {
                kind,
                part: Part::Anchors,
                seq: None,
                words: format!("anchor {name}: {words}"),
            });
        }
        Ok(findings)
    }

    /// What a screen says of the trail: the last verification of this run, or, before there is one, the trouble that
    /// was seen without being asked for: by the quick check, the keychain or an anchor. `None` without either.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn standing(&self) -> Result<Option<VerifyReport>, EngineError> {
        let disputes = self.disputes().await?;
        let quick = self.last_quick().map(|quick| quick.report);
        let mut report = match (self.last_verified(), quick) {
            (Some(report), _) => report,
            (None, Some(report)) if !(report.findings.is_empty() && disputes.is_empty()) => report,
            (None, None) if !disputes.is_empty() => {
                VerifyReport { at: self.inner.clock.now().at, ..VerifyReport::default() }
            }
            (None, _) => return Ok(None),
        };
        for finding in disputes {
            if !report.findings.contains(&finding) {
                report.findings.push(finding);
            }
        }
        Ok(Some(report))
    }

    /// Adds to a report what others remember; and if it finds nothing, remembers what was verified.
    pub(crate) async fn weigh(&self, report: &mut VerifyReport) -> Result<(), EngineError> {
        let disputes = self.disputes().await?;
        let remembered = self.inner.watched.mark.lock().await.is_some();
        for part in &mut report.parts {
            let more = disputes.iter().filter(|finding| finding.part == part.part).count();
            part.findings = part.findings.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
            part.checked += u64::from(part.part == Part::Known && remembered);
        }
        report.findings.extend(disputes);
        if report.findings.is_empty() {
            self.verified(report.entries, &report.root);
        }
        Ok(())
    }

    /// The anchor has taken a checkpoint or is gone (`None`), or it holds another history.
    pub(super) async fn note_dispute(
        &self,
        name: &str,
        dispute: Option<(FindingKind, &str)>,
    ) -> Result<(), EngineError> {
        let mut disputed = self.disputed().await?;
        match dispute {
            None if disputed.remove(name).is_none() => return Ok(()),
            None => {}
            Some((kind, words)) => {
                tracing::error!(anchor = name, words, "an anchor holds another history than this trail");
                if disputed.get(name).is_some_and(|known| known.kind == kind) {
                    return Ok(());
                }
                let dispute = Dispute { kind, at: self.inner.clock.now().at, words: words.to_owned() };
                disputed.insert(name.to_owned(), dispute);
            }
        }
        let value =
            serde_json::to_value(disputed).map_err(|error| EngineError::Internal(error.to_string()))?;
        self.set_setting(DISPUTED, Json(value)).await
    }

    /// The names of the anchors that hold another history.
    pub(super) async fn disputed_anchors(&self) -> Result<Vec<String>, EngineError> {
        Ok(self.disputed().await?.into_keys().collect())
    }

    async fn disputed(&self) -> Result<BTreeMap<String, Dispute>, EngineError> {
        match self.inner.reader.setting(DISPUTED).await? {
            Some(Json(value)) => serde_json::from_value(value).map_err(|error| {
                EngineError::Internal(format!("the setting {DISPUTED} does not read: {error}"))
            }),
            None => Ok(BTreeMap::new()),
        }
    }
}
