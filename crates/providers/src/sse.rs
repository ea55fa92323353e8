//! Server-sent events, as the WHATWG HTML Standard parses them (§9.2.6 “Interpreting an event stream”).
//!
//! Bytes in, events out, no transport. The libraries for it are streams over a transport, or look at a long line
//! again from its beginning with every chunk; a line here may have many megabytes (a whole call in one delta), so each
//! byte is searched once. `id` and `retry` are for reconnecting, which a question to a model never does.

use memchr::{memchr, memchr2};

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    /// Its type; empty if it has none.
    pub(crate) name: &'a str,
    /// Its data, lines joined by a line feed.
    pub(crate) data: &'a str,
}

/// An event stream as far as it has come.
#[derive(Debug, Default)]
pub(crate) struct EventStream {
    /// Bytes of a line whose end has not come.
    line: Vec<u8>,
    /// The line before ended with a carriage return: a line feed that follows belongs to it.
    after_return: bool,
    /// The event so far. Lossy decoding waits until it is whole, when no character can be cut.
    data: Vec<u8>,
    /// Whether it has any data, which may be an empty line.
    has_data: bool,
    name: String,
    /// Whether any line said something, be it nothing that we know.
    has_begun: bool,
}

impl EventStream {
    /// Takes the next bytes; `each` gets every event that they complete. Its error ends the stream.
    pub(crate) fn feed<E>(
        &mut self,
        mut bytes: &[u8],
        mut each: impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_return) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let Some(end) = memchr2(b'\n', b'\r', bytes) else {
                self.line.extend_from_slice(bytes);
                return Ok(());
            };
            self.after_return = bytes[end] == b'\r';
            if self.line.is_empty() {
                self.line_ended(&bytes[..end], &mut each)?;
            } else {
                let mut line = std::mem::take(&mut self.line);
                line.extend_from_slice(&bytes[..end]);
                self.line_ended(&line, &mut each)?;
                // Its room is kept for the next line.
                line.clear();
                self.line = line;
            }
            bytes = &bytes[end + 1..];
        }
        Ok(())
    }

    /// Whether anything came but empty lines and comments, which servers send while they wait.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Says that no more bytes come. The standard drops an event whose empty line is missing; some servers leave out
    /// the last one, so it is given here, for a caller that can tell whether it is whole.
    pub(crate) fn end<E>(&mut self, mut each: impl FnMut(Event<'_>) -> Result<(), E>) -> Result<(), E> {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.line_ended(&line, &mut each)?;
        }
        self.line_ended(b"", &mut each)
    }

    fn line_ended<E>(
        &mut self,
        line: &[u8],
        each: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if line.is_empty() {
            return self.dispatch(each);
        }
        let (field, value) = match memchr(b':', line) {
            // A comment.
            Some(0) => return Ok(()),
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &b""[..]),
        };
        self.has_begun = true;
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
            }
            b"event" => self.name = String::from_utf8_lossy(value).into_owned(),
            _ => {}
        }
        Ok(())
    }

    fn dispatch<E>(&mut self, each: &mut impl FnMut(Event<'_>) -> Result<(), E>) -> Result<(), E> {
        let name = std::mem::take(&mut self.name);
        if !std::mem::take(&mut self.has_data) {
            return Ok(());
        }
        let mut data = std::mem::take(&mut self.data);
        let outcome = each(Event { name: &name, data: &String::from_utf8_lossy(&data) });
        data.clear();
        self.data = data;
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every event of `chunks`, with what the end of the stream adds.
    fn events(chunks: &[&[u8]]) -> Vec<(String, String)> {
        let mut stream = EventStream::default();
        let mut seen = Vec::new();
        let mut each = |event: Event<'_>| {
            seen.push((event.name.to_owned(), event.data.to_owned()));
            Ok::<(), ()>(())
        };
        for chunk in chunks {
            stream.feed(chunk, &mut each).unwrap();
        }
        stream.end(&mut each).unwrap();
        seen
    }

    fn data(text: &str) -> (String, String) {
        (String::new(), text.to_owned())
    }

    #[test]
    fn the_standard_s_own_examples() {
        assert_eq!(events(&[b"data: YHOO\ndata: +2\ndata: 10\n\n"]), [data("YHOO\n+2\n10")]);
        let mixed =
            b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n";
        assert_eq!(events(&[mixed]), [data("first event"), data("second event"), data(" third event")]);
        assert_eq!(events(&[b"data\n\ndata\ndata\n\ndata:"]), [data(""), data("\n"), data("")]);
        assert_eq!(
            events(&[b"event: add\ndata: 1\n\ndata: 2\n\n"]),
            [("add".to_owned(), "1".to_owned()), data("2")]
        );
    }

    #[test]
    fn any_line_end_and_any_cut_give_the_same_events() {
        for stream in [
            "data: ä€🦀\n\nx: y\ndata: b\n\n",
            "data: ä€🦀\r\n\r\nx: y\r\ndata: b\r\n\r\n",
            "data: ä€🦀\r\rx: y\rdata: b\r\r",
        ] {
            let bytes = stream.as_bytes();
            for cut in 0..=bytes.len() {
                assert_eq!(
                    events(&[&bytes[..cut], &bytes[cut..]]),
                    [data("ä€🦀"), data("b")],
                    "{stream:?} at {cut}"
                );
            }
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(events(&single), [data("ä€🦀"), data("b")]);
        }
    }

    #[test]
    fn bytes_that_are_no_text_do_not_stop_it() {
        assert_eq!(events(&[b"data: \xff\n\n"]), [data("\u{fffd}")]);
    }
}
