//! Tells the page how long the trail is: soon after we write, and once in a while for what other programs write.

use std::time::Duration;

use tokio::time::sleep;

use crate::shell::Shell;
use crate::wire::TrailChanged;

/// The page hears of the trail's length at most this often.
const APART: Duration = Duration::from_millis(250);
/// How soon the page hears of what another program wrote.
const OTHERS: Duration = Duration::from_secs(2);

/// Runs as long as the program.
pub(crate) async fn run(shell: &Shell) {
    let mut told = None;
    loop {
        // Running out of patience is how the writing of others is noticed.
        let _woken_or_not = tokio::time::timeout(OTHERS, shell.touched.notified()).await;
        let entries = entries(shell).await;
        if entries != told {
            if let Some(entries) = entries {
                shell.tell(&TrailChanged { entries });
            }
            told = entries;
        }
        sleep(APART).await;
    }
}

/// How many entries the trail has; `None` if there is none, or it can't be read at the moment.
async fn entries(shell: &Shell) -> Option<u64> {
    let engine = shell.engine().await.ok()?;
    engine.size().await.inspect_err(|error| tracing::debug!(%error, "the trail's length can't be read")).ok()
}
