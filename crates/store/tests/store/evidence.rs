//! Proofs, and evidence that hides nothing.

use domain::id::Seq;
use store::{Piece, StoreError};
use tlog::{Hash, TlogProof, Verifier};

use crate::scene::Scene;

#[tokio::test]
async fn every_entry_is_proved_against_the_latest_checkpoint() {
    let scene = Scene::new();
    let store = scene.create().await;
    store.append((0..999).map(|_| scene.opened()).collect()).await.unwrap();
    let reader = store.reader();
    let verifier = Verifier::from_vkey(&reader.vkey().await.unwrap()).unwrap();
    for seq in [0, 1, 255, 256, 511, 512, 767, 768, 998, 999].map(Seq) {
        let proof = reader.prove(seq).await.unwrap();
        let leaf = reader.entry(seq).await.unwrap().unwrap().leaf;
        assert_eq!((proof.seq, &proof.leaf), (seq, &leaf));
        let path = proof.path.iter().map(|hash| Hash::from_base64(hash).unwrap()).collect();
        let leaf: Vec<u8> = domain::json::unhex(&leaf).unwrap();
        let leaf = Hash::try_from(leaf.as_slice()).unwrap();
        let checkpoint = TlogProof::new(seq.0, path, proof.checkpoint).verify(&leaf, &verifier).unwrap();
        assert_eq!(checkpoint.size, 1000);
    }
    assert!(matches!(reader.prove(Seq(1000)).await, Err(StoreError::NotFound)));
    scene
        .raw()
        .execute_batch("DROP TRIGGER tile_stays; UPDATE tile SET hash = zeroblob(32) WHERE position = 0")
        .unwrap();
    let damaged = reader.prove(Seq(600)).await;
    assert!(matches!(damaged, Err(StoreError::Damaged { seq: Some(Seq(600)), .. })), "{damaged:?}");
}

#[tokio::test]
async fn what_belongs_to_no_entry_is_evidence_too() {
    let scene = Scene::new();
    let store = scene.create().await;
    store.append(vec![scene.opened()]).await.unwrap();
    scene
        .raw()
        .execute_batch(
            "INSERT INTO payload VALUES (256000, zeroblob(32), 'words', '', 5, 'zstd', zeroblob(32), x'00');
             INSERT INTO checkpoint VALUES (9223372036854775807, 'forged');
             INSERT INTO tile VALUES (1, 77, zeroblob(32));
             INSERT INTO tile VALUES (7000, 0, zeroblob(32));",
        )
        .unwrap();
    let reader = store.reader();
    let pieces = tokio::task::spawn_blocking(move || {
        let evidence = reader.evidence().unwrap();
        assert_eq!(evidence.entries(), 2);
        evidence.collect::<Result<Vec<_>, _>>().unwrap()
    })
    .await
    .unwrap();
    let [rest @ .., payload, tile, high, checkpoint] = pieces.as_slice() else { panic!("{pieces:?}") };
    assert_eq!(rest.len(), 4);
    assert!(matches!(payload, Piece::Payload { seq: Seq(1000), bytes, .. } if bytes.is_empty()));
    assert!(matches!(tile, Piece::Tile { level: 1, index: 77, .. }));
    assert!(
        matches!(checkpoint, Piece::Tile { level: 255, .. })
            || matches!(high, Piece::Tile { level: 255, .. })
    );
    assert!(pieces.iter().any(|piece| matches!(piece, Piece::Checkpoint { note, .. } if note == "forged")));
}
