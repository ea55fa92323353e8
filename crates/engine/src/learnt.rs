//! What was learnt of a model, as it is on record.

use domain::json::Json;
use domain::model::{Capabilities, ModelSpec};
use serde::{Deserialize, Serialize};
use store::Reader;

use crate::error::EngineError;

/// What was learnt of a model, and of which: under the same name another may be connected later.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Learnt {
    pub(crate) base_url: String,
    pub(crate) model: String,
    pub(crate) capabilities: Capabilities,
}

/// What was learnt of this model. A record that does not read is forgotten: it is learnt again.
///
/// # Errors
/// If the trail can't be read.
pub(crate) async fn on_record(reader: &Reader, spec: &ModelSpec) -> Result<Capabilities, EngineError> {
    let Some(Json(value)) = reader.setting(&key(spec)).await? else {
        return Ok(Capabilities::default());
    };
    let learnt = serde_json::from_value::<Learnt>(value).ok();
    let learnt = learnt.filter(|learnt| learnt.base_url == spec.base_url && learnt.model == spec.model);
    Ok(learnt.map(|learnt| learnt.capabilities).unwrap_or_default())
}

/// The setting that says what was learnt of a model.
pub(crate) fn key(spec: &ModelSpec) -> String {
    format!("learnt:{}", spec.name)
}
