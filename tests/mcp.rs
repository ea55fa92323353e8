//! MCP servers as sources. The server is a program as a stranger's would be: this test program started as
//! [`SERVER`] alone, which plays the rehearsal's server and writes down each line that it hears, and when.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read, StdinLock, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::asking::{QuestionChange, ServerAnswer};
use domain::call::Approve;
use domain::effect::Effect;
use domain::entry::Entry;
use domain::event::Happening;
use domain::fact::Fact;
use domain::json::Json;
use domain::mcp::{EnvValue, McpTransport};
use domain::outcome::{FailureClass, Outcome};
use domain::payload::PayloadRole;
use domain::secret::Secret;
use domain::source::Auth;
use domain::tool::SourceName;
use domain::view::CallDetail;
use engine::{Engine, McpConnection, McpLook};
use serde_json::{Value, json};

use crate::scene::{Scene, call, soon};

const SERVER: &str = "mcp::is_a_server";
const TOKEN: &str = "swordfish-4711";

/// No test: the server's program.
#[test]
#[ignore = "it is started by the tests of this file"]
fn is_a_server() {
    eprintln!("note: serving with {}", std::env::var("TOKEN").unwrap_or_default());
    // The harness has written the beginning of a line.
    println!();
    let file = std::env::var_os("HEARD").unwrap();
    let file = File::options().create(true).append(true).open(file).unwrap();
    let hears = Hears { input: std::io::stdin().lock(), file, line: Vec::new(), given: 0 };
    rehearsal::serve_mcp(BufReader::new(hears), std::io::stdout());
}

/// Standard input, written down line by line before the server gets to know it.
struct Hears {
    input: StdinLock<'static>,
    file: File,
    line: Vec<u8>,
    given: usize,
}

impl Read for Hears {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.given == self.line.len() {
            (self.given, self.line) = (0, Vec::new());
            if self.input.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(0);
            }
            let mut note = format!("{} ", now()).into_bytes();
            note.extend_from_slice(&self.line);
            self.file.write_all(&note)?;
        }
        let read = (&self.line[self.given..]).read(into)?;
        self.given += read;
        Ok(read)
    }
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap()
}

/// A scene with the server connected. Its tools read, but for `die`.
struct Connected {
    scene: Scene,
    heard: PathBuf,
    _folder: tempfile::TempDir,
}

impl Connected {
    async fn new() -> Self {
        let scene = Scene::instant().await;
        let folder = tempfile::tempdir().unwrap();
        let heard = folder.path().join("heard");
        scene.engine.set_secret(&"fake-token".parse().unwrap(), Secret::new(TOKEN)).await.unwrap();
        let looked = scene.engine.look_at_server(connection(&heard)).await.unwrap();
        let McpLook::Offered { source } = looked else { panic!("{looked:?}") };
        let mut source = *source;
        assert!(source.tools.iter().all(|tool| tool.effect == Effect::Write), "nobody said otherwise yet");
        for tool in source.tools.iter_mut().filter(|tool| tool.name.as_str() != "die") {
            tool.effect = Effect::Read;
        }
        scene.engine.save_source(source).await.unwrap();
        Self { scene, heard, _folder: folder }
    }

    fn engine(&self) -> &Engine {
        &self.scene.engine
    }

    async fn call(&self, tool: &str, arguments: Value) -> CallDetail {
        called(self.engine(), tool, arguments).await
    }

    /// What the server heard of calls, with their tools' names.
    fn calls_heard(&self) -> Vec<String> {
        let messages =
            heard(&self.heard).into_iter().map(|(_, line)| serde_json::from_str::<Value>(&line).unwrap());
        let calls = messages.filter(|message| message["method"] == "tools/call");
        calls.map(|message| message["params"]["name"].as_str().unwrap().to_owned()).collect()
    }

    async fn close(self) {
        self.scene.close_unheard().await;
    }
}

fn connection(heard: &Path) -> McpConnection {
    let args = [SERVER, "--exact", "--ignored", "--nocapture", "--test-threads=1"].map(str::to_owned);
    let env = [
        ("HEARD".to_owned(), EnvValue::Plain { value: heard.to_str().unwrap().to_owned() }),
        ("TOKEN".to_owned(), EnvValue::Secret { secret: "fake-token".parse().unwrap() }),
    ];
    McpConnection {
        name: name(),
        transport: McpTransport::Stdio {
            command: std::env::current_exe().unwrap().to_str().unwrap().to_owned(),
            args: args.into(),
            env: BTreeMap::from(env),
            cwd: None,
        },
        url: String::new(),
        auth: Auth::None,
        trusted: false,
    }
}

fn name() -> SourceName {
    "fake".parse().unwrap()
}

async fn called(engine: &Engine, tool: &str, arguments: Value) -> CallDetail {
    let tool = format!("fake.{tool}").parse().unwrap();
    soon("the call ends", engine.call_tool(&tool, &arguments.to_string(), Approve::All)).await.unwrap()
}

fn heard(file: &Path) -> Vec<(i64, String)> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = |line: &str| {
        let (at, message) = line.split_once(' ').unwrap();
        (at.parse().unwrap(), message.to_owned())
    };
    text.lines().filter(|line| line.contains('{')).map(line).collect()
}

/// What the record says that the server was sent: when, and the message.
async fn recorded(engine: &Engine) -> Vec<(i64, String)> {
    let mut sent = Vec::new();
    for seq in 0..engine.size().await.unwrap() {
        let view = engine.entry(domain::id::Seq(seq)).await.unwrap();
        let entry = Entry::from_body(view.body.canonical().as_bytes()).unwrap();
        let request = match entry.fact {
            Fact::SourceAsked { request: Some(request), .. } => request,
            Fact::CallSent { method, request, .. } if method == "tools/call" => request,
            _ => continue,
        };
        let message = engine.payload(entry.seq, request, usize::MAX).await.unwrap().text;
        sent.push((entry.at.0, message));
    }
    sent
}

fn payload(detail: &CallDetail, role: PayloadRole) -> String {
    let found = detail.payloads.iter().find(|payload| payload.role == role);
    found.map(|payload| payload.text.clone()).unwrap_or_default()
}

fn result(detail: &CallDetail) -> Value {
    assert_eq!(detail.row.outcome, Some(Outcome::Returned), "{detail:?}");
    serde_json::from_str(&payload(detail, PayloadRole::Result)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_server_hears_was_on_record_before_byte_for_byte() {
    let connected = Connected::new().await;
    let meet = |id| call(id, "fake__meet", json!({ "calls": 3 }));
    let told = connected
        .scene
        .batch(vec![meet("a"), meet("b"), meet("c"), call("d", "fake__fail", json!({}))])
        .await;
    assert_eq!(
        told.events.iter().filter(|event| matches!(event.what, Happening::CallEnded { .. })).count(),
        4
    );
    assert_eq!(result(&connected.call("add", json!({ "a": 2, "b": 3 })).await), json!({ "sum": 5.0 }));
    connected.call("ask", json!({})).await;
    connected.call("turn_coat", json!({})).await;
    connected.engine().refresh_source(&name()).await.unwrap();

    let mut sent = recorded(connected.engine()).await;
    let mut heard = heard(&connected.heard);
    assert!(heard.len() > 15, "{heard:?}");
    for messages in [&mut sent, &mut heard] {
        // Stable: equal messages stay in their order.
        messages.sort_by(|one, other| one.1.cmp(&other.1));
    }
    let texts = |of: &[(i64, String)]| of.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&sent), texts(&heard), "on record (left) is not what was heard (right)");
    // Sessions number alike, so equal messages are paired in their order.
    for ((sent, text), (heard, _)) in sent.iter().zip(&heard) {
        assert!(sent <= heard, "heard {} µs before its entry: {text}", sent - heard);
    }
    connected.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_reaches_no_server() {
    let connected = Connected::new().await;
    connected.call("seen", json!({})).await;
    let before = heard(&connected.heard).len();
    // A write that nobody allowed, and arguments that don't fit.
    let write =
        connected.engine().call_tool(&"fake.die".parse().unwrap(), "{}", Approve::Reads).await.unwrap();
    assert_eq!(write.row.outcome, Some(Outcome::Refused), "{write:?}");
    let unfit = connected.call("add", json!({ "a": "two" })).await;
    assert_eq!(unfit.row.failure, Some(FailureClass::InvalidArguments));
    assert_eq!(heard(&connected.heard).len(), before, "{:?}", heard(&connected.heard));
    connected.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_turned_its_coat_is_not_called_until_a_person_has_seen_it() {
    let connected = Connected::new().await;
    let engine = connected.engine();
    let add = || connected.call("add", json!({ "a": 1, "b": 1 }));
    result(&add().await);
    connected.call("turn_coat", json!({})).await;
    let held = add().await;
    assert_eq!(held.row.failure, Some(FailureClass::UnknownTool), "{held:?}");
    engine.refresh_source(&name()).await.unwrap();
    let views = engine.held_tools(&name()).await.unwrap();
    assert_eq!(views.len(), 1, "{views:?}");
    assert!(views[0].after.as_ref().unwrap().contains("id_rsa"));
    assert_eq!(connected.calls_heard(), ["add", "turn-coat"], "the call that was held never left");
    // A model is not offered it either.
    connected
        .scene
        .rehearsal
        .model_script(rehearsal::Script::new([rehearsal::ScriptedReply::text("Nothing.")]));
    connected.scene.ask("What can you do with @fake?").await;
    let prompt = connected.scene.prompts().pop().unwrap();
    let offered = prompt["tools"].to_string();
    assert!(offered.contains("fake__fail") && !offered.contains("\"fake__add\""), "{offered}");
    assert_eq!(engine.accept_tools(&name(), Some("add")).await.unwrap(), ["add"]);
    result(&add().await);
    connected.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_finds_what_is_named_and_its_noise_stays_apart_and_tells_no_secret() {
    let connected = Connected::new().await;
    let seen = connected.call("seen", json!({})).await;
    let found = result(&seen);
    let found: Vec<&str> =
        found["env"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let known = ["HEARD", "HOME", "LANG", "PATH", "TOKEN"];
    assert!(found.contains(&"TOKEN") && found.iter().all(|name| known.contains(name)), "{found:?}");
    let log = connected.engine().server_log(&name()).await.unwrap();
    assert!(log.contains("note: serving with {secret:fake-token}") && !log.contains(TOKEN), "{log}");
    assert!(!payload(&seen, PayloadRole::Result).contains("note:"));
    connected.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_ends_what_is_open_and_is_started_anew_for_what_comes() {
    let connected = Connected::new().await;
    // Writes, since a read whose server died is made again.
    let mut source = connected.engine().source(&name()).await.unwrap();
    for tool in source.tools.iter_mut().filter(|tool| matches!(tool.name.as_str(), "ask" | "hang")) {
        tool.effect = Effect::Write;
    }
    connected.engine().save_source(source).await.unwrap();
    // A person is being asked meanwhile: nothing may wait for them once the server is gone.
    let mut questions = connected.engine().server_questions();
    let engine = connected.engine().clone();
    let hung = tokio::spawn(async move { called(&engine, "hang", json!({})).await });
    let engine = connected.engine().clone();
    let asked = tokio::spawn(async move { called(&engine, "ask", json!({})).await });
    let Some(QuestionChange::Asked { question }) = soon("a question", questions.recv()).await else {
        panic!("no question")
    };
    let both_heard = async {
        while !["hang", "ask"].iter().all(|tool| connected.calls_heard().iter().any(|heard| heard == tool)) {
            tokio::task::yield_now().await;
        }
    };
    soon("both calls are heard", both_heard).await;
    let died = connected.call("die", json!({})).await;
    assert_eq!(died.row.outcome, Some(Outcome::Unknown), "it was sent, and nobody knows");
    for open in [hung, asked] {
        let ended = soon("an open call ends", open).await.unwrap();
        let words = payload(&ended, PayloadRole::Words);
        assert_eq!(ended.row.outcome, Some(Outcome::Unknown), "{words}");
        assert!(words.contains("ended before it answered"), "{words}");
    }
    let withdrawn = soon("the question is withdrawn", questions.recv()).await;
    assert_eq!(withdrawn, Some(QuestionChange::Withdrawn { id: question.id }));
    assert!(!connected.engine().answer_server(question.id, ServerAnswer::Declined).unwrap());
    result(&connected.call("add", json!({ "a": 1, "b": 1 })).await);
    let opened = heard(&connected.heard).iter().filter(|(_, line)| line.contains("\"initialize\"")).count();
    assert!(opened >= 3, "looked at, served, and served anew: {opened}");
    connected.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_asks_goes_to_the_person_and_only_what_fits_its_form_goes_back() {
    let connected = Connected::new().await;
    let engine = connected.engine();
    assert_eq!(
        result(&connected.call("ask", json!({})).await),
        json!({ "action": "cancel" }),
        "nobody is there"
    );
    let mut questions = engine.server_questions();
    let person = async {
        let Some(QuestionChange::Asked { question }) = soon("a question", questions.recv()).await else {
            panic!("no question")
        };
        assert_eq!((question.message.as_str(), question.source.as_str()), ("Which team?", "fake"));
        let accepted = |content| ServerAnswer::Accepted { content: Json(content) };
        assert!(engine.answer_server(question.id, accepted(json!({ "team": 7 }))).is_err());
        // A window that was opened anew hears it once more.
        let mut again = engine.server_questions();
        assert_eq!(again.try_recv().unwrap(), QuestionChange::Asked { question: question.clone() });
        assert!(engine.answer_server(question.id, accepted(json!({ "team": "sales" }))).unwrap());
        again
    };
    let (asked, _listening) = tokio::join!(connected.call("ask", json!({})), person);
    assert_eq!(result(&asked), json!({ "action": "accept", "content": { "team": "sales" } }));
    connected.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_tells_how_far_it_is_and_is_taken_back_when_nobody_waits() {
    let connected = Connected::new().await;
    let engine = connected.engine();
    let told = connected.scene.batch(vec![call("a", "fake__step", json!({}))]).await;
    let halfway = |event: &domain::event::RunEvent| matches!(&event.what, Happening::Progress { words, .. } if words == "1 of 2, halfway");
    assert!(told.events.iter().any(halfway), "{:?}", told.events);
    let mut source = engine.source(&name()).await.unwrap();
    source.limits.deadline_ms = 300;
    engine.save_source(source).await.unwrap();
    let hung = connected.call("hang", json!({})).await;
    assert_eq!(hung.row.outcome, Some(Outcome::TimedOut));
    let id = hung.row.call.to_string();
    let taken_back = async {
        while !payload(&connected.call("seen", json!({})).await, PayloadRole::Result).contains(&id) {}
    };
    soon("the server hears that nobody waits", taken_back).await;
    connected.close().await;
}
