//! Keys that follow one another, and anchors that hold what they signed.

use domain::anchor::AnchorKind;
use domain::fact::Fact;
use domain::id::Seq;
use domain::payload::{Payload, PayloadRole};
use domain::view::{FindingKind, Part};
use tlog::Signer;
use verify::Checker;

use crate::trail::{Stored, Telling, Trail, asked};
use crate::writer::{epoch, opening, seal, signer, write};

fn opens(signer: &Signer) -> Fact {
    let (origin, vkey) = (signer.origin().to_string(), signer.verifier().to_vkey());
    Fact::EpochOpened { origin, vkey }
}

fn two_rotations() -> Telling {
    let mut telling = Telling::default();
    telling.say(None, opening(), Vec::new());
    asked(&mut telling, 1);
    for number in [2, 3] {
        telling.say(None, opens(&epoch(number)), Vec::new());
        telling.say(None, Fact::Heartbeat {}, Vec::new());
    }
    telling
}

fn found(trail: &Trail, vkey: Option<&str>) -> Vec<(Part, FindingKind, Option<Seq>)> {
    let findings = trail.report_of(Checker::new(vkey)).findings;
    findings.into_iter().map(|finding| (finding.part, finding.kind, finding.seq)).collect()
}

#[test]
fn whoever_trusts_any_key_of_the_chain_may_trust_the_trail() {
    let trail = write(&two_rotations().said);
    let vkeys = [signer(1), epoch(2), epoch(3)].map(|signer| signer.verifier().to_vkey());
    let report = trail.report();
    assert_eq!((report.findings, report.vkeys), (Vec::new(), vkeys.to_vec()));
    for vkey in &vkeys {
        assert_eq!(found(&trail, Some(vkey)), [], "{vkey}");
    }
    let other = epoch(4).verifier().to_vkey();
    assert_eq!(found(&trail, Some(&other)), [(Part::Checkpoints, FindingKind::Unsigned, Some(Seq(0)))]);
    for (_, note) in trail.notes() {
        let mut checker = Checker::new(Some(&vkeys[0]));
        checker.known(&note);
        assert_eq!(trail.report_of(checker).findings, [], "{note}");
    }
}

#[test]
fn a_key_that_the_one_before_did_not_sign_for_is_nobodys() {
    let trail = write(&two_rotations().said);
    let handover = trail.places(|piece| matches!(piece, Stored::Checkpoint { size: 4, .. }))[0];
    let mut without = trail;
    without.pieces.remove(handover);
    assert_eq!(found(&without, None), [(Part::Checkpoints, FindingKind::Unsigned, Some(Seq(3)))]);
}

#[test]
fn the_old_key_signs_nothing_after_it_handed_over() {
    let mut telling = two_rotations();
    // The writer changes its key after this entry, and the trail says nothing of it.
    telling.but(|_| {});
    telling.said[3].fact = Fact::Heartbeat {};
    let kinds = write(&telling.said).kinds();
    assert!(!kinds.is_empty());
    let mut signed_on = write(&two_rotations().said);
    for piece in &mut signed_on.pieces {
        if let Stored::Checkpoint { size: 5, note } = piece {
            *note = signer(1).sign(
                &epoch(2)
                    .verifier()
                    .open(note)
                    .map(|mut checkpoint| {
                        checkpoint.origin = signer(1).origin().clone();
                        checkpoint
                    })
                    .unwrap(),
            );
        }
    }
    assert_eq!(found(&signed_on, None), [(Part::Checkpoints, FindingKind::Unsigned, Some(Seq(4)))]);
}

#[test]
fn an_epoch_names_a_key_of_its_own_origin() {
    for (origin, vkey) in
        [("tieout.test/ws/2", "no key".to_owned()), ("tieout.test/ws/9", epoch(2).verifier().to_vkey())]
    {
        let mut telling = two_rotations();
        telling.said.truncate(4);
        telling.said[3].fact = Fact::EpochOpened { origin: origin.to_owned(), vkey };
        assert_eq!(
            found(&write(&telling.said), None),
            [(Part::Checkpoints, FindingKind::Altered, Some(Seq(3)))],
            "{origin}"
        );
    }
}

/// A trail whose checkpoint over two entries some anchor holds; `proof` is made from the stored note.
fn anchored(kind: AnchorKind, sent: bool, proof: impl Fn(&str) -> Vec<u8>) -> Trail {
    let mut telling = Telling::default();
    telling.say(None, opening(), Vec::new());
    telling.say(None, Fact::Heartbeat {}, Vec::new());
    let note = write(&telling.said).notes()[1].1.clone();
    let anchor = "there".to_owned();
    if sent {
        let endpoint = "http://127.0.0.1:9/add-checkpoint".to_owned();
        telling.say(None, Fact::AnchorSent { anchor: anchor.clone(), kind, endpoint, size: 2 }, Vec::new());
    }
    let proof = Payload::seal([9; 32], PayloadRole::Anchor, "text/x-tlog-checkpoint", proof(&note));
    let fact = Fact::AnchorRecorded { anchor, kind, size: 2, proof: proof.commitment() };
    telling.say(None, fact, vec![proof]);
    write(&telling.said)
}

fn time_stamp(note: &str) -> Vec<u8> {
    let imprint = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    [b"\x30\x82".as_slice(), imprint, &domain::json::sha256(note.as_bytes()), b"rest"].concat()
}

#[test]
fn what_an_anchor_gave_back_is_about_the_checkpoint_of_this_trail() {
    let other = |note: &str| {
        let mut checkpoint = signer(1).verifier().open(note).unwrap();
        checkpoint.root = tlog::Hash::from_bytes([4; 32]);
        signer(1).sign(&checkpoint)
    };
    let folder = anchored(AnchorKind::Folder, false, |note| note.into());
    let stamp = anchored(AnchorKind::Timestamp, true, time_stamp);
    for trail in [&folder, &stamp] {
        let report = trail.report();
        assert_eq!((report.findings, report.anchored), (Vec::new(), Some(2)));
    }
    // A witness that nobody named: the note is right, and its word counts for nothing.
    let witness = anchored(AnchorKind::Witness, true, |note| note.into());
    assert_eq!((witness.report().findings, witness.report().anchored), (Vec::new(), None));
    for (trail, kind) in [
        (anchored(AnchorKind::Folder, false, |note| other(note).into()), FindingKind::Forked),
        (anchored(AnchorKind::Folder, false, |_| b"anything".to_vec()), FindingKind::Altered),
        (anchored(AnchorKind::Timestamp, true, |note| time_stamp(&other(note))), FindingKind::Altered),
    ] {
        let seq = trail.report().entries - 1;
        assert_eq!(found(&trail, None), [(Part::Anchors, kind, Some(Seq(seq)))]);
        assert_eq!(trail.report().anchored, None);
    }
}

#[test]
fn a_checkpoint_leaves_on_record() {
    let sound = anchored(AnchorKind::Timestamp, false, time_stamp);
    assert_eq!(found(&sound, None), [(Part::Story, FindingKind::Missing, Some(Seq(2)))]);
    let mut early = Telling::default();
    early.say(None, opening(), Vec::new());
    let words = seal(PayloadRole::Words, "nobody answers");
    let (anchor, kind) = ("there".to_owned(), AnchorKind::Witness);
    let fact = Fact::AnchorFailed { anchor, kind, size: 2, words: words.commitment() };
    early.say(None, fact, vec![words]);
    assert_eq!(found(&write(&early.said), None), [(Part::Story, FindingKind::Missing, Some(Seq(1)))]);
}
