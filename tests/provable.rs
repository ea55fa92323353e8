//! Promise 10: provable by strangers. What a stranger needs of each entry, its body, the path, the signed checkpoint and
//! the key from the first entry, is taken from what the program gives away, and checked with the tree's own rules.

use std::path::Path;

use domain::fact::Fact;
use domain::id::Seq;
use rehearsal::{Plan, Rehearsal};
use tlog::{Hash, Verifier, leaf_hash, verify_inclusion};

use crate::scene::workspace::Workspace;
use crate::scene::{Scene, soon};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_entry_proves_that_it_is_in_the_trail() {
    let scene = Scene::instant().await;
    scene.ask(Rehearsal::demo_question().text).await;
    scene.ask("Compare customers 1001, 1002 and 999999").await;
    let record = scene.record().await;
    let Fact::TrailOpened { vkey, .. } = &record.entries[0].fact else {
        panic!("the first entry opens the trail")
    };
    let verifier = Verifier::from_vkey(vkey).unwrap();
    for entry in &record.entries {
        let proof = scene.engine.prove(entry.seq).await.unwrap();
        let body = entry.to_body().unwrap();
        let leaf = leaf_hash(&body);
        assert_eq!(proof.leaf, leaf.to_hex());
        assert_eq!(scene.engine.entry(entry.seq).await.unwrap().body.canonical().as_bytes(), body);
        let signed = verifier.open(&proof.checkpoint).unwrap();
        assert_eq!(signed.size, record.entries.len() as u64);
        let path: Vec<Hash> = proof.path.iter().map(|hash| Hash::from_base64(hash).unwrap()).collect();
        verify_inclusion(&leaf, entry.seq.0, signed.size, &path, &signed.root).unwrap();

        // The proof is of this entry, in this place, and of no other.
        let mut altered = body;
        altered.push(b' ');
        assert!(
            verify_inclusion(&leaf_hash(&altered), entry.seq.0, signed.size, &path, &signed.root).is_err()
        );
        let other = (entry.seq.0 + 1) % signed.size;
        assert!(verify_inclusion(&leaf, other, signed.size, &path, &signed.root).is_err());
    }
    assert!(scene.engine.prove(Seq(record.entries.len() as u64)).await.is_err(), "there is no such entry");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_of_another_trail_proves_nothing_here() {
    let (one, other) = (Scene::instant().await, Scene::instant().await);
    let Fact::TrailOpened { vkey, .. } = one.record().await.entries.remove(0).fact else {
        panic!("no trail")
    };
    let foreign = other.engine.prove(Seq(0)).await.unwrap();
    assert!(Verifier::from_vkey(&vkey).unwrap().open(&foreign.checkpoint).is_err());
    one.close().await;
    other.close().await;
}

/// A byte of the database is turned around, once in each of many places. The trail is then either still whole in every
/// piece (the byte lay in a page that nothing uses, or in an index that is rebuilt from the entries), or it is said to be
/// damaged; it never verifies as another trail.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_byte_that_was_changed_on_disk_is_noticed() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    workspace.tieout(&["ask", Rehearsal::demo_question().text]).await.ends(0);
    let root = workspace.tieout(&["trail", "verify", "--json"]).await.ends(0).object("verify_report")["root"]
        .clone();
    let database = workspace.dir().join("tieout.db");
    let sound = std::fs::read(&database).unwrap();
    let mut noticed = 0;
    let places = 24;
    for place in 0..places {
        let mut bytes = sound.clone();
        bytes[place * sound.len() / places + 100] ^= 0x01;
        put(&database, &bytes);
        let run = workspace.tieout(&["trail", "verify", "--json"]).await;
        match run.code() {
            Some(0) => {
                assert_eq!(run.object("verify_report")["root"], root, "another trail than was written")
            }
            Some(1 | 3 | 4) => noticed += 1,
            code => panic!("{code:?}: {}", run.err),
        }
    }
    assert!(noticed * 2 > places, "noticed {noticed} of {places}");
    put(&database, &sound);
    workspace.tieout(&["trail", "verify"]).await.ends(0);
    soon("the company closes", rehearsal.stop()).await;
}

/// Puts a database in place as somebody would who copies files: no log of an open one lies beside it.
fn put(database: &Path, bytes: &[u8]) {
    for beside in ["-wal", "-shm"] {
        let mut name = database.as_os_str().to_owned();
        name.push(beside);
        // Closing has taken it away already, unless the close before failed.
        let _gone = std::fs::remove_file(name);
    }
    std::fs::write(database, bytes).unwrap();
}
