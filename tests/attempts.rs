//! Killed in the middle of attempts and of early starts: opening closes what was open, the trail verifies, and nothing
//! is sent again.

use std::collections::BTreeMap;

use domain::fact::{Fact, Stopped};
use domain::id::CallId;
use domain::outcome::Outcome;
use rehearsal::{Fault, Pace, Plan, Rehearsal, Script, ScriptedCall, ScriptedMessage, ScriptedReply, Times};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::scene::record::{self, Record};
use crate::scene::workspace::Workspace;
use crate::scene::{call, soon};

/// The program asks, and is killed as soon as it says something that `moment` waits for.
async fn killed(workspace: &Workspace, moment: impl Fn(&Value) -> bool) {
    let words = ["ask", "Do it", "--json", "--approve", "all", "--early", "on"];
    let mut child = workspace.command(&words).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    loop {
        let line = soon("the turn goes on", said.next_line()).await.unwrap();
        let line = line.expect("it is killed before its end");
        if moment(&serde_json::from_str(&line).unwrap()) {
            break;
        }
    }
    // SIGKILL: not a line of the program runs after it.
    child.start_kill().unwrap();
    soon("the killed program is gone", child.wait()).await.unwrap();
}

/// How each call stood when its program was killed, by what is on record.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Stood {
    sent: usize,
    dropped: bool,
}

/// Opens the workspace and looks at everything: each open call is closed as it stood, nothing is sent, and a second
/// opening has nothing left to do.
async fn reopened(workspace: &Workspace, rehearsal: &Rehearsal) -> Vec<(Stood, Outcome)> {
    let before = rehearsal.requests().len();
    let engine = workspace.open().await;
    let record = Record::of(&engine).await;
    record::none_unrecorded(&record.leaving, &record::arrived(rehearsal));
    record.has_one_outcome_each();
    record::verified(&engine).await;
    assert_eq!(engine.stats().await.unwrap().open_calls, 0);
    engine.shutdown().await;
    assert_eq!(rehearsal.requests().len(), before, "opening sends nothing");

    let boot = record.entries.last().unwrap().boot;
    let mut calls: BTreeMap<CallId, Stood> = BTreeMap::new();
    let mut closed = Vec::new();
    for entry in &record.entries {
        match &entry.fact {
            Fact::CallSent { call, .. } => {
                assert_ne!(entry.boot, boot, "opening sends nothing");
                calls.entry(*call).or_default().sent += 1;
            }
            Fact::CallDropped { call, .. } => calls.entry(*call).or_default().dropped = true,
            Fact::CallEnded { call, outcome, .. } if entry.boot == boot => {
                let stood = calls.get(call).copied().unwrap_or_default();
                let expected = if stood.sent > 0 { Outcome::Unknown } else { Outcome::Cancelled };
                assert_eq!(*outcome, expected, "{call}: {stood:?}");
                closed.push((stood, *outcome));
            }
            Fact::TurnStopped { why, .. } if entry.boot == boot => assert_eq!(*why, Stopped::Crashed),
            _ => {}
        }
    }
    let size = record.entries.len() as u64;
    let engine = workspace.open().await;
    assert_eq!(engine.size().await.unwrap(), size, "there is nothing left to recover");
    engine.shutdown().await;
    closed
}

fn sent_to(rehearsal: &Rehearsal, path: &str) -> usize {
    rehearsal.requests().iter().filter(|request| request.path == path).count()
}

/// A read and an idempotent write are under way again and again, a write that may not be repeated beside them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_and_in_later_attempts() {
    let is = |line: &Value, kind: &str, attempt: u64| line["type"] == kind && line["attempt"] == attempt;
    type Moment<'a> = (&'a str, &'a dyn Fn(&Value) -> bool);
    let moments: [Moment<'_>; 4] = [
        ("an attempt ended", &|line| is(line, "attempt_ended", 1)),
        ("the second left", &|line| is(line, "dispatched", 2)),
        ("the second ended", &|line| is(line, "attempt_ended", 2)),
        ("the third left", &|line| is(line, "dispatched", 3)),
    ];
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let fresh = Workspace::wired(&rehearsal).await;
    for (number, (what, moment)) in moments.into_iter().enumerate() {
        let workspace = fresh.copy();
        rehearsal.forget_requests();
        let [read, put, once] = ["read", "put", "once"].map(|name| format!("{name}{number}"));
        rehearsal.faults().clear();
        rehearsal.faults().set("echo", &format!("/echo/{read}"), Fault::Status(503), Times::Always);
        rehearsal.faults().set("records", &format!("/records/{put}"), Fault::LostAnswer, Times::Always);
        rehearsal.faults().set("echo", &format!("/echo/{once}"), Fault::Hang, Times::Always);
        rehearsal.model_script(Script::new([ScriptedReply::calls([
            call("a", "echo__get", json!({ "id": read })),
            call("b", "records__put", json!({ "id": put, "value": 1 })),
            call("c", "echo__write", json!({ "id": once, "value": 1 })),
        ])]));
        killed(&workspace, moment).await;
        let closed = reopened(&workspace, &rehearsal).await;
        assert!(!closed.is_empty(), "{what}: there was something to close");
        assert!(sent_to(&rehearsal, &format!("/echo/{once}")) <= 1, "{what}: a write was sent twice");
        assert!(sent_to(&rehearsal, &format!("/echo/{read}")) <= 3, "{what}");
        let keys: Vec<_> = rehearsal
            .requests()
            .into_iter()
            .filter(|request| request.path == format!("/records/{put}"))
            .map(|request| request.idempotency_key)
            .collect();
        assert!(keys.iter().all(|key| key.is_some() && *key == keys[0]), "{what}: {keys:?}");
    }
    soon("the company closes", rehearsal.stop()).await;
}

/// The model writes one call after another, slowly, and the reads among them leave while it writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_reads_are_out_early() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let fresh = Workspace::wired(&rehearsal).await;
    type Moment<'a> = (&'a str, &'a dyn Fn(&Value) -> bool);
    let moments: [Moment<'_>; 3] = [
        ("the first left", &|line| line["type"] == "dispatched"),
        ("a result came while the model wrote", &|line| line["type"] == "call_ended"),
        ("the message was whole", &|line| line["type"] == "batch_started"),
    ];
    for (number, (what, moment)) in moments.into_iter().enumerate() {
        let workspace = fresh.copy();
        rehearsal.forget_requests();
        let written = |place: usize| {
            // One answers at once, the others never do before the kill.
            let ms = if place == 1 { 0 } else { 60_000 };
            let arguments = json!({ "id": format!("early{number}.{place}"), "ms": ms });
            ScriptedCall::new(format!("call_{place}"), "echo__get", arguments.to_string()).in_tokens(12)
        };
        let write = call("write", "echo__write", json!({ "id": format!("written{number}"), "value": 1 }));
        let message = ScriptedMessage {
            calls: (0..4).map(written).chain([write]).collect(),
            pace: Some(Pace::Tokens { first: std::time::Duration::ZERO, per_second: 150 }),
            ..ScriptedMessage::default()
        };
        rehearsal.model_script(Script::new([ScriptedReply::Message(message)]));
        killed(&workspace, moment).await;
        let closed = reopened(&workspace, &rehearsal).await;
        assert!(closed.iter().any(|(stood, _)| stood.sent == 1), "{what}: {closed:?}");
        assert!(closed.iter().all(|(stood, _)| stood.sent <= 1), "{what}: {closed:?}");
        for place in 0..4 {
            let sent = sent_to(&rehearsal, &format!("/echo/early{number}.{place}"));
            assert!(sent <= 1, "{what}: a read was sent {sent} times");
        }
        // Nothing of a message that never ended is a batch, and so nothing of it was a write.
        let engine = workspace.open_to_read().await;
        let opened = Record::of(&engine).await.facts().any(|fact| matches!(fact, Fact::BatchOpened { .. }));
        engine.shutdown().await;
        if !opened {
            assert_eq!(sent_to(&rehearsal, &format!("/echo/written{number}")), 0, "{what}");
        }
    }
    soon("the company closes", rehearsal.stop()).await;
}
