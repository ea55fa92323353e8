//! What changes unnoticed in a real trail's evidence: nothing.

use domain::entry::Draft;
use domain::fact::Fact;
use domain::id::{BootId, Seq};
use domain::json::Json;
use domain::payload::{Commitment, Payload, PayloadRole};
use domain::time::{Micros, Moment};
use domain::view::{FindingKind, VerifyReport};
use store::{Keys, Opening, Piece, Store};
use tlog::{Frontier, Signer};

use super::recheck::Recheck;

const NOW: Moment = Moment { at: Micros(1_790_000_000_000_000), mono: 1 };

/// The pieces of a trail of 300 entries, each fifth with a payload, and its key.
async fn trail() -> (Vec<Piece>, String) {
    let dir = tempfile::tempdir().unwrap();
    let signer = Signer::from_seed("tieout.example/ada".parse().unwrap(), [9; 32]);
    let vkey = signer.verifier().to_vkey();
    let mut mint = || [1; 32];
    let opening =
        Opening { dir: dir.path(), boot: BootId::new(1, 1), program: "test", moment: NOW, mint: &mut mint };
    let store =
        Store::create(opening, Keys { database: [7; 32].into(), signer: signer.into() }).await.unwrap();
    for batch in 0..13_u8 {
        let drafts = (0..23_u8).map(|place| {
            if place.is_multiple_of(5) {
                let mut secret = [batch; 32];
                secret[0] = place;
                let text = Json(serde_json::json!(place)).canonical();
                let payload =
                    Payload::seal(secret, PayloadRole::Setting, "application/json", text.into_bytes());
                let fact = Fact::SettingsChanged { key: "x".to_owned(), setting: payload.commitment() };
                Draft { moment: NOW, conversation: None, fact, payloads: vec![payload] }
            } else {
                Draft { moment: NOW, conversation: None, fact: Fact::Heartbeat {}, payloads: Vec::new() }
            }
        });
        store.append(drafts.collect()).await.unwrap();
    }
    let reader = store.reader();
    let pieces =
        tokio::task::spawn_blocking(move || reader.evidence().unwrap().map(Result::unwrap).collect());
    let pieces = pieces.await.unwrap();
    store.close().await;
    (pieces, vkey)
}

fn checked(pieces: impl IntoIterator<Item = Piece>, vkey: &str) -> VerifyReport {
    let epoch = store::Epoch { origin: "tieout.example/ada".to_owned(), vkey: vkey.to_owned(), after: 0 };
    let mut recheck = Recheck::new(Frontier::new(), &[epoch]);
    for piece in pieces {
        recheck.take(piece);
    }
    recheck.finish(vkey, NOW.at)
}

#[tokio::test]
async fn every_change_of_a_piece_is_found_and_no_sound_one_is() {
    let (pieces, vkey) = trail().await;
    let report = checked(pieces.clone(), &vkey);
    assert_eq!((report.entries, report.payloads, &report.findings[..]), (300, 65, &[][..]));

    for place in (0..pieces.len()).step_by(7).chain([pieces.len() - 1]) {
        let mut missing = pieces.clone();
        missing.remove(place);
        let ends = matches!(pieces[place], Piece::Checkpoint { size, .. } if size < report.entries);
        // An earlier checkpoint says nothing that the later ones don't: there, `verify` looks at who signed what.
        assert_eq!(checked(missing, &vkey).findings.is_empty(), ends, "without {:?}", pieces[place]);

        let mut altered = pieces.clone();
        match &mut altered[place] {
            Piece::Entry { body, .. } => *body.last_mut().unwrap() ^= 1,
            Piece::Payload { bytes, .. } => bytes.push(b' '),
            Piece::Tile { hash, .. } => hash[31] ^= 1,
            Piece::Checkpoint { note, .. } => *note = note.replacen("tieout", "tie0ut", 1),
        }
        assert!(!checked(altered, &vkey).findings.is_empty(), "changed {:?}", pieces[place]);
    }
}

#[track_caller]
fn only(report: VerifyReport) -> (FindingKind, Option<Seq>) {
    let [finding] = &report.findings[..] else { panic!("{:?}", report.findings) };
    (finding.kind, finding.seq)
}

#[tokio::test]
async fn what_is_wrong_has_a_word_and_a_place() {
    let (pieces, vkey) = trail().await;
    let first = pieces.iter().position(|piece| matches!(piece, Piece::Payload { .. })).unwrap();
    let Piece::Payload { seq, .. } = pieces[first] else { unreachable!() };
    let mut gone = pieces.clone();
    gone.remove(first);
    assert_eq!(only(checked(gone, &vkey)), (FindingKind::Missing, Some(seq)));

    let mut swapped = pieces.clone();
    if let Piece::Payload { secret, .. } = &mut swapped[first] {
        *secret = [99; 32];
    }
    assert_eq!(only(checked(swapped, &vkey)), (FindingKind::Unopened, Some(seq)));

    let mut more = pieces.clone();
    let stray = Piece::Payload { seq, commitment: Commitment([3; 32]), secret: [0; 32], bytes: Vec::new() };
    more.insert(first, stray);
    assert_eq!(only(checked(more, &vkey)), (FindingKind::Altered, Some(seq)));

    let unsigned =
        pieces.iter().filter(|piece| !matches!(piece, Piece::Checkpoint { size, .. } if *size > 280));
    let report = checked(unsigned.cloned(), &vkey);
    assert_eq!(only(report), (FindingKind::Unsigned, Some(Seq(277))));

    let other = Signer::from_seed("tieout.example/ada".parse().unwrap(), [8; 32]).verifier().to_vkey();
    let epochs = checked(pieces, &other).findings;
    assert!(epochs.iter().all(|finding| finding.kind == FindingKind::Unsigned) && !epochs.is_empty());
}
