//! Turns in a workspace on disk against a company on loopback: what a person sees, when, and what is on record then.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use std::time::Duration;

use domain::answer::Exposure;
use domain::call::{Approval, Approve};
use domain::event::{Happening, RunEvent};
use domain::id::{ConversationId, TurnId};
use domain::label::Level;
use domain::model::{Early, ModelSpec, Parallel, Protocol};
use domain::outcome::{FailureClass, Outcome};
use domain::secret::Secret;
use engine::{Adopted, Code, Engine, KeychainChoice, Question};
use rehearsal::{Plan, Rehearsal, Script, ScriptedCall, ScriptedReply};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Scene {
    rehearsal: Rehearsal,
    engine: Engine,
    folder: TempDir,
}

impl Scene {
    async fn new(keys: KeychainChoice) -> Self {
        let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (engine, _) = Engine::create(&folder.path().join("workspace"), "Test", keys).await.unwrap();
        let crm = rehearsal.sources().into_iter().find(|source| source.secret_name.contains("crm")).unwrap();
        let sources = [crm, rehearsal.echo_source()].map(|source| Adopted {
            toml: source.toml,
            secret_name: source.secret_name,
            secret: Secret::new(source.secret),
        });
        let model = rehearsal.model();
        let spec = ModelSpec {
            name: model.name,
            title: model.title,
            protocol: Protocol::OpenaiChat,
            base_url: model.base_url,
            model: model.model_id,
            secret: Some(model.secret_name.parse().unwrap()),
            clearance: Level::Restricted,
            parallel: Parallel::Auto,
            early: Early::Auto,
        };
        engine.adopt(sources.into(), spec, Some(Secret::new(model.secret))).await.unwrap();
        Self { rehearsal, engine, folder }
    }

    async fn in_memory() -> Self {
        Self::new(KeychainChoice::Memory).await
    }

    /// With its keys in a file, which a test can take away.
    async fn with_a_file_of_keys() -> Self {
        Self::new(KeychainChoice::File { passphrase: Secret::new("correct horse") }).await
    }

    fn lose_the_keys(&self) {
        std::fs::remove_file(self.folder.path().join("workspace/keys.age")).unwrap();
    }

    /// The model writes these batches one after another, then "Done."
    fn script(&self, batches: Vec<Vec<(&str, Value)>>) {
        let batches = batches.into_iter().map(|calls| {
            let call = |(tool, arguments): (&str, Value)| ScriptedCall::new("a", tool, arguments.to_string());
            ScriptedReply::calls(calls.into_iter().map(call))
        });
        let replies = batches.chain([ScriptedReply::text("Done.")]).collect::<Vec<_>>();
        self.rehearsal.model_script(Script::new(replies));
    }

    /// Asks, and hears the turn out; `react` is what a person does about what they see.
    async fn ask(
        &self,
        conversation: Option<ConversationId>,
        mut react: impl AsyncFnMut(&Engine, TurnId, &Happening),
    ) -> (ConversationId, Vec<Happening>) {
        let question = Question { conversation, ..Question::new("Do it") };
        let mut run = self.engine.ask(question).await.unwrap();
        let mut events = Vec::new();
        while let Some(RunEvent { what, .. }) = run.events.recv().await {
            react(&self.engine, run.turn, &what).await;
            events.push(what);
        }
        assert!(matches!(events.last(), Some(Happening::TurnEnded { .. })));
        (run.conversation, events)
    }

    async fn close(self) {
        let report = self.engine.verify(|_, _| {}).await.unwrap();
        assert_eq!(report.findings, []);
        self.engine.shutdown().await;
        self.rehearsal.stop().await;
    }
}

async fn watch(_: &Engine, _: TurnId, _: &Happening) {}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_is_shown_when_it_is_on_record_and_after_its_beginning() {
    let scene = Scene::in_memory().await;
    scene.script(vec![(0..8).map(|id| ("echo__get", json!({ "id": id.to_string() }))).collect()]);
    let mut left = Vec::new();
    let (_, events) = scene
        .ask(None, async |engine, _, what| match what {
            Happening::Dispatched { call, .. } => left.push(*call),
            Happening::CallEnded { call, ended } => {
                assert!(left.contains(call), "it ends before it left");
                assert_eq!(engine.call(*call).await.unwrap().row.outcome, Some(ended.outcome));
            }
            _ => {}
        })
        .await;
    assert_eq!(events.iter().filter(|what| matches!(what, Happening::CallEnded { .. })).count(), 8);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_s_time_is_without_the_time_that_a_person_took() {
    const THINKING: Duration = Duration::from_millis(1500);
    let scene = Scene::in_memory().await;
    scene.script(vec![vec![
        ("echo__get", json!({ "id": "a", "ms": 100 })),
        ("echo__write", json!({ "id": "b", "ms": 100, "value": 1 })),
    ]]);
    let (conversation, events) = scene
        .ask(None, async |engine, turn, what| {
            if let Happening::ApprovalAsked { asks, .. } = what {
                tokio::time::sleep(THINKING).await;
                engine.approve(turn, vec![(asks[0].call, Approval::Allowed)]).unwrap();
            }
        })
        .await;
    let told = events.iter().find_map(|what| match what {
        Happening::BatchEnded { elapsed_ms, sequential_ms, .. } => Some((*elapsed_ms, *sequential_ms)),
        _ => None,
    });
    let (elapsed, sequential) = told.unwrap();
    assert!((200..1500).contains(&elapsed) && elapsed <= sequential, "{elapsed} ms of {sequential} ms");
    let view = scene.engine.conversation(conversation).await.unwrap();
    let batch = &view.turns[0].batches[0];
    assert!(batch.elapsed_ms.abs_diff(elapsed) <= 2, "{} ms on record, {elapsed} ms told", batch.elapsed_ms);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keychain_that_is_lost_in_the_middle_fails_the_calls_that_need_it() {
    let scene = Scene::with_a_file_of_keys().await;
    scene.script(vec![
        vec![("echo__get", json!({ "id": "a", "ms": 200 }))],
        vec![("crm__get_customer", json!({ "id": 7 })), ("echo__get", json!({ "id": "b" }))],
    ]);
    let (_, events) = scene
        .ask(None, async |_, _, what| {
            if matches!(what, Happening::BatchStarted { calls, .. } if calls.len() == 1) {
                scene.lose_the_keys();
            }
        })
        .await;
    let failures: Vec<_> = events
        .iter()
        .filter_map(|what| match what {
            Happening::CallEnded { ended, .. } => Some(ended.failure),
            _ => None,
        })
        .collect();
    assert_eq!(failures.len(), 3);
    assert!(failures.contains(&Some(FailureClass::MissingSecret)), "{failures:?}");
    assert!(events.iter().any(|what| matches!(what, Happening::Answer { .. })));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_whose_turn_cannot_begin_is_not_on_record() {
    let scene = Scene::with_a_file_of_keys().await;
    scene.lose_the_keys();
    let refused = scene.engine.ask(Question::new("Do it")).await.unwrap_err();
    assert_eq!(refused.code(), Code::Keychain);
    assert_eq!(scene.engine.conversations(10).await.unwrap(), []);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_closes_takes_no_question_and_does_not_call_its_trail_broken() {
    let scene = Scene::in_memory().await;
    scene.engine.shutdown().await;
    assert_eq!(scene.engine.ask(Question::new("Do it")).await.unwrap_err().code(), Code::BadInput);
    scene.rehearsal.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_goes_on_after_a_call_for_a_tool_that_does_not_exist() {
    let scene = Scene::in_memory().await;
    scene.script(vec![vec![("get_weather", json!({ "city": "Lisbon" }))]]);
    let (conversation, _) = scene.ask(None, watch).await;
    scene.script(vec![]);
    scene.ask(Some(conversation), watch).await;
    let prompts: Vec<Value> = (scene.rehearsal.requests().into_iter())
        .filter(|request| request.service == "model")
        .map(|request| serde_json::from_str(&request.body.unwrap()).unwrap())
        .collect();
    let messages = prompts.last().unwrap()["messages"].as_array().unwrap();
    let asked = messages.iter().find_map(|message| message["tool_calls"][0]["function"]["name"].as_str());
    assert_eq!(asked, Some("unknown_tool"), "{messages:?}");
    scene.close().await;
}

/// What the answer says of the one result that it drew on: how many bytes the model saw, of how many.
fn exposed(events: &[Happening]) -> (u64, u64) {
    let answer = events.iter().find_map(|what| match what {
        Happening::Answer { answer } => Some(answer),
        _ => None,
    });
    match answer.unwrap().exposure[0].mode {
        Exposure::Truncated { shown, of } => (shown, of),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_that_was_cut_is_called_cut_in_later_turns_too() {
    let scene = Scene::in_memory().await;
    let mut echo = scene.engine.source(&"echo".parse().unwrap()).await.unwrap();
    echo.limits.result_bytes = 2000;
    scene.engine.save_source(echo).await.unwrap();
    scene.script(vec![vec![("echo__big", json!({ "bytes": 5000 }))]]);
    let (conversation, events) = scene.ask(None, watch).await;
    let first = exposed(&events);
    assert_eq!(first.0, 2000);
    assert!(first.1 >= 5000, "{first:?}");
    scene.script(Vec::new());
    let (_, events) = scene.ask(Some(conversation), watch).await;
    assert_eq!(exposed(&events), first);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_waits_until_a_call_by_hand_is_on_record() {
    let scene = Scene::in_memory().await;
    let engine = scene.engine.clone();
    let by_hand = tokio::spawn(async move {
        engine.call_tool(&"echo.get".parse().unwrap(), r#"{"id": "1", "ms": 20000}"#, Approve::Reads).await
    });
    while !scene.rehearsal.requests().iter().any(|request| request.service == "echo") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    scene.engine.shutdown().await;
    assert_eq!(by_hand.await.unwrap().unwrap().row.outcome, Some(Outcome::Cancelled));
    let late = scene.engine.call_tool(&"echo.get".parse().unwrap(), r#"{"id": "2"}"#, Approve::Reads).await;
    assert_eq!(late.unwrap_err().code(), Code::BadInput);
    scene.rehearsal.stop().await;
}
