//! What the page says of itself, and the one way out of it.

use engine::EngineError;
use tauri::Url;

use super::Reply;

/// Names a file that is written when the page is there, for tests and measurements.
const READY_FILE: &str = "TIEOUT_READY_FILE";

/// Says that the page has mounted.
#[tauri::command]
#[specta::specta]
pub(crate) async fn page_ready() -> Reply<()> {
    tracing::info!("the page is ready");
    if let Some(path) = std::env::var_os(READY_FILE) {
        std::fs::write(&path, "ready\n").map_err(|error| {
            let path = path.display();
            EngineError::Internal(format!("{READY_FILE} names {path}, which can't be written: {error}"))
        })?;
    }
    Ok(())
}

/// Opens an address in the system's browser or mail program. The page has shown it in full and was told to go on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_external(url: String) -> Reply<()> {
    browse(outside(&url)?).await.map_err(Into::into)
}

/// Shows an address in the system's browser or mail program.
pub(super) async fn browse(url: Url) -> Result<(), EngineError> {
    // The library's function and not its plugin, which would bring commands of its own within the page's reach.
    let opened = tauri::async_runtime::spawn_blocking(move || {
        tauri_plugin_opener::open_url(url.as_str(), None::<&str>).map_err(|error| error.to_string())
    });
    let said = opened.await.map_err(|error| error.to_string()).flatten();
    said.map_err(|words| EngineError::Internal(format!("the address could not be opened: {words}")))
}

/// The address, if it is one that may be opened outside. Any other scheme could start a program (`file:`, `smb:`,
/// an application's own) with words that a model wrote.
fn outside(text: &str) -> Result<Url, EngineError> {
    let refused = |why: &str| EngineError::BadInput(format!("`{text}` is not opened: {why}"));
    let url = text.parse::<Url>().map_err(|error| refused(&error.to_string()))?;
    match url.scheme() {
        "http" | "https" | "mailto" => Ok(url),
        _ => Err(refused("only http, https and mailto addresses are")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_web_and_mail_open_outside() {
        for good in
            ["https://example.org/a?b#c", "http://127.0.0.1:8080/", "mailto:ada@example.org", "HTTPS://X.ORG"]
        {
            assert!(outside(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn nothing_else_does() {
        for bad in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "tauri://localhost/",
            "smb://host/share",
            "vscode://file/x",
            "--help",
            "/usr/bin/xterm",
            "",
            " ",
        ] {
            assert!(outside(bad).is_err_and(|error| error.code() == engine::Code::BadInput), "{bad}");
        }
    }
}
