//! From one question to one answer.

use domain::call::{Approval, Verdict};
use domain::fact::Stopped;
use domain::label::Label;
use domain::model::{Finish, ModelFailure};
use domain::outcome::Outcome;
use proptest::prelude::*;
use turn::{Asked, Effect, Event, Settings, Turn};

use crate::scene::{Scene, batch, concluded, id, judged, read, settings, unfit};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Allowed,
    AskedAndAllowed,
    AskedAndRefused,
    Denied,
    Unfit,
}

fn asked(number: usize, kind: Kind) -> Asked {
    let asked = read(number, "/a");
    match kind {
        Kind::Allowed => asked,
        Kind::AskedAndAllowed | Kind::AskedAndRefused => judged(asked, Verdict::Ask),
        Kind::Denied => judged(asked, Verdict::Deny),
        Kind::Unfit => unfit(asked),
    }
}

fn kinds() -> impl Strategy<Value = Vec<Kind>> {
    use Kind::{Allowed, AskedAndAllowed, AskedAndRefused, Denied, Unfit};
    let kind = prop::sample::select(vec![Allowed, AskedAndAllowed, AskedAndRefused, Denied, Unfit]);
    prop_oneof![prop::collection::vec(kind.clone(), 1..12), prop::collection::vec(kind, 128..=128)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_outcome_each_and_one_follow_up_in_the_models_order(
        kinds in kinds(),
        sequential: bool,
        order in prop::collection::vec(any::<prop::sample::Index>(), 400),
    ) {
        let calls = kinds.iter().enumerate().map(|(number, kind)| asked(number, *kind)).collect();
        let mut scene = Scene::with(Settings { sequential, ..settings() }, calls);
        for pick in order {
            let number = pick.index(kinds.len());
            // Twice, since a second report must change nothing.
            for _ in 0..2 {
                match kinds[number] {
                    Kind::Denied => scene.conclude(number, Outcome::Refused),
                    Kind::Unfit => scene.conclude(number, Outcome::Failed),
                    Kind::AskedAndRefused => {
                        scene.answer(number, Approval::Refused { reason: "no".to_owned() });
                        scene.conclude(number, Outcome::Refused)
                    }
                    Kind::AskedAndAllowed => {
                        scene.answer(number, Approval::Allowed);
                        scene.returned(number)
                    }
                    Kind::Allowed => scene.returned(number),
                };
            }
        }
        // Whoever the dice forgot, in order.
        for (number, kind) in kinds.iter().enumerate() {
            scene.answer(number, match kind {
                Kind::AskedAndAllowed => Approval::Allowed,
                _ => Approval::Refused { reason: "no".to_owned() },
            });
            scene.conclude(number, Outcome::Refused);
            scene.returned(number);
        }
        let follow_up = Effect::BatchEnded {
            batch: batch(1),
            calls: (0..kinds.len()).map(id).collect(),
            label: Label::PUBLIC,
        };
        prop_assert_eq!(scene.said.iter().filter(|effect| **effect == follow_up).count(), 1);
        prop_assert!(!sequential || scene.sent().is_sorted());
        for (number, kind) in kinds.iter().enumerate() {
            prop_assert_eq!(scene.outcomes(number), 1);
            let may = matches!(kind, Kind::Allowed | Kind::AskedAndAllowed);
            prop_assert_eq!(scene.sent().contains(&number), may);
        }
    }
}

#[test]
fn a_refusal_without_a_reason_says_so() {
    let mut scene = Scene::with(
        settings(),
        vec![judged(read(0, "/a"), Verdict::Ask), judged(read(1, "/a"), Verdict::Deny)],
    );
    assert_eq!(concluded(&scene.said)[0].2, "refused by policy: because. Nothing was sent.");
    let effects = scene.answer(0, Approval::Refused { reason: " ".to_owned() });
    assert_eq!(concluded(&effects)[0].2, "refused by the person, who gave no reason. Nothing was sent.");
}

#[test]
fn stopping_while_the_model_writes_interrupts_it_and_uses_nothing() {
    let mut scene = Scene::new(settings());
    assert_eq!(scene.tell(Event::Stop), [Effect::InterruptModel]);
    let effects = scene.message(1, vec![read(0, "/a")]);
    assert!(matches!(&effects[..], [Effect::End { why: Stopped::Cancelled, .. }]));
    let mut scene = Scene::new(settings());
    scene.tell(Event::Stop);
    let failed = Event::ModelFailed { failure: ModelFailure::Cancelled, words: "stopped".to_owned() };
    assert!(matches!(&scene.tell(failed)[..], [Effect::End { why: Stopped::Cancelled, .. }]));
}

#[test]
fn a_request_that_a_full_disk_has_no_room_for_is_no_failure_of_the_model() {
    let mut scene = Scene::new(settings());
    scene.tell(Event::Full);
    let failed = Event::ModelFailed { failure: ModelFailure::Cancelled, words: "full".to_owned() };
    let effects = scene.tell(failed);
    assert!(
        matches!(&effects[..], [Effect::End { why: Stopped::Cancelled, failure: None, .. }]),
        "{effects:?}"
    );
    let mut turn = Turn::new(settings());
    assert!(matches!(&turn.step(Event::Full)[..], [Effect::End { why: Stopped::Cancelled, .. }]));
    assert!(turn.is_over() && turn.step(Event::Begin).is_empty());
}

#[test]
fn a_turn_that_is_stopped_before_it_began_ends() {
    let mut turn = Turn::new(settings());
    assert!(matches!(&turn.step(Event::Stop)[..], [Effect::End { why: Stopped::Cancelled, .. }]));
    assert!(turn.is_over() && turn.step(Event::Begin).is_empty());
}

#[test]
fn a_model_that_never_answers_meets_the_step_limit() {
    let mut scene = Scene::new(settings());
    for step in 0..3 {
        scene.message(step + 1, vec![crate::scene::in_batch(read(step as usize, "/a"), step + 1, 0)]);
        scene.returned(step as usize);
    }
    assert!(matches!(scene.said.last(), Some(Effect::End { why: Stopped::StepLimit, .. })));
    assert!(scene.turn.is_over());
}

#[test]
fn a_message_of_nothing_ends_the_turn_in_words() {
    for finish in [Finish::Stop, Finish::ToolCalls, Finish::Length, Finish::ContentFilter] {
        let mut scene = Scene::new(settings());
        let request = domain::id::ModelCallId::new(1, 1);
        let effects = scene.tell(Event::ModelEnded {
            request,
            batch: batch(1),
            finish,
            text: " ".to_owned(),
            calls: Vec::new(),
        });
        assert!(
            matches!(&effects[..], [Effect::End { why: Stopped::Model, words, .. }] if !words.is_empty())
        );
    }
}
