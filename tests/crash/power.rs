//! A power cut at any moment: what was acknowledged is there, and what is there is what was written.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use domain::id::Seq;
use store::{Piece, Store, StoreError};

use super::replay::{Disk, Event, Loss, events};
use super::shim;
use crate::trail::evidence::{pieces, sound};
use crate::trail::tale::{self, Chance, Teller, times};

/// Moments at which the power goes, each in every way that a disk may lose what was not synced; `TIEOUT_CUTS` tries
/// more.
const CUTS: usize = 1_000;
/// Bytes of a result of which two make the log longer than the store lets it be.
const LONG_LOG: usize = 3_600_000;
/// Moments where syncs of the log are left out.
const CONTROL_CUTS: usize = 200;

/// The program whose power goes. It says each acknowledged number in one write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subject() {
    let Some(dir) = shim::subject() else { return };
    let say = Arc::new(Mutex::new(()));
    let store = tale::create(&dir).await.unwrap();
    acknowledged(&say, Seq(0));
    all_tell(&store, 1, &say).await;
    store.close().await;
    let (store, _) = tale::open(&dir, 2).await.unwrap();
    // A run that ends in the middle of everything.
    let mut teller = Teller::new(4);
    for drafts in teller.conversation(0).into_iter().take(4) {
        acknowledged(&say, *store.append(drafts).await.unwrap().last().unwrap());
    }
    drop(store);
    let (store, recovery) = tale::open(&dir, 3).await.unwrap();
    assert_eq!(recovery.unknown.len(), 1);
    all_tell(&store, 5, &say).await;
    store.close().await;
}

/// One whose log grows so long that it is moved into the database while it writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subject_with_a_long_log() {
    let Some(dir) = shim::subject() else { return };
    let say = Arc::new(Mutex::new(()));
    let store = tale::create(&dir).await.unwrap();
    acknowledged(&say, Seq(0));
    let mut teller = Teller::new(1);
    for _ in 0..2 {
        for drafts in teller.conversation(LONG_LOG) {
            acknowledged(&say, *store.append(drafts).await.unwrap().last().unwrap());
        }
    }
    all_tell(&store, 2, &say).await;
    store.close().await;
}

/// Three tell a conversation each, all at once.
async fn all_tell(store: &Store, first: u64, say: &Arc<Mutex<()>>) {
    let tellers = (first..first + 3).map(|number| {
        let (store, say) = (store.clone(), Arc::clone(say));
        tokio::spawn(async move {
            for drafts in Teller::new(number).conversation(200) {
                acknowledged(&say, *store.append(drafts).await.unwrap().last().unwrap());
            }
        })
    });
    for teller in tellers.collect::<Vec<_>>() {
        teller.await.unwrap();
    }
}

fn acknowledged(say: &Mutex<()>, seq: Seq) {
    let _one_at_a_time = say.lock().unwrap();
    println!("acknowledged {seq}");
}

#[test]
fn nothing_acknowledged_is_lost_when_the_power_goes() {
    let run = Run::of("subject");
    let points = points(&run.events, times("TIEOUT_CUTS", CUTS), 1);
    run.loses_nothing_at(&points);
}

#[test]
fn nor_while_the_log_is_moved_into_the_database() {
    let run = Run::of("subject_with_a_long_log");
    let mut chance = Chance::new(3);
    let moved = run.moved_at();
    assert!(moved.len() > 1_000, "the log was never moved: {} pages", moved.len());
    let mut points: Vec<usize> =
        (0..times("TIEOUT_CUTS", CUTS) / 20).map(|_| moved[chance.below(moved.len())]).collect();
    points.sort_unstable();
    run.loses_nothing_at(&points);
}

/// The failing control. With `synchronous=NORMAL` the log is synced only before it is moved into the database: the same
/// cuts then take acknowledged entries with them, and what is left looks sound. If this finds no loss, the test above
/// sees nothing.
#[test]
fn the_same_cuts_do_lose_entries_when_the_log_is_not_synced() {
    let mut run = Run::of("subject");
    let before = run.events.len();
    run.leave_out_syncs_of_the_log();
    assert!(run.events.len() < before);
    let points = points(&run.events, CONTROL_CUTS, 2);
    let lost = run.in_two(&points, |disk, acknowledged, seed| {
        let folder = tale::quick_folder();
        disk.cut(folder.path(), Loss::Drop, &mut Chance::new(seed));
        usize::from(tokio_run(whole_after(folder.path(), acknowledged, &run.leaves)).is_err())
    });
    println!("power, control: lost entries at {lost} of {} cuts", points.len());
    assert!(lost * 3 > points.len(), "{lost} of {}", points.len());
}

/// What the subject did, and the trail that it wrote.
struct Run {
    events: Vec<Event>,
    leaves: Vec<[u8; 32]>,
}

impl Run {
    fn of(subject: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (dir, log) = (folder.path().join("workspace"), folder.path().join("log"));
        std::fs::create_dir(&dir).unwrap();
        let mut command = shim::again(&format!("crash::power::{subject}"), &dir);
        shim::watch(&mut command, &dir).env("TIEOUT_SHIM_LOG", &log);
        let ran = command.output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let events = without_reserve(events(&std::fs::read(log).unwrap()));
        for event in &events {
            if let Event::Mapped { name } = event {
                assert!(name.ends_with("-shm"), "{name} is written in a way that this test doesn't see");
            }
        }
        let leaves = tokio_run(async {
            let (store, _) = tale::open(&dir, 9).await.unwrap();
            leaves(sound(&store).await)
        });
        Self { events, leaves }
    }

    fn leave_out_syncs_of_the_log(&mut self) {
        let mut names: HashMap<u64, &str> = HashMap::new();
        let mut left = Vec::new();
        for (place, event) in self.events.iter().enumerate() {
            match event {
                Event::Made { inode, name } => drop(names.insert(*inode, name)),
                Event::Synced { inode } if names[inode] == "tieout.db-wal" => {
                    let next = self.events[place..].iter().find_map(|event| match event {
                        Event::Written { inode, .. } => names.get(inode).copied(),
                        _ => None,
                    });
                    if next != Some("tieout.db") {
                        continue;
                    }
                }
                _ => {}
            }
            left.push(event.clone());
        }
        self.events = left;
    }

    /// Where pages were put into the database.
    fn moved_at(&self) -> Vec<usize> {
        let mut database = 0;
        let mut moved = Vec::new();
        for (place, event) in self.events.iter().enumerate() {
            match event {
                Event::Made { inode, name } if name == "tieout.db" => database = *inode,
                Event::Written { inode, .. } if *inode == database => moved.push(place),
                _ => {}
            }
        }
        moved
    }

    /// Cuts the power at each point in every way, and looks at what is left.
    fn loses_nothing_at(&self, points: &[usize]) {
        let tried = self.in_two(points, |disk, acknowledged, seed| {
            for (number, loss) in Loss::ALL.into_iter().enumerate() {
                let folder = tale::quick_folder();
                disk.cut(folder.path(), loss, &mut Chance::new(seed * 3 + number as u64));
                let holds = whole_after(folder.path(), acknowledged, &self.leaves);
                tokio_run(holds)
                    .unwrap_or_else(|why| panic!("cut {seed}, {loss:?}, {acknowledged:?}: {why}"));
            }
            Loss::ALL.len()
        });
        println!("power: {} cuts in {tried} states of the disk, {} events", points.len(), self.events.len());
        assert_eq!(tried, points.len() * Loss::ALL.len());
    }

    /// Plays to each point, on two threads, and adds up what `tried` gives for the disk there and the last number that
    /// had been acknowledged.
    fn in_two(&self, points: &[usize], tried: impl Fn(&Disk, Option<Seq>, u64) -> usize + Sync) -> usize {
        let half = |odd: usize| {
            let (mut disk, mut acknowledged, mut sum) = (Disk::default(), None, 0);
            let mut points = points.iter().copied().enumerate().filter(|(number, _)| number % 2 == odd);
            let mut next = points.next();
            for place in 0..=self.events.len() {
                while let Some((number, _)) = next.filter(|(_, point)| *point == place) {
                    sum += tried(&disk, acknowledged, number as u64);
                    next = points.next();
                }
                let Some(event) = self.events.get(place) else { break };
                disk.take(event);
                if let Event::Said(words) = event {
                    let said =
                        words.lines().filter_map(|line| line.split_once("acknowledged ")?.1.parse().ok());
                    acknowledged = acknowledged.max(said.map(Seq).max());
                }
            }
            sum
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(|| half(1));
            half(0) + other.join().unwrap()
        })
    }
}

/// The file of nothing that is kept for a full disk is four times as long as everything else together, and whole or not,
/// it is made anew.
fn without_reserve(events: Vec<Event>) -> Vec<Event> {
    let mut reserve = None;
    let is_kept = |event: &Event| match event {
        Event::Made { inode, name } => {
            let made = name == "reserve";
            if made || reserve == Some(*inode) {
                reserve = made.then_some(*inode);
            }
            !made
        }
        Event::Written { inode, .. } | Event::Cut { inode, .. } | Event::Synced { inode } => {
            reserve != Some(*inode)
        }
        _ => true,
    };
    events.into_iter().filter(is_kept).collect()
}

/// Points between events, in order. Half of them stand right after something was acknowledged, where there is most to
/// lose.
fn points(events: &[Event], count: usize, seed: u64) -> Vec<usize> {
    let mut chance = Chance::new(seed);
    let said: Vec<usize> = (0..events.len())
        .filter(|place| matches!(&events[*place], Event::Said(words) if words.contains("acknowledged")))
        .collect();
    let any = |number: usize| {
        if number.is_multiple_of(2) {
            chance.below(events.len() + 1)
        } else {
            said[chance.below(said.len())] + 1 + chance.below(3)
        }
    };
    let mut points: Vec<usize> = (0..count).map(any).map(|point| point.min(events.len())).collect();
    points.sort_unstable();
    points
}

/// Opens what a power cut left and looks at everything; then once more.
pub(super) async fn whole_after(
    dir: &Path,
    acknowledged: Option<Seq>,
    written: &[[u8; 32]],
) -> Result<(), String> {
    let store = match tale::open(dir, 10).await {
        Ok((store, _)) => store,
        Err(StoreError::NotAWorkspace(_)) if acknowledged.is_none() => {
            // It says clearly that there never was one, and then one can be made.
            tale::create(dir).await.map_err(|error| format!("making it again: {error}"))?
        }
        Err(error) => return Err(error.to_string()),
    };
    let found = pieces(&store.reader()).await;
    let report = crate::trail::evidence::report(&found);
    if !report.findings.is_empty() {
        return Err(format!("{:?}", report.findings));
    }
    let projections = store.reader().check_projections().await.map_err(|error| error.to_string())?;
    if !projections.is_empty() {
        return Err(format!("{projections:?}"));
    }
    let leaves = leaves(found);
    if let Some(Seq(last)) = acknowledged {
        let kept = usize::try_from(last).unwrap() + 1;
        if leaves.get(..kept) != Some(&written[..kept]) {
            return Err(format!("{} entries are left, and {kept} were acknowledged", leaves.len()));
        }
    }
    store.close().await;
    let (store, recovery) = tale::open(dir, 11).await.map_err(|error| format!("the second time: {error}"))?;
    let again = store.reader().head().await.map_err(|error| error.to_string())?.0;
    store.close().await;
    if recovery.is_empty() && again == leaves.len() as u64 {
        Ok(())
    } else {
        Err(format!("the second opening did something: {recovery:?}"))
    }
}

pub(super) fn leaves(pieces: Vec<Piece>) -> Vec<[u8; 32]> {
    let leaf = |piece| match piece {
        Piece::Entry { leaf, .. } => Some(leaf),
        _ => None,
    };
    pieces.into_iter().filter_map(leaf).collect()
}

fn tokio_run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
