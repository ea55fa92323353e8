//! Stories that could not have happened, signed with the right key: only what the entries say gives them away.

use domain::call::Verdict;
use domain::fact::Fact;
use domain::outcome::Outcome;
use domain::view::FindingKind;

use crate::trail::{
    Telling, Trail, batch, call, conversation, decided, ended, long_trail, request, requested, sent,
    short_trail, tell_everything,
};
use crate::writer::{Said, opening, write};

#[test]
fn a_sound_trail_has_no_findings() {
    let trail = long_trail();
    let report = trail.report();
    assert_eq!(report.findings, []);
    let entries = trail.places(crate::trail::is_entry).len() as u64;
    assert!(entries > 256);
    assert_eq!(report.entries, entries);
    assert_eq!(report.checkpoints, trail.notes().len() as u64);
    assert_eq!(report.calls, 7);
    assert_eq!(trail.notes().last().unwrap().1.lines().nth(2), Some(report.root.as_str()));
    assert_eq!(short_trail().findings(), []);
}

/// Calls by hand, after the opening: what is told is all there is.
fn by_hand(tell: impl Fn(&mut Telling)) -> Vec<FindingKind> {
    let mut telling = Telling::default();
    telling.say(None, opening(), Vec::new());
    tell(&mut telling);
    write(&telling.said).kinds()
}

#[test]
fn nothing_is_sent_without_leave() {
    let off_policy = [FindingKind::OffPolicy];
    for verdict in [Verdict::Ask, Verdict::Deny] {
        let kinds = by_hand(|telling| {
            requested(telling, None, 1);
            decided(telling, None, 1, verdict);
            sent(telling, None, 1, 1);
        });
        assert_eq!(kinds, off_policy, "{verdict:?}");
    }
    let kinds = by_hand(|telling| {
        requested(telling, None, 1);
        sent(telling, None, 1, 1);
    });
    assert_eq!(kinds, off_policy);
    let kinds = by_hand(|telling| {
        requested(telling, None, 1);
        decided(telling, None, 1, Verdict::Allow);
        sent(telling, None, 1, 1);
        ended(telling, None, 1, Outcome::Refused);
    });
    assert_eq!(kinds, off_policy);
    let kinds = by_hand(|telling| {
        requested(telling, None, 1);
        decided(telling, None, 1, Verdict::Allow);
        sent(telling, None, 1, 1);
        ended(telling, None, 1, Outcome::Returned);
        sent(telling, None, 1, 2);
    });
    assert_eq!(kinds, off_policy);
}

#[test]
fn a_call_goes_one_way_once() {
    for (outcome, kinds) in [
        (Outcome::Returned, vec![FindingKind::Missing]),
        (Outcome::TimedOut, vec![FindingKind::Missing]),
        (Outcome::Unknown, vec![FindingKind::Missing]),
        (Outcome::Failed, vec![]),
        (Outcome::Cancelled, vec![]),
        (Outcome::Refused, vec![]),
    ] {
        let found = by_hand(|telling| {
            requested(telling, None, 1);
            ended(telling, None, 1, outcome);
        });
        assert_eq!(found, kinds, "{outcome:?} and never sent");
    }
    let twice = by_hand(|telling| {
        requested(telling, None, 1);
        requested(telling, None, 2);
        decided(telling, None, 2, Verdict::Deny);
        decided(telling, None, 2, Verdict::Allow);
        ended(telling, None, 1, Outcome::Cancelled);
        ended(telling, None, 1, Outcome::Failed);
    });
    assert_eq!(twice, [FindingKind::Forked, FindingKind::Forked]);
    let skipped = by_hand(|telling| {
        requested(telling, None, 1);
        decided(telling, None, 1, Verdict::Allow);
        sent(telling, None, 1, 2);
    });
    assert_eq!(skipped, [FindingKind::Gap]);
}

/// Writes the whole story with one change, and signs it.
fn told_otherwise(change: impl FnOnce(&mut Vec<Said>)) -> Trail {
    let mut said = tell_everything().said;
    change(&mut said);
    write(&said)
}

#[test]
fn what_is_left_out_of_a_story_is_missed() {
    let told = tell_everything().said;
    for (place, left_out) in told.iter().enumerate() {
        let name = left_out.fact.type_name();
        let kinds = told_otherwise(|said| {
            said.remove(place);
        })
        .kinds();
        let harmless = match &left_out.fact {
            // Nothing after it rests on it: a refusal may also be policy's own, or nobody's to give.
            Fact::SourceChanged { .. }
            | Fact::TrailRecovered { .. }
            | Fact::ApprovalGiven { allowed: false, .. } => true,
            // Its turn crashed: what a crash cut off may have no end, and a batch no opening.
            Fact::ModelReturned { request: ended, .. } => *ended == request(2),
            Fact::BatchOpened { batch: opened, .. } => *opened == batch(2),
            // A call that was never sent needed no leave.
            Fact::CallDecided { call: decided, .. } => *decided == call(12),
            // Only what comes after an attempt shows that it is missing: the next one, or a result.
            Fact::CallSent { attempt, .. } => *attempt == 2,
            _ => false,
        };
        assert_eq!(kinds.is_empty(), harmless, "{name} at {place}: {kinds:?}");
    }
}

#[test]
fn entries_belong_where_they_say() {
    // A call of the first conversation that is linked into the second, or into none.
    for elsewhere in [Some(conversation(2)), None] {
        let trail = told_otherwise(|said| {
            let place = said.iter().position(|said| matches!(said.fact, Fact::CallSent { .. })).unwrap();
            said[place].conversation = elsewhere;
        });
        assert_eq!(trail.kinds(), [FindingKind::Missing], "{elsewhere:?}");
    }
    let trail = told_otherwise(|said| {
        for said in said {
            if let Fact::AnswerGiven { entries, .. } = &mut said.fact {
                *entries = 1;
            }
        }
    });
    assert_eq!(trail.kinds(), [FindingKind::Altered]);
    let trail = told_otherwise(|said| {
        for said in said {
            if let Fact::AnswerGiven { exposed, .. } = &mut said.fact {
                exposed.push(call(20));
                exposed.push(call(99));
            }
        }
    });
    assert_eq!(trail.kinds(), [FindingKind::Missing, FindingKind::Missing]);
}

#[test]
fn one_run_writes_at_a_time_and_its_clock_goes_on() {
    let back = told_otherwise(|said| said[5].mono = 1);
    assert_eq!(back.kinds(), [FindingKind::Altered]);
    let returning = told_otherwise(|said| said.last_mut().unwrap().boot = 0);
    assert_eq!(returning.kinds(), [FindingKind::Forked]);
}

#[test]
fn the_first_entry_opens_the_trail_and_no_other_does() {
    let again = told_otherwise(|said| {
        let opening = said[0].clone();
        said.insert(3, Said { mono: 3, ..opening });
    });
    assert_eq!(again.kinds(), [FindingKind::Forked]);
    let never = told_otherwise(|said| {
        said.remove(0);
    });
    assert!(never.kinds().contains(&FindingKind::Missing));
    assert!(never.kinds().contains(&FindingKind::Unsigned));
}
