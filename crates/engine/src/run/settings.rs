//! Settings of how batches run, as they are on record.

use domain::id::ConversationId;
use domain::json::Json;
use domain::run::{ConversationSettings, RUN_SETTINGS, RunSettings};
use serde::de::DeserializeOwned;

use crate::error::EngineError;
use crate::inner::Inner;

/// How batches run in this workspace.
pub(crate) async fn run_settings(inner: &Inner) -> Result<RunSettings, EngineError> {
    setting(inner, RUN_SETTINGS).await
}

/// What a conversation says otherwise.
pub(crate) async fn conversation_settings(
    inner: &Inner,
    conversation: ConversationId,
) -> Result<ConversationSettings, EngineError> {
    setting(inner, &ConversationSettings::key(conversation)).await
}

async fn setting<T: DeserializeOwned + Default>(inner: &Inner, key: &str) -> Result<T, EngineError> {
    let Some(Json(value)) = inner.reader.setting(key).await? else { return Ok(T::default()) };
    serde_json::from_value(value).map_err(|error| {
        EngineError::BadInput(format!("the setting `{key}` can't be read: {error}; set it anew in Settings"))
    })
}
