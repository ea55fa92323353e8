//! What a request's texts say, and how they stand in their places.

use domain::request::Place;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// A text of a request: what it says, and how it stands in its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) plain: String,
    pub(crate) written: String,
}

impl Text {
    /// A text in a place; `reserved` is what OpenAPI calls so, as far as the place allows it.
    pub(crate) fn new(plain: String, place: Place, reserved: bool) -> Self {
        let written = match (place, reserved) {
            (Place::Header, _) => plain.clone(),
            (_, false) => utf8_percent_encode(&plain, UNRESERVED).to_string(),
            // Nothing that was encoded already may pass here: `%2e%2e` leads where `..` does.
            (Place::Path, true) => utf8_percent_encode(&plain, IN_SEGMENT).to_string(),
            (Place::Query, true) => but_triplets(&plain, IN_QUERY),
            (Place::Cookie, true) => but_triplets(&plain, IN_COOKIE),
        };
        Self { plain, written }
    }

    /// What stands as it is.
    pub(crate) fn mark(text: &str) -> Self {
        Self { plain: text.to_owned(), written: text.to_owned() }
    }

    /// Appends a text.
    pub(crate) fn push(&mut self, other: &Self) {
        self.plain.push_str(&other.plain);
        self.written.push_str(&other.written);
    }

    /// Appends texts, with another between them.
    pub(crate) fn join(&mut self, texts: &[Self], between: &Self) {
        for (place, text) in texts.iter().enumerate() {
            if place > 0 {
                self.push(between);
            }
            self.push(text);
        }
    }
}

/// RFC 3986 §2.3
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What RFC 3986 §3.3 lets stand in a segment.
const IN_SEGMENT: &AsciiSet = &UNRESERVED
    .remove(b':')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');
/// RFC 6570 §3.2.3, but for what would end the value: `&` and `#`.
const IN_QUERY: &AsciiSet = &IN_SEGMENT.remove(b'/').remove(b'?').remove(b'[').remove(b']').add(b'&');
/// All but RFC 6265's cookie-octets (§4.1.1), and `%`, which begins what is encoded.
const IN_COOKIE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%').add(b',').add(b';').add(b'\\');

/// Encodes all but what is encoded already (RFC 6570 §3.2.3).
fn but_triplets(plain: &str, escaped: &'static AsciiSet) -> String {
    let mut written = String::with_capacity(plain.len());
    let mut rest = plain;
    while let Some(place) = rest.find('%') {
        let (before, from) = rest.split_at(place);
        written.extend(utf8_percent_encode(before, escaped));
        let hex = from.as_bytes().get(1..3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        let (triplet, after) = from.split_at(if hex { 3 } else { 1 });
        written.push_str(if hex { triplet } else { "%25" });
        rest = after;
    }
    written.extend(utf8_percent_encode(rest, escaped));
    written
}
