//! Trying a source before a person relies on it. What is sent is on record, like everything that is sent.

use std::sync::Arc;

use domain::call::Approve;
use domain::effect::Effect;
use domain::id::CallId;
use domain::outcome::Outcome;
use domain::source::SourceSpec;
use domain::tool::{SourceName, ToolSpec};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::error::EngineError;

/// What trying a source showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct SourceReport {
    /// Whether it answered as it should.
    pub ok: bool,
    /// What happened and what to do, in words.
    pub words: String,
    /// Its status code, if it answered.
    pub status: Option<u16>,
    /// The call that tried it, if one was made.
    pub call: Option<CallId>,
    /// How long it took.
    pub took_ms: u32,
}

impl Engine {
    /// Calls the first read of a source that needs no arguments. If it has none, says so and sends nothing.
    ///
    /// # Errors
    /// If there is no such source, or the trail can't be written.
    pub async fn test_source(&self, name: &SourceName) -> Result<SourceReport, EngineError> {
        let source = self.source(name).await?;
        let Some(tool) = source.tools.iter().find(|tool| harmless(tool)).cloned() else {
            let words =
                "none of its tools is a read that needs no arguments; try one by hand to see that it works";
            let words = words.to_owned();
            return Ok(SourceReport { ok: false, words, status: None, call: None, took_ms: 0 });
        };
        let called = source.id_of(&tool);
        let call = self.perform_by_hand(Arc::<SourceSpec>::new(source), &tool, "{}", Approve::Reads).await?;
        let detail = self.inner.reader.call(call, 2048).await?;
        let detail = detail.ok_or_else(|| EngineError::Internal(format!("{call} can't be read")))?;
        let ok = detail.row.outcome == Some(Outcome::Returned);
        let words = if ok {
            format!("{called} answered in {} ms with {} bytes", detail.row.took_ms, detail.row.size)
        } else {
            let words = detail.payloads.iter().find(|item| item.role == domain::payload::PayloadRole::Words);
            words.map(|item| item.text.clone()).unwrap_or_default()
        };
        Ok(SourceReport {
            ok,
            words,
            status: detail.row.status,
            call: Some(call),
            took_ms: detail.row.took_ms,
        })
    }
}

fn harmless(tool: &ToolSpec) -> bool {
    let required = tool.input.0.get("required").and_then(serde_json::Value::as_array);
    tool.effect == Effect::Read && required.is_none_or(Vec::is_empty) && !tool.path.contains('{')
}
