//! Reads that start while the model still writes.

use domain::call::Verdict;
use domain::fact::{Dropped, Fact};
use domain::id::ModelCallId;
use domain::model::{Finish, ModelFailure};
use domain::outcome::Outcome;
use turn::{Asked, Effect, Event, Interruption, Settings};

use crate::scene::{
    REQUEST, Scene, batch, exclusive, id, judged, read, reads_result_of, same, sent, settings, unfit, waits,
    write,
};

fn dropped(number: usize, why: Dropped) -> [Effect; 2] {
    [Effect::Record(Fact::CallDropped { call: id(number), why }), Effect::Drop(id(number), why)]
}

fn has(effects: &[Effect], expected: &[Effect]) -> bool {
    expected.iter().all(|effect| effects.contains(effect))
}

#[test]
fn an_allowed_read_starts_on_record_before_its_message_ends() {
    let mut scene = Scene::new(settings());
    let effects = scene.ready(read(0, "/a"));
    let early = Some(ModelCallId::new(1, REQUEST));
    assert!(matches!(
        &effects[..],
        [
            Effect::Record(Fact::CallRequested { early: begun, .. }),
            Effect::Record(Fact::CallDecided { .. }),
            Effect::Dispatch { attempt: 1, .. },
        ] if *begun == early
    ));
    let effects = scene.message(1, vec![read(0, "/a"), read(1, "/a")]);
    assert_eq!(sent(&effects), [1]);
    let requested = |effect: &&Effect| matches!(effect, Effect::Record(Fact::CallRequested { call, .. }) if *call == id(0));
    assert_eq!(scene.said.iter().filter(requested).count(), 1, "not recorded again");
}

#[test]
fn nothing_else_starts_early() {
    let late = |asked: Asked, settings: Settings| {
        let mut scene = Scene::new(settings);
        assert!(scene.ready(asked.clone()).is_empty(), "{asked:?}");
        assert!(!scene.message(1, vec![asked]).is_empty());
    };
    late(write(0, "/a"), settings());
    late(judged(read(0, "/a"), Verdict::Ask), settings());
    late(judged(read(0, "/a"), Verdict::Deny), settings());
    late(unfit(read(0, "/a")), settings());
    late(exclusive(read(0, "/a")), settings());
    late(reads_result_of(0, 99), settings());
    late(read(0, "/a"), Settings { early: false, ..settings() });
    late(read(0, "/a"), Settings { sequential: true, ..settings() });
    let mut scene = Scene::new(Settings { batch_calls: 1, ..settings() });
    assert_eq!((sent(&scene.ready(read(0, "/a"))), sent(&scene.ready(read(1, "/b")))), (vec![0], vec![]));
}

#[test]
fn a_read_that_meets_an_earlier_call_of_its_message_waits_for_the_end() {
    let mut scene = Scene::new(settings());
    scene.ready(write(0, "/a"));
    assert!(scene.ready(read(1, "/a/b")).is_empty());
    assert_eq!(sent(&scene.ready(read(2, "/c"))), [2]);
    assert_eq!(sent(&scene.message(1, vec![write(0, "/a"), read(1, "/a/b"), read(2, "/c")])), [0]);
}

#[test]
fn nothing_starts_early_behind_a_call_that_nobody_has_seen() {
    let mut scene = Scene::new(settings());
    assert!(scene.ready(read(1, "/b")).is_empty());
    assert!(scene.ready(read(0, "/a")).is_empty(), "and nobody knows the order any more");
    assert_eq!(sent(&scene.message(1, vec![read(0, "/a"), read(1, "/b")])), [0, 1]);
}

#[test]
fn identical_reads_share_while_the_model_still_writes() {
    let mut scene = Scene::new(settings());
    scene.ready(same(0, "/a"));
    let effects = scene.ready(same(1, "/a"));
    assert_eq!(waits(&effects), [(id(1), id(0), "same")]);
    assert!(scene.returned(0).contains(&Effect::Share { call: id(1), from: id(0) }));
    scene.conclude(1, Outcome::Returned);
    // One that comes with the end of the message shares, too, although the first has ended long since.
    let effects = scene.message(1, vec![same(0, "/a"), same(1, "/a"), same(2, "/a")]);
    assert!(effects.contains(&Effect::Share { call: id(2), from: id(0) }));
}

#[test]
fn a_message_that_does_not_end_well_uses_nothing_of_it() {
    for (finish, why) in [(Finish::Length, Dropped::Length), (Finish::ContentFilter, Dropped::Filter)] {
        let mut scene = Scene::new(settings());
        scene.ready(read(0, "/a"));
        scene.ready(read(1, "/b"));
        scene.returned(0);
        let effects = scene.finish(1, finish, Vec::new());
        assert!(has(&effects, &dropped(0, why)) && has(&effects, &dropped(1, why)));
        assert!(effects.contains(&Effect::Interrupt { call: id(1), why: Interruption::Needless }));
        assert!(!effects.contains(&Effect::Interrupt { call: id(0), why: Interruption::Needless }));
        assert!(!scene.turn.is_over(), "an end is still to be recorded");
        let effects = scene.end(1, Outcome::Cancelled);
        assert!(matches!(&effects[..], [Effect::Record(Fact::CallEnded { .. }), Effect::Answer { .. }]));
        assert!(scene.turn.is_over());
        assert!(!scene.said.iter().any(|effect| matches!(effect, Effect::Record(Fact::BatchOpened { .. }))));
    }
}

#[test]
fn a_failed_or_stopped_message_drops_them_too() {
    let mut scene = Scene::new(settings());
    scene.ready(read(0, "/a"));
    let failed = Event::ModelFailed { failure: ModelFailure::CutStream, words: "cut".to_owned() };
    assert!(has(&scene.tell(failed), &dropped(0, Dropped::Failed)));
    let mut scene = Scene::new(settings());
    scene.ready(read(0, "/a"));
    let effects = scene.tell(Event::Stop);
    assert_eq!(effects[0], Effect::InterruptModel);
    assert!(has(&effects, &dropped(0, Dropped::Cancelled)));
    assert!(scene.ready(read(1, "/b")).is_empty(), "nothing starts any more");
}

#[test]
fn a_changed_call_is_dropped_and_runs_again_as_another() {
    let mut scene = Scene::new(settings());
    scene.ready(read(0, "/a"));
    scene.ready(read(1, "/b"));
    let mut changed = read(9, "/c");
    changed.call.position = 0;
    let effects = scene.message(1, vec![changed, read(1, "/b")]);
    assert!(has(&effects, &dropped(0, Dropped::Changed)));
    assert_eq!(sent(&effects), [9]);
    for number in [1, 9] {
        scene.returned(number);
    }
    let ended = Effect::BatchEnded {
        batch: batch(1),
        calls: vec![id(9), id(1)],
        label: domain::label::Label::PUBLIC,
    };
    assert!(scene.said.contains(&ended), "without the one that was dropped");
    assert_eq!(scene.end(0, Outcome::Cancelled).len(), 1);
    assert_eq!(scene.outcomes(0), 1, "whose end is recorded all the same");
}

#[test]
fn what_a_changed_message_asks_for_never_runs_beside_what_started() {
    let mut scene = Scene::new(settings());
    scene.ready(read(0, "/a"));
    scene.ready(read(1, "/b"));
    let mut changed = write(9, "/");
    changed.call.position = 0;
    let effects = scene.message(1, vec![changed, read(1, "/b")]);
    assert!(sent(&effects).is_empty());
    assert!(sent(&scene.end(0, Outcome::Cancelled)).is_empty());
    assert_eq!(sent(&scene.returned(1)), [9]);
}

#[test]
fn a_result_from_before_a_changed_write_is_given_to_nobody_else() {
    let mut scene = Scene::new(settings());
    scene.ready(read(0, "/b"));
    scene.ready(same(1, "/a"));
    scene.returned(1);
    let mut changed = write(9, "/a");
    changed.call.position = 0;
    let mut again = same(2, "/a");
    again.plan.reuse = Some(id(1));
    assert_eq!(sent(&scene.message(1, vec![changed, same(1, "/a"), again])), [9]);
    assert_eq!(sent(&scene.returned(9)), [2]);
}

#[test]
fn a_call_that_a_person_took_back_meanwhile_does_not_run() {
    let mut scene = Scene::new(settings());
    scene.ready(write(0, "/a"));
    assert!(scene.tell(Event::CancelCall(id(0))).is_empty(), "nothing of it is on record yet");
    let effects = scene.message(1, vec![write(0, "/a"), read(1, "/a")]);
    assert_eq!(sent(&effects), [1]);
    assert!(
        matches!(&crate::scene::concluded(&effects)[..], [(call, Outcome::Cancelled, _)] if *call == id(0))
    );
}
