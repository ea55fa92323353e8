//! When a call is sent again.

use domain::call::Verdict;
use domain::fact::Fact;
use domain::outcome::Outcome;
use domain::time::Span;
use turn::{Attempts, Effect, EndedAttempt, Event, Then};

use crate::scene::{Scene, attempt, id, judged, read, settings, write};

fn failed(number: u32) -> EndedAttempt {
    EndedAttempt { transient: true, ..attempt(0, number, Outcome::Failed) }
}

fn told_to_wait(number: u32, status: u16, wait: u64) -> EndedAttempt {
    let mut ended = EndedAttempt { retry_after: Some(Span(wait)), ..failed(number) };
    ended.ended.status = Some(status);
    ended
}

/// How many attempts a call has that always ends so.
fn count(repeatable: bool, end: impl Fn(u32) -> EndedAttempt) -> u32 {
    let mut attempts = Attempts::new(repeatable);
    while attempts.ended(&end(attempts.latest())) != Then::Over {}
    attempts.latest()
}

#[test]
fn three_attempts_and_four_where_the_source_says_when_to_come_again() {
    assert_eq!(count(true, failed), 3);
    assert_eq!(count(true, |number| told_to_wait(number, 429, 1)), 4);
    assert_eq!(count(true, |number| told_to_wait(number, 503, 1)), 4);
    assert_eq!(count(true, |number| told_to_wait(number, 502, 1)), 3);
}

#[test]
fn one_attempt_of_what_may_not_be_repeated_or_will_not_pass() {
    assert_eq!(count(false, failed), 1);
    assert_eq!(count(false, |number| told_to_wait(number, 429, 1)), 1);
    assert_eq!(count(true, |number| attempt(0, number, Outcome::Failed)), 1);
    let transient = |number, outcome| EndedAttempt { transient: true, ..attempt(0, number, outcome) };
    for outcome in [Outcome::Returned, Outcome::TimedOut, Outcome::Cancelled] {
        assert_eq!(count(true, |number| transient(number, outcome)), 1);
    }
    // Cut off after it was sent: a write that may be sent twice is, and one that may not be stays unknown.
    assert_eq!(count(true, |number| transient(number, Outcome::Unknown)), 3);
    assert_eq!(count(false, |number| transient(number, Outcome::Unknown)), 1);
}

#[test]
fn the_wait_is_anything_below_a_bound_that_doubles() {
    let wait = |dice: u32, after: u32| {
        let mut attempts = Attempts::new(true);
        (1..after).for_each(|number| assert_ne!(attempts.ended(&failed(number)), Then::Over));
        attempts.ended(&EndedAttempt { dice, ..failed(after) })
    };
    assert_eq!(wait(0, 1), Then::Again { after: Span(0) });
    assert_eq!(wait(u32::MAX, 1), Then::Again { after: Span(250_000) });
    assert_eq!(wait(u32::MAX, 2), Then::Again { after: Span(500_000) });
    assert_eq!(wait(u32::MAX / 2, 2), Then::Again { after: Span(249_999) });
}

#[test]
fn the_source_is_given_the_time_that_it_asks_for() {
    let mut attempts = Attempts::new(true);
    assert_eq!(attempts.ended(&told_to_wait(1, 429, 9_000_000)), Then::Again { after: Span(9_000_000) });
    let generous = EndedAttempt { dice: u32::MAX, ..told_to_wait(2, 429, 3) };
    assert_eq!(attempts.ended(&generous), Then::Again { after: Span(500_000) });
}

#[test]
fn no_attempt_that_the_calls_time_does_not_reach() {
    let mut late = told_to_wait(1, 429, 5_000_000);
    late.ended.took = Span(15_000_000);
    assert_eq!(Attempts::new(true).ended(&late), Then::Over);
    late.ended.took = Span(14_999_999);
    assert_ne!(Attempts::new(true).ended(&late), Then::Over);
}

#[test]
fn a_turn_sends_again_by_this_rule_and_records_each_attempt() {
    let mut scene =
        Scene::with(settings(), vec![read(0, "/a"), write(1, "/b"), judged(read(2, "/c"), Verdict::Ask)]);
    let effects = scene.tell(Event::AttemptEnded(failed(1)));
    assert!(matches!(
        &effects[..],
        [Effect::Record(Fact::AttemptEnded { attempt: 1, .. }), Effect::Dispatch { attempt: 2, .. }]
    ));
    let effects =
        scene.tell(Event::AttemptEnded(EndedAttempt { transient: true, ..attempt(1, 1, Outcome::Failed) }));
    assert!(matches!(&effects[..], [Effect::Record(Fact::CallEnded { call, .. })] if *call == id(1)));
}

#[test]
fn a_refused_token_that_was_renewed_is_followed_by_one_more_attempt_whatever_it_writes() {
    let refused = |number| EndedAttempt { renewed: true, ..attempt(0, number, Outcome::Failed) };
    for repeatable in [false, true] {
        let mut attempts = Attempts::new(repeatable);
        assert_eq!(attempts.ended(&refused(1)), Then::Again { after: Span(0) });
        assert_eq!((attempts.latest(), attempts.ended(&refused(2))), (2, Then::Over));
    }
    let mut returned = Attempts::new(true);
    let good = EndedAttempt { renewed: true, ..attempt(0, 1, Outcome::Returned) };
    assert_eq!(returned.ended(&good), Then::Over);
}
