//! Where words go: results to standard output (JSON lines if asked for), progress and problems to standard error.

use std::io::{IsTerminal, Write};

use engine::EngineError;
use serde::Serialize;
use serde_json::{Value, json};

/// How this run prints.
pub(crate) struct Output {
    json: bool,
    colour: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let colour =
            std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        Self { json, colour }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// A line for people; nothing if JSON was asked for.
    pub(crate) fn line(&self, text: impl AsRef<str>) {
        if !self.json {
            write_line(&mut std::io::stdout(), text.as_ref());
        }
    }

    /// A JSON object of that `type`; nothing unless JSON was asked for.
    pub(crate) fn object(&self, kind: &str, value: &impl Serialize) {
        if !self.json {
            return;
        }
        let mut object = match serde_json::to_value(value) {
            Ok(Value::Object(fields)) => Value::Object(fields),
            Ok(value) => json!({ "value": value }),
            Err(error) => json!({ "error": error.to_string() }),
        };
        if let Some(fields) = object.as_object_mut() {
            // An entry has a `type` of its own, which says more than ours.
            fields.entry("type").or_insert_with(|| kind.into());
        }
        write_line(&mut std::io::stdout(), &object.to_string());
    }

    /// Text as it is, for standard output: a source's file, completions.
    pub(crate) fn raw(&self, text: &str) {
        let _closed_pipe = std::io::stdout().write_all(text.as_bytes());
    }

    /// What goes on, for people who watch.
    pub(crate) fn progress(&self, text: impl AsRef<str>) {
        write_line(&mut std::io::stderr(), text.as_ref());
    }

    /// What went wrong.
    pub(crate) fn problem(&self, text: &str) {
        let (on, off) = if self.colour { ("\x1b[31m", "\x1b[0m") } else { ("", "") };
        write_line(&mut std::io::stderr(), &format!("{on}error:{off} {text}"));
    }

    pub(crate) fn error(&self, error: &EngineError) {
        self.problem(&error.to_string());
        self.object(
            "error",
            &json!({ "code": error.code(), "message": error.to_string(), "detail": error.detail() }),
        );
    }

    pub(crate) fn flush(&self) {
        let _closed_pipe = std::io::stdout().flush();
    }
}

/// A reader that has seen enough closes the pipe; that is no failure of ours.
fn write_line(to: &mut impl Write, text: &str) {
    let _closed_pipe = writeln!(to, "{text}");
}
