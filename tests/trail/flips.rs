//! A bit turned around, anywhere: in what the database holds, or in its file.

use std::collections::BTreeSet;

use store::{DatabaseKey, Piece, Reader};

use super::evidence::{pieces, report, sound};
use super::tale::{self, Chance, KEY, Teller, times};

/// Bits of the content and bits of the file; `TIEOUT_FLIPS` and `TIEOUT_FILE_FLIPS` try more.
const FLIPS: usize = 10_000;
const FILE_FLIPS: usize = 400;

#[tokio::test]
async fn every_bit_of_what_is_stored_counts() {
    let short = written(1, 0).await;
    // Long enough for a hash of the tree's next level.
    let long = written(22, 0).await;
    assert!(long.iter().any(|piece| matches!(piece, Piece::Tile { .. })));
    let flips = times("TIEOUT_FLIPS", FLIPS);
    let half = |odd: usize| {
        for number in (0..flips).filter(|number| number % 2 == odd) {
            let mut chance = Chance::new(number as u64);
            // Most in the short one, which is checked quickly.
            let mut changed = if number.is_multiple_of(128) { long.clone() } else { short.clone() };
            let place = chance.below(changed.len());
            let was = changed[place].clone();
            flip(&mut changed[place], &mut chance);
            assert_ne!(was, changed[place]);
            assert!(!report(&changed).findings.is_empty(), "flip {number} passes for {was:?}");
        }
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        half(0);
        other.join().unwrap();
    });
    println!("flips: {flips} of single bits, each reported");
}

/// SQLCipher's page codes refuse a page that was changed, or nothing reads that page: what is read is never something
/// else.
#[tokio::test]
async fn a_bit_of_the_file_is_refused_or_read_by_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let store = tale::create(folder.path()).await.unwrap();
    for drafts in Teller::new(1).conversation(5_000) {
        store.append(drafts).await.unwrap();
    }
    let whole = sound(&store).await;
    store.close().await;
    let sound = std::fs::read(folder.path().join("tieout.db")).unwrap();
    let (mut refused, mut unread) = (0, 0);
    let flips = times("TIEOUT_FILE_FLIPS", FILE_FLIPS);
    let mut chance = Chance::new(5);
    for number in 0..flips {
        let copy = tale::quick_folder();
        let mut bytes = sound.clone();
        // Through all pages by turns.
        let at = (number * 4096 + chance.below(4096)) % bytes.len();
        bytes[at] ^= 1 << chance.below(8);
        std::fs::write(copy.path().join("tieout.db"), bytes).unwrap();
        match read(copy.path()).await {
            None => refused += 1,
            Some(found) if found == whole => unread += 1,
            Some(_) => panic!("bit {number}, in byte {at}, makes another trail"),
        }
    }
    println!("file flips: {flips}, {refused} refused, {unread} where nothing of the trail is read");
    assert!(refused > 0);
}

async fn read(dir: &std::path::Path) -> Option<Vec<Piece>> {
    let reader = Reader::open(dir, DatabaseKey::new(KEY)).await.ok()?;
    tokio::task::spawn_blocking(move || reader.evidence().ok()?.collect::<Result<_, _>>().ok()).await.unwrap()
}

async fn written(conversations: usize, bulk: usize) -> Vec<Piece> {
    let folder = tale::quick_folder();
    let store = tale::create(folder.path()).await.unwrap();
    let mut teller = Teller::new(1);
    for _ in 0..conversations {
        for drafts in teller.conversation(bulk) {
            store.append(drafts).await.unwrap();
        }
    }
    let found = pieces(&store.reader()).await;
    assert_eq!(report(&found).findings, []);
    let kinds: BTreeSet<u8> = found
        .iter()
        .map(|piece| match piece {
            Piece::Entry { .. } => 0,
            Piece::Payload { .. } => 1,
            Piece::Tile { .. } => 2,
            Piece::Checkpoint { .. } => 3,
        })
        .collect();
    assert!(kinds.len() >= 3);
    found
}

/// Turns one bit of one of a piece's columns.
fn flip(piece: &mut Piece, chance: &mut Chance) {
    let in_bytes = |bytes: &mut [u8], chance: &mut Chance| {
        let at = chance.below(bytes.len());
        bytes[at] ^= 1 << chance.below(8);
    };
    // SQLite's integers are of 63 bits where they are never negative.
    let in_number = |number: &mut u64, chance: &mut Chance| *number ^= 1 << chance.below(63);
    match piece {
        Piece::Entry { seq, body, leaf } => match chance.below(8) {
            0 => in_bytes(leaf, chance),
            1 => in_number(&mut seq.0, chance),
            _ => in_bytes(body, chance),
        },
        Piece::Payload { commitment, secret, bytes, .. } => match chance.below(3) {
            0 => in_bytes(&mut commitment.0, chance),
            1 => in_bytes(secret, chance),
            _ => in_bytes(bytes, chance),
        },
        Piece::Tile { level, index, hash } => match chance.below(3) {
            0 => *level ^= 1 << chance.below(8),
            1 => in_number(index, chance),
            _ => in_bytes(hash, chance),
        },
        Piece::Checkpoint { size, note } => {
            if chance.below(8) == 0 {
                in_number(size, chance);
            } else {
                let mut bytes = std::mem::take(note).into_bytes();
                in_bytes(&mut bytes, chance);
                *note = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
    }
}
