//! The two shapes in which an HTTP answer carries a message: an event stream, or one JSON document from a server that
//! does not stream although it was asked to. The first byte that means anything tells them apart; headers often don't.

use std::borrow::Cow;

use crate::fault::DecodeError;
use crate::sse::{Event, EventStream};

/// The bytes of an answer as far as they have come.
#[derive(Debug)]
pub(crate) enum Body {
    /// Nothing but a byte order mark (so many bytes of it) and white space: OpenRouter sends some while it waits.
    Silent { mark: usize },
    /// Server-sent events.
    Events(EventStream),
    /// JSON, kept until it is whole.
    Document(Vec<u8>),
}

/// One piece of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece<'a> {
    /// An event of a stream.
    Event(Event<'a>),
    /// The event at which the stream ended without its empty line: it may be cut.
    LastEvent(Event<'a>),
    /// The whole document.
    Document(&'a [u8]),
}

impl<'a> Piece<'a> {
    /// What it says. Bytes that are no text are replaced.
    pub(crate) fn json(&self) -> Cow<'a, str> {
        match *self {
            Self::Event(event) | Self::LastEvent(event) => Cow::Borrowed(event.data),
            Self::Document(bytes) => String::from_utf8_lossy(bytes),
        }
    }

    /// The event's type; empty if it has none.
    pub(crate) fn name(&self) -> &'a str {
        match *self {
            Self::Event(event) | Self::LastEvent(event) => event.name,
            Self::Document(_) => "",
        }
    }

    /// Whether the bytes ended with it.
    pub(crate) fn may_be_cut(&self) -> bool {
        !matches!(self, Self::Event(_))
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::Silent { mark: 0 }
    }
}

impl Body {
    /// Takes the next bytes; `each` gets every piece that they complete.
    pub(crate) fn feed(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(Piece<'_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let bytes = self.decided(bytes)?;
        match self {
            Self::Silent { .. } => Ok(()),
            Self::Events(stream) => stream.feed(bytes, |event| each(Piece::Event(event))),
            Self::Document(document) => {
                document.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Says that no more bytes come.
    pub(crate) fn end(
        &mut self,
        mut each: impl FnMut(Piece<'_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        match self {
            Self::Silent { .. } => Ok(()),
            Self::Events(stream) => stream.end(|event| each(Piece::LastEvent(event))),
            Self::Document(document) => each(Piece::Document(document)),
        }
    }

    /// Whether anything came that means something.
    pub(crate) fn has_begun(&self) -> bool {
        match self {
            Self::Silent { .. } => false,
            Self::Events(stream) => stream.has_begun(),
            Self::Document(_) => true,
        }
    }

    /// Decides, once, what this is; gives the bytes from the first one that means something.
    fn decided<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], DecodeError> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let Self::Silent { mark } = self else { return Ok(bytes) };
        for (place, byte) in bytes.iter().enumerate() {
            if *mark < MARK.len() && *byte == MARK[*mark] {
                *mark += 1;
                continue;
            }
            match byte {
                _ if (1..MARK.len()).contains(mark) => {
                    return Err(DecodeError::Malformed("it does not begin with text".to_owned()));
                }
                b' ' | b'\t' | b'\r' | b'\n' => *mark = MARK.len(),
                b'<' => return Err(DecodeError::Malformed("it is a web page".to_owned())),
                b'{' | b'[' => {
                    *self = Self::Document(Vec::new());
                    return Ok(&bytes[place..]);
                }
                _ => {
                    *self = Self::Events(EventStream::default());
                    return Ok(&bytes[place..]);
                }
            }
        }
        Ok(&[])
    }
}
