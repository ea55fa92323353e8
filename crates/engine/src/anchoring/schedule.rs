//! When which anchor is shown the next checkpoint. Pure: times are microseconds of the run's own clock.

use std::collections::BTreeMap;
use std::time::Duration;

/// How long an anchor is left alone after a try, whatever happens.
const APART: i64 = 60 * 1_000_000;
/// After how long it is shown a checkpoint though nobody wished for it; and the longest wait after failures.
const HOUR: i64 = 60 * APART;

/// The tries of this run and what the record says of the one before it.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    /// When somebody last wished that anchors hold what is on record.
    wished: Option<i64>,
    tries: BTreeMap<String, Tries>,
}

/// The tries with one anchor.
#[derive(Clone, Copy, Debug, Default)]
struct Tries {
    /// The last.
    at: Option<i64>,
    /// How many have failed since one succeeded.
    failures: u32,
    /// It holds another history. Only a person asks it again.
    disputed: bool,
}

/// How a try went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    Held,
    Failed,
    Disputed,
}

impl Schedule {
    /// Every anchor should hold what is on record now.
    pub(crate) fn wish(&mut self, now: u64) {
        self.wished = Some(signed(now));
    }

    /// An earlier run tried this anchor so long ago.
    pub(crate) fn remember(&mut self, name: &str, now: u64, ago: Duration, how: Tried) {
        let ago = i64::try_from(ago.as_micros()).unwrap_or(i64::MAX);
        let at = Some(signed(now) - ago.min(HOUR));
        let tries = Tries { at, failures: u32::from(how != Tried::Held), disputed: how == Tried::Disputed };
        self.tries.entry(name.to_owned()).or_insert(tries);
    }

    /// Whether anything is known of this anchor.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.tries.contains_key(name)
    }

    /// It was tried.
    pub(crate) fn tried(&mut self, name: &str, now: u64, how: Tried) {
        let failures = self.tries.get(name).map_or(0, |tries| tries.failures);
        let failures = if how == Tried::Held { 0 } else { failures.saturating_add(1) };
        let tries = Tries { at: Some(signed(now)), failures, disputed: how == Tried::Disputed };
        self.tries.insert(name.to_owned(), tries);
    }

    /// It is another one now, or gone.
    pub(crate) fn forget(&mut self, name: &str) {
        self.tries.remove(name);
    }

    /// How long until it is shown a checkpoint; zero if it is time, `None` if nothing but a person brings that about.
    pub(crate) fn due_in(&self, name: &str, now: u64) -> Option<Duration> {
        let tries = self.tries.get(name).copied().unwrap_or_default();
        let due = match tries {
            Tries { disputed: true, .. } => return None,
            Tries { at: None, .. } => return Some(Duration::ZERO),
            Tries { at: Some(at), failures: 0, .. } if self.wished.is_some_and(|wished| wished >= at) => {
                at + APART
            }
            Tries { at: Some(at), failures: 0, .. } => at + HOUR,
            Tries { at: Some(at), failures, .. } => at + backoff(failures),
        };
        Some(Duration::from_micros(u64::try_from(due - signed(now)).unwrap_or(0)))
    }
}

/// One minute, two, four, … an hour.
fn backoff(failures: u32) -> i64 {
    APART.saturating_mul(1 << failures.saturating_sub(1).min(6)).min(HOUR)
}

fn signed(now: u64) -> i64 {
    i64::try_from(now).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60 * 1_000_000;

    /// In how many minutes the anchor is due at this minute.
    fn due(schedule: &Schedule, minute: u64) -> Option<u64> {
        schedule.due_in("a", minute * MINUTE).map(|due| due.as_secs() / 60)
    }

    #[test]
    fn an_anchor_is_shown_answers_a_minute_apart_and_something_each_hour() {
        let mut schedule = Schedule::default();
        assert_eq!(due(&schedule, 0), Some(0), "it was never asked");
        schedule.tried("a", 0, Tried::Held);
        assert_eq!(due(&schedule, 0), Some(60));
        schedule.wish(0);
        assert_eq!(due(&schedule, 0), Some(1), "an answer while the last was being shown");
        schedule.tried("a", MINUTE, Tried::Held);
        assert_eq!(due(&schedule, 11), Some(50));
        schedule.wish(11 * MINUTE);
        assert_eq!(due(&schedule, 11), Some(0));
        assert_eq!(due(&schedule, 99), Some(0));
    }

    #[test]
    fn failures_are_further_and_further_apart_until_one_succeeds() {
        let mut schedule = Schedule::default();
        let mut waits = Vec::new();
        for _ in 0..9 {
            schedule.tried("a", 0, Tried::Failed);
            schedule.wish(0);
            waits.push(due(&schedule, 0).unwrap());
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        schedule.tried("a", 0, Tried::Held);
        schedule.tried("a", 0, Tried::Failed);
        assert_eq!(due(&schedule, 0), Some(1));
    }

    #[test]
    fn a_disputed_anchor_is_not_asked_again_until_a_person_does() {
        let mut schedule = Schedule::default();
        schedule.tried("a", 0, Tried::Disputed);
        schedule.wish(5 * MINUTE);
        assert_eq!(due(&schedule, 500), None);
        schedule.tried("a", 500 * MINUTE, Tried::Held);
        assert_eq!(due(&schedule, 500), Some(60));
        schedule.tried("a", 500 * MINUTE, Tried::Disputed);
        schedule.forget("a");
        assert_eq!(due(&schedule, 500), Some(0));
    }

    #[test]
    fn what_an_earlier_run_did_counts() {
        let mut schedule = Schedule::default();
        schedule.remember("a", 0, Duration::from_mins(20), Tried::Held);
        assert_eq!(due(&schedule, 0), Some(40));
        schedule.forget("a");
        schedule.remember("a", 0, Duration::from_secs(10), Tried::Failed);
        assert_eq!(schedule.due_in("a", 0), Some(Duration::from_secs(50)));
        schedule.remember("a", 0, Duration::from_mins(20), Tried::Held);
        assert_eq!(schedule.due_in("a", 0), Some(Duration::from_secs(50)), "this run knows better");
        schedule.forget("a");
        schedule.remember("a", 0, Duration::from_hours(2), Tried::Disputed);
        assert_eq!(due(&schedule, 0), None);
    }
}
