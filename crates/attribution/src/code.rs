//! Where a Markdown answer holds code, which must reach the reader as it was written.
//!
//! Fenced blocks and inline spans count, as CommonMark 0.31 has them, with two differences that serve what models
//! write. Fences are seen at any indentation and behind quotes and bullets; and a span ends on its own line, because
//! a stray backtick would else swallow the marks of the paragraphs after it. Indented blocks don't count: deep list
//! items look the same, and they carry marks.

use std::collections::BTreeMap;
use std::ops::Range;

/// How far into a line a block's own text may begin. A bound on hostile lines; no reader nests deeper.
const MAX_LEAD: usize = 128;

/// An open fenced block.
pub(crate) struct Fence {
    byte: u8,
    len: usize,
}

impl Fence {
    /// The fence that this line opens.
    pub(crate) fn opened_by(line: &str) -> Option<Self> {
        let rest = line.get(lead(line)..)?;
        let byte = *rest.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
        let len = rest.bytes().take_while(|other| *other == byte).count();
        // What looks like a fence and has a backtick after it is inline code.
        let inline = byte == b'`' && rest.get(len..)?.contains('`');
        (len >= 3 && !inline).then_some(Self { byte, len })
    }

    /// Whether more text on its own line could still show that this is no fence.
    pub(crate) fn is_unsure(&self) -> bool {
        self.byte == b'`'
    }

    /// Whether this line closes it.
    pub(crate) fn closed_by(&self, line: &str) -> bool {
        let rest = line.trim_start_matches([' ', '\t', '>']).trim_end();
        rest.len() >= self.len && rest.bytes().all(|byte| byte == self.byte)
    }
}

/// How many bytes of a line are indentation, quote signs, bullets and list numbers.
pub(crate) fn lead(line: &str) -> usize {
    let bytes = line.as_bytes().get(..line.len().min(MAX_LEAD)).unwrap_or_default();
    let mut at = 0;
    loop {
        at += bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'>')).count();
        let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let sign = match (digits, bytes.get(at + digits)) {
            (0, Some(b'-' | b'*' | b'+')) | (1..=9, Some(b'.' | b')')) => digits + 1,
            _ => return at,
        };
        if !matches!(bytes.get(at + sign), Some(b' ' | b'\t')) {
            return at;
        }
        at += sign;
    }
}

/// The inline code of one line.
pub(crate) struct Spans {
    /// From the first backtick to one past the last, in order.
    closed: Vec<Range<usize>>,
    /// The first backticks that nothing closes so far.
    pub(crate) open: Option<usize>,
}

impl Spans {
    /// Finds them in one pass over the line.
    pub(crate) fn of(line: &str) -> Self {
        let runs = runs(line);
        let mut by_len: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for run in &runs {
            by_len.entry(run.len()).or_default().push(run.start);
        }
        let mut spans = Self { closed: Vec::new(), open: None };
        let mut done = 0;
        for run in runs {
            // A backslash takes one backtick away from what opens; inside code it means nothing.
            let opening = if is_escaped(line, run.start) { run.start + 1..run.end } else { run.clone() };
            if run.start < done || opening.is_empty() {
                continue;
            }
            let same = by_len.get(&opening.len()).map(Vec::as_slice).unwrap_or_default();
            match same.get(same.partition_point(|start| *start <= run.start)) {
                Some(closing) => {
                    done = closing + opening.len();
                    spans.closed.push(opening.start..done);
                }
                None => spans.open = spans.open.or(Some(opening.start)),
            }
        }
        spans
    }

    /// One past the end of the code that covers this place.
    pub(crate) fn end_around(&self, place: usize) -> Option<usize> {
        let span = self.closed.get(self.closed.partition_point(|span| span.end <= place))?;
        span.contains(&place).then_some(span.end)
    }
}

/// Whether the character at this place stands behind an odd number of backslashes.
pub(crate) fn is_escaped(line: &str, place: usize) -> bool {
    let before = line.as_bytes().get(..place).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

fn runs(line: &str) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (place, _) in line.bytes().enumerate().filter(|(_, byte)| *byte == b'`') {
        match runs.last_mut() {
            Some(run) if run.end == place => run.end = place + 1,
            _ => runs.push(place..place + 1),
        }
    }
    runs
}
