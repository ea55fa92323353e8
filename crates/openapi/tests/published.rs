//! What other people publish, by the thousand: how much of it is imported, and for how much more than the time of
//! reading it. `TIEOUT_OPENAPI_TREE` names a folder of documents, whatever else lies in it; without one nothing is done.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic here is a failed test that says where; helpers of tests count as code to the lint"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use openapi::{Operation, Options, import};

/// What is asked of published documents that say they are of OpenAPI.
const IMPORTED_PERCENT: usize = 99;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path
            .extension()
            .is_some_and(|ending| ["json", "yaml", "yml"].iter().any(|one| ending == *one))
        {
            found.push(path);
        }
    }
}

/// Whether a text says itself that it is a document of OpenAPI, and not a part of one or something else.
fn says_so(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&text[..text.len().min(1 << 20)]).into_owned();
    let says = |word: &str| {
        text.lines().any(|line| line.trim_start().trim_start_matches(['"', '\'', '{']).starts_with(word))
            || text.contains(&format!("{{\"{word}\":"))
            || text.contains(&format!(",\"{word}\":"))
    };
    (says("swagger") || says("openapi")) && text.contains("paths")
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let made = work();
    (began.elapsed(), made)
}

#[test]
fn a_tree_of_published_documents_is_imported() {
    let Some(folder) = std::env::var_os("TIEOUT_OPENAPI_TREE") else { return };
    let show = std::env::var_os("TIEOUT_OPENAPI_SHOW").is_some();
    let mut found = Vec::new();
    files(Path::new(&folder), &mut found);
    found.sort();
    let (mut documents, mut imported, mut operations, mut tools) = (0, 0, 0, 0);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut slow: Vec<(f64, Duration, Duration, PathBuf)> = Vec::new();
    for path in found {
        let text = fs::read(&path).unwrap();
        if !says_so(&text) {
            continue;
        }
        documents += 1;
        let parse = || drop(serde_json::from_slice::<serde_json::Value>(&text));
        let (mut parsing, _) = timed(parse);
        let (mut took, made) = timed(|| import(&text, &Options::default()));
        // Another program may have had the machine meanwhile: the least of a few is nearest to the truth.
        for _ in 0..4 {
            if show && took > 2 * parsing {
                parsing = parsing.min(timed(parse).0);
                took = took.min(timed(|| import(&text, &Options::default())).0);
            }
        }
        match made {
            Ok(made) => {
                imported += 1;
                operations += made.operations.len();
                tools += made.tools().count();
                for operation in &made.operations {
                    if let Operation::Skipped(skipped) = operation {
                        *reasons.entry(skipped.reason.chars().take(60).collect()).or_default() += 1;
                    }
                }
            }
            Err(refused) => eprintln!("{}: {refused}", path.display()),
        }
        slow.push((took.as_secs_f64() / parsing.as_secs_f64(), parsing, took, path));
    }
    eprintln!("{imported} of {documents} documents, {tools} of {operations} operations");
    if show {
        slow.retain(|(_, parsing, ..)| *parsing > Duration::from_millis(2));
        slow.sort_by(|a, b| b.0.total_cmp(&a.0));
        let over = slow.iter().filter(|(ratio, ..)| *ratio > 3.0).count();
        eprintln!("{over} of {} took more than three times as long as parsing", slow.len());
        for (ratio, parsing, took, path) in slow.iter().take(25) {
            eprintln!("{ratio:.2} {parsing:?} {took:?} {}", path.display());
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (reason, count) in reasons.iter().take(40) {
            eprintln!("{count} {reason}");
        }
    }
    assert!(imported * 100 >= documents * IMPORTED_PERCENT, "{imported} of {documents}");
}
