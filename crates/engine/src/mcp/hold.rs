//! What a server offers otherwise than a person accepted: held, on record, until they have seen it.

use std::sync::Arc;

use domain::json::Json;
use domain::source::SourceSpec;
use domain::tool::SourceName;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::inner::Inner;

/// Writes down how what a source's server offers differs from what was accepted. Where nothing changed since it was last
/// written down, nothing is.
///
/// # Errors
/// If the trail can't be written.
pub(crate) async fn hold(inner: &Arc<Inner>, name: &SourceName, offered: &[Json]) -> Result<(), EngineError> {
    let _alone = inner.servers.changing.lock().await;
    let known: Vec<SourceSpec> = inner.reader.sources().await?;
    let Some(mut source) = known.into_iter().find(|source| source.name == *name) else { return Ok(()) };
    let held = mcp::changes(&source, offered);
    match &mut source.mcp {
        Some(server) if server.held != held => server.held = held,
        _ => return Ok(()),
    }
    tracing::info!(source = %name, "what the server offers is not what was accepted");
    Engine { inner: inner.clone() }.save_source(source).await.map(drop)
}
