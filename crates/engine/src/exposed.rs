//! What a model was shown of recorded results, as the parts of them that figures may come from.

use std::ops::Range;

use attribution::{Shown, excerpt, page};
use domain::id::{CallId, Handle};
use domain::payload::Commitment;

/// A recorded result, and all the ways in which it was shown.
pub(crate) struct ShownResult {
    /// The call whose result it is.
    pub(crate) call: CallId,
    /// Calls that had the same result, or read a part of it.
    pub(crate) others: Vec<CallId>,
    pub(crate) handle: Handle,
    pub(crate) tool: String,
    pub(crate) commitment: Commitment,
    pub(crate) media: String,
    pub(crate) body: Vec<u8>,
    pub(crate) windows: Vec<Window>,
}

/// One way in which a result was shown.
pub(crate) enum Window {
    /// With the results of its batch, in so much room.
    Excerpt { handle: Handle, budget: usize },
    /// By a call that read on: what it asked for, in how much room, and what it got.
    Page { handle: Handle, pointer: String, offset: u64, budget: usize, text: Vec<u8> },
}

/// The parts of a result that were shown.
pub(crate) enum Parts {
    Whole,
    Some(Vec<Range<usize>>),
}

impl Parts {
    pub(crate) fn as_shown(&self) -> Shown<'_> {
        match self {
            Self::Whole => Shown::Whole,
            Self::Some(parts) => Shown::Parts(parts),
        }
    }
}

impl ShownResult {
    /// The body as text; a character that a source's limit cut in two is left out. None if it is no text.
    pub(crate) fn text(&self) -> Option<&str> {
        match std::str::from_utf8(&self.body) {
            Ok(text) => Some(text),
            Err(error) if error.error_len().is_none() => {
                std::str::from_utf8(self.body.get(..error.valid_up_to())?).ok()
            }
            Err(_) => None,
        }
    }

    /// Which parts of it were shown. Each excerpt is made again, in the room that it had: the same room gives the same.
    pub(crate) fn parts(&self) -> Parts {
        let mut parts = Vec::new();
        for window in &self.windows {
            match window {
                Window::Excerpt { handle, budget } => {
                    let shown = excerpt(*handle, &self.media, &self.body, *budget);
                    if shown.whole {
                        return Parts::Whole;
                    }
                    parts.extend(shown.parts);
                }
                Window::Page { handle, pointer, offset, budget, text } => {
                    let read = page(*handle, &self.media, &self.body, pointer, *offset, *budget);
                    // With other room it would be another page, and nobody knows which parts that one had.
                    parts.extend(
                        read.ok()
                            .filter(|read| read.text.as_bytes() == text)
                            .map(|read| read.parts)
                            .unwrap_or_default(),
                    );
                }
            }
        }
        Parts::Some(joined(parts))
    }
}

/// The parts in order, each byte in one of them.
fn joined(mut parts: Vec<Range<usize>>) -> Vec<Range<usize>> {
    parts.sort_unstable_by_key(|part| (part.start, part.end));
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(parts.len());
    for part in parts {
        match joined.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            _ => joined.push(part),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(windows: Vec<Window>) -> ShownResult {
        let items: Vec<String> = (0..300).map(|item| format!("{{\"n\":{item}}}")).collect();
        ShownResult {
            call: CallId::new(0, 1),
            others: Vec::new(),
            handle: Handle(1),
            tool: "crm.list".to_owned(),
            commitment: Commitment([0; 32]),
            media: "application/json".to_owned(),
            body: format!("[{}]", items.join(",")).into_bytes(),
            windows,
        }
    }

    fn read(budget: usize, text: &str) -> Window {
        let (handle, pointer) = (Handle(1), String::new());
        Window::Page { handle, pointer, offset: 100, budget, text: text.as_bytes().to_vec() }
    }

    #[test]
    fn what_was_read_later_joins_what_was_shown_first() {
        let first = Window::Excerpt { handle: Handle(1), budget: 600 };
        let whole = shown(Vec::new());
        let page = page(Handle(1), "", &whole.body, "", 100, 500).unwrap();
        let has = |parts: Parts, item: &str| {
            let text = String::from_utf8(whole.body.clone()).unwrap();
            let Parts::Some(parts) = parts else { return true };
            parts.iter().any(|part| text[part.clone()].contains(item))
        };
        let excerpt = || Window::Excerpt { handle: Handle(1), budget: 600 };
        assert!(has(shown(vec![first]).parts(), "{\"n\":0}"));
        assert!(!has(shown(vec![excerpt()]).parts(), "{\"n\":101}"));
        assert!(has(shown(vec![excerpt(), read(500, &page.text)]).parts(), "{\"n\":101}"));
        assert!(!has(shown(vec![excerpt(), read(400, &page.text)]).parts(), "{\"n\":101}"), "another page");
        let all = Window::Excerpt { handle: Handle(1), budget: 1 << 20 };
        assert!(matches!(shown(vec![excerpt(), all]).parts(), Parts::Whole));
    }

    #[test]
    fn parts_that_touch_are_one() {
        assert_eq!(joined(vec![5..9, 0..3, 3..4, 6..7]), [0..4, 5..9]);
    }
}
