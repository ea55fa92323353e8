//! A workspace that an older program wrote opens with everything that it held.

use std::fs::{self, File};
use std::path::Path;

use domain::view::{CallDetail, ConversationView};
use store::{CallQuery, DatabaseKey, Reader, StoreError};

use crate::scene::{KEY, Scene, sound};
use crate::story::{self, Story};

/// What screens show of the story.
async fn shown(reader: &Reader, story: &Story) -> (Vec<CallDetail>, Option<ConversationView>) {
    let mut details = Vec::new();
    for row in reader.calls(CallQuery::default()).await.unwrap() {
        details.push(reader.call(row.call, 100).await.unwrap().unwrap());
    }
    (details, reader.conversation(story.conversation).await.unwrap())
}

/// Makes the database what the first migration alone would have made of it, its tables of screens filled with nothing.
fn as_it_was(scene: &Scene) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/V0001__trail.sql");
    let first = fs::read_to_string(path).unwrap();
    let apart = first.find("CREATE TABLE payload (").unwrap();
    let sql = scene.raw();
    sql.execute_batch("DETACH DATABASE projections; BEGIN; ALTER TABLE payload RENAME TO payload_since")
        .unwrap();
    for trigger in ["is_new", "stays", "remains"] {
        sql.execute_batch(&format!("DROP TRIGGER payload_{trigger}")).unwrap();
    }
    sql.execute_batch(&first[apart..]).unwrap();
    sql.execute_batch(
        "INSERT INTO payload SELECT id, commitment, role, media, size, codec, bytes FROM payload_since;
         INSERT INTO payload_key SELECT id, secret FROM payload_since;
         DROP TABLE payload_since; DROP TABLE erased;
         DELETE FROM refinery_schema_history WHERE version > 1; COMMIT",
    )
    .unwrap();
    fs::remove_file(scene.dir().join("projections.db")).unwrap();
}

#[tokio::test]
async fn its_tables_are_filled_from_its_trail() {
    let scene = Scene::new();
    let store = scene.create().await;
    let story = story::tell(&scene, &store).await;
    let (before, trail) = (shown(&store.reader(), &story).await, sound(&store.reader()).await);
    store.close().await;

    as_it_was(&scene);
    let (store, recovery) = scene.open().await;
    assert!(recovery.is_empty());
    assert_eq!(shown(&store.reader(), &story).await, before);
    assert_eq!(sound(&store.reader()).await, trail);
    assert_eq!(store.reader().check_projections().await.unwrap(), []);
    story::tell(&scene, &store).await;
    assert_eq!(store.reader().check_projections().await.unwrap(), []);
}

#[tokio::test]
async fn who_only_reads_it_gets_to_see_it_too() {
    let scene = Scene::new();
    let store = scene.create().await;
    let story = story::tell(&scene, &store).await;
    let before = shown(&store.reader(), &story).await;
    store.close().await;

    as_it_was(&scene);
    let older = File::options().write(true).open(scene.dir().join("lock")).unwrap();
    older.lock().unwrap();
    let held = Reader::open(scene.dir(), DatabaseKey::new(KEY)).await;
    assert!(matches!(held, Err(StoreError::Held(_))), "{held:?}");
    older.unlock().unwrap();
    let reader = Reader::open(scene.dir(), DatabaseKey::new(KEY)).await.unwrap();
    assert_eq!(shown(&reader, &story).await, before);
    assert_eq!(reader.holder().await.unwrap(), None);
}

#[tokio::test]
async fn tables_that_are_lost_behind_ahead_or_broken_are_made_again() {
    let scene = Scene::new();
    let store = scene.create().await;
    story::tell(&scene, &store).await;
    store.close().await;
    let tables = scene.dir().join("projections.db");
    let (early, trail) = (fs::read(&tables).unwrap(), fs::read(scene.dir().join("tieout.db")).unwrap());
    let (store, _) = scene.open().await;
    let story = story::tell(&scene, &store).await;
    let before = shown(&store.reader(), &story).await;
    store.close().await;

    let another = Scene::new();
    another.create().await.close().await;
    let foreign = fs::read(another.dir().join("projections.db")).unwrap();
    let late = fs::read(&tables).unwrap();
    let ways: [(&str, &dyn Fn()); 6] = [
        ("lost", &|| fs::remove_file(&tables).unwrap()),
        ("empty", &|| fs::write(&tables, b"").unwrap()),
        ("behind", &|| fs::write(&tables, &early).unwrap()),
        ("of another trail", &|| fs::write(&tables, &foreign).unwrap()),
        ("no database", &|| fs::write(&tables, [7; 10_000]).unwrap()),
        ("of another shape", &|| {
            scene.raw().execute_batch("PRAGMA projections.user_version = 77; DROP TABLE call").unwrap();
        }),
    ];
    for (what, damage) in ways {
        damage();
        let (store, recovery) = scene.open().await;
        assert!(recovery.is_empty(), "{what}");
        assert_eq!(shown(&store.reader(), &story).await, before, "{what}");
        assert_eq!(store.reader().check_projections().await.unwrap(), [], "{what}");
        store.close().await;
        damage();
        let reader = Reader::open(scene.dir(), DatabaseKey::new(KEY)).await.unwrap();
        assert_eq!(shown(&reader, &story).await, before, "{what}");
    }

    // Ahead of the trail, which is an older copy than they are: another trail may have grown from it.
    fs::write(scene.dir().join("tieout.db"), &trail).unwrap();
    fs::write(&tables, &late).unwrap();
    let (store, _) = scene.open().await;
    assert!(store.reader().conversation(story.conversation).await.unwrap().is_none());
    assert_eq!(store.reader().check_projections().await.unwrap(), []);
}
