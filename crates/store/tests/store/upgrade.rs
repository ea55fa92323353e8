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

/// Makes the database what the first migration alone would have made of it, its tables of calls filled with nothing.
fn as_it_was(scene: &Scene) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/V0001__trail.sql");
    let first = fs::read_to_string(path).unwrap();
    let from = first.find("CREATE TABLE call (").unwrap();
    let to = first.find("CREATE TABLE source (").unwrap();
    let sql = scene.raw();
    sql.execute_batch("BEGIN; DROP TABLE call; DROP TABLE call_entry").unwrap();
    sql.execute_batch(&first[from..to]).unwrap();
    sql.execute_batch(
        "DELETE FROM refinery_schema_history WHERE version > 1; PRAGMA user_version = 0; COMMIT",
    )
    .unwrap();
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
async fn a_filling_that_was_interrupted_is_done_again() {
    let scene = Scene::new();
    let store = scene.create().await;
    let story = story::tell(&scene, &store).await;
    let before = shown(&store.reader(), &story).await;
    store.close().await;

    // The tables have their new shape, and the program ended before it filled them.
    scene.raw().execute_batch("DELETE FROM call; DELETE FROM setting; PRAGMA user_version = 0").unwrap();
    let (store, _) = scene.open().await;
    assert_eq!(shown(&store.reader(), &story).await, before);
    assert_eq!(store.reader().check_projections().await.unwrap(), []);
}
