//! What `read_result` gives.

use domain::id::Handle;

use super::closed::{NOTE, closed};
use super::letters::{said, written};
use super::lines::characters_from;
use super::outline::{kind, parts_from};
use super::part::document;
use super::place::{Lost, find};
use super::read_on::ReadOn;
use super::shown::{Excerpt, no_text, start_in, text_of};

/// A part of the result of the call with this handle, in at most `budget` bytes: of what stands at `pointer` (RFC 6901,
/// empty for the whole) what begins at `offset`. An offset counts the items of an array, the members of an object, the
/// characters of a text. If more follows, the page says how to read on.
///
/// A text is given as what it says, without quotes and escapes; everything else as the source wrote it.
///
/// # Errors
/// If there is no such place. The words are for the model: what is wrong, and what there is instead.
pub fn page(
    handle: Handle,
    media: &str,
    body: &[u8],
    pointer: &str,
    offset: u64,
    budget: usize,
) -> Result<Excerpt, String> {
    let Some(text) = text_of(body) else {
        return Err(format!("the result of {handle} is {}", no_text(media, body)));
    };
    let place = ReadOn { handle, pointer, offset };
    let read = document(text).and_then(|document| {
        let page = part_of(place, document, budget)?;
        Some(page.map(|page| page.starting_at(start_in(text, document))))
    });
    let page = match read {
        Some(page) => page?,
        None if pointer.is_empty() => text_from(place, text, budget)?,
        None => {
            return Err(format!(
                "the result of {handle} is text without parts, so it has no `pointer`; leave that out and give an \
                 `offset`"
            ));
        }
    };
    Ok(page.within(budget))
}

/// A part of a document; `None` if it is no JSON.
fn part_of(place: ReadOn<'_>, document: &str, budget: usize) -> Option<Result<Excerpt, String>> {
    let nowhere = |words: String| Some(Err(format!("in the result of {}, {words}", place.handle)));
    match find(document, place.pointer) {
        Ok(value) => {
            let page = value_from(place, value, budget);
            return Some(page.map(|page| page.starting_at(start_in(document, value))));
        }
        Err(Lost::Nowhere(words)) => return nowhere(words),
        Err(Lost::NoJson) => {}
    }
    let closed = closed(document)?;
    match find(&closed, place.pointer) {
        Ok(value) => {
            let page = value_from(place, value, budget.saturating_sub(NOTE.len()));
            Some(page.map(|page| page.starting_at(start_in(&closed, value)).followed_by(NOTE)))
        }
        Err(Lost::Nowhere(words)) => nowhere(words),
        Err(Lost::NoJson) => None,
    }
}

fn value_from(place: ReadOn<'_>, value: &str, budget: usize) -> Result<Excerpt, String> {
    let is_whole = place.offset == 0 && value.len() <= budget;
    match value.as_bytes().first() {
        Some(b'"') => {
            let mut page = text_from(place, &said(value), budget)?;
            page.parts = page.parts.into_iter().map(|part| written(value, part)).collect();
            Ok(page)
        }
        Some(b'{' | b'[') if !is_whole => {
            let (page, all) = parts_from(place, value, budget)
                .ok_or_else(|| format!("the result of {} can't be read", place.handle))?;
            if place.offset > 0 && place.offset >= all {
                Err(past_the_end(place, kind(value), all))
            } else {
                Ok(page)
            }
        }
        _ if is_whole => Ok(Excerpt::whole(value)),
        _ => text_from(place, value, budget),
    }
}

fn text_from(place: ReadOn<'_>, text: &str, budget: usize) -> Result<Excerpt, String> {
    characters_from(place, text, budget).map_err(|all| past_the_end(place, "a text", all))
}

fn past_the_end(place: ReadOn<'_>, kind: &str, all: u64) -> String {
    let noun = match kind {
        "an object" => "members",
        "an array" => "items",
        _ => "characters",
    };
    let at = if place.pointer.is_empty() { String::new() } else { format!(" at `{}`", place.pointer) };
    format!(
        "the result of {}{at} is {kind} of {all} {noun}, so nothing follows offset {}",
        place.handle, place.offset
    )
}
