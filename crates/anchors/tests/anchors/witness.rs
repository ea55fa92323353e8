//! A witness that was written from the specification alone: what it takes, and everything it may answer.

use anchors::{Answer, Held, Note, Refused, Witness, check_witness};
use rehearsal::{Fault, Plan, Rehearsal, Times};
use tlog::Hash;

use crate::trail::{Trail, door, intent};

/// A rehearsal's witness that follows the trails, as an anchor.
async fn followed(trail: &Trail) -> (Rehearsal, Witness) {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    assert!(rehearsal.follow(&trail.vkey()));
    let witness = rehearsal.witness();
    let witness = Witness::new(&witness.url, &witness.vkey).unwrap();
    (rehearsal, witness)
}

async fn submit(witness: &Witness, note: &Note, old: u64, proof: &[Hash]) -> Result<Held, Refused> {
    witness.submit(&door(), intent(), note, old, proof).await
}

#[tokio::test]
async fn a_trail_is_cosigned_as_it_grows() {
    let trail = Trail::new("a", 200);
    let (rehearsal, witness) = followed(&trail).await;
    let mut old = 0;
    for size in [1, 2, 3, 7, 64, 65, 100, 128, 200] {
        let note = trail.note(size);
        let held = submit(&witness, &note, old, &trail.proof(old, size)).await.unwrap();
        assert_eq!(held.media, "text/x-tlog-checkpoint");
        // The note as it was, and the witness's line below it: both open, by both keys.
        let text = std::str::from_utf8(&held.proof).unwrap();
        assert!(text.starts_with(note.as_str()));
        assert_eq!(trail.verifier().open(text).unwrap(), *note.checkpoint());
        let at = check_witness(&rehearsal.witness().vkey, &held.proof, &note).unwrap();
        assert_eq!(held.at, Some(at));
        old = size;
    }
    // Once more the same: it is cosigned again.
    submit(&witness, &trail.note(200), 200, &[]).await.unwrap();
    rehearsal.stop().await;
}

#[tokio::test]
async fn a_witness_says_where_to_begin() {
    let trail = Trail::new("a", 20);
    let (rehearsal, witness) = followed(&trail).await;
    submit(&witness, &trail.note(7), 0, &[]).await.unwrap();
    let note = trail.note(20);
    for wrong in [0, 5, 20] {
        let refused = submit(&witness, &note, wrong, &trail.proof(wrong, 20)).await.unwrap_err();
        let Refused::Stale { held, .. } = refused else { panic!("{refused:?}") };
        assert_eq!(held, 7);
    }
    submit(&witness, &note, 7, &trail.proof(7, 20)).await.unwrap();
    rehearsal.stop().await;
}

#[tokio::test]
async fn a_rollback_and_a_fork_are_told_apart_from_every_other_failure() {
    let trail = Trail::new("a", 20);
    let (rehearsal, witness) = followed(&trail).await;
    submit(&witness, &trail.note(10), 0, &[]).await.unwrap();

    // An old copy was put back: the trail has fewer entries than it had.
    let refused = submit(&witness, &trail.note(8), 0, &[]).await.unwrap_err();
    let Refused::RolledBack { held: 10, words } = &refused else { panic!("{refused:?}") };
    assert!(words.contains("10 entries of this trail, which has 8"), "{words}");

    // Signed anew with the trail's own key: as many entries or more, and others.
    let other = Trail::new("b", 20);
    for size in [10, 12] {
        let refused = submit(&witness, &other.note(size), 10, &other.proof(10, size)).await.unwrap_err();
        let Refused::Forked { words } = &refused else { panic!("{refused:?}") };
        assert!(words.contains("do not continue the 10"), "{words}");
    }
    // The witness holds what it held.
    submit(&witness, &trail.note(12), 10, &trail.proof(10, 12)).await.unwrap();
    rehearsal.stop().await;
}

#[tokio::test]
async fn a_witness_that_does_not_know_us_is_told_who_we_are() {
    let (trail, other) =
        (Trail::new("a", 3), tlog::Signer::from_seed("else.example/1".parse().unwrap(), [9; 32]));
    let (rehearsal, witness) = followed(&trail).await;
    let stranger = Note::open(
        &other
            .sign(&tlog::Checkpoint { origin: other.origin().clone(), ..trail.note(3).checkpoint().clone() }),
        &other.verifier(),
    );
    let refused = submit(&witness, &stranger.unwrap(), 0, &[]).await.unwrap_err();
    let words = refused.words();
    assert!(
        words.contains("does not know this trail") && words.contains(&other.verifier().to_vkey()),
        "{words}"
    );

    // Known, but by another key.
    let key = tlog::Signer::from_seed("tieout.example/ws_1/1".parse().unwrap(), [8; 32]);
    let note = Note::open(&key.sign(trail.note(3).checkpoint()), &key.verifier()).unwrap();
    let refused = submit(&witness, &note, 0, &[]).await.unwrap_err();
    assert!(refused.words().contains("does not accept the trail's key"), "{refused:?}");
    assert!(matches!(refused, Refused::Failed { .. }));
    rehearsal.stop().await;
}

#[tokio::test]
async fn only_the_witness_that_was_configured_counts() {
    let trail = Trail::new("a", 3);
    let (rehearsal, witness) = followed(&trail).await;
    // Another witness, of the same name and another key, at the address.
    let impostor = Rehearsal::start(Plan { seed: 8, ..Plan::instant() }).await.unwrap();
    impostor.follow(&trail.vkey());
    let deceived = Witness::new(&impostor.witness().url, &rehearsal.witness().vkey).unwrap();
    let refused = submit(&deceived, &trail.note(3), 0, &[]).await.unwrap_err();
    assert!(refused.words().contains("without a cosignature by"), "{refused:?}");

    // The witness's own line, with its time or its checkpoint changed on the way.
    let good = submit(&witness, &trail.note(3), 0, &[]).await.unwrap();
    let good = String::from_utf8(good.proof).unwrap();
    let line = good.lines().last().unwrap();
    let mut forged: Vec<char> = line.chars().collect();
    let digit = forged.len() - 60;
    forged[digit] = if forged[digit] == 'A' { 'B' } else { 'A' };
    let forged: String = forged.into_iter().collect();
    let older = Trail::new("b", 3);
    for (lines, note) in [(forged.as_str(), trail.note(3)), (line, older.note(3)), (line, trail.note(2))] {
        let fault = Fault::Answer {
            status: 200,
            headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
            body: format!("{lines}\n"),
        };
        rehearsal.faults().set("witness", "/", fault, Times::Once);
        let refused = submit(&witness, &note, 3, &[]).await.unwrap_err();
        assert!(refused.words().contains("does not fit the checkpoint"), "{refused:?}");
    }
    impostor.stop().await;
    rehearsal.stop().await;
}

#[tokio::test]
async fn what_is_no_witness_is_said_in_words() {
    let trail = Trail::new("a", 3);
    let (rehearsal, witness) = followed(&trail).await;
    let plain = |status: u16, media: &str, body: &str| Fault::Answer {
        status,
        headers: vec![("content-type".to_owned(), media.to_owned())],
        body: body.to_owned(),
    };
    let big = "x".repeat(70_000);
    for (fault, expected) in [
        (Fault::Html, "a web page and not with a cosignature"),
        (plain(200, "text/plain", "hello\n"), "something that is no cosignature"),
        (plain(200, "text/plain", ""), "something that is no cosignature"),
        (plain(200, "text/plain", &big), "more than 64 KiB"),
        (plain(400, "text/plain", "bad\u{7} line"), "could not read the request (\"bad  line\")"),
        (plain(409, "text/plain", "2\n"), "answered 409 (\"2\") without saying which size"),
        (plain(409, "text/x.tlog.size", "2"), "without saying which size"),
        (plain(409, "text/x.tlog.size", "02\n"), "without saying which size"),
        (plain(409, "text/x.tlog.size", "0\n"), "or with the one that it was asked from"),
        (plain(418, "application/json", "{}"), "answered 418 and not with a cosignature"),
        (plain(422, "application/json", "{}"), "answered 422 and not with a cosignature"),
        (Fault::Status(503), "can't answer at the moment"),
        (Fault::RateLimited { retry_after: 3 }, "takes no more requests at the moment"),
        (Fault::Redirect { to: "/elsewhere".to_owned() }, "not followed"),
        (Fault::Reset, "reset the connection"),
    ] {
        rehearsal.faults().set("witness", "/", fault, Times::Once);
        let refused = submit(&witness, &trail.note(3), 0, &[]).await.unwrap_err();
        assert!(
            matches!(&refused, Refused::Failed { words } if words.contains(expected)),
            "{expected}: {refused:?}"
        );
    }
    let url = rehearsal.witness().url;
    let vkey = rehearsal.witness().vkey;
    rehearsal.stop().await;
    let gone = Witness::new(&url, &vkey).unwrap();
    let refused = submit(&gone, &trail.note(3), 0, &[]).await.unwrap_err();
    assert!(refused.words().contains("connection refused"), "{refused:?}");
}

#[test]
fn the_request_is_what_the_specification_says() {
    let trail = Trail::new("a", 9);
    let vkey = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
    for url in ["https://witness.example/log", "https://witness.example/log/"] {
        let witness = Witness::new(url, vkey).unwrap();
        let request = witness.request(&trail.note(9), 6, &trail.proof(6, 9));
        assert_eq!(request.endpoint(), "https://witness.example/log/add-checkpoint");
        let body = String::from_utf8(request.body.unwrap()).unwrap();
        let hashes: String = trail.proof(6, 9).iter().map(|hash| format!("{hash}\n")).collect();
        assert_eq!(body, format!("old 6\n{hashes}\n{}", trail.note(9).as_str()));
        assert_eq!(hashes.lines().count(), 4);
    }
}

#[test]
fn a_kept_proof_is_of_this_key_and_this_checkpoint() {
    let trail = Trail::new("a", 4);
    let vkey = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
    let words = |proof: &[u8]| check_witness(vkey, proof, &trail.note(4)).unwrap_err().to_string();
    assert_eq!(
        words(trail.note(4).as_str().as_bytes()),
        "by remora.n621.de: the note lacks a signature by this key"
    );
    assert_eq!(words(b"\xff"), "the proof is no note");
    assert!(check_witness("x", b"", &trail.note(4)).unwrap_err().to_string().starts_with("vkey = \"x\""));
    let witness = Witness::new("https://witness.example", vkey).unwrap();
    let answer = Answer { status: 200, media: "text/plain".to_owned(), body: vec![0xff; 100] };
    assert!(witness.read(&trail.note(4), 0, &answer).is_err());
}
