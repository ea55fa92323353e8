//! The document as Markdown, with footnotes as GitHub and pandoc read them.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::notes::Notes;
use super::pieces::events;
use super::subject::Document;
use crate::report::moment;

/// What no number can stand in, so that it stands behind: code, links and pictures.
struct Closed {
    range: Range<usize>,
    /// Whether it is lines of its own: behind them a paragraph begins.
    block: bool,
}

/// The document.
pub(super) fn written(document: &Document<'_>, notes: &Notes) -> String {
    let mut out = String::new();
    for line in document.question.lines() {
        out.push_str(&format!("> {}\n", plain(line)));
    }
    if !document.question.is_empty() {
        out.push('\n');
    }
    out.push_str(noted(&document.answer.text, notes).trim_end());
    out.push_str("\n\n---\n\n");
    out.push_str(&format!("{}, asked {}", plain(&document.answer.model), moment(document.at)));
    let counted = document.counted();
    if !counted.is_empty() {
        out.push_str(&format!(". {counted}"));
    }
    out.push_str(".\n");
    for (index, words) in notes.words.iter().enumerate() {
        out.push_str(&format!("\n[^{}]: {}\n", index + 1, plain(words)));
    }
    out
}

/// The answer's text with numbers after its figures. What it would load or run elsewhere is escaped.
fn noted(text: &str, notes: &Notes) -> String {
    let mut closed = Vec::new();
    let mut inserts: Vec<(usize, String)> = Vec::new();
    for (event, range) in events(text).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => closed.push(Closed { range, block: true }),
            Event::Start(Tag::Image { .. }) => {
                inserts.push((range.start, "\\".to_owned()));
                closed.push(Closed { range, block: false });
            }
            Event::Code(_) | Event::Start(Tag::Link { .. }) => closed.push(Closed { range, block: false }),
            Event::Html(_) | Event::InlineHtml(_) => {
                let markup = text[range.clone()].match_indices('<');
                inserts.extend(markup.map(|(at, _)| (range.start + at, "\\".to_owned())));
            }
            _ => {}
        }
    }
    for mark in &notes.marks {
        // The outermost: a picture may stand in a link.
        let behind = closed.iter().find(|closed| closed.range.start < mark.at && mark.at <= closed.range.end);
        let number = format!("[^{}]", mark.number);
        inserts.push(match behind {
            Some(closed) if closed.block => (closed.range.end, format!("\n\n{number}\n\n")),
            Some(closed) => (closed.range.end, number),
            None => (mark.at, number),
        });
    }
    inserts.sort_by_key(|(at, _)| *at);
    let mut out = String::with_capacity(text.len() + 8 * inserts.len());
    let mut from = 0;
    for (at, what) in inserts {
        out.push_str(&text[from..at]);
        out.push_str(&what);
        from = at;
    }
    out.push_str(&text[from..]);
    out
}

/// Words that are no markup: whoever wrote them, they say what they say.
fn plain(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for letter in words.chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '!' | '|' | '#' | '&' | '~') {
            out.push('\\');
        }
        out.push(if letter.is_control() { ' ' } else { letter });
    }
    out
}
