//! Anchors at work: which there are, and showing them the newest checkpoint, on record. What each of them is and how it is
//! spoken to is crate `anchors`; when they are shown one by themselves is `schedule`, and who does so `watch`.

mod disputes;
mod schedule;
mod shown;
mod writes;

use std::time::Duration;

use domain::anchor::{AnchorPlace, AnchorSpec, AnchorView};
use domain::json::Json;
use domain::time::Micros;

pub(crate) use schedule::Schedule;
pub(crate) use writes::WRITES;

use crate::engine::Engine;
use crate::error::EngineError;
use schedule::Tried;
use shown::Outcome;

/// The setting that holds the anchors.
const ANCHORS: &str = "trail.anchors";

impl Engine {
    /// The anchors, each with what the record says of it.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn anchors(&self) -> Result<Vec<AnchorView>, EngineError> {
        let mut standings = self.inner.reader.anchors().await?;
        let mut views = Vec::new();
        for spec in self.anchor_specs().await? {
            let known = standings.iter().position(|standing| standing.name == spec.name);
            let known = known.map(|place| standings.swap_remove(place));
            let (last, failure) = known.map_or((None, None), |known| (known.last, known.failure));
            views.push(AnchorView { spec, last, failure });
        }
        Ok(views)
    }

    /// Adds an anchor, or replaces the one of that name, and with it what that one said against the trail. It is shown a checkpoint within a minute.
    ///
    /// # Errors
    /// [`EngineError::BadInput`] with every mistake in it; or if the trail can't be written.
    pub async fn save_anchor(&self, spec: AnchorSpec) -> Result<(), EngineError> {
        check(&spec)?;
        let mut specs = self.anchor_specs().await?;
        match specs.iter_mut().find(|known| known.name == spec.name) {
            Some(known) => *known = spec.clone(),
            None => specs.push(spec.clone()),
        }
        self.set_anchors(&specs).await?;
        self.note_dispute(&spec.name, None).await?;
        // Nothing is known of it then, so the watch shows it a checkpoint at its next look.
        self.inner.watched.anchoring.lock().await.forget(&spec.name);
        Ok(())
    }

    /// Removes an anchor, and what it said against the trail from what is found. What it holds stays there, and on record.
    ///
    /// # Errors
    /// If there is none of that name, or the trail can't be written.
    pub async fn remove_anchor(&self, name: &str) -> Result<(), EngineError> {
        let mut specs = self.anchor_specs().await?;
        let before = specs.len();
        specs.retain(|spec| spec.name != name);
        if specs.len() == before {
            let names: Vec<String> = specs.into_iter().map(|spec| spec.name).collect();
            let words = format!("there is no anchor `{name}`; configured: {}", names.join(", "));
            return Err(EngineError::NotFound(words));
        }
        self.set_anchors(&specs).await?;
        self.note_dispute(name, None).await?;
        self.inner.watched.anchoring.lock().await.forget(name);
        Ok(())
    }

    /// Shows the newest checkpoint to an anchor, which need not be saved for that, and says what happened. It is on
    /// record as with any other, since it leaves like any other.
    ///
    /// # Errors
    /// [`EngineError::BadInput`] with every mistake in it, or with why it did not take the checkpoint.
    pub async fn test_anchor(&self, spec: &AnchorSpec) -> Result<String, EngineError> {
        check(spec)?;
        let mut schedule = self.inner.watched.anchoring.lock().await;
        match self.show_anchor(spec, &mut schedule).await? {
            Outcome::Held { size, words } => Ok(format!("{words} the checkpoint over {size} entries")),
            Outcome::Failed { words } | Outcome::Disputed { words, .. } => Err(EngineError::BadInput(words)),
        }
    }

    /// Shows the newest checkpoint to every anchor, and gives what the record says of each then.
    ///
    /// # Errors
    /// If the trail can't be written. An anchor that does not take the checkpoint is no error: its view says so.
    pub async fn anchor_now(&self) -> Result<Vec<AnchorView>, EngineError> {
        self.inner.store()?;
        for spec in self.anchor_specs().await? {
            let mut schedule = self.inner.watched.anchoring.lock().await;
            self.show_anchor(&spec, &mut schedule).await?;
        }
        self.anchors().await
    }

    /// Shows it to those whose time it is.
    pub(crate) async fn anchor_due(&self) -> Result<(), EngineError> {
        let (views, disputed) = (self.anchors().await?, self.disputed_anchors().await?);
        for AnchorView { spec, last, failure } in views {
            let mut schedule = self.inner.watched.anchoring.lock().await;
            let now = self.inner.clock.now();
            if !schedule.knows(&spec.name) {
                let before = match (failure, last) {
                    (Some(failure), _) if disputed.contains(&spec.name) => {
                        Some((failure.at, Tried::Disputed))
                    }
                    (Some(failure), _) => Some((failure.at, Tried::Failed)),
                    (None, last) => last.map(|last| (last.at, Tried::Held)),
                };
                if let Some((at, how)) = before {
                    schedule.remember(&spec.name, now.mono, since(at, now.at), how);
                }
            }
            if schedule.due_in(&spec.name, now.mono).is_some_and(|due| due.is_zero()) {
                self.show_anchor(&spec, &mut schedule).await?;
            }
        }
        Ok(())
    }

    /// How long until one of them is due; for ever if none ever is.
    pub(crate) async fn until_anchoring(&self) -> Duration {
        let Ok(specs) = self.anchor_specs().await else { return Duration::MAX };
        let schedule = self.inner.watched.anchoring.lock().await;
        let now = self.inner.clock.now().mono;
        specs.iter().filter_map(|spec| schedule.due_in(&spec.name, now)).min().unwrap_or(Duration::MAX)
    }

    /// The anchors as configured.
    pub(crate) async fn anchor_specs(&self) -> Result<Vec<AnchorSpec>, EngineError> {
        match self.inner.reader.setting(ANCHORS).await? {
            Some(Json(value)) => serde_json::from_value(value).map_err(|error| {
                EngineError::Internal(format!("the setting {ANCHORS} does not read: {error}"))
            }),
            None => Ok(Vec::new()),
        }
    }

    /// The keys of the witnesses that are configured: their word counts when the trail is verified.
    pub(crate) async fn witness_vkeys(&self) -> Result<Vec<String>, EngineError> {
        let witness = |spec: AnchorSpec| match spec.place {
            AnchorPlace::Witness { vkey, .. } => Some(vkey),
            AnchorPlace::Folder { .. } | AnchorPlace::Timestamp { .. } => None,
        };
        Ok(self.anchor_specs().await?.into_iter().filter_map(witness).collect())
    }

    async fn set_anchors(&self, specs: &[AnchorSpec]) -> Result<(), EngineError> {
        let value = serde_json::to_value(specs).map_err(|error| EngineError::Internal(error.to_string()))?;
        self.set_setting(ANCHORS, Json(value)).await
    }

    /// Shows it the newest checkpoint, on record, and notes how that went.
    async fn show_anchor(&self, spec: &AnchorSpec, schedule: &mut Schedule) -> Result<Outcome, EngineError> {
        let outcome = self.shown(spec).await?;
        let (tried, dispute) = match &outcome {
            Outcome::Held { .. } => (Tried::Held, None),
            Outcome::Failed { .. } => (Tried::Failed, None),
            Outcome::Disputed { kind, words } => (Tried::Disputed, Some((*kind, words.as_str()))),
        };
        schedule.tried(&spec.name, self.inner.clock.now().mono, tried);
        if tried != Tried::Failed {
            self.note_dispute(&spec.name, dispute).await?;
        }
        Ok(outcome)
    }
}

fn check(spec: &AnchorSpec) -> Result<(), EngineError> {
    let mistakes = anchors::check_spec(spec);
    if mistakes.is_empty() { Ok(()) } else { Err(EngineError::BadInput(mistakes.join("\n"))) }
}

/// Zero if it lies ahead: then the clock was set back.
fn since(then: Micros, now: Micros) -> Duration {
    Duration::from_micros(u64::try_from(now.0.saturating_sub(then.0)).unwrap_or(0))
}
