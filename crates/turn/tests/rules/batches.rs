//! Batches that are held, go back without a straggler, or are taken back.

use domain::call::{Approval, Verdict};
use domain::fact::{Fact, Stopped};
use domain::outcome::{FailureClass, Outcome};
use domain::run::Straggler;
use domain::time::Span;
use turn::{Asked, Effect, Event, Interruption, Settings};

use crate::scene::{
    Scene, attempt, batch, concluded, id, in_batch, judged, read, reads_result_of, same, sent, settings,
    unfit, waits, write,
};

fn held() -> Settings {
    Settings { batch_calls: 2, ..settings() }
}

fn pending() -> Settings {
    Settings { straggler: Straggler::Pending { after_ms: 10 }, ..settings() }
}

fn hedge() -> Settings {
    Settings { straggler: Straggler::Hedge { after_ms: 10 }, ..settings() }
}

fn three() -> Vec<Asked> {
    vec![read(0, "/a"), judged(read(1, "/b"), Verdict::Ask), unfit(read(2, "/c"))]
}

fn released(approval: Approval) -> Event {
    Event::Released { batch: batch(1), approval, reason: None }
}

fn batch_ended(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::BatchEnded { .. }))
}

#[test]
fn a_batch_that_is_too_large_is_held_until_a_person_lets_it_go() {
    let mut scene = Scene::with(held(), three());
    assert!(scene.said.contains(&Effect::Record(Fact::BatchHeld { batch: batch(1), calls: 3, limit: 2 })));
    assert!(scene.said.contains(&Effect::Hold { batch: batch(1), calls: 3, limit: 2 }));
    assert!(scene.sent().is_empty() && concluded(&scene.said).is_empty());
    let effects = scene.tell(released(Approval::Allowed));
    assert_eq!(
        effects[0],
        Effect::Record(Fact::BatchReleased { batch: batch(1), allowed: true, reason: None })
    );
    assert_eq!((sent(&effects), concluded(&effects).len()), (vec![0], 1));
    assert!(matches!(effects.last(), Some(Effect::AskPerson { calls, .. }) if calls[0].0 == id(1)));
    assert!(scene.tell(released(Approval::Allowed)).is_empty(), "once");
}

#[test]
fn every_call_of_a_held_batch_that_was_refused_says_what_to_do() {
    let mut scene = Scene::with(held(), three());
    let effects = scene.tell(released(Approval::Refused { reason: String::new() }));
    let words = "this message asked for 3 calls at once, more than the 2 that are allowed, and the person refused; ask \
                 for fewer";
    let refused: Vec<_> = (0..3).map(|number| (id(number), Outcome::Refused, words.to_owned())).collect();
    assert_eq!(concluded(&effects), refused);
    for number in 0..3 {
        scene.conclude(number, Outcome::Refused);
    }
    assert!(batch_ended(&scene.said) && scene.sent().is_empty());
}

#[test]
fn what_started_before_its_batch_was_held_goes_on() {
    let mut scene = Scene::new(held());
    scene.ready(read(0, "/a"));
    scene.message(1, three());
    assert_eq!(scene.sent(), [0]);
    assert_eq!(concluded(&scene.tell(released(Approval::Refused { reason: "no".to_owned() }))).len(), 2);
    assert!(matches!(&scene.returned(0)[..], [Effect::Record(Fact::CallEnded { .. })]));
}

#[test]
fn a_pending_read_is_left_behind_and_its_end_recorded_when_it_comes() {
    let mut scene = Scene::with(pending(), vec![same(0, "/a"), read(1, "/b"), same(2, "/a")]);
    scene.returned(1);
    let effects = scene.tell(Event::Straggles(id(0)));
    assert!(
        effects.starts_with(&[Effect::LeaveBehind(id(0)), Effect::LeaveBehind(id(2))]),
        "with who shares it"
    );
    assert!(batch_ended(&effects) && effects.contains(&Effect::RequestModel { step: 2 }));
    // A later batch reads its result, and a write waits for it.
    let calls = vec![
        in_batch(reads_result_of(3, 0), 2, 0),
        in_batch(write(4, "/a"), 2, 1),
        in_batch(read(5, "/a"), 2, 2),
    ];
    let effects = scene.message(2, calls);
    assert_eq!(
        waits(&effects),
        [(id(3), id(0), "result"), (id(4), id(2), "resource"), (id(5), id(4), "resource")]
    );
    let effects = scene.returned(0);
    assert!(effects.contains(&Effect::ReadRecord(id(3))));
    assert!(effects.contains(&Effect::Share { call: id(2), from: id(0) }));
    assert_eq!(sent(&scene.conclude(2, Outcome::Returned)), [4]);
}

#[test]
fn a_later_call_that_waits_for_a_pending_read_gets_its_result() {
    let mut scene = Scene::with(pending(), vec![same(0, "/a")]);
    scene.tell(Event::Straggles(id(0)));
    let effects = scene.message(2, vec![in_batch(same(1, "/a"), 2, 0)]);
    assert_eq!(waits(&effects), [(id(1), id(0), "same")]);
    let effects = scene.returned(0);
    assert!(effects.contains(&Effect::Share { call: id(1), from: id(0) }) && sent(&effects).is_empty());
}

#[test]
fn a_pending_read_is_called_off_before_the_answer_and_waited_for() {
    let mut scene = Scene::with(pending(), vec![read(0, "/a")]);
    scene.tell(Event::Straggles(id(0)));
    let effects = scene.message(2, Vec::new());
    assert_eq!(effects, [Effect::Interrupt { call: id(0), why: Interruption::Needless }]);
    let effects = scene.end(0, Outcome::Cancelled);
    assert!(matches!(effects[..], [Effect::Record(_), Effect::Answer { .. }]) && scene.turn.is_over());
}

#[test]
fn whoever_asks_for_the_same_as_a_pending_read_of_its_batch_is_left_behind_with_it() {
    let calls = vec![same(0, "/a"), judged(same(1, "/a"), Verdict::Ask)];
    let mut scene = Scene::with(pending(), calls);
    assert!(!batch_ended(&scene.tell(Event::Straggles(id(0)))), "a person has not answered yet");
    let effects = scene.answer(1, Approval::Allowed);
    assert!(effects.contains(&Effect::LeaveBehind(id(1))) && batch_ended(&effects));
}

#[test]
fn an_early_read_that_straggles_is_left_behind_as_soon_as_its_batch_is_there() {
    let mut scene = Scene::new(pending());
    scene.ready(read(0, "/a"));
    assert!(scene.tell(Event::Straggles(id(0))).is_empty());
    assert!(batch_ended(&scene.message(1, vec![read(0, "/a")])));
}

#[test]
fn writes_are_waited_for() {
    for settings in [pending(), hedge()] {
        let mut scene = Scene::with(settings, vec![write(0, "/a")]);
        assert!(scene.tell(Event::Straggles(id(0))).is_empty());
    }
}

#[test]
fn a_hedged_read_has_one_more_attempt_and_the_first_good_end_counts() {
    let mut scene = Scene::with(hedge(), vec![read(0, "/a")]);
    let again = Effect::Dispatch { call: id(0), attempt: 2, after: Span::default() };
    assert_eq!(scene.tell(Event::Straggles(id(0))), [again]);
    assert!(scene.tell(Event::Straggles(id(0))).is_empty(), "once");
    let effects = scene.tell(Event::AttemptEnded(attempt(0, 2, Outcome::Returned)));
    assert!(effects.contains(&Effect::Interrupt { call: id(0), why: Interruption::Needless }));
    assert!(scene.returned(0).is_empty());
    assert_eq!(scene.outcomes(0), 1);
}

#[test]
fn a_bad_end_beside_another_attempt_is_not_the_calls() {
    let mut scene = Scene::with(hedge(), vec![read(0, "/a")]);
    scene.tell(Event::Straggles(id(0)));
    let effects = scene.end(0, Outcome::Failed);
    assert!(matches!(effects[..], [Effect::Record(Fact::AttemptEnded { attempt: 1, .. })]));
    let mut transient = attempt(0, 2, Outcome::Failed);
    transient.transient = true;
    let effects = scene.tell(Event::AttemptEnded(transient));
    assert!(matches!(effects[..], [Effect::Record(_), Effect::Dispatch { attempt: 3, .. }]));
}

#[test]
fn an_attempt_that_never_left_is_no_attempt_on_record() {
    let mut scene = Scene::with(hedge(), vec![read(0, "/a")]);
    scene.tell(Event::Straggles(id(0)));
    let mut paused = attempt(0, 2, Outcome::Failed);
    paused.ended.failure = Some(FailureClass::Paused);
    assert!(scene.tell(Event::AttemptEnded(paused)).is_empty());
    let mut transient = attempt(0, 1, Outcome::Failed);
    transient.transient = true;
    let effects = scene.tell(Event::AttemptEnded(transient));
    assert!(matches!(effects[..], [Effect::Record(_), Effect::Dispatch { attempt: 2, .. }]));
}

#[test]
fn a_batch_whose_time_is_up_withdraws_what_was_not_sent_and_interrupts_the_rest() {
    let mut scene =
        Scene::with(settings(), vec![read(0, "/a"), write(1, "/a"), judged(read(2, "/b"), Verdict::Ask)]);
    let effects = scene.tell(Event::BatchTimedOut(batch(1)));
    let words = "the batch's time was up before it could be sent".to_owned();
    let out = [(id(1), Outcome::Cancelled, words.clone()), (id(2), Outcome::Cancelled, words)];
    assert_eq!(concluded(&effects), out);
    assert!(effects.contains(&Effect::Interrupt { call: id(0), why: Interruption::BatchDeadline }));
    assert!(scene.tell(Event::BatchTimedOut(batch(1))).is_empty());
    assert!(scene.answer(2, Approval::Allowed).is_empty(), "too late");
    let mut transient = attempt(0, 1, Outcome::Failed);
    transient.transient = true;
    let effects = scene.tell(Event::AttemptEnded(transient));
    assert!(matches!(effects[..], [Effect::Record(Fact::CallEnded { .. })]), "no other attempt");
}

#[test]
fn one_call_or_a_whole_batch_can_be_taken_back() {
    let mut scene = Scene::with(settings(), vec![write(0, "/a"), write(1, "/a"), write(2, "/a")]);
    let effects = scene.tell(Event::CancelCall(id(1)));
    let words = "cancelled by the person before it was sent".to_owned();
    assert_eq!(concluded(&effects), [(id(1), Outcome::Cancelled, words)]);
    let effects = scene.tell(Event::CancelBatch(batch(1)));
    assert_eq!(concluded(&effects).len(), 1);
    assert!(effects.contains(&Effect::Interrupt { call: id(0), why: Interruption::Person }));
    scene.end(0, Outcome::Unknown);
    scene.conclude(1, Outcome::Cancelled);
    assert!(
        scene.conclude(2, Outcome::Cancelled).contains(&Effect::RequestModel { step: 2 }),
        "the turn goes on"
    );
}

#[test]
fn stopping_withdraws_what_waits_and_interrupts_what_is_out() {
    let mut scene =
        Scene::with(Settings { sequential: true, ..settings() }, vec![read(0, "/a"), read(1, "/b")]);
    let effects = scene.tell(Event::Stop);
    assert!(effects.contains(&Effect::Interrupt { call: id(0), why: Interruption::Person }));
    assert_eq!(concluded(&effects).len(), 1);
    scene.conclude(1, Outcome::Cancelled);
    let effects = scene.end(0, Outcome::Cancelled);
    assert!(batch_ended(&effects));
    assert!(matches!(effects.last(), Some(Effect::End { why: Stopped::Cancelled, .. })));
    assert!(scene.turn.is_over() && scene.tell(Event::Stop).is_empty());
}

#[test]
fn an_end_that_nobody_waits_for_changes_nothing() {
    let mut scene = Scene::with(settings(), vec![read(0, "/a"), unfit(read(1, "/b"))]);
    assert!(scene.conclude(0, Outcome::Returned).is_empty(), "it was sent, so an attempt must end");
    assert!(scene.returned(1).is_empty(), "it was not");
    assert!(
        scene.tell(Event::AttemptEnded(attempt(0, 2, Outcome::Returned))).is_empty(),
        "there is no second"
    );
    assert!(scene.returned(77).is_empty());
    scene.returned(0);
    assert!(scene.returned(0).is_empty());
    assert_eq!((scene.outcomes(0), scene.outcomes(1)), (1, 0));
}

#[test]
fn a_full_disk_withdraws_what_waits_and_lets_what_is_out_end_as_it_does() {
    let mut scene = Scene::with(settings(), vec![write(0, "/a"), write(1, "/a"), write(2, "/b")]);
    let effects = scene.tell(Event::Full);
    assert!(effects.contains(&Effect::Interrupt { call: id(0), why: Interruption::Full }));
    let [(call, Outcome::Cancelled, words)] = &concluded(&effects)[..] else { panic!("{effects:?}") };
    assert!(*call == id(1) && words.contains("the disk is full"), "{words}");
    assert!(scene.tell(Event::Full).is_empty(), "once is enough");
    scene.conclude(1, Outcome::Cancelled);
    // What goes on can still be stopped.
    let effects = scene.tell(Event::CancelCall(id(2)));
    assert_eq!(effects, [Effect::Interrupt { call: id(2), why: Interruption::Person }]);
    scene.end(2, Outcome::Unknown);
    let effects = scene.end(0, Outcome::Returned);
    assert!(batch_ended(&effects), "{effects:?}");
    let Some(Effect::End { why: Stopped::Cancelled, failure: None, words }) = effects.last() else {
        panic!("{effects:?}")
    };
    assert!(words.contains("Make room") && scene.turn.is_over() && scene.turn.is_full());
}

#[test]
fn an_attempt_that_fails_on_a_full_disk_has_no_next() {
    let mut scene = Scene::with(settings(), vec![read(0, "/a")]);
    scene.tell(Event::Full);
    let mut transient = attempt(0, 1, Outcome::Failed);
    transient.transient = true;
    let effects = scene.tell(Event::AttemptEnded(transient));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Dispatch { .. })), "{effects:?}");
    assert!(scene.turn.is_over());
}
