//! MCP servers as sources, over a pipe. The server is this very test program, started with [`SERVER`] alone; what its
//! harness prints besides is noise on the pipe, as real servers make it.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::asking::{QuestionChange, ServerAnswer};
use domain::call::Approve;
use domain::effect::Effect;
use domain::event::Happening;
use domain::json::Json;
use domain::label::Level;
use domain::mcp::{EnvValue, McpTransport};
use domain::outcome::Outcome;
use domain::payload::PayloadRole;
use domain::secret::Secret;
use domain::source::{Auth, SourceSpec};
use domain::view::CallDetail;
use engine::{Engine, McpConnection, McpLook};
use serde_json::{Value, json};

use crate::anchors::told;
use crate::scene::Scene;

const SERVER: &str = "mcp::is_a_server";

/// No test: the server's program.
#[test]
#[ignore = "it is started by the tests of this file"]
fn is_a_server() {
    eprintln!("note: serving");
    // The harness has written the beginning of a line.
    println!();
    rehearsal::serve_mcp(std::io::stdin().lock(), std::io::stdout());
}

fn connection() -> McpConnection {
    let program = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
    let args = [SERVER, "--exact", "--ignored", "--nocapture", "--test-threads=1"].map(str::to_owned);
    let env = [
        ("REGION".to_owned(), EnvValue::Plain { value: "eu".to_owned() }),
        ("TOKEN".to_owned(), EnvValue::Secret { secret: "fake-token".parse().unwrap() }),
    ];
    McpConnection {
        name: "fake".parse().unwrap(),
        transport: McpTransport::Stdio {
            command: program,
            args: args.into(),
            env: BTreeMap::from(env),
            cwd: None,
        },
        url: String::new(),
        auth: Auth::None,
        trusted: false,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_program_is_given_the_workspace_s_own_keys() {
    let scene = Scene::in_memory().await;
    let mut thief = connection();
    if let McpTransport::Stdio { env, .. } = &mut thief.transport {
        env.insert("TOKEN".to_owned(), EnvValue::Secret { secret: "workspace-root".parse().unwrap() });
    }
    let refused = scene.engine.look_at_server(thief).await.unwrap_err().to_string();
    assert!(refused.contains("`workspace-root`") && refused.contains("nothing was started"), "{refused}");
    scene.close().await;
}

async fn offered(engine: &Engine) -> SourceSpec {
    match engine.look_at_server(connection()).await.unwrap() {
        McpLook::Offered { source } => *source,
        McpLook::Challenged { words } => panic!("{words}"),
    }
}

/// A scene with the server connected, whose tools read.
async fn connected() -> Scene {
    let scene = Scene::in_memory().await;
    let engine = &scene.engine;
    engine.set_secret(&"fake-token".parse().unwrap(), Secret::new("swordfish-99")).await.unwrap();
    let mut source = offered(engine).await;
    let names: Vec<&str> = source.tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(
        names,
        ["add", "ask", "die", "fail", "hang", "meet", "seen", "step", "turn_coat"],
        "both pages"
    );
    assert!(source.tools.iter().all(|tool| tool.effect == Effect::Write), "nobody said otherwise yet");
    for tool in &mut source.tools {
        tool.effect = if tool.name.as_str() == "die" { Effect::Write } else { Effect::Read };
    }
    // A source is what its file says.
    let file = Engine::read_source(&{
        engine.save_source(source.clone()).await.unwrap();
        engine.source_toml(&source.name).await.unwrap()
    });
    assert_eq!(file.unwrap(), source);
    scene
}

async fn call(engine: &Engine, tool: &str, arguments: Value) -> CallDetail {
    engine.call_tool(&tool.parse().unwrap(), &arguments.to_string(), Approve::All).await.unwrap()
}

fn payload(detail: &CallDetail, role: PayloadRole) -> String {
    let found = detail.payloads.iter().find(|payload| payload.role == role);
    found.map(|payload| payload.text.clone()).unwrap_or_default()
}

#[tokio::test]
async fn calls_of_a_turn_share_a_session_and_one_that_fails_stands_alone() {
    let scene = connected().await;
    let meet = || ("fake__meet", json!({ "calls": 3 }));
    scene.script(vec![vec![meet(), meet(), meet(), ("fake__fail", json!({})), ("fake__step", json!({}))]]);
    let (_, events) = scene.ask(None, async |_, _, _| {}).await;
    let mut outcomes: Vec<Outcome> = events
        .iter()
        .filter_map(|event| match event {
            Happening::CallEnded { ended, .. } => Some(ended.outcome),
            _ => None,
        })
        .collect();
    outcomes.sort_by_key(|outcome| *outcome != Outcome::Failed);
    assert_eq!(
        outcomes,
        [Outcome::Failed, Outcome::Returned, Outcome::Returned, Outcome::Returned, Outcome::Returned]
    );
    let progress = events
        .iter()
        .any(|event| matches!(event, Happening::Progress { words, .. } if words == "1 of 2, halfway"));
    assert!(progress, "{events:?}");
    let failed = call(&scene.engine, "fake.fail", json!({})).await;
    assert!(payload(&failed, PayloadRole::Words).contains("no such ledger"));
    let sent: Value = serde_json::from_str(&payload(&failed, PayloadRole::Request)).unwrap();
    assert_eq!(sent["params"]["name"], "fail", "the record is the message");

    // One session to see what there is, one for all the calls; and what opened them is on record.
    let asked = told(&scene.engine, &["source.asked"]).await;
    let methods: Vec<&str> = asked.iter().map(|body| body["method"].as_str().unwrap()).collect();
    assert_eq!(methods.iter().filter(|method| **method == "initialize").count(), 2, "{methods:?}");
    assert!(methods.contains(&"tools/list") && methods.contains(&"notifications/initialized"));
    scene.close().await;
}

#[tokio::test]
async fn a_server_gets_little_and_its_words_are_kept_apart() {
    let scene = connected().await;
    let added = call(&scene.engine, "fake.add", json!({ "a": 2, "b": 3 })).await;
    assert_eq!(payload(&added, PayloadRole::Result), r#"{"sum":5.0}"#);
    assert_eq!(added.row.label.level, Level::Restricted, "a server may raise its label");
    let seen = call(&scene.engine, "fake.seen", json!({})).await;
    let seen: Value = serde_json::from_str(&payload(&seen, PayloadRole::Result)).unwrap();
    let env: Vec<&str> = seen["env"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(env.contains(&"REGION") && env.contains(&"TOKEN"));
    let known = ["HOME", "LANG", "PATH", "REGION", "TOKEN"];
    assert!(env.iter().all(|name| known.contains(name)), "{env:?}");
    let log = scene.engine.server_log(&"fake".parse().unwrap()).await.unwrap();
    assert!(log.contains("note: serving"), "{log}");
    let wrong = call(&scene.engine, "fake.add", json!({ "a": "two" })).await;
    assert!(payload(&wrong, PayloadRole::Words).contains("nothing was sent"), "its schema is asked first");
    scene.close().await;
}

#[tokio::test]
async fn a_tool_that_changes_is_held_until_a_person_has_seen_it() {
    let scene = connected().await;
    let (engine, name) = (&scene.engine, "fake".parse().unwrap());
    assert_eq!(call(engine, "fake.turn_coat", json!({})).await.row.outcome, Some(Outcome::Returned));
    let held = call(engine, "fake.add", json!({ "a": 1, "b": 1 })).await;
    assert_eq!(held.row.outcome, Some(Outcome::Failed));
    assert!(payload(&held, PayloadRole::Words).contains("held until a person has seen"), "{held:?}");
    engine.refresh_source(&name).await.unwrap();
    let views = engine.held_tools(&name).await.unwrap();
    assert_eq!(views.len(), 1);
    assert!(views[0].before.as_ref().unwrap().contains("Adds two numbers"));
    assert!(views[0].after.as_ref().unwrap().contains("id_rsa"));
    // Known to be held, it is not even prepared.
    let again = call(engine, "fake.add", json!({ "a": 1, "b": 1 })).await;
    assert_eq!(payload(&again, PayloadRole::Request), "");
    assert!(engine.accept_tools(&name, Some("nothing")).await.is_err());
    assert_eq!(engine.accept_tools(&name, Some("add")).await.unwrap(), ["add"]);
    assert_eq!(engine.held_tools(&name).await.unwrap(), []);
    let added = call(engine, "fake.add", json!({ "a": 1, "b": 1 })).await;
    assert_eq!(added.row.outcome, Some(Outcome::Returned));
    let changes = told(engine, &["source.changed"]).await;
    assert_eq!(changes.iter().filter(|body| body["source"] == "fake").count(), 3, "added, held, accepted");
    scene.close().await;
}

#[tokio::test]
async fn a_server_that_dies_takes_one_call_with_it() {
    let scene = connected().await;
    let died = call(&scene.engine, "fake.die", json!({})).await;
    assert_eq!(died.row.outcome, Some(Outcome::Unknown), "it was sent, and nobody knows");
    let added = call(&scene.engine, "fake.add", json!({ "a": 1, "b": 1 })).await;
    assert_eq!(added.row.outcome, Some(Outcome::Returned), "{added:?}");
    scene.close().await;
}

#[tokio::test]
async fn what_a_server_asks_is_a_persons_to_answer() {
    let scene = connected().await;
    let engine = &scene.engine;
    let nobody = call(engine, "fake.ask", json!({})).await;
    assert_eq!(payload(&nobody, PayloadRole::Result), r#"{"action":"cancel"}"#);
    let mut questions = engine.server_questions();
    let person = async {
        let Some(QuestionChange::Asked { question }) = questions.recv().await else { panic!("a question") };
        assert_eq!((question.message.as_str(), question.source.as_str()), ("Which team?", "fake"));
        let answer = |content| ServerAnswer::Accepted { content: Json(content) };
        assert!(
            engine.answer_server(question.id, answer(json!({ "team": 7 }))).is_err(),
            "the form wants a text"
        );
        assert!(engine.answer_server(question.id, answer(json!({ "team": "sales" }))).unwrap());
    };
    let (asked, ()) = tokio::join!(call(engine, "fake.ask", json!({})), person);
    let answer: Value = serde_json::from_str(&payload(&asked, PayloadRole::Result)).unwrap();
    assert_eq!(answer, json!({ "action": "accept", "content": { "team": "sales" } }));
    scene.close().await;
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_is_taken_back() {
    let scene = connected().await;
    let (engine, name) = (&scene.engine, "fake".parse().unwrap());
    let mut source = engine.source(&name).await.unwrap();
    source.limits.deadline_ms = 300;
    engine.save_source(source).await.unwrap();
    let hung = call(engine, "fake.hang", json!({})).await;
    assert_eq!(hung.row.outcome, Some(Outcome::TimedOut));
    let id = hung.row.call.to_string();
    let taken_back = async {
        loop {
            let seen = call(engine, "fake.seen", json!({})).await;
            if payload(&seen, PayloadRole::Result).contains(&id) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), taken_back).await.unwrap();
    scene.close().await;
}
