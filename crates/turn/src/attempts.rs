//! When a call is sent again, and how long it waits before: the same rule for a turn's calls and for calls by hand.

use domain::outcome::Outcome;
use domain::time::Span;

use crate::event::EndedAttempt;

/// Attempts that a call has, at most.
const MOST: u32 = 3;
/// Attempts of a call whose source said when to come again.
const MOST_WHEN_ASKED_TO_WAIT: u32 = 4;
/// The wait before the second attempt is random below this; it doubles with each.
const FIRST_WAIT: Span = Span(250_000);
/// No wait of our own is longer.
const LONGEST_WAIT: Span = Span(8_000_000);

/// What follows on an attempt's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Its end is the call's.
    Over,
    /// Another attempt.
    Again {
        /// How long to wait before it.
        after: Span,
    },
}

/// The attempts of one call.
#[derive(Clone, Debug)]
pub struct Attempts {
    repeatable: bool,
    made: u32,
    /// Whether one was made for a new token.
    renewed: bool,
}

impl Attempts {
    /// Of a call whose first attempt begins. `repeatable` says whether it may be sent a second time at all: a read, an
    /// idempotent write, or a write with an idempotency key.
    pub fn new(repeatable: bool) -> Self {
        Self { repeatable, made: 1, renewed: false }
    }

    /// The number of the attempt that began last, from 1.
    pub fn latest(&self) -> u32 {
        self.made
    }

    /// An attempt ended, and no other is under way. After [`Then::Again`], [`Self::latest`] is the next one's number.
    ///
    /// Again at once, and once, with the token that its source gave in the place of one that it refused: it did nothing, so
    /// that holds for every call. Else only if the call may be sent twice, the failure may pass, attempts are left, and the wait ends before
    /// the call's time does: a call does not wait for an attempt that it has no time for.
    pub fn ended(&mut self, attempt: &EndedAttempt) -> Then {
        let most = match (attempt.ended.status, attempt.retry_after) {
            (Some(429 | 503), Some(_)) => MOST_WHEN_ASKED_TO_WAIT,
            _ => MOST,
        };
        if attempt.renewed && attempt.ended.outcome == Outcome::Failed && !self.renewed && self.made < most {
            self.renewed = true;
            self.made += 1;
            return Then::Again { after: Span::default() };
        }
        // A write that was cut off is of unknown outcome, and sending it again is how to learn it.
        let came_to_nothing = matches!(attempt.ended.outcome, Outcome::Failed | Outcome::Unknown);
        let may = self.repeatable && attempt.transient && came_to_nothing;
        if !may || self.made >= most {
            return Then::Over;
        }
        let after = self.jitter(attempt.dice).max(attempt.retry_after.unwrap_or_default());
        if attempt.ended.took.0.saturating_add(after.0) >= attempt.deadline.0 {
            return Then::Over;
        }
        self.made += 1;
        Then::Again { after }
    }

    /// One more attempt beside the one under way, if the call may be sent twice and attempts are left: its number.
    pub(crate) fn hedge(&mut self) -> Option<u32> {
        (self.repeatable && self.made < MOST).then(|| {
            self.made += 1;
            self.made
        })
    }

    /// The attempt of that number was never sent: if it was the last, the next one has its number.
    pub(crate) fn take_back(&mut self, attempt: u32) {
        if attempt == self.made && attempt > 1 {
            self.made -= 1;
        }
    }

    /// Full jitter: anything from nothing to a bound that doubles, so that calls which failed together don't come
    /// again together.
    fn jitter(&self, dice: u32) -> Span {
        let doubled = FIRST_WAIT.0.checked_shl(self.made - 1).unwrap_or(LONGEST_WAIT.0);
        let bound = doubled.min(LONGEST_WAIT.0);
        Span(bound * u64::from(dice) / u64::from(u32::MAX))
    }
}
