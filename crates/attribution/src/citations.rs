//! From the model's words to an answer's text and its citations.

use std::collections::BTreeMap;

use domain::answer::Citation;
use domain::id::{CallId, Handle};

use crate::code::{Fence, Spans, lead};
use crate::group::{Group, SPACES};
use crate::mark;

/// Before these, and before white space, the space that led to a mark goes with it: `up 4 % [^c3].` is `up 4 %.`
const CLOSING: &str = ".,;:!?)]}%\"'”’»›…|*_~。、，；：！？）】」』";
/// After these, the space that follows a mark goes with it: `([^c3] says)` is `(says)`.
const OPENING: [char; 8] = ['(', '[', '{', '“', '‘', '„', '«', '‹'];
/// Runs of these mean something by their length, so that two runs must not become one.
const RUNS: [char; 4] = ['`', '~', '*', '_'];

/// An answer's text, and where its marks stood in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// The model's words without marks. Stripping it again changes nothing.
    pub text: String,
    /// In the order of the text; offsets never fall, and each call stands at most once at one place.
    pub citations: Vec<Citation>,
    /// How often a mark named a handle that was not exposed.
    pub unknown: u32,
}

/// Takes the marks out of what a model wrote. Code, escaped marks and footnotes of the model's own (`[^note]`) stay
/// as they are, and so does a mark without which the text around it would become another mark or a code fence.
pub fn citations(text: &str, exposed: &[(Handle, CallId)]) -> Cited {
    let exposed = exposed.iter().copied().collect();
    let cited = Cited { text: String::with_capacity(text.len()), citations: Vec::new(), unknown: 0 };
    let mut writer = Writer { exposed, cited, line_start: 0 };
    let mut fence: Option<Fence> = None;
    for line in text.split_inclusive('\n') {
        writer.line_start = writer.cited.text.len();
        if let Some(open) = &fence {
            if open.closed_by(line) {
                fence = None;
            }
            writer.cited.text.push_str(line);
        } else {
            fence = Fence::opened_by(line);
            if fence.is_some() { writer.cited.text.push_str(line) } else { writer.strip(line) }
        }
    }
    writer.cited
}

struct Writer {
    exposed: BTreeMap<Handle, CallId>,
    cited: Cited,
    /// Where the present line begins in the text written so far.
    line_start: usize,
}

impl Writer {
    fn strip(&mut self, line: &str) {
        let spans = Spans::of(line);
        let mut at = 0;
        while let Some(group) = Group::next(line, at, &spans) {
            self.cited.text.push_str(&line[at..group.start]);
            at = self.take_out(line, &group);
        }
        self.cited.text.push_str(&line[at..]);
    }

    /// Writes what is left of a group, and gives back where in the line to go on.
    fn take_out(&mut self, line: &str, group: &Group) -> usize {
        let so_far = &self.cited.text[self.line_start..];
        let words = so_far.trim_end_matches(SPACES);
        let mut rest = &line[group.end..];
        if is_needed(so_far, words, rest) {
            self.cited.text.push_str(&line[group.start..group.end]);
            return group.end;
        }
        let cited_at = self.line_start + words.len();
        // A footnote's definition, `[^c3]: the invoices`, keeps its words.
        let definition = lead(so_far) == so_far.len() && rest.starts_with(':');
        if definition {
            rest = rest[1..].trim_start_matches(SPACES);
        } else if words.is_empty() || words.ends_with(OPENING) {
            rest = rest.trim_start_matches(SPACES);
        }
        let next = rest.chars().next();
        let ends = next.is_none_or(char::is_whitespace);
        if ends || !definition && next.is_some_and(|next| CLOSING.contains(next)) {
            self.cited.text.truncate(cited_at);
        }
        self.cite(cited_at, &group.handles);
        if next.is_some_and(|next| RUNS.contains(&next) && self.cited.text.ends_with(next)) {
            self.cited.text.push(' ');
        }
        line.len() - rest.len()
    }

    fn cite(&mut self, at: usize, handles: &[Handle]) {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        for handle in handles {
            let Some(call) = self.exposed.get(handle).copied() else {
                self.cited.unknown = self.cited.unknown.saturating_add(1);
                continue;
            };
            let here = self.cited.citations.iter().rev().take_while(|citation| citation.at == at);
            if !here.into_iter().any(|citation| citation.call == call) {
                self.cited.citations.push(Citation { at, call, handle: *handle });
            }
        }
    }
}

/// Whether taking the group out would make what is before it and what is after it into a mark or a code fence,
/// which the model did not write and a second stripping would treat otherwise.
fn is_needed(so_far: &str, words: &str, rest: &str) -> bool {
    // The space behind a mark may go with it.
    let after = rest.trim_start_matches(SPACES);
    let makes_mark = |before: &str| {
        mark::open_at_end(before).is_some_and(|start| start + 1 < before.len() || after.starts_with('^'))
    };
    let makes_fence = (after.starts_with("```") || after.starts_with("~~~")) && lead(so_far) == so_far.len();
    makes_mark(so_far) || makes_mark(words) || makes_fence
}
