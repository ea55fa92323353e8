//! `start`: how long `tieout trail list --limit 50` takes on a workspace of many calls, from the start of the process
//! to its end: what a person waits for who types it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::arguments::Arguments;
use crate::many_calls::ManyCalls;
use crate::report::{Figure, Goal, Report};
use crate::rounds::{Rounds, interleaved};
use crate::scene::millis;
use crate::trouble::{Outcome, trouble};
use crate::workspace::PASSPHRASE;

/// What it may take, in milliseconds.
const GOAL: f64 = 60.0;
const ROWS: usize = 50;

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let program = beside()?;
    let many = ManyCalls::of_entries(&arguments.into, arguments.entries).await?;
    let (folder, entries) = (many.folder.clone(), many.reader.head().await?.0);
    many.close().await;
    let mut passphrase = tempfile::NamedTempFile::new_in(&arguments.into)?;
    std::io::Write::write_all(&mut passphrase, PASSPHRASE.as_bytes())?;
    let rounds = Rounds { before: 3, counted: arguments.rounds.unwrap_or(51) };
    let limit = ROWS.to_string();
    let [list, bare] = interleaved::<2>(rounds, async |case| match case {
        0 => {
            let mut command = Command::new(&program);
            command.args(["trail", "list", "--limit", &limit]).arg("--workspace").arg(&folder);
            timed(command.env("TIEOUT_PASSPHRASE_FILE", passphrase.path()), ROWS)
        }
        _ => timed(Command::new(&program).arg("--version"), 1),
    })
    .await?;
    let what = format!("{ROWS} rows of {entries} entries");
    let bound = ("`tieout --version`", &bare[..]);
    let figures = vec![Figure::against(what, "ms", &list, bound, Some(Goal::AtMost(GOAL)))];
    let notes = vec![
        "The keys lie in a file whose passphrase is hardly stretched; as it is shipped, that takes half a second more."
            .to_owned(),
    ];
    Ok(Report { name: "start", figures, notes })
}

/// Runs it to its end, which must be a good one with so many lines; how long that took, in milliseconds.
fn timed(command: &mut Command, lines: usize) -> Outcome<f64> {
    let begun = Instant::now();
    let ended = command.output()?;
    let took = millis(begun.elapsed());
    let printed = ended.stdout.iter().filter(|byte| **byte == b'\n').count();
    if !ended.status.success() || printed != lines {
        let words = String::from_utf8_lossy(&ended.stderr);
        return trouble(format!("{} after {printed} lines of {lines}: {words}", ended.status));
    }
    Ok(took)
}

/// The command line that was built as this program was.
fn beside() -> Outcome<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(format!("tieout{}", std::env::consts::EXE_SUFFIX));
    if Path::is_file(&program) {
        return Ok(program);
    }
    trouble(format!("{} is missing: build the package `cli` as this one was built", program.display()))
}
