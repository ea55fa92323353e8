//! Instants and lengths of time as whole numbers, since an entry holds no floats.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// An instant: microseconds since the Unix epoch, UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type,
)]
#[specta(transparent)]
pub struct Micros(#[specta(type = u32)] pub i64);

impl Micros {
    /// Milliseconds since the epoch, 0 for instants before it: what an id is made from.
    pub fn unix_ms(self) -> u64 {
        u64::try_from(self.0 / 1000).unwrap_or(0)
    }
}

/// A length of time in microseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type,
)]
#[specta(transparent)]
pub struct Span(#[specta(type = u32)] pub u64);

impl Span {
    /// From one instant to a later one; zero if the clock went back.
    pub fn between(from: Micros, to: Micros) -> Self {
        Self(u64::try_from(to.0.saturating_sub(from.0)).unwrap_or(0))
    }

    /// How long at least one of several lasted, each given as when it began and how long it took. What lies between
    /// them does not count: while calls wait for a person nothing is under way.
    pub fn together(lasting: impl IntoIterator<Item = (Micros, Self)>) -> Self {
        let mut lasting: Vec<_> = lasting.into_iter().collect();
        lasting.sort_by_key(|(from, _)| *from);
        let (mut sum, mut counted) = (Self::default(), Micros(i64::MIN));
        for (from, took) in lasting {
            let to = Micros(from.0.saturating_add_unsigned(took.0));
            sum.0 = sum.0.saturating_add(Self::between(from.max(counted), to).0);
            counted = counted.max(to);
        }
        sum
    }

    /// As milliseconds, rounded down.
    pub fn millis(self) -> u64 {
        self.0 / 1000
    }

    /// The same as screens and events have it: 32 bits, which hold 49 days.
    pub fn ms(self) -> u32 {
        u32::try_from(self.millis()).unwrap_or(u32::MAX)
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Self {
        Self(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        Self::from_micros(span.0)
    }
}

/// Where an attempt's time went, in microseconds. What is shared with another request (a connection that was open
/// already, or that another request opened) counts for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Phases {
    /// Finding the host's address (DNS).
    pub name: Span,
    /// Opening the connection (TCP).
    pub connect: Span,
    /// Securing it (TLS).
    pub tls: Span,
    /// From sending until the answer's headers, opening the connection apart.
    pub answer: Span,
    /// From the headers to the last byte.
    pub body: Span,
    /// Whether the connection was open already.
    pub reused: bool,
}

/// Both clocks at one moment: the wall clock, which people read and which may jump, and the monotonic one,
/// which orders what one run of the program did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// The wall clock.
    pub at: Micros,
    /// Microseconds since this run of the program began.
    pub mono: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_duration_to_the_microsecond() {
        assert_eq!(Span::from(Duration::from_nanos(1_999)), Span(1));
        assert_eq!(Span::from(Duration::MAX), Span(u64::MAX));
        assert_eq!(Duration::from(Span(1_500)), Duration::from_micros(1_500));
        assert_eq!((Span(1_999).ms(), Span(u64::MAX).ms()), (1, u32::MAX));
    }

    #[test]
    fn what_overlaps_counts_once_and_pauses_do_not_count() {
        let together = |spans: &[(i64, u64)]| {
            Span::together(spans.iter().map(|(from, took)| (Micros(*from), Span(*took)))).0
        };
        assert_eq!(together(&[]), 0);
        assert_eq!(together(&[(0, 10), (2, 3), (5, 10)]), 15);
        assert_eq!(together(&[(1_000, 80), (0, 90), (0, 0)]), 170);
        assert_eq!(together(&[(i64::MAX, u64::MAX), (i64::MIN, 5)]), 5);
    }
}
