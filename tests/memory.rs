//! A thousand results of a megabyte in one batch: whole on record, and never all at one time in memory.

use std::path::PathBuf;
use std::time::Duration;

use rehearsal::{Plan, Rehearsal, Script, ScriptedReply};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::scene::workspace::Workspace;
use crate::scene::{call, soon};

const CALLS: usize = 1_000;
const MEGABYTE: usize = 1 << 20;
/// What the issue allows.
const MOST: usize = 300 << 20;

/// The most memory that a process has held so far, in bytes; `None` when it is gone.
fn most_held(status: &PathBuf) -> Option<usize> {
    let status = std::fs::read_to_string(status).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<usize>().ok()? * 1024)
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_megabytes_stay_under_three_hundred() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    workspace.tieout(&["settings", "set", "batch_calls", "1000"]).await.ends(0);
    // Each of another size, so that none is answered with another's result.
    let big = |place: usize| call(&place.to_string(), "echo__big", json!({ "bytes": MEGABYTE + place }));
    let replies = [ScriptedReply::calls((0..CALLS).map(big)), ScriptedReply::text("Done.")];
    rehearsal.model_script(Script::new(replies));

    let mut child = workspace.command(&["ask", "Do it", "--json"]).spawn().unwrap();
    let status = PathBuf::from(format!("/proc/{}/status", child.id().unwrap()));
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let (mut most, mut returned) = (0, 0);
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    loop {
        tokio::select! {
            line = soon("the turn goes on", said.next_line()) => {
                let Some(line) = line.unwrap() else { break };
                returned += usize::from(line.contains("\"call_ended\"") && line.contains("\"returned\""));
                most = most_held(&status).unwrap_or(0).max(most);
            }
            _ = looks.tick() => most = most_held(&status).unwrap_or(0).max(most),
        }
    }
    assert!(soon("the program ends", child.wait()).await.unwrap().success());
    assert_eq!(returned, CALLS);
    println!("memory: {CALLS} results of 1 MB, at most {} MB held", most >> 20);
    assert!(most > 0 && most < MOST, "{} MB held", most >> 20);

    let engine = workspace.open_to_read().await;
    let calls =
        engine.calls(engine::CallQuery { limit: 1_000, ..engine::CallQuery::default() }).await.unwrap();
    assert_eq!(calls.len(), CALLS);
    assert!(calls.iter().all(|row| row.size >= MEGABYTE as u64), "each is there whole");
    engine.shutdown().await;
    soon("the company closes", rehearsal.stop()).await;
}
