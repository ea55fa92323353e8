//! Another key signs from some entry on: who trusts the old one can follow, and reopening goes on with the new one.

use domain::id::Seq;
use tlog::Verifier;

use crate::anchors::{first_vkey, go_on, verified, witness};
use crate::scene::Scene;

#[tokio::test]
async fn a_trail_of_two_epochs_verifies_and_goes_on() {
    let scene = Scene::in_memory().await;
    let old = first_vkey(&scene.engine).await;
    go_on(&scene.engine, 1).await;
    let new = scene.engine.rotate_key().await.unwrap();
    assert_ne!(old, new);
    // The old key signed the entry that names the new one, and nothing after it.
    let handover = scene.engine.size().await.unwrap();
    let signed_by = |vkey: &str, note: &str| Verifier::from_vkey(vkey).unwrap().open(note).is_ok();
    let note = scene.engine.checkpoint().await.unwrap();
    assert!(signed_by(&old, &note) && !signed_by(&new, &note));
    assert_eq!(scene.engine.entry(Seq(handover - 1)).await.unwrap().kind, "epoch.opened");
    let again = {
        scene.engine.shutdown().await;
        scene.engine.open_to_write().await.unwrap()
    };
    go_on(&again, 2).await;
    let note = again.checkpoint().await.unwrap();
    assert!(signed_by(&new, &note) && !signed_by(&old, &note));
    again.prove(Seq(0)).await.unwrap();

    let third = again.rotate_key().await.unwrap();
    go_on(&again, 3).await;
    let report = verified(&again).await;
    assert_eq!((report.findings, report.vkeys), (Vec::new(), vec![old, new, third]));
    again.shutdown().await;
    let reading = again.open_to_write().await.unwrap();
    assert_eq!(verified(&reading).await.findings, []);
    reading.shutdown().await;
    scene.rehearsal.stop().await;
}

#[tokio::test]
async fn a_witness_follows_each_key_under_its_own_origin() {
    let scene = Scene::in_memory().await;
    scene.rehearsal.follow(&first_vkey(&scene.engine).await);
    scene.engine.save_anchor(witness("notary", &scene.rehearsal)).await.unwrap();
    assert_eq!(scene.engine.anchor_now().await.unwrap()[0].failure, None);
    let vkey = scene.engine.rotate_key().await.unwrap();
    go_on(&scene.engine, 1).await;
    let failure = scene.engine.anchor_now().await.unwrap()[0].failure.clone().unwrap();
    assert!(
        failure.words.contains(&vkey),
        "whoever reads it learns what to tell its operator: {}",
        failure.words
    );
    scene.rehearsal.follow(&vkey);
    assert_eq!(scene.engine.anchor_now().await.unwrap()[0].failure, None);
    scene.close().await;
}
