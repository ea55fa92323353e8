//! What the command line does about batches: limits, pauses, attempts, retries by hand, held batches. The program that
//! people run, on a workspace on disk, against the rehearsal company.

#![allow(clippy::unwrap_used, reason = "helpers of tests count as code to the lint")]

use std::process::Stdio;
use std::time::Duration;

use domain::label::Level;
use domain::model::{Capabilities, Early, ModelSpec, Parallel, Protocol};
use domain::secret::Secret;
use engine::{Adopted, Engine, KeychainChoice};
use rehearsal::{DemoSource, Fault, Plan, Rehearsal, Script, ScriptedCall, ScriptedReply};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

const PASSPHRASE: &str = "correct horse battery staple";
/// Longer than anything takes on a slow machine; past it something hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A workspace with its keys in a file, wired to a company that answers at once.
struct Scene {
    rehearsal: Rehearsal,
    folder: TempDir,
}

impl Scene {
    async fn new() -> Self {
        let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("passphrase"), PASSPHRASE).unwrap();
        let keys = KeychainChoice::File { passphrase: Secret::new(PASSPHRASE) };
        let (engine, _) = Engine::create(&folder.path().join("workspace"), "Test", keys).await.unwrap();
        let adopted = |source: DemoSource| Adopted {
            toml: source.toml,
            secret_name: source.secret_name,
            secret: Secret::new(source.secret),
        };
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
            early: Early::Off,
            preset: None,
            capabilities: Capabilities::default(),
        };
        let sources = [rehearsal.echo_source(), rehearsal.records_source()].map(adopted).into();
        engine.adopt(sources, spec, Some(Secret::new(model.secret))).await.unwrap();
        engine.shutdown().await;
        Self { rehearsal, folder }
    }

    /// The model's next two messages: these calls, then "Done.".
    fn script(&self, calls: Vec<ScriptedCall>) {
        let replies = [ScriptedReply::calls(calls), ScriptedReply::text("Done.")];
        self.rehearsal.model_script(Script::new(replies));
    }

    /// How many requests a service has received.
    fn received(&self, service: &str) -> usize {
        self.rehearsal.requests().iter().filter(|request| request.service == service).count()
    }

    /// Runs the program to its end, without a terminal.
    async fn tieout(&self, words: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tieout"));
        command
            .args(words)
            .env("TIEOUT_WORKSPACE", self.folder.path().join("workspace"))
            .env("TIEOUT_PASSPHRASE_FILE", self.folder.path().join("passphrase"))
            .env_remove("TIEOUT_LOG")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, command.output()).await.unwrap().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// What a run of the program left.
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    #[track_caller]
    fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "out:\n{}\nerr:\n{}", self.out, self.err);
        self
    }

    /// The objects of that type on standard output.
    fn objects(&self, kind: &str) -> Vec<Value> {
        let objects = self.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        objects.filter(|object| object["type"] == kind).collect()
    }
}

fn get(id: &str) -> ScriptedCall {
    ScriptedCall::new(id, "echo__get", json!({ "id": id }).to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_is_too_large_is_sent_only_if_that_was_allowed_beforehand() {
    let scene = Scene::new().await;
    scene.tieout(&["settings", "set", "batch_calls", "2"]).await.ends(0);
    let settings = scene.tieout(&["settings", "list", "--json"]).await.ends(0);
    assert_eq!(settings.objects("settings")[0]["batch_calls"], 2);
    let wrong = scene.tieout(&["settings", "set", "batch_calls", "none"]).await.ends(1);
    assert!(wrong.err.contains("`batch_calls` can't be `none`"), "{}", wrong.err);

    for (approve, outcome, sent) in [("reads", "refused", 0), ("all", "returned", 3)] {
        scene.script(["a", "b", "c"].map(get).into());
        let asked = scene.tieout(&["ask", "Look", "--json", "--approve", approve]).await.ends(0);
        let held = asked.objects("batch_held");
        assert_eq!((&held[0]["calls"], &held[0]["limit"]), (&json!(3), &json!(2)));
        let ended = asked.objects("call_ended");
        assert!(ended.len() == 3 && ended.iter().all(|call| call["outcome"] == outcome), "{}", asked.out);
        assert_eq!(scene.received("echo"), sent);
    }
    scene.tieout(&["trail", "verify"]).await.ends(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_are_told_and_a_call_that_failed_is_made_again_by_hand() {
    let scene = Scene::new().await;
    scene.rehearsal.faults().series("echo", "/echo/a", [Fault::Status(503)]);
    scene.rehearsal.faults().series("echo", "/echo/b", [Fault::Status(500)]);
    let put = |id: &str| {
        let arguments = json!({ "id": id, "value": 1 }).to_string();
        ScriptedCall::new(id, "records__put", arguments)
    };
    scene.script(vec![get("a"), get("b"), put("w"), get("a")]);
    let asked = scene.tieout(&["ask", "Look", "--approve", "all"]).await.ends(0);
    for words in [
        "[c1] echo.get id a attempt 1 came to nothing after",
        "[c1] echo.get id a is sent again",
        "[c4] echo.get id a waits for [c1], which asks the same: one request serves both",
        "by [c1]",
    ] {
        assert!(asked.err.contains(words), "`{words}` is missing:\n{}", asked.err);
    }

    let rows = scene.tieout(&["trail", "list", "--json"]).await.ends(0).objects("call");
    let call = |handle: &str| {
        rows.iter().find(|row| row["handle"] == handle).unwrap()["call"].as_str().unwrap().to_owned()
    };
    let twice = scene.tieout(&["trail", "show", &call("c1")]).await.ends(0);
    for words in
        ["attempt 1 came to nothing after", "attempt 2 sent: GET ", "returned 200", "the last attempt: "]
    {
        assert!(twice.out.contains(words), "`{words}` is missing:\n{}", twice.out);
    }
    let shared = scene.tieout(&["trail", "show", &call("c4")]).await.ends(0);
    assert!(
        shared.out.contains(&format!("with what {} got; nothing was sent", call("c1"))),
        "{}",
        shared.out
    );

    let (failed, wrote) = (call("c2"), call("c3"));
    let again = scene.tieout(&["calls", "retry", &failed, "--json"]).await.ends(0);
    let row = &again.objects("call")[0]["row"];
    assert_eq!((&row["retry_of"], &row["outcome"]), (&json!(failed), &json!("returned")));
    let conversation = row["conversation"].as_str().unwrap();
    assert!(again.err.contains(&format!("--conversation {conversation}")), "{}", again.err);
    let other = scene.tieout(&["calls", "retry", &failed, r#"{"id": "z"}"#]).await.ends(0);
    assert!(other.out.contains(r#""id":"z""#), "{}", other.out);

    let writes = scene.received("records");
    let refused = scene.tieout(&["calls", "retry", &wrote]).await.ends(1);
    assert!(
        refused.err.contains("`--approve all`") && scene.received("records") == writes,
        "{}",
        refused.err
    );
    scene.tieout(&["calls", "retry", &wrote, "--approve", "all"]).await.ends(0);
    assert_eq!(scene.received("records"), writes + 1);

    let shown = scene.tieout(&["trail", "show", conversation]).await.ends(0);
    assert!(shown.out.contains("made again by hand afterwards:"), "{}", shown.out);
    scene.tieout(&["trail", "verify"]).await.ends(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_is_paused_and_resumed_and_tools_are_advised_on() {
    let scene = Scene::new().await;
    scene.tieout(&["sources", "pause", "echo"]).await.ends(0);
    let listed = scene.tieout(&["sources", "list"]).await.ends(0);
    let paused: Vec<&str> = listed.out.lines().filter(|line| line.contains("PAUSED")).collect();
    assert!(paused.len() == 1 && paused[0].starts_with("echo "), "{}", listed.out);
    scene.tieout(&["sources", "resume", "echo"]).await.ends(0);
    let sources = scene.tieout(&["sources", "list", "--json"]).await.ends(0).objects("source");
    assert!(sources.iter().all(|source| source["paused"] == false));
    scene.tieout(&["sources", "pause", "nobody"]).await.ends(1);

    let advice = scene.tieout(&["tools", "lint", "--json"]).await.ends(0).objects("advice");
    assert!(advice.iter().any(|piece| piece["source"] == "echo" && piece["kind"] == "no_rate"), "{advice:?}");
    let of_one = scene.tieout(&["tools", "lint", "records", "--json"]).await.ends(0).objects("advice");
    assert!(!of_one.is_empty() && of_one.iter().all(|piece| piece["source"] == "records"), "{of_one:?}");
    scene.tieout(&["tools", "lint", "nobody"]).await.ends(1);
}
