//! The disk becomes full while calls are under way: what was sent is on record as it ended, nothing more is sent, and when
//! there is room again the same program goes on.

use domain::call::{Approval, Approve};
use domain::fact::{Fact, Stopped};
use domain::outcome::Outcome;
use engine::Question;
use rehearsal::{Script, ScriptedReply};
use serde_json::json;

use super::faults::order;
use super::shim;
use crate::scene::{Scene, call, has_received};

#[test]
fn what_is_under_way_when_the_disk_becomes_full_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = shim::again("crash::reserve::subject_of_a_full_disk", folder.path());
    // The scene makes its workspace where temporary files go.
    let ran = shim::watch(&mut command, folder.path()).env("TMPDIR", folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
    assert!(said.contains("full: told"), "the subject did not run: {said}");
}

/// Plays it. It runs under the shim, which takes its orders by way of names that it opens.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subject_of_a_full_disk() {
    if shim::subject().is_none() {
        return;
    }
    let scene = Scene::instant().await;
    let reserve = reserve_of(&scene);
    assert_eq!(std::fs::metadata(&reserve).unwrap().len(), 4 << 20);

    // Two writes and a read leave at once; the third write waits for the first, which it must not pass.
    scene.script(vec![
        call("one", "echo__write", json!({ "id": "a", "ms": 1_500, "value": 1 })),
        call("two", "echo__write", json!({ "id": "b", "ms": 1_600, "value": 2 })),
        call("three", "echo__get", json!({ "id": "c", "ms": 1_700 })),
        call("behind", "echo__write", json!({ "id": "a", "value": 3 })),
    ]);
    let question = Question { approve: Approve::All, ..Question::new("Do it") };
    let run = scene.engine.ask(question).await.unwrap();
    let becomes_full = async {
        has_received(&scene.rehearsal, "echo", 3).await;
        order("arm/full");
    };
    let (told, ()) = tokio::join!(scene.hear(run, |_| Approval::Allowed), becomes_full);
    assert_eq!(
        told.outcomes(),
        [Outcome::Returned, Outcome::Returned, Outcome::Returned, Outcome::Cancelled]
    );
    let words = &told.endings()[3].1.words;
    assert!(words.contains("the disk is full") && words.contains("it was not sent"), "{words}");
    let (stopped, words) = told.end();
    assert_eq!(stopped, Some(Stopped::Trail));
    assert!(words.contains("the disk is full") && words.contains("Make room"), "{words}");
    assert!(!reserve.exists(), "its room was given away");

    // On record it is the same, and the sources received no more than what was sent before.
    let sent = scene.rehearsal.requests().len();
    assert_eq!((scene.received("echo"), scene.received("model")), (3, 1));
    let record = scene.record().await;
    record.has_one_outcome_each();
    let outcomes: Vec<Outcome> = record.facts().filter_map(outcome).collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Returned).count(), 3);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Cancelled).count(), 1);
    let last = record.facts().last();
    assert!(matches!(last, Some(Fact::TurnStopped { why: Stopped::Cancelled, .. })), "{last:?}");

    // Neither a question nor a person's own call sends anything, and both are on record.
    let told = scene.ask("And now?").await;
    assert_eq!(told.end().0, Some(Stopped::Trail));
    let tool = "echo.get".parse().unwrap();
    let by_hand = scene.engine.call_tool(&tool, r#"{"id": "d"}"#, Approve::All).await.unwrap();
    assert_eq!(by_hand.row.outcome, Some(Outcome::Cancelled));
    assert_eq!(scene.rehearsal.requests().len(), sent);

    assert!(!scene.engine.has_lost_trail());
    order("disarm");
    scene.rehearsal.model_script(Script::new([ScriptedReply::text("Here again.")]));
    assert_eq!(scene.ask("And now?").await.answer().text, "Here again.");
    let by_hand = scene.engine.call_tool(&tool, r#"{"id": "d"}"#, Approve::All).await.unwrap();
    assert_eq!(by_hand.row.outcome, Some(Outcome::Returned));
    assert_eq!(std::fs::metadata(&reserve).unwrap().len(), 4 << 20);
    scene.close().await;
    println!("full: told");
}

fn reserve_of(scene: &Scene) -> std::path::PathBuf {
    scene.engine.about().dir.join("reserve")
}

fn outcome(fact: &Fact) -> Option<Outcome> {
    match fact {
        Fact::CallEnded { outcome, .. } => Some(*outcome),
        _ => None,
    }
}
