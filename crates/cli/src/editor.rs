//! Changing a text by hand: in the editor that the environment names, or on one line.

use std::io::{BufRead, Write};
use std::process::Command;

use crate::output::Output;

/// The text as the person left it. `None` if they did not change it, or it could not be shown to them; why stands on
/// standard error then.
pub(crate) async fn edited(text: &str, output: &Output) -> Option<String> {
    let written = match program() {
        Some(program) => {
            let text = text.to_owned();
            let hush = output.hush();
            let left = tokio::task::spawn_blocking(move || in_editor(&program, &text)).await;
            drop(hush);
            match left.map_err(std::io::Error::other).flatten() {
                Ok(left) => left,
                Err(error) => {
                    output.progress(format!("the editor could not be used: {error}"));
                    return None;
                }
            }
        }
        None => {
            output.progress(
                "the arguments as one line of JSON (set EDITOR to use an editor); empty: no change",
            );
            line().await
        }
    };
    let written = written.trim();
    (!written.is_empty() && written != text.trim()).then(|| written.to_owned())
}

/// The next line of standard input without its end; empty at its end.
pub(crate) async fn line() -> String {
    let line = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|_| line)
    })
    .await;
    line.ok().and_then(Result::ok).unwrap_or_default().trim().to_owned()
}

/// The editor and its own arguments, as git and others read these variables.
fn program() -> Option<Vec<String>> {
    let named = ["VISUAL", "EDITOR"].into_iter().find_map(|name| {
        let words = std::env::var(name).ok()?;
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        (!words.is_empty()).then_some(words)
    });
    named.filter(|_| std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb"))
}

/// Only its owner may read the file, and it goes with this function: arguments may be confidential.
fn in_editor(program: &[String], text: &str) -> std::io::Result<String> {
    let mut file = tempfile::Builder::new().prefix("tieout-arguments-").suffix(".json").tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    let (name, words) = program.split_first().ok_or_else(|| std::io::Error::other("it has no name"))?;
    let status = Command::new(name).args(words).arg(file.path()).status()?;
    if !status.success() {
        return Err(std::io::Error::other(format!("`{name}` ended with {status}; nothing was changed")));
    }
    // By its path: an editor may have put a new file in the place of the one that we hold open.
    std::fs::read_to_string(file.path())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run(script: &str) -> std::io::Result<String> {
        // `sh -c SCRIPT NAME FILE`: the file is `$1`.
        let program = ["sh", "-c", script, "editor"].map(str::to_owned);
        in_editor(&program, r#"{"id": 7}"#)
    }

    #[test]
    fn what_the_editor_leaves_is_what_comes_back() {
        assert_eq!(run("printf '{\"id\": 8}' > \"$1\"").unwrap(), r#"{"id": 8}"#);
        assert_eq!(run("true").unwrap(), r#"{"id": 7}"#);
        // As editors save that write beside the file and move it over.
        let moved = "printf new > \"$1.tmp\" && mv \"$1.tmp\" \"$1\"";
        assert_eq!(run(moved).unwrap(), "new");
    }

    #[test]
    fn an_editor_that_fails_changes_nothing() {
        let error = run("printf x > \"$1\"; exit 1").unwrap_err();
        assert!(error.to_string().contains("nothing was changed"), "{error}");
    }
}
