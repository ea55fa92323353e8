//! What is connected and how batches run, read once and kept until it changes: a question needs all of it before its
//! first byte can leave. While we hold the writing, every change comes through us.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use domain::model::{ModelSpec, OfferedTool};
use domain::run::RunSettings;
use store::Reader;

use crate::error::EngineError;
use crate::locked::lock;
use crate::run::known::{Known, known};
use crate::run::prompt::offered;
use crate::run::settings::run_settings;

/// What is connected, at one moment.
pub(crate) struct Connected {
    pub(crate) models: Vec<ModelSpec>,
    /// Every connected tool, by the name that models write.
    pub(crate) known: HashMap<String, Arc<Known>>,
    /// The tools as models are offered them.
    pub(crate) tools: Vec<OfferedTool>,
    pub(crate) run: RunSettings,
}

/// What is connected, as it was last read.
#[derive(Default)]
pub(crate) struct Catalogue {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// How often something changed.
    changes: u64,
    connected: Option<Arc<Connected>>,
}

impl Catalogue {
    /// What is connected now.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub(crate) async fn read(&self, reader: &Reader) -> Result<Arc<Connected>, EngineError> {
        let changes = {
            let kept = lock(&self.kept);
            if let Some(connected) = &kept.connected {
                return Ok(connected.clone());
            }
            kept.changes
        };
        let sources = reader.sources().await?;
        let connected = Arc::new(Connected {
            models: reader.models().await?,
            known: known(&sources),
            tools: offered(&sources),
            run: run_settings(reader).await?,
        });
        let mut kept = lock(&self.kept);
        // What changed while we read may not be in what we read.
        if kept.changes == changes {
            kept.connected = Some(connected.clone());
        }
        Ok(connected)
    }

    /// Something changed: it is read anew when it is needed.
    pub(crate) fn changed(&self) {
        let mut kept = lock(&self.kept);
        kept.changes += 1;
        kept.connected = None;
    }
}
