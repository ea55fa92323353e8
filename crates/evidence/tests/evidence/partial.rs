//! The bundle of a conversation or of an answer.

use std::io::Cursor;

use domain::bundle::BundleScope;
use domain::id::{Seq, TurnId};
use evidence::{Bundle, Bundler, Content, EvidenceError, Piece};
use tlog::{TlogProof, leaf_hash};

use crate::scene::{
    ANSWER, QUESTION, RESULT, Trail, ada, conversation, erased, files, pieces, signer, turn, written,
};

fn consistency(trail: &Trail, size: u64) -> Vec<tlog::Hash> {
    tlog::consistency_proof(size, trail.leaves.len() as u64, &mut trail.read()).unwrap()
}

fn conversation_of_ada(payloads: bool) -> Vec<u8> {
    let trail = ada();
    let scope = BundleScope::Conversation { conversation: conversation() };
    let manifest = trail.manifest(scope, trail.bodies.len(), payloads);
    written(&manifest, &trail.last_note(), |bundler| {
        for (seq, body) in (0..).map(Seq).zip(&trail.bodies) {
            bundler.proved(seq, body, &trail.proof(seq)).unwrap();
        }
        bundler.anchor(Seq(1), &trail.note(3), &consistency(&trail, 3)).unwrap();
        bundler.epoch(Seq(4), &trail.note(5), &consistency(&trail, 5)).unwrap();
        for opening in [QUESTION, RESULT, ANSWER] {
            let put = bundler.payload(opening.commitment(), opening.content());
            assert_eq!(put.is_ok(), payloads);
        }
        bundler.payload(erased(), Content::Erased).unwrap();
        bundler.report(turn(), "<!doctype html>").unwrap();
    })
}

#[test]
fn every_entry_comes_with_a_proof_that_holds() {
    let trail = ada();
    let (mut entries, mut continued) = (0, 0);
    let mut last_leaf = None;
    for piece in pieces(&conversation_of_ada(true)) {
        match piece {
            Piece::Entry { seq, body } => {
                assert_eq!(seq, Seq(entries));
                entries += 1;
                last_leaf = Some(leaf_hash(&body));
            }
            Piece::Proof { seq, text } => {
                let proof: TlogProof = text.parse().unwrap();
                assert_eq!((proof.index(), seq.0 + 1), (seq.0, entries));
                assert_eq!(proof.verify(&last_leaf.unwrap(), &signer().verifier()).unwrap().size, 6);
            }
            Piece::AnchorCheckpoint { seq, note } => {
                assert_eq!((seq, note, entries), (Seq(1), trail.note(3), 2))
            }
            Piece::EpochCheckpoint { seq, note } => {
                assert_eq!((seq, note, entries), (Seq(4), trail.note(5), 5))
            }
            Piece::Consistency { seq, hashes } => {
                assert_eq!(seq.0 + 1, entries);
                let size = if seq == Seq(1) { 3 } else { 5 };
                let (old, new) = (Trail::root(&trail.leaves[..size]), Trail::root(&trail.leaves));
                tlog::verify_consistency(size as u64, &old, 6, &new, &hashes).unwrap();
                continued += 1;
            }
            Piece::Payload { commitment, salt, bytes } => {
                assert_eq!(domain::payload::commitment(&salt, &bytes), commitment);
            }
            Piece::Erased(commitment) => assert_eq!((commitment, entries), (erased(), 4)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((entries, continued), (6, 2));
}

#[test]
fn without_payloads_there_are_none() {
    let file = conversation_of_ada(false);
    assert!(pieces(&file).iter().all(|piece| !matches!(piece, Piece::Payload { .. })));
    assert!(pieces(&file).contains(&Piece::Erased(erased())));
    let names: Vec<_> = files(&file).into_iter().map(|(name, _)| name).collect();
    assert!(names.iter().all(|name| !name.starts_with("payloads/")), "{names:?}");
    assert!(names.contains(&format!("answers/{}.html", turn())));
}

#[test]
fn what_no_entry_names_comes_at_the_end() {
    let trail = ada();
    let manifest = trail.manifest(BundleScope::Answer { turn: turn() }, 1, true);
    let file = written(&manifest, &trail.last_note(), |bundler| {
        bundler.payload(RESULT.commitment(), RESULT.content()).unwrap();
        bundler.proved(Seq(2), &trail.bodies[2], &trail.proof(Seq(2))).unwrap();
        bundler.payload(QUESTION.commitment(), QUESTION.content()).unwrap();
        bundler.report(turn(), "<!doctype html>").unwrap();
    });
    let kinds: Vec<_> = pieces(&file)
        .into_iter()
        .map(|piece| match piece {
            Piece::Entry { .. } => "entry",
            Piece::Proof { .. } => "proof",
            Piece::Payload { commitment, .. } if commitment == QUESTION.commitment() => "question",
            Piece::Payload { .. } => "result",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["entry", "proof", "question", "result"]);
    assert!(files(&file).iter().any(|(name, _)| name == "answer.html"));
}

#[test]
fn what_has_no_place_is_refused() {
    let trail = ada();
    let manifest = trail.manifest(BundleScope::Answer { turn: turn() }, 1, true);
    let mut out = Cursor::new(Vec::new());
    let mut bundler = Bundler::new(&mut out, &manifest, &manifest.vkey, &trail.last_note()).unwrap();
    let misplaced =
        |result: Result<(), EvidenceError>| assert!(matches!(result, Err(EvidenceError::Misplaced { .. })));
    misplaced(bundler.entry(Seq(0), &trail.bodies[0], trail.leaves[0]));
    misplaced(bundler.checkpoint(&trail.last_note()));
    misplaced(bundler.proved(Seq(2), &trail.bodies[2], &trail.proof(Seq(1))));
    let elsewhere = TlogProof::new(2, Vec::new(), trail.note(3));
    misplaced(bundler.proved(Seq(2), &trail.bodies[2], &elsewhere));
    bundler.proved(Seq(2), &trail.bodies[2], &trail.proof(Seq(2))).unwrap();
    misplaced(bundler.proved(Seq(2), &trail.bodies[2], &trail.proof(Seq(2))));
    bundler.anchor(Seq(2), &trail.last_note(), &[]).unwrap();
    misplaced(bundler.anchor(Seq(2), &trail.last_note(), &[]));
    bundler.payload(erased(), Content::Erased).unwrap();
    let opened = Content::Opened { salt: &[0; 32], bytes: b"" };
    misplaced(bundler.payload(erased(), opened));
    misplaced(bundler.report(TurnId::new(1, 1), "<p>"));
    bundler.report(turn(), "<p>").unwrap();
    misplaced(bundler.report(turn(), "<p>"));
    drop(bundler);
}

#[test]
fn files_come_in_the_order_in_which_they_are_checked() {
    let file = conversation_of_ada(true);
    let mut bundle = Bundle::open(Cursor::new(&file)).unwrap();
    let found: Vec<_> = bundle.files().map(Result::unwrap).collect();
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    let kinds: Vec<_> =
        names.iter().map(|name| name.split_once('/').map_or(*name, |(folder, _)| folder)).collect();
    let mut order = kinds.clone();
    order.dedup();
    let expected = [
        "manifest.json",
        "key.vkey",
        "erased.txt",
        "checkpoint",
        "entries",
        "proofs",
        "anchors",
        "epochs",
        "payloads",
        "verify.py",
        "VERIFY.txt",
        "answers",
    ];
    assert_eq!(order, expected);
    for (name, bytes) in files(&file) {
        let (_, given) = found.iter().find(|(found, _)| *found == name).unwrap();
        let convenience = ["verify.py", "VERIFY.txt", "answers"].iter().any(|begin| name.starts_with(begin));
        assert!(if convenience { given.is_empty() } else { *given == bytes }, "{name}");
    }
}

#[test]
fn a_view_or_report_is_no_piece() {
    let file = conversation_of_ada(true);
    let mut bundle = Bundle::open(Cursor::new(&file)).unwrap();
    assert!(bundle.pieces().all(|piece| !matches!(piece, Ok(Piece::Stray { .. } | Piece::Missing { .. }))));
}
