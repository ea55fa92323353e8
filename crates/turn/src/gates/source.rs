//! One source's gate: how many of its calls are under way, how fast they may begin, and who keeps it shut.

use domain::event::Waiting;
use domain::source::Limits;
use domain::time::Span;
use domain::tool::SourceName;

use super::line::Turns;
use super::rate::Bucket;

/// One source's gate.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: SourceName,
    in_flight: u32,
    pub(super) under_way: u32,
    bucket: Option<Bucket>,
    paused: Option<Paused>,
    /// Whether a person paused it.
    pub(super) held: bool,
    pub(super) line: Turns,
}

#[derive(Debug)]
struct Paused {
    until: Span,
    words: String,
}

impl Source {
    /// A source of which nothing is known yet. Its limits come with its first call.
    pub(super) fn new(name: SourceName) -> Self {
        let line = Turns::default();
        Self { name, in_flight: 1, under_way: 0, bucket: None, paused: None, held: false, line }
    }

    /// These limits hold from now on, for those who wait already, too.
    pub(super) fn limit(&mut self, limits: &Limits, now: Span) {
        self.in_flight = limits.in_flight.max(1);
        self.bucket = match (limits.rate, self.bucket.take()) {
            (None, _) => None,
            (Some(rate), None) => Some(Bucket::new(rate, now)),
            (Some(rate), Some(bucket)) if bucket.rate() == rate => Some(bucket),
            (Some(rate), Some(bucket)) => Some(bucket.under(rate, now)),
        };
    }

    /// It takes no more requests for a while. The longer of two such words counts.
    pub(super) fn pause(&mut self, now: Span, lasts: Span, words: String) {
        let until = Span(now.0.saturating_add(lasts.0));
        if self.paused.as_ref().is_none_or(|paused| paused.until < until) {
            self.paused = Some(Paused { until, words });
        }
    }

    /// Its own pause is over.
    pub(super) fn go_on(&mut self) {
        self.paused = None;
    }

    /// How much longer it is paused, and how it said so.
    pub(super) fn paused_for(&self, now: Span) -> Option<(Span, &str)> {
        let paused = self.paused.as_ref()?;
        let left = paused.until.0.saturating_sub(now.0);
        (left > 0).then_some((Span(left), paused.words.as_str()))
    }

    /// How long until it opens by itself; zero if it is open. `None` if something else must happen first.
    pub(super) fn opens_in(&self, now: Span) -> Option<Span> {
        if self.held || self.under_way >= self.in_flight {
            return None;
        }
        let paused = self.paused_for(now).map_or(Span::default(), |(left, _)| left);
        Some(paused.max(self.rate_wait(now)))
    }

    /// A request begins.
    pub(super) fn begin(&mut self, now: Span) {
        self.under_way += 1;
        if let Some(bucket) = &mut self.bucket {
            bucket.take(now);
        }
    }

    /// Why it is shut; `None` if it is open.
    pub(super) fn shut(&self, now: Span) -> Option<Waiting> {
        let source = self.name.clone();
        if self.held {
            Some(Waiting::PausedByPerson { source })
        } else if let Some((left, words)) = self.paused_for(now) {
            Some(Waiting::Paused { source, ms: millis(left), words: words.to_owned() })
        } else if self.under_way >= self.in_flight {
            Some(Waiting::Source { source, in_flight: self.in_flight })
        } else {
            let wait = self.rate_wait(now);
            let rate = self.bucket.as_ref()?.rate();
            let milli_per_second = rate.milli_per_second;
            (wait > Span::default()).then(|| Waiting::Rate { source, milli_per_second, ms: millis(wait) })
        }
    }

    fn rate_wait(&self, now: Span) -> Span {
        self.bucket.as_ref().map_or(Span::default(), |bucket| bucket.wait(now))
    }
}

/// Rounded up: what is announced must not be over before it is.
fn millis(span: Span) -> u32 {
    u32::try_from(span.0.div_ceil(1000)).unwrap_or(u32::MAX)
}
