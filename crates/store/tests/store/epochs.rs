//! Epochs: another key signs from an entry on, across reopening, and whoever reads finds which key is whose.

use domain::entry::Draft;
use domain::fact::Fact;
use domain::id::Seq;
use store::{Keys, Piece, Reader, Signers, Store, StoreError};
use tlog::{Signer, Verifier};

use crate::scene::{KEY, Scene, keys};

const FIRST: &str = "tieout.example/ada";

/// The signer of a later epoch, as a workspace derives it.
fn signer(origin: &str) -> Option<Signer> {
    let number: u8 = origin.strip_prefix(FIRST)?.strip_prefix('/')?.parse().ok()?;
    Some(Signer::from_seed(origin.parse().ok()?, [number; 32]))
}

fn all_keys() -> Keys {
    let first = Signer::from_seed(FIRST.parse().unwrap(), [9; 32]);
    Keys { signer: Signers::new(first, signer), ..keys(KEY, 9) }
}

async fn rotate(scene: &Scene, store: &Store, number: u8) {
    let origin = format!("{FIRST}/{number}");
    let signer = signer(&origin).unwrap();
    let fact = Fact::EpochOpened { origin, vkey: signer.verifier().to_vkey() };
    store.rotate(scene.draft(None, fact, Vec::new()), signer).await.unwrap();
}

async fn beats(scene: &Scene, store: &Store, count: usize) {
    for _ in 0..count {
        store.append(vec![scene.draft(None, Fact::Heartbeat {}, Vec::new())]).await.unwrap();
    }
}

/// Every checkpoint opens with the key of its epoch and no other; gives the sizes after which keys begin.
async fn check(reader: &Reader) -> Vec<u64> {
    let epochs = reader.epochs().await.unwrap();
    for piece in tokio::task::spawn_blocking({
        let reader = reader.clone();
        move || reader.evidence().unwrap().collect::<Vec<_>>()
    })
    .await
    .unwrap()
    {
        let Piece::Checkpoint { size, note } = piece.unwrap() else { continue };
        let whose = epochs.iter().rposition(|epoch| epoch.after < size).unwrap();
        for (place, epoch) in epochs.iter().enumerate() {
            let opens = Verifier::from_vkey(&epoch.vkey).unwrap().open(&note).is_ok();
            assert_eq!(opens, place == whose, "the checkpoint over {size} entries and key {place}");
        }
    }
    assert_eq!(reader.vkey().await.unwrap(), epochs.last().unwrap().vkey);
    let last = reader.head().await.unwrap().0 - 1;
    for seq in [0, last / 2, last] {
        reader.prove(Seq(seq)).await.unwrap();
    }
    epochs.into_iter().map(|epoch| epoch.after).collect()
}

#[tokio::test]
async fn each_key_signs_its_own_epoch_and_reopening_goes_on_with_the_newest() {
    let scene = Scene::new();
    let store = scene.create().await;
    assert_eq!(check(&store.reader()).await, [0]);
    beats(&scene, &store, 5).await;
    rotate(&scene, &store, 2).await;
    assert_eq!(check(&store.reader()).await, [0, 7], "before the new key has signed anything");
    beats(&scene, &store, 40).await;
    rotate(&scene, &store, 3).await;
    rotate(&scene, &store, 4).await;
    assert_eq!(check(&store.reader()).await, [0, 7, 48, 49]);
    store.close().await;

    // It ended right after the entry that names the key, as a crash may.
    let (store, _) = scene.try_open(scene.dir(), all_keys()).await.unwrap();
    beats(&scene, &store, 3).await;
    assert_eq!(check(&store.reader()).await, [0, 7, 48, 49]);
    store.close().await;
    let (store, _) = scene.try_open(scene.dir(), all_keys()).await.unwrap();
    beats(&scene, &store, 1).await;
    assert_eq!(check(&store.reader()).await, [0, 7, 48, 49]);
    store.close().await;
}

#[tokio::test]
async fn a_key_that_the_trail_did_not_name_signs_nothing() {
    let scene = Scene::new();
    let store = scene.create().await;
    let (named, other) = (signer(&format!("{FIRST}/2")).unwrap(), signer(&format!("{FIRST}/3")).unwrap());
    let fact = Fact::EpochOpened { origin: named.origin().to_string(), vkey: named.verifier().to_vkey() };
    let draft: Draft = scene.draft(None, fact, Vec::new());
    assert!(matches!(store.rotate(draft, other).await, Err(StoreError::Draft(_))));
    assert_eq!(check(&store.reader()).await, [0]);
    rotate(&scene, &store, 2).await;
    store.close().await;

    // Who has only the first key does not open it as a writer, whether the second has signed or not.
    for _ in 0..2 {
        let refused = scene.try_open(scene.dir(), keys(KEY, 9)).await;
        assert!(matches!(refused, Err(StoreError::WrongKey)));
        let (store, _) = scene.try_open(scene.dir(), all_keys()).await.unwrap();
        beats(&scene, &store, 1).await;
        store.close().await;
    }
}
