//! Readers: beside the writer, from other programs, and where nobody writes.

use std::path::Path;
use std::process::Command;

use store::{CallQuery, DatabaseKey, Reader};

use crate::scene::{KEY, Scene, sound};
use crate::story;

/// Says to the test below, when it is run as a program of its own, where to read.
const CHILD: &str = "TIEOUT_TEST_READS_IN";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_snapshot_beside_a_writer_is_a_signed_prefix() {
    let scene = std::sync::Arc::new(Scene::new());
    let store = scene.create().await;
    let writing = {
        let (scene, store) = (scene.clone(), store.clone());
        tokio::spawn(async move {
            for _ in 0..200 {
                store.append(vec![scene.opened(), scene.opened()]).await.unwrap();
            }
        })
    };
    let reader = Reader::open(scene.dir(), DatabaseKey::new(KEY)).await.unwrap();
    let mut last = 0;
    while !writing.is_finished() {
        let found = sound(&reader).await.entries;
        assert!(found >= last && found % 2 == 1, "{found}");
        last = found;
    }
    writing.await.unwrap();
    assert_eq!(sound(&reader).await.entries, 401);
}

#[tokio::test]
async fn another_program_reads_while_one_writes_and_when_nobody_does() {
    if let Some(dir) = std::env::var_os(CHILD) {
        return read_as_another(dir.as_ref()).await;
    }
    let scene = Scene::new();
    let store = scene.create().await;
    story::tell(&scene, &store).await;
    // The store's own reader waits until the tables have everything; another program's reads what they have.
    assert_eq!(store.reader().calls(CallQuery::default()).await.unwrap().len(), 5);
    read_in_another_program(scene.dir(), true);
    store.append(vec![scene.opened()]).await.unwrap();
    store.close().await;
    read_in_another_program(scene.dir(), false);
    // Closing moved everything into the one file, so that it may be copied alone.
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(scene.dir().join("tieout.db"), copy.path().join("tieout.db")).unwrap();
    read_in_another_program(copy.path(), false);
    // And reading left nothing that keeps the next writer out.
    scene.open().await;
}

fn read_in_another_program(dir: &Path, written: bool) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "readers::another_program_reads_while_one_writes_and_when_nobody_does",
            "--nocapture",
        ])
        .env(CHILD, dir)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let holder = if written { std::process::id().to_string() } else { "nobody".to_owned() };
    assert!(told.contains(&format!("5 calls, written by {holder}.")), "{told}");
}

async fn read_as_another(dir: &Path) {
    let reader = Reader::open(dir, DatabaseKey::new(KEY)).await.unwrap();
    sound(&reader).await;
    let calls = reader.calls(CallQuery::default()).await.unwrap().len();
    let holder = reader.holder().await.unwrap().map_or("nobody".to_owned(), |holder| holder.pid.to_string());
    println!("{calls} calls, written by {holder}.");
}
