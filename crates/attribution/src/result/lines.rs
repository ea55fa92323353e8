//! Texts and tables by lines: what stands first, which holds a table's heading, and what stands last.

use domain::id::Handle;

use super::read_on::ReadOn;
use super::shown::Excerpt;

/// The head and the tail of a text that is longer than the budget.
pub(crate) fn ends_of(handle: Handle, text: &str, budget: usize) -> Excerpt {
    let lines = text.bytes().filter(|byte| *byte == b'\n').count() + usize::from(!text.ends_with('\n'));
    let mark = |offset: u64, left: usize| {
        let in_all = if lines == 1 { "one line".to_owned() } else { format!("{lines} lines") };
        let words = format!("{left} of {} bytes, of {in_all} in all, are left out", text.len());
        format!("\n{}\n", ReadOn { handle, pointer: "", offset }.words(&words))
    };
    // No count has more digits than the length of what is counted.
    let room = budget.saturating_sub(mark(text.len() as u64, text.len()).len());
    let head = &text[..line_end(text, text.floor_char_boundary(room / 4 * 3))];
    let tail = &text[line_start(text, text.ceil_char_boundary(text.len() - room / 4))..];
    let mark = mark(head.chars().count() as u64, text.len() - head.len() - tail.len());
    let shown = (head.len() + tail.len()) as u64;
    let mut parts = vec![0..head.len(), text.len() - tail.len()..text.len()];
    parts.retain(|part| !part.is_empty());
    Excerpt { text: format!("{head}{mark}{tail}"), shown, whole: false, parts }
}

/// The characters of a text from the place's offset on; `Err` with how many there are if there are fewer.
pub(crate) fn characters_from(place: ReadOn<'_>, text: &str, budget: usize) -> Result<Excerpt, u64> {
    let is_first = place.offset == 0;
    if is_first && text.len() <= budget {
        return Ok(Excerpt::whole(text));
    }
    let all = text.chars().count() as u64;
    let start = usize::try_from(place.offset).ok().and_then(|offset| text.char_indices().nth(offset));
    let (start, _) = start.ok_or(all)?;
    let rest = &text[start..];
    if rest.len() <= budget {
        return Ok(Excerpt { whole: is_first, ..Excerpt::whole(rest) }.starting_at(start));
    }
    let mark = |offset: u64| {
        let words = format!("{} of {all} characters follow", all - offset);
        format!("\n{}", ReadOn { offset, ..place }.words(&words))
    };
    let longest = format!("{all}").len() * 2;
    let room = budget.saturating_sub(mark(all).len() + longest);
    // One character at least, so that whoever reads on gets on.
    let end = rest.floor_char_boundary(room).max(rest.chars().next().map_or(0, char::len_utf8));
    let part = &rest[..line_end(rest, end)];
    let mark = mark(place.offset + part.chars().count() as u64);
    let shown = start..start + part.len();
    Ok(Excerpt { text: format!("{part}{mark}"), shown: part.len() as u64, whole: false, parts: vec![shown] })
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
