//! JSON values that follow one another: one a line as a rule, or a single document over many lines.
//!
//! A value is given when its last brace has come, so where lines end makes no difference, and what is cut is never
//! taken for whole.

use memchr::memchr2;

use crate::fault::DecodeError;

/// The values of an answer as far as they have come.
#[derive(Debug, Default)]
pub(crate) struct Values {
    /// The beginning of a value that came with earlier bytes.
    kept: Vec<u8>,
    /// How many braces and brackets are open.
    depth: usize,
    in_string: bool,
    after_backslash: bool,
}

impl Values {
    /// Takes the next bytes; `each` gets every object or list that they complete. Its error ends them.
    pub(crate) fn feed(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(&str) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let (mut place, mut start) = (0, 0);
        while let Some(byte) = bytes.get(place) {
            if self.in_string {
                place = self.string(bytes, place);
                continue;
            }
            match byte {
                b'{' | b'[' => {
                    if self.depth == 0 {
                        start = place;
                    }
                    self.depth += 1;
                }
                b'}' | b']' if self.depth > 0 => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        self.whole(&bytes[start..=place], &mut each)?;
                    }
                }
                _ if self.depth == 0 => between(*byte)?,
                b'"' => self.in_string = true,
                _ => {}
            }
            place += 1;
        }
        if self.depth > 0 {
            self.kept.extend_from_slice(&bytes[start..]);
        }
        Ok(())
    }

    /// Says that no more bytes come.
    pub(crate) fn end(&self) -> Result<(), DecodeError> {
        if self.depth == 0 { Ok(()) } else { Err(DecodeError::Cut) }
    }

    /// The place behind the next byte of a string that means something.
    fn string(&mut self, bytes: &[u8], place: usize) -> usize {
        if std::mem::take(&mut self.after_backslash) {
            return place + 1;
        }
        let Some(at) = memchr2(b'"', b'\\', &bytes[place..]) else { return bytes.len() };
        if bytes[place + at] == b'"' {
            self.in_string = false;
        } else {
            self.after_backslash = true;
        }
        place + at + 1
    }

    fn whole(
        &mut self,
        last: &[u8],
        each: &mut impl FnMut(&str) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        if self.kept.is_empty() {
            return each(&String::from_utf8_lossy(last));
        }
        let mut value = std::mem::take(&mut self.kept);
        value.extend_from_slice(last);
        let outcome = each(&String::from_utf8_lossy(&value));
        // Its room is kept for the next value.
        value.clear();
        self.kept = value;
        outcome
    }
}

/// What may stand between two values: white space and a byte order mark.
fn between(byte: u8) -> Result<(), DecodeError> {
    match byte {
        b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf => Ok(()),
        b'<' => Err(DecodeError::Malformed("it is a web page".to_owned())),
        _ => Err(DecodeError::Malformed("it holds something else than JSON".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(chunks: &[&[u8]]) -> (Vec<String>, Result<(), DecodeError>) {
        let (mut values, mut seen) = (Values::default(), Vec::new());
        let fed = chunks.iter().try_for_each(|chunk| {
            values.feed(chunk, |value| {
                seen.push(value.to_owned());
                Ok(())
            })
        });
        (seen, fed.and_then(|()| values.end()))
    }

    #[test]
    fn any_cut_gives_the_same_values() {
        let bytes = "\u{feff} {\"a\":\"}\\\"{ä\\\\\"}\r\n{\n  \"b\": [{}, \"]\"]\n}[1]{}".as_bytes();
        let whole = ["{\"a\":\"}\\\"{ä\\\\\"}", "{\n  \"b\": [{}, \"]\"]\n}", "[1]", "{}"];
        for cut in 0..=bytes.len() {
            let (seen, outcome) = values(&[&bytes[..cut], &bytes[cut..]]);
            assert_eq!((seen, outcome), (whole.map(str::to_owned).to_vec(), Ok(())), "at {cut}");
        }
    }

    #[test]
    fn a_cut_value_is_none_and_other_text_is_refused() {
        assert_eq!(values(&[b"{}{\"a\":1"]), (vec!["{}".to_owned()], Err(DecodeError::Cut)));
        for other in ["<html>", "404 page not found", "{}x", "}"] {
            let (_, outcome) = values(&[other.as_bytes()]);
            assert!(matches!(outcome, Err(DecodeError::Malformed(_))), "{other}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn texts_of_any_kind_stay_whole(texts in prop::collection::vec(any::<String>(), 0..5), size in 1_usize..9) {
            let lines: Vec<String> = texts.iter().map(|text| serde_json::json!({ "text": text }).to_string()).collect();
            let joined = lines.join("\n");
            let chunks: Vec<&[u8]> = joined.as_bytes().chunks(size).collect();
            prop_assert_eq!(values(&chunks), (lines, Ok(())));
        }
    }
}
