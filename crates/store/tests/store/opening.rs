//! Who may open a workspace, with which key, and what lies there.

use domain::id::Seq;
use store::{DatabaseKey, Reader, Store, StoreError};

use crate::scene::{KEY, Scene, keys};

#[tokio::test]
async fn one_writes_and_the_next_is_told_who() {
    let scene = Scene::new();
    let store = scene.create().await;
    let reader = store.reader();
    for refused in [scene.try_open(scene.dir(), keys(KEY, 9)).await.err(), {
        let mut mint = || [0; 32];
        Store::create(scene.opening(scene.dir(), &mut mint), keys(KEY, 9)).await.err()
    }] {
        let Some(StoreError::Held(holder)) = refused else { panic!("{refused:?}") };
        assert_eq!((holder.pid, holder.program.as_str()), (std::process::id(), "tieout 0.1.0"));
        assert_eq!(reader.holder().await.unwrap(), Some(holder));
    }
    store.close().await;
    assert_eq!(reader.holder().await.unwrap(), None);
    scene.open().await;
}

#[tokio::test]
async fn a_name_that_a_crash_left_behind_holds_nobody_up() {
    let scene = Scene::new();
    scene.create().await.close().await;
    std::fs::write(scene.dir().join("holder.json"), r#"{"pid":1,"program":"tieout","since":0}"#).unwrap();
    let (store, _) = scene.open().await;
    assert_eq!(store.reader().holder().await.unwrap().unwrap().pid, std::process::id());
}

#[tokio::test]
async fn only_the_right_keys_open_it() {
    let scene = Scene::new();
    scene.create().await.close().await;
    for wrong in [keys([8; 32], 9), keys(KEY, 10)] {
        assert!(matches!(scene.try_open(scene.dir(), wrong).await, Err(StoreError::WrongKey)));
    }
    let reader = Reader::open(scene.dir(), DatabaseKey::new([8; 32])).await;
    assert!(matches!(reader, Err(StoreError::WrongKey)));
    scene.open().await;
}

#[tokio::test]
async fn a_workspace_is_made_once_and_only_opened_where_it_is() {
    let scene = Scene::new();
    let nowhere = scene.try_open(scene.dir(), keys(KEY, 9)).await;
    assert!(matches!(nowhere, Err(StoreError::NotAWorkspace(_))), "{nowhere:?}");
    assert!(!scene.dir().join("lock").exists(), "looking leaves nothing behind");
    let nothing = Reader::open(scene.dir(), DatabaseKey::new(KEY)).await;
    assert!(matches!(nothing, Err(StoreError::NotAWorkspace(_))));

    scene.create().await.close().await;
    let mut mint = || [0; 32];
    let again = Store::create(scene.opening(scene.dir(), &mut mint), keys(KEY, 9)).await;
    assert!(matches!(again, Err(StoreError::Exists(_))), "{again:?}");
}

#[tokio::test]
async fn a_making_that_was_interrupted_can_be_done_again() {
    let scene = Scene::new();
    std::fs::write(scene.dir().join("tieout.db"), b"").unwrap();
    let store = scene.create().await;
    assert_eq!(store.reader().head().await.unwrap().0, 1);
}

#[tokio::test]
async fn a_newer_workspace_is_left_alone() {
    let scene = Scene::new();
    scene.create().await.close().await;
    scene
        .raw()
        .execute("INSERT INTO refinery_schema_history VALUES (5, 'later', '2027-01-01T00:00:00Z', '1')", [])
        .unwrap();
    let newer = scene.try_open(scene.dir(), keys(KEY, 9)).await;
    assert!(matches!(newer, Err(StoreError::Newer { found: 5, known: 4 })), "{newer:?}");
    let reader = Reader::open(scene.dir(), DatabaseKey::new(KEY)).await;
    assert!(matches!(reader, Err(StoreError::Newer { .. })));
}

#[tokio::test]
async fn a_trail_whose_end_was_cut_off_does_not_open() {
    let scene = Scene::new();
    let store = scene.create().await;
    store.append(vec![scene.opened()]).await.unwrap();
    store.append(vec![scene.opened()]).await.unwrap();
    store.close().await;
    scene.raw().execute_batch("DROP TRIGGER entry_remains; DELETE FROM entry WHERE seq = 2").unwrap();
    scene
        .raw()
        .execute_batch("DROP TRIGGER entry_stays; UPDATE entry SET leaf = zeroblob(32) WHERE seq = 1")
        .unwrap();
    let damaged = scene.try_open(scene.dir(), keys(KEY, 9)).await;
    assert!(matches!(damaged, Err(StoreError::Damaged { seq: Some(Seq(1)), .. })), "{damaged:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let scene = Scene::new();
    let dir = scene.dir().join("made").join("here");
    let mut mint = || [0; 32];
    let store = Store::create(scene.opening(&dir, &mut mint), keys(KEY, 9)).await.unwrap();
    store.append(vec![scene.opened()]).await.unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    for name in ["tieout.db", "tieout.db-wal", "tieout.db-shm", "projections.db", "projections.db-wal"] {
        assert_eq!(mode(&dir.join(name)), 0o600, "{name}");
    }
    for name in ["tieout.db", "projections.db"] {
        let bytes = std::fs::read(dir.join(name)).unwrap();
        assert!(!bytes.starts_with(b"SQLite format 3"), "{name} is encrypted");
    }
}
