//! The wall clock may say what it likes: order is that of the entries.

use domain::entry::Entry;
use store::Piece;

use super::evidence::sound;
use super::tale::{self, Chance, Teller};

/// A year, in microseconds.
const YEAR: i64 = 365 * 24 * 60 * 60 * 1_000_000;

#[tokio::test]
async fn a_clock_that_goes_a_year_back_and_forth_changes_no_order() {
    let folder = tempfile::tempdir().unwrap();
    tale::create(folder.path()).await.unwrap().close().await;
    let mut chance = Chance::new(1);
    let (mut jumps, mut written) = (0, 1);
    for run in 2..12 {
        let (store, _) = tale::open(folder.path(), run).await.unwrap();
        let mut teller = Teller::new(run);
        for year in [0, -YEAR, YEAR, -YEAR / 2] {
            teller.clock = year + i64::try_from(chance.below(1_000_000)).unwrap();
            jumps += 1;
            for drafts in teller.conversation(0) {
                let count = drafts.len() as u64;
                let seqs = store.append(drafts).await.unwrap();
                assert!(seqs.iter().map(|seq| seq.0).eq(written..written + count));
                written += count;
            }
        }
        let pieces = sound(&store).await;
        store.close().await;
        let entries: Vec<Entry> = pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Entry { body, .. } => Some(Entry::from_body(body).unwrap()),
                _ => None,
            })
            .collect();
        assert!(entries.iter().zip(0..).all(|(entry, seq)| entry.seq.0 == seq));
        // The record says what the clock said, right or wrong.
        assert!(!entries.is_sorted_by_key(|entry| entry.at));
    }
    println!("clocks: {jumps} jumps of up to two years, in and between 10 runs");
}
