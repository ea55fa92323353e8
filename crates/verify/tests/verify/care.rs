//! Erasing, holds, exports and reviews: what is gone is gone on record, and what left was announced.

use domain::bundle::BundleKind;
use domain::fact::Fact;
use domain::id::{CallId, ConversationId, HoldId, Seq};
use domain::payload::{Commitment, PayloadRole};
use domain::view::{FindingKind, Part};

use crate::trail::{Stored, Telling, Trail, asked, call, conversation, decided, requested};
use crate::writer::{opening, seal, write};

fn hold(number: u32) -> HoldId {
    HoldId::new(1, u128::from(number))
}

fn erase(telling: &mut Telling, payloads: &[Commitment]) {
    let reason = seal(PayloadRole::Reason, &format!("they asked for it {}", telling.said.len()));
    let fact = Fact::PayloadErased { payloads: payloads.to_vec(), reason: reason.commitment() };
    telling.say(None, fact, vec![reason]);
}

fn set(telling: &mut Telling, number: u32, of: Option<ConversationId>, call: Option<CallId>) {
    let reason = seal(PayloadRole::Reason, &format!("a court {}", telling.said.len()));
    let fact = Fact::HoldSet { hold: hold(number), of, call, reason: reason.commitment() };
    telling.say(None, fact, vec![reason]);
}

fn release(telling: &mut Telling, number: u32) {
    let reason = seal(PayloadRole::Reason, &format!("the court is done {}", telling.said.len()));
    let fact = Fact::HoldReleased { hold: hold(number), reason: reason.commitment() };
    telling.say(None, fact, vec![reason]);
}

/// A question in conversation 1, and a call by hand; gives the commitments to question and arguments.
fn told() -> (Telling, Commitment, Commitment) {
    let mut telling = Telling::default();
    telling.say(None, opening(), Vec::new());
    asked(&mut telling, 1);
    requested(&mut telling, None, 7);
    let of = |place: usize| telling.said[place].payloads[0].commitment();
    let (question, arguments) = (of(2), of(3));
    (telling, question, arguments)
}

/// The findings, after what is erased on record was deleted.
fn found(telling: &Telling) -> Vec<(Part, FindingKind, Option<u64>)> {
    let erased: Vec<Commitment> = telling
        .said
        .iter()
        .flat_map(|said| match &said.fact {
            Fact::PayloadErased { payloads, .. } => payloads.clone(),
            _ => Vec::new(),
        })
        .collect();
    let mut trail = write(&telling.said);
    trail
        .pieces
        .retain(|piece| !matches!(piece, Stored::Payload { commitment, .. } if erased.contains(commitment)));
    kinds(&trail)
}

fn kinds(trail: &Trail) -> Vec<(Part, FindingKind, Option<u64>)> {
    let findings = trail.findings().into_iter();
    findings.map(|finding| (finding.part, finding.kind, finding.seq.map(|Seq(seq)| seq))).collect()
}

#[test]
fn what_is_erased_on_record_is_not_missed() {
    let (mut telling, question, arguments) = told();
    erase(&mut telling, &[question, arguments]);
    assert_eq!(found(&telling), []);
    let trail = write(&telling.said);
    // Still there: fed before the entry that erases, as the store does, or after.
    assert_eq!(kinds(&trail), vec![(Part::Payloads, FindingKind::Altered, Some(4)); 2]);
    let mut late = trail.clone();
    late.pieces.sort_by_key(|piece| matches!(piece, Stored::Payload { .. }));
    let altered = [2, 3].map(|seq| (Part::Payloads, FindingKind::Altered, Some(seq)));
    assert_eq!(kinds(&late), altered);
    let mut missing = trail;
    missing.pieces.retain(|piece| !matches!(piece, Stored::Payload { .. }));
    assert!(kinds(&missing).contains(&(Part::Payloads, FindingKind::Missing, Some(4))), "its reason");
}

#[test]
fn only_what_is_there_can_be_erased_once() {
    let (mut telling, question, _) = told();
    erase(&mut telling, &[question, Commitment([5; 32])]);
    erase(&mut telling, &[question]);
    let off_policy = |seq| (Part::Payloads, FindingKind::OffPolicy, Some(seq));
    assert_eq!(found(&telling), [off_policy(4), off_policy(5)]);
}

#[test]
fn a_hold_wins_over_erasing_while_it_lasts() {
    let cases = [
        (None, None, [true, true]),
        (Some(conversation(1)), None, [true, false]),
        (Some(conversation(2)), None, [false, false]),
        (None, Some(call(7)), [false, true]),
        (None, Some(call(8)), [false, false]),
    ];
    for (of, covered, held) in cases {
        for released in [false, true] {
            for (place, is_held) in held.into_iter().enumerate() {
                let (mut telling, question, arguments) = told();
                set(&mut telling, 1, of, covered);
                if released {
                    release(&mut telling, 1);
                }
                erase(&mut telling, &[[question, arguments][place]]);
                let off_policy = is_held && !released;
                assert_eq!(!found(&telling).is_empty(), off_policy, "{of:?} {covered:?} {released} {place}");
                assert!(found(&telling).iter().all(|found| found.1 == FindingKind::OffPolicy));
            }
        }
    }
}

#[test]
fn a_hold_is_set_once_and_released_once() {
    let (mut telling, ..) = told();
    release(&mut telling, 1);
    set(&mut telling, 2, None, None);
    set(&mut telling, 2, Some(conversation(1)), None);
    release(&mut telling, 2);
    release(&mut telling, 2);
    set(&mut telling, 3, Some(conversation(1)), Some(call(7)));
    let of = |kind, seq| (Part::Payloads, kind, Some(seq));
    assert_eq!(
        found(&telling),
        [
            of(FindingKind::Missing, 4),
            of(FindingKind::Forked, 6),
            of(FindingKind::Forked, 8),
            of(FindingKind::Altered, 9)
        ]
    );
}

#[test]
fn what_belongs_to_no_conversation_stands_in_none() {
    let (mut telling, ..) = told();
    telling.say(Some(conversation(1)), Fact::Heartbeat {}, Vec::new());
    assert_eq!(found(&telling), [(Part::Conversations, FindingKind::Altered, Some(4))]);
}

fn begun(telling: &mut Telling, kind: BundleKind, of: Option<u32>, in_turn: Option<u32>) {
    let turn = in_turn.map(crate::trail::turn);
    let fact = Fact::ExportBegun { kind, turn, payloads: true, encrypted: false };
    telling.say(of.map(conversation), fact, Vec::new());
}

fn made(telling: &mut Telling, begun: u64) {
    let fact = Fact::ExportMade { begun: Seq(begun), sha256: "00".repeat(32), size: 9 };
    telling.say(None, fact, Vec::new());
}

#[test]
fn a_view_is_sent_between_what_announces_it_and_what_says_that_it_was_made() {
    let (mut telling, ..) = told();
    let send = |telling: &mut Telling, of: Option<u32>, begun: u64| {
        let endpoint = "http://127.0.0.1:4318/v1/traces".to_owned();
        let fact = Fact::ExportSent { begun: Seq(begun), endpoint, sha256: "00".repeat(32), size: 9 };
        telling.say(of.map(conversation), fact, Vec::new());
    };
    begun(&mut telling, BundleKind::View, None, None);
    send(&mut telling, None, 4);
    send(&mut telling, None, 4);
    made(&mut telling, 4);
    begun(&mut telling, BundleKind::Trail, None, None);
    assert_eq!(found(&telling), []);
    send(&mut telling, None, 4);
    send(&mut telling, None, 8);
    begun(&mut telling, BundleKind::View, None, None);
    send(&mut telling, Some(1), 11);
    let findings: Vec<_> = found(&telling).into_iter().map(|(_, kind, seq)| (kind, seq)).collect();
    assert_eq!(
        findings,
        [(FindingKind::Missing, Some(9)), (FindingKind::Missing, Some(10)), (FindingKind::Altered, Some(12)),]
    );
}

#[test]
fn an_export_is_announced_in_its_conversation_and_made_once() {
    let (mut telling, ..) = told();
    begun(&mut telling, BundleKind::Conversation, Some(1), None);
    begun(&mut telling, BundleKind::Trail, None, None);
    made(&mut telling, 4);
    made(&mut telling, 5);
    begun(&mut telling, BundleKind::Answer, Some(1), Some(1));
    assert_eq!(found(&telling), []);
    made(&mut telling, 5);
    begun(&mut telling, BundleKind::Conversation, None, None);
    begun(&mut telling, BundleKind::View, Some(1), None);
    begun(&mut telling, BundleKind::Answer, Some(1), None);
    let missing = |seq| (Part::Story, FindingKind::Missing, Some(seq));
    assert_eq!(
        found(&telling),
        [missing(9), missing(10), missing(11), (Part::Story, FindingKind::Altered, Some(12))]
    );
}

#[test]
fn a_review_is_of_a_call() {
    let (mut telling, ..) = told();
    decided(&mut telling, None, 7, domain::call::Verdict::Deny);
    telling.say(None, Fact::ReviewOpened { call: call(7) }, Vec::new());
    assert_eq!(found(&telling), []);
    telling.say(None, Fact::ReviewOpened { call: call(8) }, Vec::new());
    assert_eq!(found(&telling), [(Part::Story, FindingKind::Missing, Some(6))]);
}
