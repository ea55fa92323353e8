//! How batches run here: limits that a person sets, sources that a person pauses, advice on tools.

use domain::advice::Advice;
use domain::id::ConversationId;
use domain::json::Json;
use domain::run::{ConversationSettings, PAUSED_SOURCES, RUN_SETTINGS, RunSettings, Straggler};
use domain::tool::{SourceName, ToolId};
use serde::Serialize;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::run;

impl Engine {
    /// How batches run in this workspace.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn run_settings(&self) -> Result<RunSettings, EngineError> {
        run::run_settings(&self.inner.reader).await
    }

    /// Changes how batches run, from the next question on; the calls that may be under way, at once.
    ///
    /// # Errors
    /// If a field can't be as it is, or the trail can't be written.
    pub async fn save_run_settings(&self, settings: RunSettings) -> Result<(), EngineError> {
        check(&settings)?;
        self.set_setting(RUN_SETTINGS, json(&settings)?).await?;
        self.inner.gate.set_in_flight(settings.in_flight);
        Ok(())
    }

    /// What a conversation says otherwise than its workspace and model.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn conversation_settings(
        &self,
        conversation: ConversationId,
    ) -> Result<ConversationSettings, EngineError> {
        run::conversation_settings(&self.inner.reader, conversation).await
    }

    /// Changes what a conversation says otherwise, from its next question on.
    ///
    /// # Errors
    /// If the trail can't be written.
    pub async fn save_conversation_settings(
        &self,
        conversation: ConversationId,
        settings: ConversationSettings,
    ) -> Result<(), EngineError> {
        self.set_setting(&ConversationSettings::key(conversation), json(&settings)?).await
    }

    /// Pauses a source: calls to it wait until it is resumed, those under way end as they do.
    ///
    /// # Errors
    /// If there is none of that name, or the trail can't be written.
    pub async fn pause_source(&self, name: &SourceName) -> Result<(), EngineError> {
        self.source(name).await?;
        let _one_at_a_time = self.inner.pausing.lock().await;
        let mut paused = self.paused_sources().await?;
        if !paused.contains(name) {
            paused.push(name.clone());
            self.set_setting(PAUSED_SOURCES, json(&paused)?).await?;
        }
        self.inner.gate.hold(name);
        Ok(())
    }

    /// Lets a paused source go on, also one that asked for a pause itself.
    ///
    /// # Errors
    /// If there is none of that name and none was paused, or the trail can't be written.
    pub async fn resume_source(&self, name: &SourceName) -> Result<(), EngineError> {
        let _one_at_a_time = self.inner.pausing.lock().await;
        let mut paused = self.paused_sources().await?;
        if !paused.contains(name) {
            self.source(name).await?;
        }
        if paused.contains(name) {
            paused.retain(|held| held != name);
            self.set_setting(PAUSED_SOURCES, json(&paused)?).await?;
        }
        self.inner.gate.release(name);
        Ok(())
    }

    /// Advice on every connected tool: what makes its calls slower or less safe than they need to be.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn lint(&self) -> Result<Vec<Advice>, EngineError> {
        Ok(sources::lint(&self.inner.reader.sources().await?))
    }

    /// What is wrong with arguments for a tool, a sentence each; empty if they fit.
    ///
    /// # Errors
    /// If there is no such tool.
    pub async fn check_arguments(&self, tool: &ToolId, arguments: &str) -> Result<Vec<String>, EngineError> {
        let (source, spec) = self.tool(tool).await?;
        Ok(sources::mistakes_of(&source, &spec, arguments))
    }

    /// The names of the sources that a person paused.
    pub(crate) async fn paused_sources(&self) -> Result<Vec<SourceName>, EngineError> {
        let Some(Json(value)) = self.inner.reader.setting(PAUSED_SOURCES).await? else {
            return Ok(Vec::new());
        };
        serde_json::from_value(value).map_err(|error| {
            EngineError::BadInput(format!("the setting `{PAUSED_SOURCES}` can't be read: {error}"))
        })
    }

    /// Sets the gate as the record says: what was paused stays paused when a workspace is opened again.
    pub(crate) async fn set_gate(&self) -> Result<(), EngineError> {
        self.inner.gate.set_in_flight(self.run_settings().await?.in_flight);
        for name in self.paused_sources().await? {
            self.inner.gate.hold(&name);
        }
        Ok(())
    }
}

fn json(value: &impl Serialize) -> Result<Json, EngineError> {
    serde_json::to_value(value).map(Json).map_err(|error| EngineError::Internal(error.to_string()))
}

fn check(settings: &RunSettings) -> Result<(), EngineError> {
    let least = |field: &str, value: u32, least: u32, unit: &str| {
        if value >= least {
            return Ok(());
        }
        Err(EngineError::BadInput(format!("`{field}` can't be {value}: the least is {least}{unit}")))
    };
    least("in_flight", settings.in_flight, 1, " call")?;
    least("batch_calls", settings.batch_calls, 1, " call")?;
    least("batch_deadline_ms", settings.batch_deadline_ms, 1000, " ms")?;
    least("shown_bytes", settings.shown_bytes, 1024, " bytes")?;
    least("first_word_ms", settings.first_word_ms, 1000, " ms")?;
    least("word_pause_ms", settings.word_pause_ms, 1000, " ms")?;
    least("model_attempts", settings.model_attempts, 1, " request")?;
    match settings.straggler {
        Straggler::Wait => Ok(()),
        Straggler::Hedge { after_ms } | Straggler::Pending { after_ms } => {
            least("straggler.after_ms", after_ms, 1, " ms")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_would_stop_everything_is_refused_by_name() {
        assert!(check(&RunSettings::default()).is_ok());
        for (field, settings) in [
            ("in_flight", RunSettings { in_flight: 0, ..RunSettings::default() }),
            ("batch_calls", RunSettings { batch_calls: 0, ..RunSettings::default() }),
            ("batch_deadline_ms", RunSettings { batch_deadline_ms: 3, ..RunSettings::default() }),
            ("shown_bytes", RunSettings { shown_bytes: 3, ..RunSettings::default() }),
            ("first_word_ms", RunSettings { first_word_ms: 3, ..RunSettings::default() }),
            ("word_pause_ms", RunSettings { word_pause_ms: 3, ..RunSettings::default() }),
            ("model_attempts", RunSettings { model_attempts: 0, ..RunSettings::default() }),
            (
                "straggler.after_ms",
                RunSettings { straggler: Straggler::Hedge { after_ms: 0 }, ..RunSettings::default() },
            ),
        ] {
            let words = check(&settings).map_err(|error| error.to_string()).unwrap_err();
            assert!(words.contains(field), "{words}");
        }
    }
}
