//! A JSON document that is longer than its budget, as a shorter one that keeps its shape: what is short stands as the
//! source wrote it, long arrays and objects keep their first and last parts, long strings their beginning, and where
//! something is left out an object stands that says how much it is and how to read it.

use domain::id::Handle;

use super::choice::{Choice, SEPARATOR, Wanted};
use super::letters::{Letters, count, inside};
use super::part::{Part, each_part};
use super::pointer::to_part;
use super::read_on::ReadOn;
use super::shown::{Excerpt, start_in};

/// How deep long values are opened; what is deeper is only named. It keeps the stack small, whatever comes.
const DEPTH: u32 = 24;
/// How often a document's bytes are gone through in all: a long value within a long value is read once for each.
const READINGS: usize = 4;
/// The key under which an object says that members are left out.
const CUT_KEY: &str = "\"(cut)\":";
/// What stands for a value when there is no room to say how to read it.
const NO_ROOM: &str = "\"(cut)\"";

/// A document in at most `budget` bytes, if that is enough to say anything; `None` if it is no array or object of valid
/// JSON.
pub(crate) fn outline(handle: Handle, document: &str, budget: usize) -> Option<Excerpt> {
    let mut outline = Outline::new(handle, document);
    outline.parts(document, "", budget, Wanted::Ends, DEPTH).ok()?;
    Some(outline.excerpt)
}

/// The parts of the array or object at `pointer` from the one at `offset` on, and how many there are in all; `None` if
/// it is no array or object of valid JSON.
pub(crate) fn parts_from(read_on: ReadOn<'_>, value: &str, budget: usize) -> Option<(Excerpt, u64)> {
    let ReadOn { handle, pointer, offset } = read_on;
    let mut outline = Outline::new(handle, value);
    outline.excerpt.whole = offset == 0;
    let all = outline.parts(value, pointer, budget, Wanted::From(offset), DEPTH).ok()?;
    Some((outline.excerpt, all))
}

struct Outline<'a> {
    handle: Handle,
    /// All of it.
    document: &'a str,
    /// What is written so far.
    excerpt: Excerpt,
    /// How many bytes of long values may still be gone through.
    allowance: usize,
}

impl<'a> Outline<'a> {
    fn new(handle: Handle, document: &'a str) -> Self {
        let excerpt = Excerpt { whole: true, ..Excerpt::default() };
        Self { handle, document, excerpt, allowance: document.len().saturating_mul(READINGS) }
    }

    /// Writes those parts of an array or object for which there is room; gives how many there are in all.
    fn parts(
        &mut self,
        json: &str,
        pointer: &str,
        room: usize,
        wanted: Wanted,
        depth: u32,
    ) -> Result<u64, serde_json::Error> {
        let is_object = json.starts_with('{');
        let handle = self.handle;
        let mark = |first: u64, last: u64, all: u64| {
            let noun = if is_object { "members" } else { "items" };
            let words = format!("{noun} {first} to {last} of {all}, counted from 0, are left out here");
            let object = ReadOn { handle, pointer, offset: first }.object(&words, None);
            format!("{}{object}", if is_object { CUT_KEY } else { "" })
        };
        // No count has more digits than the length of what is counted.
        let longest = json.len() as u64;
        let mark_room = mark(longest, longest, longest).len() + SEPARATOR.len();
        let room = room.saturating_sub(2 * SEPARATOR.len());
        let mut choice = Choice::new(room.saturating_sub(mark_room), is_object, wanted);
        each_part(json, |part| choice.offer(part))?;

        let mark = choice.left_out().map(|(first, last)| mark(first, last, choice.count()));
        let room = if mark.is_some() { room.saturating_sub(mark_room) } else { room };
        let each = choice.room_for_each(room);
        let mut before = if is_object { "{\n" } else { "[\n" };
        for (place, part) in choice.head() {
            self.excerpt.text.push_str(std::mem::replace(&mut before, SEPARATOR));
            self.part(part, pointer, place, each, depth);
        }
        if let Some(mark) = mark {
            self.excerpt.text.push_str(std::mem::replace(&mut before, SEPARATOR));
            self.excerpt.text.push_str(&mark);
            self.excerpt.whole = false;
        }
        for (place, part) in choice.tail() {
            self.excerpt.text.push_str(std::mem::replace(&mut before, SEPARATOR));
            self.part(part, pointer, place, each, depth);
        }
        if choice.count() == 0 {
            self.excerpt.text.push_str(before);
        }
        self.excerpt.text.push_str(if is_object { "\n}" } else { "\n]" });
        Ok(choice.count())
    }

    fn part(&mut self, part: Part<'_>, whole: &str, place: u64, room: usize, depth: u32) {
        if let Some(key) = part.key {
            self.as_written(key);
            self.excerpt.text.push(':');
        }
        if part.value.len() <= room {
            self.as_written(part.value);
            self.shows(part.value);
        } else {
            self.long_value(part.value, &to_part(whole, part, place), room, depth);
        }
    }

    /// Writes a value that has no room as it is: opened if that can be, and else by its name.
    fn long_value(&mut self, json: &str, pointer: &str, room: usize, depth: u32) {
        let (length, shown, parts) = (self.excerpt.text.len(), self.excerpt.shown, self.excerpt.parts.len());
        let is_open = depth > 0
            && self.is_allowed(json)
            && match json.as_bytes().first() {
                Some(b'{' | b'[') => self.parts(json, pointer, room, Wanted::Ends, depth - 1).is_ok(),
                Some(b'"') => self.string(json, pointer, room),
                _ => false,
            };
        if !is_open || self.excerpt.text.len() - length > room {
            self.excerpt.text.truncate(length);
            self.excerpt.shown = shown;
            self.excerpt.parts.truncate(parts);
            let words = format!("{} of {} bytes is left out here", kind(json), json.len());
            let name = ReadOn { handle: self.handle, pointer, offset: 0 }.object(&words, None);
            self.excerpt.text.push_str(if name.len() > room { NO_ROOM } else { &name });
        }
        self.excerpt.whole = false;
    }

    /// Writes a long string's beginning; says whether there was room for it.
    fn string(&mut self, json: &str, pointer: &str, room: usize) -> bool {
        let all = count(json);
        let cut = |shown: u64, begins: &str| {
            let words = format!("only {shown} of {all} characters are shown here");
            ReadOn { handle: self.handle, pointer, offset: shown }.object(&words, Some(begins))
        };
        let Some(room) = room.checked_sub(cut(all, "").len()) else { return false };
        let (mut end, mut shown) = (0, 0);
        for (length, _) in Letters::of(json) {
            if end + length > room {
                break;
            }
            end += length;
            shown += 1;
        }
        let begins = &inside(json)[..end];
        let text = cut(shown, begins);
        self.excerpt.text.push_str(&text);
        self.excerpt.shown += end as u64;
        self.shows(begins);
        true
    }

    fn as_written(&mut self, json: &str) {
        self.excerpt.text.push_str(json);
        self.excerpt.shown += json.len() as u64;
    }

    /// Notes that a part of the document stands in the excerpt.
    fn shows(&mut self, part: &str) {
        let start = start_in(self.document, part);
        if !part.is_empty() {
            self.excerpt.parts.push(start..start + part.len());
        }
    }

    fn is_allowed(&mut self, json: &str) -> bool {
        let left = self.allowance.checked_sub(json.len());
        self.allowance = left.unwrap_or(0);
        left.is_some()
    }
}

/// What a value is, with its article.
pub(crate) fn kind(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    }
}
