//! One citation mark as text: `[^c3]`, or several handles in one, `[^c3, c4]`.

use domain::id::Handle;

/// The longest mark that is read: room for every call of the largest batch, and a bound on how far back a half-read
/// mark is looked for.
const MAX_LEN: usize = 2048;

/// A mark at the beginning of a text.
pub(crate) struct Mark {
    /// Its length in bytes.
    pub(crate) len: usize,
    /// What it names, at least one.
    pub(crate) handles: Vec<Handle>,
}

/// The mark that `text` begins with. `[^note]` is a footnote of the model's own and none of ours.
pub(crate) fn at_start(text: &str) -> Option<Mark> {
    let inner = text.strip_prefix("[^")?;
    let end = inner.bytes().take(MAX_LEN).position(|byte| !is_inner(byte))?;
    if inner.as_bytes().get(end) != Some(&b']') {
        return None;
    }
    let handles = inner.get(..end)?.split(',').enumerate().map(|(place, item)| {
        let item = if place == 0 { item } else { item.trim_start_matches([' ', '\t']) };
        let item = if place == 0 { item } else { item.strip_prefix('^').unwrap_or(item) };
        item.parse().ok()
    });
    Some(Mark { len: "[^".len() + end + "]".len(), handles: handles.collect::<Option<_>>()? })
}

/// Where the mark begins that `text` ends with.
pub(crate) fn at_end(text: &str) -> Option<usize> {
    let start = open_at_end(text.strip_suffix(']')?)?;
    at_start(text.get(start..)?).map(|_| start)
}

/// Where the mark begins whose first part `text` ends with, though not all of it has come. Takes a little more than
/// the beginnings of marks, which costs its callers nothing.
pub(crate) fn open_at_end(text: &str) -> Option<usize> {
    let inner = text.bytes().rev().take(MAX_LEN).take_while(|byte| is_inner(*byte)).count();
    let start = text.len().checked_sub(inner + 1)?;
    let rest = text.get(start..)?.strip_prefix('[')?;
    (rest.is_empty() || rest.starts_with('^')).then_some(start)
}

fn is_inner(byte: u8) -> bool {
    matches!(byte, b'c' | b'0'..=b'9' | b',' | b' ' | b'\t' | b'^')
}
