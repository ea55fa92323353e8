//! Who gets in: the limits of a service, held.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hyper::StatusCode;

use crate::exchange::Reply;
use crate::limit::{Left, Rate, RetryAfter, ServiceLimit};

/// Counts who is in and how fast they come.
pub(crate) struct Turnstile {
    limit: ServiceLimit,
    counted: Mutex<Counted>,
}

/// What a turnstile said to one request.
pub(super) struct Word {
    /// Held for as long as the request is under way; none if it was turned away.
    pub(super) stay: Option<Stay>,
    /// How many more might begin at once; none where there is no rate.
    left: Option<u32>,
    /// Until the next may begin, or this one could have.
    wait: Duration,
}

/// A place in a service. Dropping it gives it back.
pub(super) struct Stay(Arc<Turnstile>);

struct Counted {
    under_way: u32,
    /// When all the requests that began will have become free again (GCRA's theoretical arrival).
    free: Instant,
}

impl Turnstile {
    pub(crate) fn new(limit: ServiceLimit) -> Arc<Self> {
        Arc::new(Self { limit, counted: Mutex::new(Counted { under_way: 0, free: Instant::now() }) })
    }

    /// Lets a request in or turns it away. Who is turned away uses nothing up.
    pub(super) fn enter(self: &Arc<Self>) -> Word {
        let mut counted = self.lock();
        if self.limit.in_flight.is_some_and(|most| counted.under_way >= most) {
            return Word { stay: None, left: None, wait: Duration::from_secs(1) };
        }
        let (left, wait) = match self.limit.rate {
            None => (None, Duration::ZERO),
            Some(rate) => match counted.begins(rate, Instant::now()) {
                Ok(left) => (Some(left), if left == 0 { rate.every } else { Duration::ZERO }),
                Err(wait) => return Word { stay: None, left: Some(0), wait },
            },
        };
        counted.under_way += 1;
        Word { stay: Some(Stay(self.clone())), left, wait }
    }

    /// The answer to a request that was turned away.
    pub(super) fn refusal(&self, word: &Word) -> Reply {
        let refused = Reply::problem(StatusCode::TOO_MANY_REQUESTS, "too many requests");
        let refused = match self.limit.retry_after {
            RetryAfter::Silent => refused,
            RetryAfter::Seconds => refused.with("retry-after", seconds(word.wait).to_string()),
            RetryAfter::Date => {
                let back = UNIX_EPOCH + Duration::from_secs(epoch(word.wait));
                refused.with("retry-after", httpdate::fmt_http_date(back))
            }
        };
        self.marked(refused, word)
    }

    /// Adds what the service says of how much is left.
    pub(super) fn marked(&self, reply: Reply, word: &Word) -> Reply {
        let (Some(rate), Some(left)) = (self.limit.rate, word.left) else {
            return reply;
        };
        match self.limit.left {
            Left::Silent => reply,
            Left::Drafts => reply
                .with("ratelimit-limit", rate.burst.to_string())
                .with("ratelimit-remaining", left.to_string())
                .with("ratelimit-reset", seconds(word.wait).to_string()),
            Left::Structured => {
                let window = seconds(rate.every * rate.burst);
                reply
                    .with("ratelimit-policy", format!("\"all\";q={};w={window}", rate.burst))
                    .with("ratelimit", format!("\"all\";r={left};t={}", seconds(word.wait)))
            }
            Left::Epoch => reply
                .with("x-ratelimit-limit", rate.burst.to_string())
                .with("x-ratelimit-remaining", left.to_string())
                .with("x-ratelimit-reset", epoch(word.wait).to_string()),
        }
    }

    /// A poisoned lock is taken over: every change is one assignment.
    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    /// How many are left after this one, or how long it would have had to wait.
    fn begins(&mut self, rate: Rate, now: Instant) -> Result<u32, Duration> {
        let free = self.free.max(now);
        let taken = free.duration_since(now);
        let room = rate.every * rate.burst.saturating_sub(1);
        if taken > room {
            return Err(taken - room);
        }
        self.free = free + rate.every;
        let left = (room - taken).as_nanos() / rate.every.as_nanos().max(1);
        Ok(u32::try_from(left).unwrap_or(u32::MAX))
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.0.lock().under_way -= 1;
    }
}

/// Whole seconds, rounded up, and at least one: who comes back then finds a place.
fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1_000).max(1).try_into().unwrap_or(u64::MAX)
}

/// The second since 1970 in which the wait will be over.
fn epoch(wait: Duration) -> u64 {
    let over = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + wait;
    over.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_lets_its_burst_in_and_then_one_at_a_time() {
        let start = Instant::now();
        let mut counted = Counted { under_way: 0, free: start };
        let rate = Rate::per_second(10, 3);
        let at = |ms: u64| start + Duration::from_millis(ms);
        assert_eq!(counted.begins(rate, start), Ok(2));
        assert_eq!(counted.begins(rate, start), Ok(1));
        assert_eq!(counted.begins(rate, start), Ok(0));
        assert_eq!(counted.begins(rate, start), Err(Duration::from_millis(100)));
        assert_eq!(counted.begins(rate, at(99)), Err(Duration::from_millis(1)));
        assert_eq!(counted.begins(rate, at(100)), Ok(0));
        assert_eq!(counted.begins(rate, at(10_000)), Ok(2));
    }

    #[test]
    fn a_place_is_given_back_when_its_holder_goes() {
        let turnstile = Turnstile::new(ServiceLimit::in_flight(1));
        let first = turnstile.enter();
        assert!(first.stay.is_some());
        assert!(turnstile.enter().stay.is_none());
        drop(first);
        assert!(turnstile.enter().stay.is_some());
    }
}
