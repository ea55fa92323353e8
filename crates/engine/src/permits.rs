//! How many calls may be under way: in all, and of each source.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use domain::source::SourceSpec;
use domain::tool::SourceName;
use tokio::sync::Semaphore;

use crate::locked::lock;

/// Calls under way at one time, whatever their sources.
const IN_FLIGHT: usize = 128;

/// The gates of all sources.
pub(crate) struct Permits {
    all: Arc<Semaphore>,
    by_source: Mutex<HashMap<SourceName, (u32, Arc<Semaphore>)>>,
}

impl Default for Permits {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(IN_FLIGHT)), by_source: Mutex::default() }
    }
}

impl Permits {
    /// The two gates that a call of this source passes, the source's own first: whoever waits there holds nothing.
    pub(crate) fn gates(&self, source: &SourceSpec) -> [Arc<Semaphore>; 2] {
        let limit = source.limits.in_flight.max(1);
        let mut by_source = lock(&self.by_source);
        let entry = by_source.entry(source.name.clone()).or_insert_with(|| (limit, semaphore(limit)));
        if entry.0 != limit {
            *entry = (limit, semaphore(limit));
        }
        [entry.1.clone(), self.all.clone()]
    }
}

fn semaphore(permits: u32) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(usize::try_from(permits).unwrap_or(IN_FLIGHT).min(Semaphore::MAX_PERMITS)))
}
