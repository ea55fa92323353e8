//! A program that ends without a word loses nothing that it was told is durable.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use domain::id::Seq;
use store::{DatabaseKey, Reader};

use crate::scene::{KEY, Scene, keys, sound};
use crate::story;

/// Says to the test below, when it is run as a program of its own, where to write.
const CHILD: &str = "TIEOUT_TEST_CRASHES_IN";

#[tokio::test]
async fn dropping_the_store_is_as_good_as_closing_it() {
    let scene = Scene::new();
    let store = scene.create().await;
    story::tell(&scene, &store).await;
    let before = sound(&store.reader()).await;
    drop(store);
    let (store, _) = scene.open().await;
    assert_eq!(sound(&store.reader()).await, before);
}

#[tokio::test]
async fn files_taken_in_the_middle_open_as_they_were() {
    let scene = Scene::new();
    let store = scene.create().await;
    story::tell(&scene, &store).await;
    let copy = tempfile::tempdir().unwrap();
    for name in ["tieout.db", "tieout.db-wal"] {
        fs::copy(scene.dir().join(name), copy.path().join(name)).unwrap();
    }
    // A reader gets by with the log that a crash left, and leaves it to the next writer.
    let reader = Reader::open(copy.path(), DatabaseKey::new(KEY)).await.unwrap();
    assert_eq!(sound(&reader).await, sound(&store.reader()).await);
    let (copied, recovery) = scene.try_open(copy.path(), keys(KEY, 9)).await.unwrap();
    assert!(recovery.is_empty());
    assert_eq!(sound(&copied.reader()).await, sound(&store.reader()).await);
    assert_eq!(copied.reader().check_projections().await.unwrap(), []);
}

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_there() {
    if let Some(dir) = std::env::var_os(CHILD) {
        return write_until_killed(dir.as_ref()).await;
    }
    let scene = Scene::new();
    scene.create().await.close().await;
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crashes::what_was_acknowledged_before_a_kill_is_there", "--nocapture"])
        .env(CHILD, scene.dir())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let told = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let acknowledged = told.filter_map(|line| line.strip_prefix("acknowledged ")?.parse().ok()).nth(20);
    child.kill().unwrap();
    child.wait().unwrap();
    let (store, _) = scene.open().await;
    let found = sound(&store.reader()).await;
    assert!(Some(found.entries) > acknowledged, "{found:?} {acknowledged:?}");
}

async fn write_until_killed(dir: &std::path::Path) {
    let scene = Scene::new();
    let (store, _) = scene.try_open(dir, keys(KEY, 9)).await.unwrap();
    loop {
        let Seq(seq) = store.append(vec![scene.opened()]).await.unwrap()[0];
        println!("acknowledged {seq}");
    }
}
