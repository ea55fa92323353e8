//! Where words go: results to standard output (JSON lines if asked for), progress and problems to standard error.
//!
//! What a source or a model says is printed too, and a terminal obeys what it is sent. So control characters (escape
//! sequences, carriage returns, backspaces) are replaced before any text for people is written; JSON escapes them.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::EngineError;
use serde::Serialize;
use serde_json::{Value, json};

/// How this run prints.
pub(crate) struct Output {
    json: bool,
    colour: bool,
    /// What [`Output::progress`] would have written while another program has the screen.
    kept: Mutex<Option<Vec<String>>>,
}

/// Another program has the screen: progress is kept back until this goes, and written then.
pub(crate) struct Hush<'a>(&'a Output);

impl Drop for Hush<'_> {
    fn drop(&mut self) {
        let kept = self.0.kept().take();
        for text in kept.into_iter().flatten() {
            self.0.progress(text);
        }
    }
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let colour =
            std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        Self { json, colour, kept: Mutex::default() }
    }

    /// Keeps progress back for as long as what it gives is held: an editor has the screen.
    pub(crate) fn hush(&self) -> Hush<'_> {
        self.kept().get_or_insert_default();
        Hush(self)
    }

    /// A poisoned lock is taken over: every change is one push.
    fn kept(&self) -> MutexGuard<'_, Option<Vec<String>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// A line for people; nothing if JSON was asked for.
    pub(crate) fn line(&self, text: impl AsRef<str>) {
        if !self.json {
            write_line(&mut std::io::stdout(), &harmless(text.as_ref()));
        }
    }

    /// Whether a person watches standard output.
    pub(crate) fn is_watched(&self) -> bool {
        !self.json && std::io::stdout().is_terminal()
    }

    /// A piece of text as it comes, for people who watch.
    pub(crate) fn piece(&self, text: &str) {
        let mut out = std::io::stdout();
        let _closed_pipe = out.write_all(harmless(text).as_bytes()).and_then(|()| out.flush());
    }

    /// A JSON object of that `type`; nothing unless JSON was asked for.
    pub(crate) fn object(&self, kind: &str, value: &impl Serialize) {
        if self.json {
            self.datum(kind, value);
        }
    }

    /// A JSON object of that `type`, whoever reads: what a command finds that is made for other programs.
    pub(crate) fn datum(&self, kind: &str, value: &impl Serialize) {
        let mut object = match serde_json::to_value(value) {
            Ok(Value::Object(fields)) => Value::Object(fields),
            Ok(value) => json!({ "value": value }),
            Err(error) => json!({ "error": error.to_string() }),
        };
        if let Some(fields) = object.as_object_mut() {
            // An entry has a `type` of its own, which says more than ours.
            fields.entry("type").or_insert_with(|| kind.into());
        }
        write_line(&mut std::io::stdout(), &escaped(&object.to_string()));
    }

    /// Text as it is, for standard output: a source's file, completions.
    pub(crate) fn raw(&self, text: &str) {
        let _closed_pipe = std::io::stdout().write_all(text.as_bytes());
    }

    /// What goes on, for people who watch.
    pub(crate) fn progress(&self, text: impl AsRef<str>) {
        if let Some(kept) = self.kept().as_mut() {
            kept.push(text.as_ref().to_owned());
            return;
        }
        write_line(&mut std::io::stderr(), &harmless(text.as_ref()));
    }

    /// What went wrong.
    pub(crate) fn problem(&self, text: &str) {
        let (on, off) = if self.colour { ("\x1b[31m", "\x1b[0m") } else { ("", "") };
        write_line(&mut std::io::stderr(), &format!("{on}error:{off} {}", harmless(text)));
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

/// The text without what a terminal would obey: every control character but line break and tab becomes U+FFFD.
fn harmless(text: &str) -> Cow<'_, str> {
    let obeyed = |sign: char| is_obeyed(sign) && !matches!(sign, '\n' | '\t');
    if text.chars().any(obeyed) {
        Cow::Owned(
            text.chars().map(|sign| if obeyed(sign) { char::REPLACEMENT_CHARACTER } else { sign }).collect(),
        )
    } else {
        Cow::Borrowed(text)
    }
}

/// JSON whose strings hold no such character either, and mean the same: JSON itself lets those past the first 32 stand.
fn escaped(json: &str) -> Cow<'_, str> {
    if !json.chars().any(is_obeyed) {
        return Cow::Borrowed(json);
    }
    let mut text = String::with_capacity(json.len());
    for sign in json.chars() {
        if is_obeyed(sign) {
            text.push_str(&format!("\\u{:04x}", u32::from(sign)));
        } else {
            text.push(sign);
        }
    }
    Cow::Owned(text)
}

/// Control characters (U+009B begins a sequence as ESC [ does), and the marks that reorder the text beside them.
fn is_obeyed(sign: char) -> bool {
    sign.is_control() || matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A reader that has seen enough closes the pipe; that is no failure of ours.
fn write_line(to: &mut impl Write, text: &str) {
    let _closed_pipe = writeln!(to, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_sent_nothing_that_it_obeys() {
        assert_eq!(harmless("plain\n\ttext ü"), "plain\n\ttext ü");
        assert_eq!(harmless("a\u{1b}[2Jb\rc\u{9b}31m"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}31m");
        assert_eq!(harmless("\u{202e}fdp.exe"), "\u{fffd}fdp.exe");
    }

    #[test]
    fn escaped_json_means_the_same() {
        let value = json!({ "text": "\u{1b}[2J \u{9b}31m \u{202e}\u{7f} ü" });
        let text = value.to_string();
        let text = escaped(&text);
        assert!(!text.contains(is_obeyed), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
