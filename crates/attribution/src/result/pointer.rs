//! JSON pointers (RFC 6901).

use super::letters::said;
use super::part::Part;

/// The pointer to a part of the thing at `whole`: its `place`th, from 0.
pub(crate) fn to_part(whole: &str, part: Part<'_>, place: u64) -> String {
    match part.key {
        Some(key) => format!("{whole}/{}", said(key).replace('~', "~0").replace('/', "~1")),
        None => format!("{whole}/{place}"),
    }
}

/// The parts that a pointer names, from the outermost; `None` if it is no pointer.
pub(crate) fn tokens(pointer: &str) -> Option<Vec<String>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    let tokens = pointer.strip_prefix('/')?.split('/');
    Some(tokens.map(|token| token.replace("~1", "/").replace("~0", "~")).collect())
}
