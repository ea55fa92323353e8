//! One request for identical reads.

use domain::outcome::Outcome;
use turn::{Effect, Event};

use crate::scene::{Scene, ended, id, in_batch, same, sent, settings, waits, write};

fn share(number: usize, from: usize) -> Effect {
    Effect::Share { call: id(number), from: id(from) }
}

#[test]
fn identical_reads_share_one_request_and_its_end() {
    for outcome in [Outcome::Returned, Outcome::Failed, Outcome::TimedOut] {
        let mut scene =
            Scene::with(settings(), vec![same(0, "/a"), same(1, "/a"), same(2, "/b"), same(3, "/a")]);
        assert_eq!(scene.sent(), [0, 2]);
        assert_eq!(waits(&scene.said), [(id(1), id(0), "same"), (id(3), id(0), "same")]);
        let effects = scene.end(0, outcome);
        assert!(effects.contains(&share(1, 0)) && effects.contains(&share(3, 0)), "{outcome:?}");
    }
}

#[test]
fn the_next_takes_the_place_of_one_that_has_no_result_to_give() {
    for outcome in [Outcome::Cancelled, Outcome::Refused, Outcome::Unknown] {
        let mut scene = Scene::with(settings(), vec![same(0, "/a"), same(1, "/a"), same(2, "/a")]);
        let effects = scene.end(0, outcome);
        assert_eq!((sent(&effects), waits(&effects)), (vec![1], vec![(id(2), id(1), "same")]));
        assert!(scene.returned(1).contains(&share(2, 1)));
    }
}

#[test]
fn a_write_between_two_identical_reads_parts_them() {
    let mut scene =
        Scene::with(settings(), vec![same(0, "/a/1"), write(1, "/a"), same(2, "/a/1"), same(3, "/a/1")]);
    assert_eq!(scene.sent(), [0]);
    assert_eq!(sent(&scene.returned(0)), [1]);
    assert_eq!(sent(&scene.returned(1)), [2]);
    assert!(
        scene.returned(2).contains(&share(3, 2)),
        "after the write the first of them speaks for the rest"
    );
}

#[test]
fn a_write_elsewhere_parts_nobody() {
    let mut scene = Scene::with(settings(), vec![same(0, "/a"), write(1, "/b"), same(2, "/a")]);
    assert_eq!(scene.sent(), [0, 1]);
    assert!(scene.returned(0).contains(&share(2, 0)));
}

/// A second message, after a first of one read of `/a` and whatever `between` it asks for.
fn second_message(between: Option<&str>, reuse: bool) -> Vec<Effect> {
    let mut first = vec![same(0, "/a")];
    first.extend(between.map(|resource| write(1, resource)));
    let mut scene = Scene::with(settings(), first);
    scene.returned(0);
    if between.is_some() {
        scene.returned(1);
    }
    let mut again = in_batch(same(5, "/a"), 2, 0);
    again.plan.reuse = reuse.then(|| id(0));
    scene.message(2, vec![again])
}

#[test]
fn a_result_is_used_again_only_where_its_source_allows_it_and_nothing_wrote_since() {
    assert!(second_message(None, true).contains(&share(5, 0)));
    assert!(second_message(Some("/b"), true).contains(&share(5, 0)));
    assert_eq!(sent(&second_message(None, false)), [5], "another message, and no word of the source");
    assert_eq!(sent(&second_message(Some("/a/b"), true)), [5], "written since");
}

#[test]
fn a_write_before_it_in_the_same_message_spoils_an_offered_result() {
    let mut again = same(1, "/a");
    again.plan.reuse = Some(id(99));
    let mut scene = Scene::with(settings(), vec![write(0, "/a"), again]);
    assert_eq!(sent(&scene.returned(0)), [1]);
}

#[test]
fn who_shares_with_one_that_shared_names_the_call_that_was_sent() {
    let mut first = same(0, "/a");
    first.plan.reuse = Some(id(99));
    let mut scene = Scene::with(settings(), vec![first, same(1, "/a")]);
    assert!(scene.said.contains(&share(0, 99)));
    let effects =
        scene.tell(Event::CallEnded(turn::EndedCall { from: Some(id(99)), ..ended(0, Outcome::Returned) }));
    assert!(effects.contains(&share(1, 99)));
}

#[test]
fn what_was_offered_and_is_too_old_by_now_is_asked_for_unless_it_was_taken_back() {
    let offered = |number| {
        let mut asked = same(number, "/a");
        asked.plan.reuse = Some(id(99));
        asked
    };
    let mut scene = Scene::with(settings(), vec![offered(0)]);
    assert!(scene.said.contains(&share(0, 99)));
    assert_eq!(sent(&scene.tell(Event::Unshared(id(0)))), [0]);
    assert!(scene.tell(Event::Unshared(id(0))).is_empty(), "once");
    let mut scene = Scene::with(settings(), vec![offered(0)]);
    assert!(scene.tell(Event::Stop).is_empty());
    assert!(matches!(&scene.tell(Event::Unshared(id(0)))[..], [Effect::Conclude(call, _)] if *call == id(0)));
}
