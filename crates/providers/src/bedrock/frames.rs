//! Event stream frames, as AWS specifies them (`application/vnd.amazon.eventstream`).
//!
//! A frame is its whole length and that of its headers, a check sum of these eight bytes, the headers, the payload, and
//! a check sum of everything before. AWS's own crate for it brings its whole runtime along; this is what we need of it.

use crate::fault::DecodeError;

/// The two lengths and their check sum.
const PRELUDE: usize = 12;
/// The last check sum.
const TRAILER: usize = 4;
/// The longest frame: the specification allows payloads of 16 MiB and headers of 128 KiB.
const LONGEST: usize = (16 << 20) + (128 << 10) + PRELUDE + TRAILER;

/// Frames as far as they have come.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    /// The beginning of a frame whose end has not come.
    kept: Vec<u8>,
}

/// One whole frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    headers: &'a [u8],
    /// What it carries.
    pub(crate) payload: &'a [u8],
}

impl Frames {
    /// Takes the next bytes; `each` gets every frame that they complete. Its error ends them.
    pub(crate) fn feed(
        &mut self,
        mut bytes: &[u8],
        mut each: impl FnMut(Frame<'_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        if !self.kept.is_empty() {
            let Some(rest) = self.completed(bytes)? else { return Ok(()) };
            let mut frame = std::mem::take(&mut self.kept);
            let outcome = read(&frame).and_then(&mut each);
            // Its room is kept for the next frame.
            frame.clear();
            self.kept = frame;
            outcome?;
            bytes = rest;
        }
        while let Some(length) = length(bytes)?.filter(|length| *length <= bytes.len()) {
            let (frame, rest) = bytes.split_at(length);
            each(read(frame)?)?;
            bytes = rest;
        }
        self.kept.extend_from_slice(bytes);
        Ok(())
    }

    /// Says that no more bytes come.
    pub(crate) fn end(&self) -> Result<(), DecodeError> {
        if self.kept.is_empty() { Ok(()) } else { Err(DecodeError::Cut) }
    }

    /// Fills up the frame that is kept; what is left of the bytes once it is whole.
    fn completed<'a>(&mut self, bytes: &'a [u8]) -> Result<Option<&'a [u8]>, DecodeError> {
        let lacking = PRELUDE.saturating_sub(self.kept.len()).min(bytes.len());
        let (prelude, bytes) = bytes.split_at(lacking);
        self.kept.extend_from_slice(prelude);
        let Some(length) = length(&self.kept)? else { return Ok(None) };
        let lacking = length.saturating_sub(self.kept.len()).min(bytes.len());
        let (more, rest) = bytes.split_at(lacking);
        self.kept.extend_from_slice(more);
        Ok((self.kept.len() == length).then_some(rest))
    }
}

impl<'a> Frame<'a> {
    /// The text of the header of this name, or nothing. Headers of other kinds than text are passed over.
    pub(crate) fn header(&self, name: &str) -> &'a str {
        let mut rest = self.headers;
        while let Some((header, after)) = Header::first(rest) {
            if header.name == name.as_bytes() {
                return std::str::from_utf8(header.text).unwrap_or_default();
            }
            rest = after;
        }
        ""
    }
}

/// The frame's whole length, once its prelude is here and right.
fn length(bytes: &[u8]) -> Result<Option<usize>, DecodeError> {
    let Some(prelude) = bytes.get(..PRELUDE) else { return Ok(None) };
    let (whole, headers) = (number(prelude), number(&prelude[4..]));
    if crc32fast::hash(&prelude[..8]) != number(&prelude[8..]) {
        return Err(damaged());
    }
    let (whole, headers) = (whole as usize, headers as usize);
    if whole > LONGEST || headers.saturating_add(PRELUDE + TRAILER) > whole {
        return Err(damaged());
    }
    Ok(Some(whole))
}

/// A frame of the length that its prelude says.
fn read(frame: &[u8]) -> Result<Frame<'_>, DecodeError> {
    let (checked, sum) = frame.split_at(frame.len() - TRAILER);
    if crc32fast::hash(checked) != number(sum) {
        return Err(damaged());
    }
    let (headers, payload) = checked[PRELUDE..].split_at(number(&checked[4..]) as usize);
    Ok(Frame { headers, payload })
}

/// One header; its value is empty if it is no text.
struct Header<'a> {
    name: &'a [u8],
    text: &'a [u8],
}

impl<'a> Header<'a> {
    /// The first of these headers, and those behind it.
    fn first(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (length, rest) = bytes.split_first()?;
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let (kind, rest) = rest.split_first()?;
        let (size, rest) = match kind {
            0 | 1 => (0, rest),
            2 => (1, rest),
            3 => (2, rest),
            4 => (4, rest),
            5 | 8 => (8, rest),
            9 => (16, rest),
            6 | 7 => {
                let (size, rest) = rest.split_first_chunk::<2>()?;
                (usize::from(u16::from_be_bytes(*size)), rest)
            }
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(size)?;
        Some((Self { name, text: if *kind == 7 { value } else { b"" } }, rest))
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

fn damaged() -> DecodeError {
    DecodeError::Malformed("it is no event stream of AWS, or was changed on its way".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the specification's own examples: a message without headers and payload, and one with both.
    const EMPTY: &[u8] = &[0, 0, 0, 0x10, 0, 0, 0, 0, 0x05, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff];
    const STREAMING: &[u8] = include_bytes!(
        "../../../../tests/fixtures/transcripts/bedrock/text-test-bedrock-test-bedrock-model-stream-with-extra-headers-0.bin"
    );

    fn frames(chunks: &[&[u8]]) -> (Vec<(String, usize)>, Result<(), DecodeError>) {
        let (mut frames, mut seen) = (Frames::default(), Vec::new());
        let fed = chunks.iter().try_for_each(|chunk| {
            frames.feed(chunk, |frame| {
                seen.push((frame.header(":event-type").to_owned(), frame.payload.len()));
                Ok(())
            })
        });
        (seen, fed.and_then(|()| frames.end()))
    }

    #[test]
    fn an_empty_frame_is_a_frame() {
        assert_eq!(frames(&[EMPTY]), (vec![(String::new(), 0)], Ok(())));
        assert_eq!(frames(&[&EMPTY[..15]]), (Vec::new(), Err(DecodeError::Cut)));
    }

    #[test]
    fn any_cut_gives_the_same_frames() {
        let whole = frames(&[STREAMING]);
        assert_eq!(whole.0.first().map(|(kind, _)| kind.as_str()), Some("messageStart"));
        for cut in 0..=STREAMING.len() {
            assert_eq!(frames(&[&STREAMING[..cut], &STREAMING[cut..]]), whole, "at {cut}");
        }
    }

    #[test]
    fn a_changed_byte_is_noticed_wherever_it_stands() {
        for place in 0..STREAMING.len() {
            let mut changed = STREAMING.to_vec();
            changed[place] ^= 4;
            assert!(frames(&[&changed]).1.is_err(), "at {place}");
        }
    }

    #[test]
    fn a_length_that_nothing_can_have_is_refused_before_it_is_waited_for() {
        let mut prelude = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0].to_vec();
        prelude.extend(crc32fast::hash(&prelude).to_be_bytes());
        assert!(matches!(frames(&[&prelude]).1, Err(DecodeError::Malformed(_))));
    }
}
