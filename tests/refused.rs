//! Promise 6: refused means zero bytes.

use domain::call::{Approval, Approve};
use domain::event::Happening;
use domain::fact::Fact;
use domain::outcome::Outcome;
use engine::Question;
use rehearsal::{Plan, Rehearsal};
use serde_json::json;

use crate::scene::workspace::Workspace;
use crate::scene::{Scene, call, soon};

const NOTE: &str = "Add a note to ticket 7031: the customer called and will pay on Friday";

/// What the record says of approvals and of sending, in order.
async fn story(scene: &Scene) -> Vec<String> {
    let record = scene.record().await;
    let said = record.facts().filter_map(|fact| match fact {
        Fact::ApprovalAsked { calls, .. } => Some(format!("asked about {}", calls.len())),
        Fact::ApprovalGiven { allowed: true, .. } => Some("allowed".to_owned()),
        Fact::ApprovalGiven { reason: Some(_), .. } => Some("refused with a reason".to_owned()),
        Fact::ApprovalGiven { reason: None, .. } => Some("refused".to_owned()),
        Fact::CallSent { method, .. } => Some(format!("sent {method}")),
        _ => None,
    });
    said.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_write_sends_nothing_and_the_model_is_told_why() {
    let scene = Scene::instant().await;
    let run = scene.engine.ask(Question::new(NOTE)).await.unwrap();
    let told = scene.hear(run, |_| Approval::Refused { reason: "wrong ticket".to_owned() }).await;
    assert_eq!(told.outcomes(), [Outcome::Refused]);
    assert_eq!(scene.received("support"), 0, "not a byte");
    assert_eq!(story(&scene).await, ["asked about 1", "refused with a reason"]);
    let prompt = scene.prompts().pop().unwrap();
    let result =
        prompt["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned();
    assert!(result.contains("refused by the person: wrong ticket. Nothing was sent."), "{result}");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_allowed_write_is_sent_after_the_word_for_it_is_on_record() {
    let scene = Scene::instant().await;
    let mut shown = Vec::new();
    let run = scene.engine.ask(Question::new(NOTE)).await.unwrap();
    let told = scene
        .hear_and(run, |engine, run, what| {
            if let Happening::ApprovalAsked { asks, .. } = what {
                shown.clone_from(asks);
                engine
                    .approve(run.turn, asks.iter().map(|ask| (ask.call, Approval::Allowed)).collect())
                    .unwrap();
            }
        })
        .await;
    assert_eq!(told.outcomes(), [Outcome::Returned]);
    assert_eq!(story(&scene).await, ["asked about 1", "allowed", "sent POST"]);
    let [ask] = &shown[..] else { panic!("asked about {}", shown.len()) };
    assert!(ask.request.starts_with("POST /") && ask.request.contains("7031"), "{}", ask.request);
    assert!(ask.arguments.contains("will pay on Friday"), "{}", ask.arguments);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_of_a_sheet_has_an_answer_of_its_own_and_reads_wait_for_none() {
    let scene = Scene::instant().await;
    let write = |id: &str| call(id, "echo__write", json!({ "id": id, "value": id }));
    scene.script(vec![write("a"), call("r", "echo__get", json!({ "id": "r" })), write("b"), write("c")]);
    let run = scene.engine.ask(Question::new("Do it")).await.unwrap();
    let told = scene
        .hear(run, |ask| {
            let refused = ask.request.ends_with("/b");
            if refused { Approval::Refused { reason: String::new() } } else { Approval::Allowed }
        })
        .await;
    let expected = [Outcome::Returned, Outcome::Returned, Outcome::Refused, Outcome::Returned];
    assert_eq!(told.outcomes(), expected);
    assert_eq!(scene.rehearsal.echo_writes().into_keys().collect::<Vec<_>>(), ["a", "c"]);
    scene.close().await;
}

/// Nobody answers: the person stops the turn while the sheet is open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sheet_that_is_left_open_sends_nothing() {
    let scene = Scene::instant().await;
    scene.script(vec![call("a", "echo__write", json!({ "id": "a", "value": 1 }))]);
    let run = scene.engine.ask(Question::new("Do it")).await.unwrap();
    let told = scene
        .hear_and(run, |engine, run, what| {
            if matches!(what, Happening::ApprovalAsked { .. }) {
                engine.stop(run.turn).unwrap();
            }
        })
        .await;
    assert_eq!(told.outcomes(), [Outcome::Cancelled]);
    assert_eq!(scene.received("echo"), 0);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_by_hand_needs_a_word_too() {
    let scene = Scene::instant().await;
    let tool = "echo.write".parse().unwrap();
    let refused = scene.engine.call_tool(&tool, r#"{"id":"a","value":1}"#, Approve::Reads).await.unwrap();
    assert_eq!(refused.row.outcome, Some(Outcome::Refused));
    assert_eq!(scene.received("echo"), 0);
    let allowed = scene.engine.call_tool(&tool, r#"{"id":"a","value":1}"#, Approve::All).await.unwrap();
    assert_eq!(allowed.row.outcome, Some(Outcome::Returned));
    let read = scene.engine.call_tool(&"echo.html".parse().unwrap(), "{}", Approve::None).await.unwrap();
    assert_eq!(read.row.outcome, Some(Outcome::Refused), "asked for everything, so also for reads");
    assert_eq!(scene.received("echo"), 1);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_nobody_to_ask_a_write_is_refused() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    let run = workspace.tieout(&["ask", NOTE, "--json"]).await.ends(0);
    assert_eq!(run.object("call_ended")["outcome"], "refused");
    let refused = workspace.tieout(&["ask", "What can you do?", "--approve", "none"]).await.ends(0);
    assert!(!refused.out.is_empty());
    assert!(rehearsal.requests().iter().all(|request| request.service == "model"));
    let run = workspace.tieout(&["ask", NOTE, "--json", "--approve", "all"]).await.ends(0);
    assert_eq!(run.object("call_ended")["outcome"], "returned");
    assert_eq!(
        rehearsal
            .requests()
            .iter()
            .filter(|request| request.method == "POST" && request.service == "support")
            .count(),
        1
    );
    soon("the company closes", rehearsal.stop()).await;
}
