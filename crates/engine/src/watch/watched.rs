//! What the watch of an open workspace knows, and how it is rung and ended.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::anchor::AnchorWrites;
use domain::view::{Finding, VerifyReport};
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::anchoring::Schedule;
use crate::locked::lock;

/// How long closing waits for the watch: for a checkpoint on its way to an anchor, and for the keychain. What is not
/// done by then is left: the next run does it.
const ENDING: Duration = Duration::from_secs(5);

/// What a check of the entries since the last one found.
#[derive(Clone, Debug, PartialEq, Serialize, specta::Type)]
pub struct QuickReport {
    /// The first entry that was looked at: those before it were verified earlier.
    #[specta(type = u32)]
    pub from: u64,
    /// What was found. Its numbers are of what was looked at; whether what the entries tell could have happened is not
    /// part of it.
    pub report: VerifyReport,
}

/// A tree: so many entries, and their root (base64).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tree {
    pub(crate) size: u64,
    pub(crate) root: String,
}

/// What the keychain remembers of the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mark {
    /// What it was when it was last looked at.
    pub(crate) newest: Tree,
    /// What of it was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) verified: Option<Tree>,
}

/// What the watch knows.
pub(crate) struct Watched {
    bell: Arc<Notify>,
    stop: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
    /// When which anchor is shown the next checkpoint. Locked while one is: they are shown one at a time, since a
    /// checkpoint that is overtaken by its successor looks like a rollback.
    pub(crate) anchoring: tokio::sync::Mutex<Schedule>,
    /// What the keychain has.
    pub(crate) mark: tokio::sync::Mutex<Option<Mark>>,
    /// That the trail is not the one that the keychain remembers, if it is not.
    pub(crate) restored: Mutex<Option<Finding>>,
    /// What was verified, of this run's trail or as the keychain remembers.
    pub(crate) verified: Mutex<Option<Tree>>,
    pub(crate) last_quick: Mutex<Option<QuickReport>>,
    /// Whether writes wait for an anchor, once that was read and until the setting changes.
    pub(crate) anchor_writes: Mutex<Option<AnchorWrites>>,
}

impl Default for Watched {
    fn default() -> Self {
        Self {
            bell: Arc::default(),
            stop: watch::Sender::new(false),
            task: Mutex::default(),
            anchoring: tokio::sync::Mutex::default(),
            mark: tokio::sync::Mutex::default(),
            restored: Mutex::default(),
            verified: Mutex::default(),
            last_quick: Mutex::default(),
            anchor_writes: Mutex::default(),
        }
    }
}

impl Watched {
    /// An answer, or something else that anchors should hold soon, is on record. Nobody waits for that here.
    pub(crate) fn answered(&self) {
        self.bell.notify_one();
    }

    /// What rings then.
    pub(crate) fn bell(&self) -> Arc<Notify> {
        Arc::clone(&self.bell)
    }

    /// Turns true when the workspace closes.
    pub(crate) fn stop(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    pub(crate) fn begin(&self, task: JoinHandle<()>) {
        *lock(&self.task) = Some(task);
    }

    /// Ends the task, and returns when it has ended.
    pub(crate) async fn end(&self) {
        self.stop.send_replace(true);
        let Some(mut task) = lock(&self.task).take() else { return };
        if tokio::time::timeout(ENDING, &mut task).await.is_err() {
            tracing::info!("an anchor or the keychain did not answer before the workspace closed");
            task.abort();
            let _aborted = task.await;
        }
    }
}

impl Drop for Watched {
    /// A workspace that is dropped without being closed takes its task with it.
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}
