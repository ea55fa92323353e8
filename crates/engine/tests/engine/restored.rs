//! An old copy of a workspace is put back: the keychain remembers better, and so does a witness.

use domain::id::Seq;
use domain::view::{FindingKind, Part};
use engine::{Code, Engine, QuickReport};

use crate::anchors::{Copied, first_vkey, go_on, verified, witness};
use crate::scene::Scene;

/// A workspace of which an old copy was put back, open again; its keychain and its witness remember 30 entries more.
async fn restored(scene: &Scene) -> (Copied, Engine) {
    let workspace = scene.folder.path().join("workspace");
    scene.rehearsal.follow(&first_vkey(&scene.engine).await);
    scene.engine.save_anchor(witness("notary", &scene.rehearsal)).await.unwrap();
    scene.engine.anchor_now().await.unwrap();
    scene.engine.shutdown().await;
    let old = Copied::of(&workspace);

    let engine = scene.engine.open_to_write().await.unwrap();
    assert_eq!(engine.disputes().await.unwrap(), []);
    for value in 0..30 {
        go_on(&engine, value).await;
    }
    engine.anchor_now().await.unwrap();
    engine.shutdown().await;
    old.put_back(&workspace);
    let engine = scene.engine.open_to_write().await.unwrap();
    (old, engine)
}

#[tokio::test]
async fn an_old_copy_that_is_put_back_is_loud_from_the_first_moment_and_locks_nobody_out() {
    let scene = Scene::in_memory().await;
    assert_eq!(scene.engine.standing().await.unwrap(), None, "nobody asked, and nothing is wrong");
    let (_old, engine) = restored(&scene).await;
    let found = engine.disputes().await.unwrap();
    let standing = engine.standing().await.unwrap().unwrap();
    assert!(standing.findings.contains(&found[0]), "a screen says so before anybody verifies");
    assert_eq!(
        (found[0].kind, found[0].part),
        (FindingKind::Truncated, Part::Known),
        "by the keychain alone"
    );
    let report = verified(&engine).await;
    assert!(report.findings.contains(&found[0]), "{:?}", report.findings);
    engine.entry(Seq(0)).await.unwrap();

    engine.anchor_now().await.unwrap();
    let found = engine.disputes().await.unwrap();
    assert_eq!((found[1].kind, found[1].part), (FindingKind::Truncated, Part::Anchors), "by the witness");
    engine.shutdown().await;

    // It goes on past what is remembered, and stays another history.
    let engine = scene.engine.open_to_write().await.unwrap();
    assert_eq!(engine.disputes().await.unwrap()[0].kind, FindingKind::Truncated);
    for value in 0..40 {
        go_on(&engine, 100 + value).await;
    }
    engine.anchor_now().await.unwrap();
    engine.shutdown().await;
    let engine = scene.engine.open_to_write().await.unwrap();
    let found = engine.disputes().await.unwrap();
    assert_eq!(found.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [FindingKind::Forked; 2]);
    engine.shutdown().await;
    scene.rehearsal.stop().await;
}

#[tokio::test]
async fn a_person_may_accept_it_and_that_is_on_record() {
    let scene = Scene::in_memory().await;
    let nothing = scene.engine.accept_restored("why not").await.unwrap_err();
    assert_eq!(nothing.code(), Code::BadInput);
    let (_old, engine) = restored(&scene).await;
    assert_eq!(engine.accept_restored("  ").await.unwrap_err().code(), Code::BadInput);
    let before = engine.size().await.unwrap();
    engine.accept_restored("The disk failed; this is the backup of Sunday").await.unwrap();
    let accepted = engine.setting("trail.high_water_accepted").await.unwrap().unwrap().0;
    assert!(accepted["reason"].as_str().unwrap().contains("Sunday"));
    assert!(accepted["remembered"]["size"].as_u64().unwrap() > before);
    assert_eq!(verified(&engine).await.findings, []);
    engine.shutdown().await;

    let engine = scene.engine.open_to_write().await.unwrap();
    assert_eq!(engine.disputes().await.unwrap(), [], "the keychain remembers this one now");
    engine.shutdown().await;
    scene.rehearsal.stop().await;
}

/// Looks at what is new, which is sound, and gives the place where that began. The watch may have looked already.
async fn looked_at_from(engine: &Engine) -> u64 {
    let QuickReport { from, report } = engine.quick_verify().await.unwrap().unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(from + report.entries, engine.size().await.unwrap());
    assert!(engine.last_quick().is_some());
    from
}

#[tokio::test]
async fn what_was_verified_is_remembered_and_not_looked_at_again() {
    let scene = Scene::in_memory().await;
    looked_at_from(&scene.engine).await;
    let first = scene.engine.size().await.unwrap();
    go_on(&scene.engine, 1).await;
    assert!(looked_at_from(&scene.engine).await >= first);
    let second = scene.engine.size().await.unwrap();
    scene.engine.shutdown().await;

    let engine = scene.engine.open_to_write().await.unwrap();
    go_on(&engine, 2).await;
    engine.rotate_key().await.unwrap();
    go_on(&engine, 3).await;
    assert!(looked_at_from(&engine).await >= second, "the keychain knows what an earlier run verified");
    assert_eq!(engine.quick_verify().await.unwrap().unwrap().report.root, verified(&engine).await.root);
    engine.shutdown().await;
    scene.rehearsal.stop().await;
}

#[tokio::test]
async fn nobody_sets_or_sees_what_the_keychain_remembers() {
    let scene = Scene::in_memory().await;
    scene.engine.shutdown().await;
    let engine = scene.engine.open_to_write().await.unwrap();
    let name = "workspace-mark".parse().unwrap();
    assert!(!engine.secrets().await.unwrap().contains(&name));
    let refused = engine.set_secret(&name, domain::secret::Secret::new("{}")).await.unwrap_err();
    assert_eq!(refused.code(), Code::BadInput);
    engine.shutdown().await;
    scene.rehearsal.stop().await;
}
