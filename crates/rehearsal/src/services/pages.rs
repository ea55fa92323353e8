//! How long lists are cut into pages.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::answer::Answer;
use super::operation::Arguments;

/// One page of a list, `limit` long, from the record that `cursor` names on. The cursor is opaque to
/// a client: it carries the position, marked so that a client that counts by itself is noticed.
pub(crate) fn by_cursor<'a, T: 'a>(
    arguments: &Arguments,
    found: impl Iterator<Item = &'a T>,
    show: impl Fn(&T) -> Value,
) -> Answer {
    let start = match arguments.text("cursor") {
        None => 0,
        Some(cursor) => match cursor.strip_prefix("after-").and_then(|position| position.parse().ok()) {
            Some(start) => start,
            None => {
                return Answer::problem(StatusCode::BAD_REQUEST, "`cursor` must be one that this list gave");
            }
        },
    };
    let limit = arguments.optional_number("limit").unwrap_or(25) as usize;
    let (records, total) = cut(found, start, limit, show);
    let next = start + records.len();
    let cursor = (next < total).then(|| format!("after-{next}"));
    Answer::ok(json!({ "data": records, "total": total, "next_cursor": cursor }))
}

/// One page of a list, by its number from 1.
pub(crate) fn by_page<'a, T: 'a>(
    arguments: &Arguments,
    found: impl Iterator<Item = &'a T>,
    show: impl Fn(&T) -> Value,
) -> Answer {
    let page = arguments.optional_number("page").unwrap_or(1) as usize;
    let size = arguments.optional_number("per_page").unwrap_or(25) as usize;
    let (records, total) = cut(found, (page - 1) * size, size, show);
    Answer::ok(json!({
        "data": records,
        "page": page,
        "per_page": size,
        "pages": total.div_ceil(size),
        "total": total,
    }))
}

/// Shows only the records of the page, and counts the rest.
fn cut<'a, T: 'a>(
    found: impl Iterator<Item = &'a T>,
    start: usize,
    length: usize,
    show: impl Fn(&T) -> Value,
) -> (Vec<Value>, usize) {
    let mut records = Vec::new();
    let mut total = 0;
    for record in found {
        if total >= start && records.len() < length {
            records.push(show(record));
        }
        total += 1;
    }
    (records, total)
}
