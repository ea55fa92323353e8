//! What the page hears without asking.

use serde::Serialize;
use tauri_specta::Event;

/// What `session` says is another than before.
#[derive(Clone, Serialize, specta::Type, Event)]
#[tauri_specta(event_name = "session_changed")]
pub(crate) struct SessionChanged;

/// The trail has grown. Told at most four times a second.
#[derive(Clone, Serialize, specta::Type, Event)]
#[tauri_specta(event_name = "trail_changed")]
pub(crate) struct TrailChanged {
    /// How many entries it has.
    #[specta(type = u32)]
    pub(crate) entries: u64,
}
