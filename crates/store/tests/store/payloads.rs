//! Payloads come back as they went in, however they lie in between.

use domain::fact::Fact;
use domain::id::{Seq, TurnId};
use domain::payload::{Commitment, PayloadRole};
use store::Store;

use crate::scene::{Scene, sound};

async fn put(scene: &Scene, store: &Store, bytes: &[u8]) -> (Seq, Commitment) {
    let payload = scene.payload(PayloadRole::Question, bytes);
    let commitment = payload.commitment();
    let fact = Fact::QuestionAsked { turn: TurnId::new(1, scene.fresh()), question: commitment };
    let seqs =
        store.append(vec![scene.draft(Some(scene.conversation()), fact, vec![payload])]).await.unwrap();
    (seqs[0], commitment)
}

/// Bytes that don't compress, the same on every run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    });
    next.take(length).collect()
}

#[tokio::test]
async fn every_size_and_kind_of_bytes_comes_back() {
    let scene = Scene::new();
    let store = scene.create().await;
    let reader = store.reader();
    let text = "{\"figure\": 1204.5}, ".repeat(5 * 1024 * 1024 / 20);
    let cases: [(&[u8], &str); 6] = [
        (b"", "raw"),
        (b"short", "raw"),
        (&[0; 4096], "zstd"),
        (&noise(100_000), "raw"),
        (text.as_bytes(), "zstd"),
        (&noise(5 * 1024 * 1024), "raw"),
    ];
    for (bytes, codec) in cases {
        let (seq, commitment) = put(&scene, &store, bytes).await;
        assert!(reader.payload_bytes(seq, commitment).await.unwrap().unwrap() == bytes);
        let sql = scene.raw();
        let stored: String = sql
            .query_row("SELECT codec FROM payload WHERE commitment = ?1", [commitment.0], |row| row.get(0))
            .unwrap();
        assert_eq!(stored, codec, "{} bytes", bytes.len());
        for max in [0, 3, 70_000] {
            let view = reader.payload(seq, commitment, max).await.unwrap().unwrap();
            assert_eq!((view.size, view.whole), (bytes.len() as u64, bytes.len() <= max));
            // But for a character that the cut went through, see below.
            let cut = String::from_utf8_lossy(&bytes[..max.min(bytes.len())]);
            assert!(cut.starts_with(&view.text) && view.text.len() + 3 >= cut.len(), "{} bytes", bytes.len());
        }
    }
    assert_eq!(sound(&reader).await.payloads, 6);
    assert_eq!(reader.payload_bytes(Seq(1), Commitment([0; 32])).await.unwrap(), None);
    assert_eq!(reader.payload(Seq(u64::MAX), Commitment([0; 32]), 1).await.unwrap(), None);
}

#[tokio::test]
async fn a_cut_does_not_spoil_a_character() {
    let scene = Scene::new();
    let store = scene.create().await;
    let (seq, commitment) = put(&scene, &store, "für".as_bytes()).await;
    let view = store.reader().payload(seq, commitment, 2).await.unwrap().unwrap();
    assert_eq!((view.text.as_str(), view.whole), ("f", false));
    let (seq, broken) = put(&scene, &store, b"a\xffb").await;
    let view = store.reader().payload(seq, broken, 9).await.unwrap().unwrap();
    assert_eq!((view.text.as_str(), view.whole), ("a\u{fffd}b", true));
}

#[tokio::test]
async fn bytes_that_unfold_into_more_than_they_say_are_not_followed() {
    let scene = Scene::new();
    let store = scene.create().await;
    let (seq, commitment) = put(&scene, &store, &[b'x'; 4096]).await;
    let sql = scene.raw();
    sql.execute_batch("DROP TRIGGER payload_stays").unwrap();
    sql.execute("UPDATE payload SET size = 10 WHERE commitment = ?1", [commitment.0]).unwrap();
    let view = store.reader().payload_bytes(seq, commitment).await.unwrap().unwrap();
    assert_eq!(view.len(), 10);
    sql.execute("UPDATE payload SET size = 1 << 40 WHERE commitment = ?1", [commitment.0]).unwrap();
    assert!(store.reader().payload_bytes(seq, commitment).await.unwrap_err().is_fatal());
}
