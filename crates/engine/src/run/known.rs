//! The connected tools, as a turn knows them.

use std::collections::HashMap;
use std::sync::Arc;

use domain::source::SourceSpec;
use domain::tool::{ToolId, ToolSpec};

/// A tool that is connected, looked up once a turn.
pub(crate) struct Known {
    pub(crate) id: ToolId,
    pub(crate) source: Arc<SourceSpec>,
    pub(crate) tool: ToolSpec,
    pub(crate) version: String,
}

/// Every connected tool by the name that models write.
pub(crate) fn known(sources: &[SourceSpec]) -> HashMap<String, Arc<Known>> {
    let mut known = HashMap::new();
    for source in sources {
        let shared = Arc::new(source.clone());
        for tool in &source.tools {
            let id = source.id_of(tool);
            let (wire, version) = (id.wire(), tool.version());
            known.insert(wire, Arc::new(Known { id, source: shared.clone(), tool: tool.clone(), version }));
        }
    }
    known
}
