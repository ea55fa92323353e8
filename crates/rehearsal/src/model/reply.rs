//! A message on its way: as events at the model's pace, or whole.

use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;

use super::dialect::{Asked, Dialect, Events};
use super::said::Said;
use super::script::{ScriptedMessage, ScriptedReply, StreamEnd};
use crate::exchange::{Body, Ending, Reply};
use crate::plan::Pace;

/// The media type of bytes that a script gives.
const EVENT_STREAM: &str = "text/event-stream";

/// The reply that carries a message.
pub(super) fn written(
    message: &ScriptedMessage,
    dialect: &dyn Dialect,
    asked: &Asked,
    pace: Pace,
    asked_bytes: usize,
) -> Reply {
    let said = Said::new(message, asked_bytes);
    let pace = message.pace.unwrap_or(pace);
    let takes = pace.due(count(said.written()));
    if !asked.streams {
        return Reply::json(StatusCode::OK, &dialect.whole(&said)).after(takes);
    }
    let (pieces, end) = pieces(message, dialect.events(&said, asked), pace, takes);
    stream(dialect.media(), pieces, ending(end))
}

/// The reply that a script wants.
pub(super) fn scripted(
    reply: ScriptedReply,
    dialect: &dyn Dialect,
    asked: &Asked,
    pace: Pace,
    asked_bytes: usize,
) -> Reply {
    match reply {
        ScriptedReply::Message(message) => written(&message, dialect, asked, pace, asked_bytes),
        ScriptedReply::Raw { pieces, end } => {
            // A millisecond between them keeps the pieces apart on the wire.
            let pieces = pieces
                .into_iter()
                .zip(0_u32..)
                .map(|(piece, number)| (Duration::from_millis(1) * number, Bytes::from(piece)))
                .collect();
            stream(EVENT_STREAM, pieces, ending(end))
        }
        ScriptedReply::Held { bytes, end, gate } => {
            stream(EVENT_STREAM, vec![(Duration::ZERO, Bytes::from(bytes))], ending(end)).held_by(gate)
        }
        ScriptedReply::Status { status, retry_after, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let reply = Reply::json(status, &body);
            match retry_after {
                Some(seconds) => reply.with("retry-after", seconds.to_string()),
                None => reply,
            }
        }
    }
}

/// The bytes of a stream with the time at which they are due, those due together in one piece, and how it ends.
fn pieces(
    message: &ScriptedMessage,
    events: Events,
    pace: Pace,
    takes: Duration,
) -> (Vec<(Duration, Bytes)>, StreamEnd) {
    let mut pieces = Pieces::default();
    let sent = message.ends_after.map_or(events.tokens.len(), |(tokens, _)| tokens);
    for (bytes, token) in events.tokens.into_iter().take(sent).zip(0_u32..) {
        pieces.push(pace.due(token), &bytes);
    }
    let mut end = StreamEnd::Whole;
    match message.ends_after {
        Some((_, as_said)) => end = as_said,
        None => pieces.push(takes, &events.closing),
    }
    if let Some((bytes, as_said)) = message.cut_at {
        pieces.cut(bytes);
        end = as_said;
    }
    if end == StreamEnd::Error {
        let due = pieces.0.last().map_or(Duration::ZERO, |(due, _)| *due);
        pieces.push(due, &events.fault);
    }
    (pieces.0.into_iter().map(|(due, bytes)| (due, bytes.into())).collect(), end)
}

/// Bytes with the time at which each is due; those due together are written together.
#[derive(Default)]
struct Pieces(Vec<(Duration, Vec<u8>)>);

impl Pieces {
    fn push(&mut self, due: Duration, bytes: &[u8]) {
        match self.0.last_mut() {
            _ if bytes.is_empty() => {}
            Some((last, before)) if *last == due => before.extend_from_slice(bytes),
            _ => self.0.push((due, bytes.to_vec())),
        }
    }

    /// Leaves only so many bytes of the stream.
    fn cut(&mut self, mut left: usize) {
        for (_, bytes) in &mut self.0 {
            bytes.truncate(left);
            left -= bytes.len();
        }
        self.0.retain(|(_, bytes)| !bytes.is_empty());
    }
}

fn stream(media: &str, pieces: Vec<(Duration, Bytes)>, ending: Ending) -> Reply {
    Reply {
        status: StatusCode::OK,
        headers: vec![
            ("content-type".into(), media.to_owned()),
            ("cache-control".into(), "no-cache".to_owned()),
        ],
        wait: Duration::ZERO,
        body: Body::Paced { pieces, ending, gate: None },
    }
}

fn ending(end: StreamEnd) -> Ending {
    match end {
        StreamEnd::Whole | StreamEnd::Error => Ending::Whole,
        StreamEnd::Cut => Ending::Cut,
        StreamEnd::Hang => Ending::Hang,
    }
}

fn count(tokens: usize) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}
