//! Texts and tables by lines: what stands first, which holds a table's heading, and what stands last.

use domain::id::Handle;

use super::read_on::ReadOn;
use super::shown::Excerpt;

/// The head and the tail of a text that is longer than the budget.
pub(crate) fn ends_of(handle: Handle, text: &str, budget: usize) -> Excerpt {
    let lines = text.bytes().filter(|byte| *byte == b'\n').count() + usize::from(!text.ends_with('\n'));
    let mark = |shown: &str, left: usize| {
        let offset = shown.chars().count() as u64;
        let what = format!("cut here: {left} of {} bytes, of {lines} lines in all", text.len());
        format!("\n{}\n", ReadOn { handle, pointer: "", offset }.line(&what))
    };
    let room = budget.saturating_sub(mark(&text[..text.floor_char_boundary(budget)], text.len()).len());
    let head = &text[..line_end(text, text.floor_char_boundary(room / 4 * 3))];
    let tail = &text[line_start(text, text.ceil_char_boundary(text.len() - room / 4))..];
    let left = text.len() - head.len() - tail.len();
    let shown = (head.len() + tail.len()) as u64;
    Excerpt { text: format!("{head}{}{tail}", mark(head, left)), shown, whole: false }.within(budget)
}

/// Characters from `offset` on; `None` if there are fewer.
pub(crate) fn characters(
    handle: Handle,
    pointer: &str,
    text: &str,
    offset: u64,
    budget: usize,
) -> Option<Excerpt> {
    let skipped = usize::try_from(offset).ok()?;
    let start = match text.char_indices().nth(skipped) {
        Some((start, _)) => start,
        None if skipped == text.chars().count() && (skipped == 0 || offset == 0) => text.len(),
        None => return None,
    };
    let rest = &text[start..];
    if rest.len() <= budget {
        return Some(Excerpt { whole: offset == 0, ..Excerpt::whole(rest) });
    }
    let all = text.chars().count();
    let mark = |offset| {
        let what = format!("cut here: {} of {all} characters are left", all as u64 - offset);
        format!("\n{}", ReadOn { handle, pointer, offset }.line(&what))
    };
    let room = budget.saturating_sub(mark(u64::try_from(all).unwrap_or(u64::MAX)).len() + 20);
    let part = &rest[..line_end(rest, rest.floor_char_boundary(room))];
    let next = offset + part.chars().count() as u64;
    let text = format!("{part}{}", mark(next));
    Some(Excerpt { text, shown: part.len() as u64, whole: false }.within(budget))
}

/// The end of the last whole line before `at`, if that is not far before it.
fn line_end(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map(|end| end + 1).filter(|end| *end > at / 2).unwrap_or(at)
}

/// The start of the first whole line after `at`, if that is not far behind it.
fn line_start(text: &str, at: usize) -> usize {
    let left = text.len() - at;
    text[at..].find('\n').map(|end| end + 1).filter(|end| *end < left / 2).map_or(at, |end| at + end)
}
