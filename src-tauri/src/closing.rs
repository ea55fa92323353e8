//! Ending the program: turns are stopped and recorded as stopped before the process goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tauri::{AppHandle, Manager};

use crate::shell::Shell;

/// How long ending may take. The engine gives turns ten seconds; past this, recovery closes what is open at the next
/// start.
const LIMIT: Duration = Duration::from_secs(15);

/// Closes the workspace and then ends the program. Asking again while it closes changes nothing.
pub(crate) fn begin(app: &AppHandle) {
    static BEGUN: AtomicBool = AtomicBool::new(false);
    if BEGUN.swap(true, Ordering::SeqCst) {
        return;
    }
    let app = app.clone();
    tracing::info!("closing");
    tauri::async_runtime::spawn(async move {
        let shell = Arc::clone(&app.state::<Arc<Shell>>());
        if tokio::time::timeout(LIMIT, shell.close()).await.is_err() {
            tracing::warn!("the workspace did not close in time; the next start closes what is open");
        }
        tracing::info!("closed");
        app.exit(0);
    });
}

/// Ends the program the same way when the session ends or somebody interrupts it.
#[cfg(unix)]
pub(crate) fn on_signals(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};

    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let (terminate, interrupt) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
        let (Ok(mut terminate), Ok(mut interrupt)) = (terminate, interrupt) else {
            tracing::warn!("signals can't be heard; a killed window leaves its turns to recovery");
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        begin(&app);
    });
}

/// Elsewhere the system closes the window first.
#[cfg(not(unix))]
pub(crate) fn on_signals(_: &AppHandle) {}
