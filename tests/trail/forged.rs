//! Somebody with the database's key changes the trail, and recomputes whatever needs no signature.

use std::collections::HashMap;

use domain::id::Seq;
use domain::view::FindingKind;
use store::Piece;
use tlog::{Checkpoint, Frontier, Signer, leaf_hash};
use verify::Checker;

use super::evidence::{pieces, report, report_of, sound};
use super::tale::{self, Teller, signer};

/// Two conversations as they are stored.
async fn written() -> Vec<Piece> {
    let folder = tempfile::tempdir().unwrap();
    let store = tale::create(folder.path()).await.unwrap();
    let mut teller = Teller::new(1);
    for _ in 0..2 {
        for drafts in teller.conversation(50) {
            store.append(drafts).await.unwrap();
        }
    }
    sound(&store).await
}

fn entries(pieces: &[Piece]) -> Vec<usize> {
    (0..pieces.len()).filter(|place| matches!(pieces[*place], Piece::Entry { .. })).collect()
}

/// Numbers every entry anew, in its body too, and gives it the hash that it then has: all that a forger can do who
/// can't sign.
fn renumbered(pieces: &mut [Piece]) {
    let mut next = 0;
    for piece in pieces {
        if let Piece::Entry { seq, body, leaf } = piece {
            let text = String::from_utf8(std::mem::take(body)).unwrap();
            *body = text.replace(&format!("\"seq\":{seq},"), &format!("\"seq\":{next},")).into_bytes();
            *leaf = *leaf_hash(body).as_bytes();
            *seq = Seq(next);
            next += 1;
        }
    }
}

#[tokio::test]
async fn each_entry_deleted_swapped_doubled_inserted_and_edited_is_found() {
    let whole = written().await;
    let places = entries(&whole);
    let mut tried = 0;
    let mut found = |what: &str, place: usize, changed: &mut Vec<Piece>| {
        for renumber in [false, true] {
            if renumber {
                renumbered(changed);
            }
            tried += 1;
            let findings = report(changed.iter()).findings;
            assert!(!findings.is_empty(), "{what} at {place}, numbered anew: {renumber}");
        }
    };
    for (number, place) in places.iter().copied().enumerate() {
        let mut deleted = whole.clone();
        deleted.remove(place);
        found("deleted", place, &mut deleted);
        if let Some(next) = places.get(number + 1) {
            let mut swapped = whole.clone();
            swapped.swap(place, *next);
            found("swapped", place, &mut swapped);
        }
        let mut doubled = whole.clone();
        doubled.insert(place, whole[place].clone());
        found("doubled", place, &mut doubled);
        let mut inserted = whole.clone();
        let Piece::Entry { seq, body, .. } = &whole[place] else { unreachable!() };
        let text = String::from_utf8(body.clone()).unwrap();
        let other = text.replace("\"mono\":", "\"mono\":1");
        let leaf = *leaf_hash(other.as_bytes()).as_bytes();
        inserted.insert(place + 1, Piece::Entry { seq: *seq, body: other.clone().into_bytes(), leaf });
        found("inserted", place, &mut inserted);
        let mut edited = whole.clone();
        edited[place] = Piece::Entry { seq: *seq, body: other.into_bytes(), leaf };
        found("edited", place, &mut edited);
    }
    println!("forged: {tried} changes of {} entries, each found", places.len());
}

/// A shorter trail is a sound one, by itself. Against a checkpoint that was kept it is not.
#[tokio::test]
async fn cut_off_at_each_checkpoint_it_is_shorter_than_what_is_known() {
    let whole = written().await;
    let Some(Piece::Checkpoint { note: last, .. }) = whole.last() else { panic!("{whole:?}") };
    for (place, piece) in whole.iter().enumerate().take(whole.len() - 1) {
        let Piece::Checkpoint { size, .. } = piece else { continue };
        let cut = &whole[..=place];
        assert_eq!(report(cut).findings, [], "nothing inside says that there was more");
        let mut checker = Checker::new(Some(&signer().verifier().to_vkey()));
        checker.known(last);
        let findings = report_of(checker, cut).findings;
        let truncated = findings.iter().find(|finding| finding.kind == FindingKind::Truncated);
        assert_eq!(truncated.and_then(|finding| finding.seq), Some(Seq(*size)), "{findings:?}");
    }
}

/// Everything put back as it was, and written on from there: another history, which only a checkpoint kept elsewhere
/// tells apart.
#[tokio::test]
async fn an_old_copy_put_back_and_written_on_is_a_fork_of_what_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, old) = (folder.path().join("workspace"), folder.path().join("old"));
    let store = tale::create(&dir).await.unwrap();
    let mut teller = Teller::new(1);
    for drafts in teller.conversation(0) {
        store.append(drafts).await.unwrap();
    }
    store.close().await;
    std::fs::create_dir(&old).unwrap();
    std::fs::copy(dir.join("tieout.db"), old.join("tieout.db")).unwrap();
    let mut known = Vec::new();
    for (dir, number) in [(&dir, 2), (&old, 3)] {
        let (store, _) = tale::open(dir, number).await.unwrap();
        for drafts in Teller::new(number).conversation(0) {
            store.append(drafts).await.unwrap();
        }
        let pieces = sound(&store).await;
        let Some(Piece::Checkpoint { note, .. }) = pieces.last().cloned() else { panic!("{pieces:?}") };
        known.push((pieces, note));
    }
    let [(first, _), (_, other)] = known.as_slice() else { unreachable!() };
    let mut checker = Checker::new(None);
    checker.known(other);
    let findings = report_of(checker, first).findings;
    assert!(findings.iter().any(|finding| finding.kind == FindingKind::Forked), "{findings:?}");
}

/// All signed anew by another key, the first entry changed to name it: sound by itself, and not the trail of whoever
/// holds the first key or a checkpoint by it.
#[tokio::test]
async fn signed_anew_by_another_key_it_is_no_longer_this_trail() {
    let whole = written().await;
    let thief = Signer::from_seed(signer().origin().clone(), [66; 32]);
    let forged = signed_by(&thief, &whole);
    assert_eq!(report(&forged).findings, [], "by itself it is as sound as any");
    let findings = report_of(Checker::new(Some(&signer().verifier().to_vkey())), &forged).findings;
    assert!(findings.iter().any(|finding| finding.kind == FindingKind::Unsigned), "{findings:?}");
    let Some(Piece::Checkpoint { note, .. }) = whole.last() else { panic!("{whole:?}") };
    let mut checker = Checker::new(None);
    checker.known(note);
    assert!(!report_of(checker, &forged).findings.is_empty());

    // With the first entry left as it was, the checkpoints are nobody's.
    let mut half = whole.clone();
    for (piece, anew) in half.iter_mut().zip(&forged) {
        if matches!(piece, Piece::Checkpoint { .. }) {
            *piece = anew.clone();
        }
    }
    let findings = report(&half).findings;
    assert!(findings.iter().all(|finding| finding.kind == FindingKind::Unsigned), "{findings:?}");
}

fn signed_by(signer: &Signer, pieces: &[Piece]) -> Vec<Piece> {
    let mut tree = Frontier::new();
    let (old, new) = (tale::signer().verifier().to_vkey(), signer.verifier().to_vkey());
    let mut ends: HashMap<String, String> = HashMap::new();
    let mut anew = |piece: &Piece| match piece {
        Piece::Entry { seq, body, leaf } => {
            let mut text = String::from_utf8(body.clone()).unwrap().replace(&old, &new);
            // What names an earlier entry by its hash names it by the new one.
            for (before, after) in &ends {
                text = text.replace(before.as_str(), after);
            }
            let hash = leaf_hash(text.as_bytes());
            ends.insert(tlog::Hash::from_bytes(*leaf).to_hex(), hash.to_hex());
            tree.push(hash);
            Piece::Entry { seq: *seq, body: text.into_bytes(), leaf: *hash.as_bytes() }
        }
        Piece::Checkpoint { size, .. } => {
            let origin = signer.origin().clone();
            let checkpoint = Checkpoint { origin, size: tree.size(), root: tree.root() };
            Piece::Checkpoint { size: *size, note: signer.sign(&checkpoint) }
        }
        other => other.clone(),
    };
    pieces.iter().map(&mut anew).collect()
}

/// A conversation taken out of the middle of another trail proves nothing here.
#[tokio::test]
async fn pieces_of_another_trail_do_not_fit() {
    let (one, folder) = (written().await, tempfile::tempdir().unwrap());
    let store = tale::create(folder.path()).await.unwrap();
    for drafts in Teller::new(2).conversation(50) {
        store.append(drafts).await.unwrap();
    }
    let other = pieces(&store.reader()).await;
    // Entry for entry; the first is the same in both.
    for (place, foreign) in entries(&one).into_iter().zip(entries(&other)).skip(1) {
        let mut spliced = one.clone();
        spliced[place] = other[foreign].clone();
        assert!(!report(&spliced).findings.is_empty(), "{place}");
    }
}
