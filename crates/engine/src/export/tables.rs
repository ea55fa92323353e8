//! The tables in a bundle: convenience, not evidence.

use std::io::{self, Seek, Write};

use domain::id::Seq;
use evidence::{Bundler, View};
use exports::csv;
use store::{Snapshot, StoreError};

use super::halt::{Halt, Progress};

/// Both tables, of these entries and of the calls that these ask for.
pub(super) fn write(
    snapshot: &Snapshot,
    entries: impl Iterator<Item = Seq>,
    calls: &[Seq],
    bundler: &mut Bundler<impl Write + Seek>,
    progress: &mut Progress,
) -> Result<(), Halt> {
    table(bundler, View::Entries, |out| {
        out.write_all(csv::Entries::header().as_bytes())?;
        for seq in entries {
            if let Some(entry) = sound(snapshot.entry(seq))?.flatten() {
                out.write_all(csv::Entries::row(&entry).as_bytes())?;
            }
            progress.step()?;
        }
        Ok(())
    })?;
    table(bundler, View::Calls, |out| {
        out.write_all(csv::Calls::header().as_bytes())?;
        for seq in calls {
            if let Some(row) = sound(snapshot.call_at(*seq))?.flatten() {
                let (_, leaf) = snapshot.body(*seq)?;
                out.write_all(csv::Calls::row(&row, &leaf.to_hex()).as_bytes())?;
            }
            progress.step()?;
        }
        Ok(())
    })
}

/// What does not read is left out: a trail that does not hold must still give a bundle, whose reader learns why.
fn sound<T>(read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(StoreError::Damaged { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A table's lines come from the trail, so that they fail in more ways than a file's.
fn table(
    bundler: &mut Bundler<impl Write + Seek>,
    view: View,
    rows: impl FnOnce(&mut dyn Write) -> Result<(), Halt>,
) -> Result<(), Halt> {
    let mut halted = None;
    let written = bundler.view(view, |out| {
        rows(out).map_err(|halt| {
            halted = Some(halt);
            io::Error::other("the table ended early")
        })
    });
    match halted {
        Some(halt) => Err(halt),
        None => Ok(written?),
    }
}
