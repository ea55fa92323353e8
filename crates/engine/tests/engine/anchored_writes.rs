//! Writes that wait until somebody outside holds a checkpoint of them.

use domain::anchor::AnchorWrites;
use domain::call::Approval;
use domain::event::Happening;
use domain::id::{Seq, TurnId};
use domain::outcome::Outcome;
use domain::view::CallRow;
use engine::{Code, Engine};
use serde_json::json;

use crate::anchors::{first_vkey, verified, witness};
use crate::scene::Scene;

/// Who allows whatever is asked.
async fn allow(engine: &Engine, turn: TurnId, what: &Happening) {
    if let Happening::ApprovalAsked { asks, .. } = what {
        let answers = asks.iter().map(|ask| (ask.call, Approval::Allowed)).collect();
        engine.approve(turn, answers).unwrap();
    }
}

/// The model writes under these ids, and reads once; how the writes ended.
async fn written(scene: &Scene, ids: &[&str]) -> Vec<CallRow> {
    let write = |id: &&str| ("echo__write", json!({ "id": id, "value": 1 }));
    let read = ("echo__get", json!({ "id": "read" }));
    scene.script(vec![ids.iter().map(write).chain([read]).collect()]);
    scene.ask(None, allow).await;
    let mut rows = Vec::new();
    for id in ids {
        rows.push(scene.row("echo.write", id).await);
    }
    rows
}

/// The sizes of the checkpoints that anchors hold, with the entries that say so.
async fn held(engine: &Engine) -> Vec<(u64, u64)> {
    let mut held = Vec::new();
    for seq in 0..engine.size().await.unwrap() {
        let entry = engine.entry(Seq(seq)).await.unwrap();
        if entry.kind == "anchor.recorded" {
            held.push((entry.body.0["size"].as_u64().unwrap(), seq));
        }
    }
    held
}

#[tokio::test]
async fn no_write_leaves_before_an_anchor_holds_the_entry_that_announces_it() {
    let scene = Scene::in_memory().await;
    let refused = scene.engine.save_anchor_writes(AnchorWrites::Require).await.unwrap_err();
    assert_eq!(refused.code(), Code::BadInput, "without an anchor nothing could ever be written");
    assert!(scene.rehearsal.follow(&first_vkey(&scene.engine).await));
    scene.engine.save_anchor(witness("notary", &scene.rehearsal)).await.unwrap();
    scene.engine.save_anchor_writes(AnchorWrites::Require).await.unwrap();
    assert_eq!(scene.engine.anchor_writes().await.unwrap(), AnchorWrites::Require);

    let rows = written(&scene, &["one", "two", "three"]).await;
    let held = held(&scene.engine).await;
    for row in rows {
        assert_eq!(row.outcome, Some(Outcome::Returned));
        let sent = scene.entry(row.call, "call.sent").await;
        let ended = scene.entry(row.call, "call.ended").await;
        let covers = |(size, seq): &(u64, u64)| *size > sent.0 && *seq < ended.0;
        assert!(held.iter().any(covers), "{sent}..{ended} is in none of {held:?}");
    }
    // By the log of those who were asked: the witness before whoever was written to.
    let asked = scene.rehearsal.requests();
    let first = |service: &str, method: &str| {
        asked.iter().position(|request| request.service == service && request.method == method).unwrap()
    };
    assert!(first("witness", "POST") < first("echo", "POST"));
    assert_eq!(scene.rehearsal.echo_writes().len(), 3);
    scene.close().await;
}

#[tokio::test]
async fn a_write_that_nobody_would_hold_is_not_sent_and_says_so_and_reads_go_on() {
    let scene = Scene::in_memory().await;
    // The witness was told nothing of this trail.
    scene.engine.save_anchor(witness("notary", &scene.rehearsal)).await.unwrap();
    scene.engine.save_anchor_writes(AnchorWrites::Require).await.unwrap();
    let row = written(&scene, &["one"]).await.remove(0);
    assert_eq!(row.outcome, Some(Outcome::Cancelled));
    assert_eq!(scene.rehearsal.echo_writes().len(), 0, "not a byte");
    assert_eq!(scene.row("echo.get", "read").await.outcome, Some(Outcome::Returned));
    let told = scene.model_bodies().pop().unwrap();
    assert!(
        told.contains("before an anchor holds a checkpoint of it") && told.contains("It was not sent"),
        "{told}"
    );
    assert!(told.contains("notary: "), "it says which anchor, and why: {told}");
    let views = scene.engine.anchors().await.unwrap();
    assert!(views[0].failure.is_some(), "and that is on record");
    assert_eq!(verified(&scene.engine).await.findings, []);

    // Who only wants it tried is not held up.
    scene.engine.save_anchor_writes(AnchorWrites::Try).await.unwrap();
    assert_eq!(written(&scene, &["two"]).await[0].outcome, Some(Outcome::Returned));
    assert_eq!(scene.rehearsal.echo_writes().len(), 1);
    scene.close().await;
}

#[tokio::test]
async fn by_itself_no_write_waits() {
    let scene = Scene::in_memory().await;
    assert_eq!(scene.engine.anchor_writes().await.unwrap(), AnchorWrites::Off);
    assert_eq!(written(&scene, &["one"]).await[0].outcome, Some(Outcome::Returned));
    assert_eq!(held(&scene.engine).await, []);
    scene.close().await;
}
