//! Settings of how batches run, as they are on record.

use std::time::Duration;

use domain::hidden::{ABOVE_CLEARANCE, AboveClearance};
use domain::id::ConversationId;
use domain::json::Json;
use domain::run::{ConversationSettings, RUN_SETTINGS, RunSettings};
use providers::Limits;
use serde::de::DeserializeOwned;
use store::Reader;

use crate::error::EngineError;

/// How batches run in this workspace.
pub(crate) async fn run_settings(reader: &Reader) -> Result<RunSettings, EngineError> {
    setting(reader, RUN_SETTINGS).await
}

/// What a conversation says otherwise.
pub(crate) async fn conversation_settings(
    reader: &Reader,
    conversation: ConversationId,
) -> Result<ConversationSettings, EngineError> {
    setting(reader, &ConversationSettings::key(conversation)).await
}

/// What becomes of what is above a model's clearance.
pub(crate) async fn above_clearance(reader: &Reader) -> Result<AboveClearance, EngineError> {
    setting(reader, ABOVE_CLEARANCE).await
}

/// How long a model may keep silent.
pub(crate) fn model_limits(run: &RunSettings) -> Limits {
    let millis = |millis: u32| Duration::from_millis(millis.into());
    Limits { first: millis(run.first_word_ms), pause: millis(run.word_pause_ms) }
}

async fn setting<T: DeserializeOwned + Default>(reader: &Reader, key: &str) -> Result<T, EngineError> {
    let Some(Json(value)) = reader.setting(key).await? else { return Ok(T::default()) };
    serde_json::from_value(value).map_err(|error| {
        EngineError::BadInput(format!("the setting `{key}` can't be read: {error}; set it anew in Settings"))
    })
}
