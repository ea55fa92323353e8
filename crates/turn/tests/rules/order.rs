//! Who waits for whom.

use domain::call::{Approval, Verdict};
use domain::event::Waiting;
use domain::id::Handle;
use domain::outcome::Outcome;
use domain::payload::Commitment;
use turn::{Edited, Effect, Event, Plan, Settings};

use crate::scene::{
    Scene, concluded, exclusive, id, judged, read, reads_result_of, sent, settings, unfit, waits, write,
};

#[test]
fn paths_meet_by_segments_and_only_if_one_of_the_two_writes() {
    let together = [
        ("/crm/customers/7", "/crm/customers/70"),
        ("/crm/customers/7", "/crm/customers/8/orders"),
        ("/crm", "/hr"),
        ("", "/crm"),
        ("", ""),
    ];
    let apart = [
        ("/crm/customers/7", "/crm/customers/7"),
        ("/crm/customers/7", "/crm/customers/7/orders"),
        ("/crm/customers/7/orders", "/crm/customers/7"),
        ("/crm", "/crm/customers/7"),
        ("/", "/crm"),
        ("/crm/", "/crm"),
    ];
    for (one, other) in together {
        let scene = Scene::with(settings(), vec![write(0, one), write(1, other)]);
        assert_eq!(scene.sent(), [0, 1], "{one} {other}");
    }
    for (one, other) in apart {
        for calls in [
            [write(0, one), read(1, other)],
            [read(0, one), write(1, other)],
            [write(0, one), write(1, other)],
        ] {
            let mut scene = Scene::with(settings(), calls.to_vec());
            assert_eq!(scene.sent(), [0], "{one} {other}");
            assert_eq!(sent(&scene.returned(0)), [1]);
        }
        let scene = Scene::with(settings(), vec![read(0, one), read(1, other)]);
        assert_eq!(scene.sent(), [0, 1], "two reads of {one} {other}");
    }
}

#[test]
fn a_write_waits_for_the_reads_before_it_and_holds_those_after_it() {
    let calls = vec![read(0, "/a"), read(1, "/a/b"), write(2, "/a"), read(3, "/a/b"), read(4, "/c")];
    let mut scene = Scene::with(settings(), calls);
    assert_eq!(scene.sent(), [0, 1, 4]);
    assert_eq!(waits(&scene.said), [(id(2), id(1), "resource"), (id(3), id(2), "resource")]);
    let waits_for_another = scene.returned(1);
    assert_eq!(
        waits(&waits_for_another),
        [(id(2), id(0), "resource")],
        "told again when it waits for another"
    );
    assert_eq!(sent(&scene.returned(0)), [2]);
    assert_eq!(sent(&scene.returned(2)), [3]);
}

#[test]
fn who_waits_can_say_where_it_meets_the_other() {
    let scene =
        Scene::with(settings(), vec![write(0, "/crm/customers/7"), read(1, "/crm/customers/7/orders")]);
    let waiting =
        Waiting::Resource { call: id(0), handle: Handle(1), resource: "/crm/customers/7/orders".to_owned() };
    assert!(scene.said.contains(&Effect::Wait(id(1), waiting)));
}

#[test]
fn an_exclusive_call_has_nothing_beside_it() {
    let mut scene =
        Scene::with(settings(), vec![read(0, "/a"), exclusive(read(1, "")), read(2, "/b"), read(3, "")]);
    assert_eq!(scene.sent(), [0]);
    assert_eq!(waits(&scene.said)[0], (id(1), id(0), "order"));
    assert_eq!(sent(&scene.returned(0)), [1]);
    assert_eq!(sent(&scene.returned(1)), [2, 3]);
}

#[test]
fn a_sequential_turn_runs_one_call_at_a_time_in_the_models_order() {
    let sequential = Settings { sequential: true, ..settings() };
    let calls = vec![read(0, "/a"), judged(read(1, "/b"), Verdict::Ask), unfit(read(2, "/c")), read(3, "/d")];
    let mut scene = Scene::with(sequential, calls);
    assert_eq!(scene.sent(), [0]);
    assert!(sent(&scene.returned(0)).is_empty(), "what a person has not answered yet holds up what follows");
    assert_eq!(sent(&scene.answer(1, Approval::Allowed)), [1]);
    assert_eq!(sent(&scene.returned(1)), [3], "what can't run holds nobody up");
}

#[test]
fn what_was_refused_holds_nobody_up_and_what_is_asked_about_does() {
    let calls = vec![
        judged(write(0, "/a"), Verdict::Deny),
        judged(write(1, "/b"), Verdict::Ask),
        read(2, "/a"),
        read(3, "/b"),
    ];
    let mut scene = Scene::with(settings(), calls);
    assert_eq!(scene.sent(), [2]);
    let refused = scene.answer(1, Approval::Refused { reason: "not today.".to_owned() });
    assert_eq!(sent(&refused), [3], "before the refusal's end is on record");
    assert_eq!(
        concluded(&refused),
        [(id(1), Outcome::Refused, "refused by the person: not today. Nothing was sent.".to_owned())]
    );
}

#[test]
fn edited_arguments_move_a_call_to_where_they_point() {
    let edited = |resource: &str| Event::Answered {
        call: id(0),
        approval: Approval::Edited { arguments: "{}".to_owned() },
        reason: None,
        edited: Some(Edited {
            arguments: Commitment([2; 32]),
            unfit: None,
            plan: Plan { resource: resource.to_owned(), ..Plan::default() },
        }),
    };
    let calls = vec![judged(write(0, "/a"), Verdict::Ask), read(1, "/a"), read(2, "/b")];
    let mut scene = Scene::with(settings(), calls);
    assert_eq!(scene.sent(), [2]);
    let effects = scene.tell(edited("/b"));
    assert_eq!(sent(&effects), [1], "it does not touch /a any more");
    assert_eq!(waits(&effects), [(id(0), id(2), "resource")], "and must not run beside what was sent to /b");
    assert_eq!(sent(&scene.returned(2)), [0]);
}

#[test]
fn a_call_of_the_record_waits_for_the_result_that_it_reads() {
    let calls = vec![read(0, "/a"), reads_result_of(1, 0), reads_result_of(2, 2), reads_result_of(3, 900)];
    let mut scene = Scene::with(settings(), calls);
    assert_eq!(scene.sent(), [0]);
    assert_eq!(waits(&scene.said), [(id(1), id(0), "result")]);
    assert_eq!(concluded(&scene.said)[0].1, Outcome::Failed, "its own result is none yet");
    assert!(scene.said.contains(&Effect::ReadRecord(id(3))), "a call of an earlier turn has ended");
    assert!(scene.returned(0).contains(&Effect::ReadRecord(id(1))));
}

#[test]
fn whoever_did_not_wait_for_a_call_is_not_looked_at_when_it_ends() {
    let mut calls = vec![write(0, "/a"), read(1, "/z")];
    calls.extend((2..100).map(|number| read(number, "/a")));
    let mut scene = Scene::with(settings(), calls);
    assert_eq!(scene.returned(1).len(), 1, "its end is recorded, and that is all");
    assert_eq!(sent(&scene.returned(0)), (2..100).collect::<Vec<_>>());
}
