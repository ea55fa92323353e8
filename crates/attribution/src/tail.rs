//! How much of a growing text can be shown already.

use crate::code::{Fence, Spans};
use crate::group::{Group, SEPARATORS, SPACES, WRAPPINGS};
use crate::mark;

/// How often the end of a text is looked at again, so that a hostile one costs little for each piece that arrives.
const MAX_ROUNDS: u32 = 8;

/// The longest beginning of `partial` whose marks can be judged: what follows may turn out to be part of a mark, or
/// to change with one. What [`citations`](crate::citations) makes of it is then a beginning of what it will make of
/// the whole text, so that a screen or terminal never has to take a word back.
pub fn strip_tail(partial: &str) -> &str {
    let mut text = trim(partial);
    // Each cut may bare the end of a run of backticks, which makes what was code unsure again. A few rounds settle
    // any text that a model writes in good faith.
    for _ in 0..MAX_ROUNDS {
        let settled = trim(settled_code(text));
        if settled.len() == text.len() {
            return text;
        }
        text = settled;
    }
    let line = text.rfind('\n').map_or(0, |end| end + 1);
    trim(&text[..text[line..].find("[^").map_or(text.len(), |mark| line + mark)])
}

/// Cuts off what marks yet to come could take away: the beginning of a mark, space, separators after a mark, what a
/// group may be wrapped in; and runs whose length is not known before they end.
fn trim(mut text: &str) -> &str {
    loop {
        let before = text.len();
        text = text.trim_end_matches(SPACES).trim_end_matches(['`', '~', '(']);
        text = &text[..mark::open_at_end(text).unwrap_or(text.len())];
        let bare = without_separators(text);
        if mark::at_end(bare).is_some() {
            text = &text[..wrapping_before_marks(bare).unwrap_or(bare.len())];
        }
        if text.len() == before {
            return text;
        }
    }
}

fn without_separators(text: &str) -> &str {
    text.trim_end_matches(|char| SPACES.contains(&char) || SEPARATORS.contains(&char))
}

/// Where the bracket stands that opened before the group at the end of the text.
fn wrapping_before_marks(text: &str) -> Option<usize> {
    let mut before = text;
    while let Some(start) = mark::at_end(before) {
        let first = &text[..start];
        let opened = WRAPPINGS.iter().any(|(open, _)| first.trim_end_matches(SPACES).ends_with(*open));
        if opened {
            return Some(first.trim_end_matches(SPACES).len() - 1);
        }
        before = without_separators(first);
    }
    None
}

/// Cuts before the first mark of the last line of which we can't know yet whether it is code.
fn settled_code(text: &str) -> &str {
    let mut fence: Option<Fence> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        fence = match fence {
            Some(open) if open.closed_by(line) => None,
            Some(open) => Some(open),
            None => Fence::opened_by(line),
        };
        start += line.len();
    }
    let line = &text[start..];
    if fence.is_some() {
        return text;
    }
    let unsure = match Fence::opened_by(line) {
        Some(fence) if fence.is_unsure() => line.find("[^"),
        Some(_) => None,
        None => {
            let spans = Spans::of(line);
            spans.open.and_then(|open| Group::next(line, open, &spans)).map(|group| group.start)
        }
    };
    unsure.map_or(text, |place| &text[..start + place])
}
