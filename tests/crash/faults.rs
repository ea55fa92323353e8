//! A disk that is full, broken or read-only, at every change of a run, one after the other: nothing is acknowledged that
//! is not there, nothing may be sent once the trail could not be written, and when the disk is well again so is the
//! workspace.

use std::fs;
use std::path::Path;

use domain::entry::Draft;
use domain::fact::Fact;
use domain::id::Seq;
use store::{Store, StoreError};

use super::power::{leaves, whole_after};
use super::shim;
use crate::trail::evidence::sound;
use crate::trail::tale::{self, Teller};

/// What disks answer, by Linux's numbers, and whether they answer so once or from then on.
const ERRORS: [(&str, i32, &str); 4] =
    [("EIO", 5, "once"), ("ENOSPC", 28, "once"), ("ENOSPC", 28, "on"), ("EROFS", 30, "on")];

#[test]
fn no_fault_of_the_disk_makes_a_false_acknowledgement() {
    let folder = tale::quick_folder();
    let mut command = shim::again("crash::faults::subject_of_faults", folder.path());
    let ran = shim::watch(&mut command, folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
    let tally = said.lines().find_map(|line| line.split_once("faults: ")).expect("it says what it tried").1;
    println!("faults: {tally}");
}

/// Tries every fault at every place. It runs under the shim, which takes its orders by way of names that it opens.
#[tokio::test]
async fn subject_of_faults() {
    let Some(folder) = shim::subject() else { return };
    let base = folder.join("base");
    let store = tale::create(&base).await.unwrap();
    let mut teller = Teller::new(1);
    // The run before ended with a call under way, so that opening writes too.
    for drafts in teller.conversation(0).into_iter().take(4) {
        store.append(drafts).await.unwrap();
    }
    drop(store);
    let clean = copy(&base, &folder.join("clean"));
    let reference = {
        let story = tell(&clean).await;
        assert!(story.failed.is_none(), "{:?}", story.failed);
        let (store, _) = tale::open(&clean, 9).await.unwrap();
        leaves(sound(&store).await)
    };
    let (mut tried, mut stopped) = (0, 0);
    for (name, number, how) in ERRORS {
        for change in 1.. {
            let dir = copy(&base, &folder.join(format!("{name}-{how}-{change}")));
            order(&format!("arm/{number}/{change}/{how}"));
            let story = tell(&dir).await;
            let struck = order("disarm") == std::io::ErrorKind::AlreadyExists;
            if !struck {
                assert!(story.failed.is_none(), "{:?}", story.failed);
                break;
            }
            tried += 1;
            stopped += usize::from(story.failed.is_some());
            let whole = whole_after(&dir, story.acknowledged, &reference).await;
            whole.unwrap_or_else(|why| panic!("{name} {how} at change {change}: {why}"));
            fs::remove_dir_all(&dir).unwrap();
        }
    }
    // Not every change matters: a note of who writes, say, or moving the log, which is done again.
    println!("faults: {tried} faults, of which {stopped} stopped the trail, and the others did no harm");
    assert!(stopped * 4 > tried, "{stopped} of {tried}");
}

/// What a run could write.
struct Told {
    acknowledged: Option<Seq>,
    failed: Option<StoreError>,
}

/// Opens the workspace and tells until something fails; then asks once more for leave to send.
async fn tell(dir: &Path) -> Told {
    // The base had its entries before the fault, so that they are there is part of what is looked at.
    let mut acknowledged = Some(Seq(0));
    let store = match tale::open(dir, 2).await {
        Ok((store, _)) => store,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return Told { acknowledged, failed: Some(error) };
        }
    };
    let mut failed = None;
    // Tellers of one number tell the same.
    let told = || Teller::new(2).conversation(2_000).into_iter();
    for (drafts, again) in told().zip(told()) {
        let written = match write(&store, drafts).await {
            // The disk was full once: the room kept for that took what was under way, and now there is room again.
            Err(StoreError::Full) if failed.is_none() => write(&store, again).await,
            written => written,
        };
        match written {
            Ok(seq) if failed.is_none() => acknowledged = Some(seq),
            Ok(seq) => panic!("entry {seq} was acknowledged after {failed:?}"),
            Err(error) => {
                assert!(error.is_fatal(), "{error:?}");
                assert!(error.to_string().contains("nothing may be sent"), "{error}");
                failed.get_or_insert(error);
            }
        }
    }
    store.close().await;
    Told { acknowledged, failed }
}

/// Intents go by the door that gives leave to send.
async fn write(store: &Store, mut drafts: Vec<Draft>) -> Result<Seq, StoreError> {
    let is_intent = |draft: &Draft| matches!(draft.fact, Fact::CallSent { .. } | Fact::ModelCalled { .. });
    if drafts.len() == 1 && is_intent(&drafts[0]) {
        return Ok(store.intend(drafts.remove(0)).await?.seq());
    }
    Ok(*store.append(drafts).await?.last().unwrap())
}

/// Gives the shim an order.
pub(super) fn order(words: &str) -> std::io::ErrorKind {
    fs::File::open(Path::new("/tieout-shim").join(words)).expect_err("there is no such file").kind()
}

fn copy(from: &Path, to: &Path) -> std::path::PathBuf {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::write(to.join(file.file_name()), fs::read(file.path()).unwrap()).unwrap();
    }
    to.to_owned()
}
