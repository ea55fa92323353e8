//! Readers beside the writer: what they see was signed, and they cost the writer nothing.

use store::{DatabaseKey, Piece, Reader};

use super::evidence::{pieces, report};
use super::tale::{self, KEY, Teller};

/// Entries that are appended while a reader is held open.
const ENTRIES: usize = 20_000;
/// Entries of one append: the smallest there are, so that it is their number that counts.
const TOGETHER: usize = 500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_snapshot_under_writes_is_a_signed_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let store = tale::create(folder.path()).await.unwrap();
    let writing = {
        let store = store.clone();
        tokio::spawn(async move {
            let mut teller = Teller::new(1);
            for _ in 0..12 {
                for drafts in teller.conversation(100) {
                    store.append(drafts).await.unwrap();
                }
            }
        })
    };
    let reader = Reader::open(folder.path(), DatabaseKey::new(KEY)).await.unwrap();
    let (mut before, mut snapshots): (Vec<Piece>, u32) = (Vec::new(), 0);
    loop {
        let last = writing.is_finished();
        let now = pieces(&reader).await;
        assert_eq!(report(&now).findings, []);
        assert!(now.starts_with(&before), "a snapshot is not the beginning of the next");
        before = now;
        snapshots += 1;
        if last {
            break;
        }
    }
    writing.await.unwrap();
    println!("readers: {snapshots} snapshots under writes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_a_reader_kept_long_is_short_again_when_the_reader_is_gone() {
    let folder = tale::quick_folder();
    let store = tale::create(folder.path()).await.unwrap();
    let log = || std::fs::metadata(folder.path().join("tieout.db-wal")).map_or(0, |log| log.len());
    let append = async |number: u64| {
        let mut teller = Teller::new(number);
        for _ in 0..ENTRIES / TOGETHER {
            let drafts = (0..TOGETHER).map(|_| teller.setting(0)).collect();
            store.append(drafts).await.unwrap();
        }
    };
    append(1).await;
    let unread = log();
    // Held open by somebody who has read the first piece of the evidence and not the rest.
    let reader = store.reader();
    let mut held = reader.evidence().unwrap();
    assert!(held.next().is_some());
    append(2).await;
    let beside = log();
    assert!(beside < 2 * unread, "{beside} bytes, and {unread} without a reader");
    drop(held);
    // And by somebody who needs one moment of the trail for as long as they copy it.
    let held = tokio::task::spawn_blocking(move || reader.snapshot().unwrap()).await.unwrap();
    append(3).await;
    let kept = log();
    drop(held);
    append(4).await;
    let after = log();
    println!(
        "readers: the log has {unread} bytes without a reader, {beside} beside evidence that is held, {kept} beside a \
         snapshot, {after} after it"
    );
    // It is begun anew in its old length, so it grows no further.
    assert!(after < kept + unread, "{after} bytes");
    store.close().await;
    assert_eq!(log(), 0, "closing leaves no log");
}
