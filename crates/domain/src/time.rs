//! Instants and lengths of time as whole numbers, since an entry holds no floats.

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

    /// As milliseconds, rounded down.
    pub fn millis(self) -> u64 {
        self.0 / 1000
    }
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
