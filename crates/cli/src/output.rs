//! Where words go: results to standard output (JSON lines if asked for), progress and problems to standard error.
//!
//! What a source or a model says is printed too, and a terminal obeys what it is sent. So control characters (escape
//! sequences, carriage returns, backspaces) are replaced before any text for people is written; JSON escapes them.

use std::borrow::Cow;
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
        write_line(&mut std::io::stdout(), &escaped(&object.to_string()));
    }

    /// Text as it is, for standard output: a source's file, completions.
    pub(crate) fn raw(&self, text: &str) {
        let _closed_pipe = std::io::stdout().write_all(text.as_bytes());
    }

    /// What goes on, for people who watch.
    pub(crate) fn progress(&self, text: impl AsRef<str>) {
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
    let obeyed = |sign: char| sign.is_control() && !matches!(sign, '\n' | '\t');
    if text.chars().any(obeyed) {
        Cow::Owned(
            text.chars().map(|sign| if obeyed(sign) { char::REPLACEMENT_CHARACTER } else { sign }).collect(),
        )
    } else {
        Cow::Borrowed(text)
    }
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
    }
}

/// Text that came from a model or a source can't command a terminal: no character of it moves the cursor, changes the
/// title, answers a query, or turns the reading order of what stands beside it around. Line breaks and tabs stay.
fn plain(text: &str) -> String {
    let shown = |char: char| match char {
        '\n' | '\t' => char,
        // The control pictures: a person sees that something was there, and what.
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(char)).unwrap_or('\u{fffd}'),
        char if commands(char) => '\u{fffd}',
        char => char,
    };
    text.chars().map(shown).collect()
}

/// JSON whose strings hold no such character either, and mean the same. The first 32 are escaped already.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for char in json.chars() {
        if commands(char) {
            text.push_str(&format!("\\u{:04x}", u32::from(char)));
        } else {
            text.push(char);
        }
    }
    text
}

/// Delete, the controls of ISO 6429 in one character (U+009B begins a sequence as ESC [ does), and the marks that
/// reorder text.
fn commands(char: char) -> bool {
    matches!(char, '\x7f'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_commands_a_terminal() {
        assert_eq!(plain("a\tb\nc ü 日本"), "a\tb\nc ü 日本");
        assert_eq!(plain("\x1b[2Jgone\r\x07"), "␛[2Jgone␍␇");
        assert_eq!(plain("\u{9b}31m \u{202e}txt.exe\x7f"), "\u{fffd}31m \u{fffd}txt.exe\u{fffd}");
    }

    #[test]
    fn escaped_json_means_the_same() {
        let value = json!({ "text": "\x1b[2J \u{9b}31m \u{202e}\x7f ü" });
        let text = escaped(&value.to_string());
        assert!(!text.contains(|char: char| char.is_control() || commands(char)), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
