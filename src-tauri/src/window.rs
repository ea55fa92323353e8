//! The one window. What it shows is our page and nothing else.

use tauri::webview::NewWindowResponse;
use tauri::{App, Manager, Url, WebviewUrl, WebviewWindowBuilder};

/// The window's label, which the capability names.
const LABEL: &str = "main";

/// Opens the window.
pub(crate) fn open(app: &App) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Tieout")
        .inner_size(1280.0, 840.0)
        .min_inner_size(900.0, 600.0)
        // The page is not trusted: if a link or a script got past it, there is nowhere to go and no window to open.
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    Ok(())
}

/// Brings the window to the person who started the program a second time.
pub(crate) fn show(app: &impl Manager<tauri::Wry>) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.unminimize().and_then(|()| window.set_focus()) {
        tracing::warn!(%error, "could not bring the window to the front");
    }
}

/// Whether an address is one under which the window serves its own page. It has two, by platform.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_but_to_its_page() {
        for ours in ["tauri://localhost", "tauri://localhost/index.html#/trail", "http://tauri.localhost/"] {
            assert!(is_ours(&ours.parse().unwrap()), "{ours}");
        }
        for not_ours in [
            "https://example.org/",
            "http://localhost:5174/",
            "http://tauri.localhost.example.org/",
            "tauri://elsewhere/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
        ] {
            assert!(!is_ours(&not_ours.parse().unwrap()), "{not_ours}");
        }
    }
}
