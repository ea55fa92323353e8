//! How much a service takes, as a test sets it and as the service says it.

use std::time::Duration;

/// The limits of one service. The default is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceLimit {
    /// How many requests may be under way at one time; one more is answered `429`.
    pub in_flight: Option<u32>,
    /// How many may begin in a time; one more is answered `429`.
    pub rate: Option<Rate>,
    /// What a `429` says of when to come back.
    pub retry_after: RetryAfter,
    /// What every answer says of how much is left of the rate.
    pub left: Left,
}

/// A steady number of requests, with room for some at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The time in which one request becomes free again; not zero.
    pub every: Duration,
    /// How many may begin at once when none began for a while; at least 1.
    pub burst: u32,
}

/// What a `429` says of when to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RetryAfter {
    /// `Retry-After: 2`.
    #[default]
    Seconds,
    /// `Retry-After: Tue, 30 Jun 2026 10:00:02 GMT`, by this machine's clock.
    Date,
    /// Nothing.
    Silent,
}

/// What every answer of a service with a rate says of how much is left. The time is always the one
/// until the next request is free, in whole seconds, rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Left {
    /// `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`: the drafts before the seventh.
    #[default]
    Drafts,
    /// `RateLimit-Policy: "all";q=50;w=2` and `RateLimit: "all";r=12;t=1`: a structured field.
    Structured,
    /// `X-RateLimit-Limit`, `-Remaining` and `-Reset`, the last in seconds since 1970.
    Epoch,
    /// Nothing.
    Silent,
}

impl Rate {
    /// So many a second, and so many at once. Zero of either is taken as one.
    pub fn per_second(per_second: u32, burst: u32) -> Self {
        Self { every: Duration::from_secs(1) / per_second.max(1), burst: burst.max(1) }
    }
}

impl ServiceLimit {
    /// Only this many at one time.
    pub fn in_flight(in_flight: u32) -> Self {
        Self { in_flight: Some(in_flight), ..Self::default() }
    }

    /// Only this rate.
    pub fn rate(rate: Rate) -> Self {
        Self { rate: Some(rate), ..Self::default() }
    }
}
