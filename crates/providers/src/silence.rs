//! How long a model may keep silent.

use std::time::Duration;

use domain::model::ModelEvent;
use tokio::time::Instant;

/// How long an answer may take in all: a model that thinks long and writes much.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20 * 60);

/// How long a model may keep silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From sending to the first thing that it says: a model on this machine reads a long conversation first.
    pub first: Duration,
    /// Between two pieces of what it says: a model that thinks sends nothing for a while.
    pub pause: Duration,
}

impl Default for Limits {
    /// Five minutes and three.
    fn default() -> Self {
        Self { first: Duration::from_secs(5 * 60), pause: Duration::from_secs(3 * 60) }
    }
}

/// The silence of one answer.
pub(crate) struct Silence {
    limits: Limits,
    began: Instant,
    /// When something last came, once the model has said something.
    last: Option<Instant>,
}

impl Silence {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, began: Instant::now(), last: None }
    }

    /// When it has lasted too long.
    pub(crate) fn until(&self) -> Instant {
        let until = match self.last {
            None => self.began + self.limits.first,
            Some(last) => last + self.limits.pause,
        };
        until.min(self.began + DEADLINE)
    }

    /// Something came, and it said this. What a server sends to keep the connection open is as good as nothing.
    pub(crate) fn broken(&mut self, chunk: &[u8], events: &[ModelEvent]) {
        let says = events.iter().any(|event| !matches!(event, ModelEvent::Usage(_)));
        if says || (self.last.is_some() && !is_filler(chunk)) {
            self.last = Some(Instant::now());
        }
    }

    /// Which limit it is that was passed.
    pub(crate) fn words(&self) -> String {
        if self.began.elapsed() >= DEADLINE {
            return format!(
                "its answer was not whole within {}, the most that one may take",
                lasting(DEADLINE)
            );
        }
        match self.last {
            None => format!(
                "it did not begin to answer within {} (time to the first word)",
                lasting(self.limits.first)
            ),
            Some(_) => {
                format!(
                    "nothing more came for {} in the middle of its answer (time between words)",
                    lasting(self.limits.pause)
                )
            }
        }
    }
}

/// Comments of an event stream, pings and white space.
fn is_filler(chunk: &[u8]) -> bool {
    /// No filler is longer.
    const MOST: usize = 256;
    chunk.len() <= MOST
        && chunk.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).all(|line| {
            line.is_empty()
                || line.starts_with(b":")
                || line == b"event: ping"
                || (line.starts_with(b"data:") && line.windows(6).any(|part| part == b"\"ping\""))
        })
}

/// `5 min`, `90 s`, `250 ms`
fn lasting(duration: Duration) -> String {
    match duration.as_millis() {
        millis if millis < 1000 => format!("{millis} ms"),
        millis if millis.is_multiple_of(60_000) => format!("{} min", millis / 60_000),
        millis => format!("{} s", millis.div_ceil(1000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_a_connection_open_says_nothing() {
        for filler in
            [": OPENROUTER PROCESSING\n\n", "\n\n", "event: ping\ndata: {\"type\": \"ping\"}\n\n", ""]
        {
            assert!(is_filler(filler.as_bytes()), "{filler:?}");
        }
        for said in ["data: {\"choices\":[]}\n\n", "{\"message\":", ": x\ndata: {}\n"] {
            assert!(!is_filler(said.as_bytes()), "{said:?}");
        }
    }
}
