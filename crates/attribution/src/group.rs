//! Marks that stand together and vouch for the same words: `[^c3][^c4]`, `[^c3], [^c4]`, `([^c3])`.

use domain::id::Handle;

use crate::code::{Spans, is_escaped};
use crate::mark;

/// What counts as space beside a mark: figures are often held to their unit by one of the last two.
pub(crate) const SPACES: [char; 4] = [' ', '\t', '\u{a0}', '\u{202f}'];
/// What may stand between two marks of a group, besides space.
pub(crate) const SEPARATORS: [char; 2] = [',', ';'];
/// What a group may be wrapped in. The wrapping goes with the marks, or `()` would be left.
pub(crate) const WRAPPINGS: [(char, char); 2] = [('(', ')'), ('[', ']')];

/// A group of marks within a line, with its wrapping.
pub(crate) struct Group {
    /// Its first byte.
    pub(crate) start: usize,
    /// One past its last.
    pub(crate) end: usize,
    /// What it names, in the model's order.
    pub(crate) handles: Vec<Handle>,
}

impl Group {
    /// The first group from `from` on that is neither code nor escaped.
    pub(crate) fn next(line: &str, from: usize, spans: &Spans) -> Option<Self> {
        let mut at = from;
        loop {
            at += line.get(at..)?.find("[^")?;
            if let Some(end) = spans.end_around(at) {
                at = end;
            } else if let Some(mark) = mark::at_start(&line[at..]).filter(|_| !is_escaped(line, at)) {
                let first = Self { start: at, end: at + mark.len, handles: mark.handles };
                return Some(first.with_followers(line).unwrapped(line, from));
            } else {
                at += 1;
            }
        }
    }

    fn with_followers(mut self, line: &str) -> Self {
        let between = |char| SPACES.contains(&char) || SEPARATORS.contains(&char);
        loop {
            let rest = line[self.end..].trim_start_matches(between);
            match mark::at_start(rest) {
                Some(mark) => {
                    self.end = line.len() - rest.len() + mark.len;
                    self.handles.extend(mark.handles);
                }
                None => return self,
            }
        }
    }

    fn unwrapped(mut self, line: &str, from: usize) -> Self {
        let before = line[from..self.start].trim_end_matches(SPACES);
        let after = line[self.end..].trim_start_matches(SPACES);
        let opening = (from + before.len()).saturating_sub(1);
        for (open, close) in WRAPPINGS {
            if before.ends_with(open) && after.starts_with(close) && !is_escaped(line, opening) {
                self.start = opening;
                self.end = line.len() - after.len() + close.len_utf8();
                break;
            }
        }
        self
    }
}
