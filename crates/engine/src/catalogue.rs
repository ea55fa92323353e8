//! What is connected and how batches run, read once and kept until it changes: a question needs all of it before its
//! first byte can leave. While we hold the writing, every change comes through us.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use domain::hidden::AboveClearance;
use domain::model::{Capabilities, ModelSpec, OfferedTool};
use domain::run::RunSettings;
use shortlist::{Listed, Shortlist};
use store::Reader;

use crate::detection::Looking;
use crate::error::EngineError;
use crate::in_force::InForce;
use crate::learnt::on_record;
use crate::locked::lock;
use crate::run::known::{Known, known};
use crate::run::prompt::offered;
use crate::run::settings::{above_clearance, run_settings};

/// What is connected, at one moment.
pub(crate) struct Connected {
    pub(crate) models: Vec<ModelSpec>,
    /// What was learnt of each of them, in their order.
    pub(crate) learnt: Vec<Capabilities>,
    /// Every connected tool, by the name that models write.
    pub(crate) known: HashMap<String, Arc<Known>>,
    /// The tools as models are offered them, in the order in which they were connected.
    pub(crate) tools: Vec<OfferedTool>,
    pub(crate) run: RunSettings,
    pub(crate) rules: InForce,
    /// What is looked for in what calls carry.
    pub(crate) looking: Arc<Looking>,
    /// What becomes of what is above a model's clearance.
    pub(crate) above: AboveClearance,
    lengths: OnceLock<Vec<usize>>,
    shortlist: OnceLock<Shortlist>,
}

impl Connected {
    /// How many bytes each tool takes in a request, about. Counted once, by the first who asks.
    pub(crate) fn lengths(&self) -> &[usize] {
        self.lengths.get_or_init(|| self.tools.iter().map(length).collect())
    }

    /// The tools by the words that are said of them. Made by the first who asks: few workspaces are that large.
    pub(crate) fn shortlist(&self) -> &Shortlist {
        self.shortlist.get_or_init(|| {
            Shortlist::new(self.tools.iter().map(|tool| Listed {
                name: &tool.name,
                description: &tool.description,
                path: self.known.get(&tool.name).map_or("", |known| known.tool.path.as_str()),
            }))
        })
    }
}

/// What stands around a tool's definition in every protocol.
const AROUND: usize = 60;

fn length(tool: &OfferedTool) -> usize {
    AROUND + tool.name.len() + tool.description.len() + tool.input.0.to_string().len()
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
        let models = reader.models().await?;
        let mut learnt = Vec::with_capacity(models.len());
        for model in &models {
            learnt.push(on_record(reader, model).await?);
        }
        let connected = Arc::new(Connected {
            models,
            learnt,
            known: known(&sources),
            tools: offered(&sources),
            run: run_settings(reader).await?,
            rules: InForce::read(reader).await?,
            looking: Arc::new(Looking::of(reader).await?),
            above: above_clearance(reader).await?,
            lengths: OnceLock::new(),
            shortlist: OnceLock::new(),
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
