//! Before MCP's own suite for clients (`@modelcontextprotocol/conformance`), and with its reference servers as sources.
//! `cargo xtask test --only conformance` installs both; without them nothing is tried, and that is said.
//!
//! The suite starts a client with a server's address. The client is this test program started as [`CLIENT`] alone: an
//! engine, and a person who accepts what they are asked and whose browser goes where it is sent.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use domain::asking::{QuestionChange, ServerAnswer};
use domain::call::Approve;
use domain::json::Json;
use domain::mcp::McpTransport;
use domain::outcome::Outcome;
use domain::payload::PayloadRole;
use domain::secret::Secret;
use domain::source::{Auth, SourceSpec};
use domain::tool::ToolId;
use domain::view::CallDetail;
use engine::{Engine, KeychainChoice, McpConnection, McpLook, ServerSignIn, SignInAccepted};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Command;
use url::Url;

use crate::scene::{record, soon};

const CLIENT: &str = "conformance::is_a_client";

/// Every scenario for clients that a person's machine can play. Three more are of extensions for programs that act
/// for themselves (client credentials, tokens of an enterprise's own), which Tieout does not have.
const SCENARIOS: [&str; 23] = [
    "initialize",
    "tools_call",
    "elicitation-sep1034-client-defaults",
    "sse-retry",
    "auth/metadata-default",
    "auth/metadata-var1",
    "auth/metadata-var2",
    "auth/metadata-var3",
    "auth/basic-cimd",
    "auth/scope-from-www-authenticate",
    "auth/scope-from-scopes-supported",
    "auth/scope-omitted-when-undefined",
    "auth/scope-step-up",
    "auth/scope-retry-limit",
    "auth/token-endpoint-auth-basic",
    "auth/token-endpoint-auth-post",
    "auth/token-endpoint-auth-none",
    "auth/pre-registration",
    "auth/2025-03-26-oauth-metadata-backcompat",
    "auth/2025-03-26-oauth-endpoint-fallback",
    "auth/resource-mismatch",
    "auth/offline-access-scope",
    "auth/offline-access-not-supported",
];
/// How often a person signs in again for one call before they give up.
const SIGN_INS: usize = 2;
/// The address of a document that describes the client, where the suite wants one.
const DOCUMENT: &str = "https://conformance-test.local/client-metadata.json";

/// What is installed: Node, the folder with the suite and the servers in JavaScript, the folder of those in Python.
struct Tools {
    node: PathBuf,
    modules: PathBuf,
    python: PathBuf,
}

impl Tools {
    fn find() -> Option<Self> {
        let named = |name| std::env::var_os(name).map(PathBuf::from);
        let found = named("TIEOUT_MCP_NODE").zip(named("TIEOUT_MCP_MODULES")).zip(named("TIEOUT_MCP_PYTHON"));
        if found.is_none() {
            eprintln!(
                "not tried: nothing says where the suite is; `cargo xtask test --only conformance` does"
            );
        }
        found.map(|((node, modules), python)| Self { node, modules, python })
    }

    fn module(&self, name: &str) -> String {
        self.modules.join("node_modules/@modelcontextprotocol").join(name).to_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_protocol_s_own_suite_finds_nothing_wrong_with_the_client() {
    let Some(tools) = Tools::find() else { return };
    let mut wrong = Vec::new();
    for scenario in SCENARIOS {
        let told = tempfile::tempdir().unwrap();
        let client = format!(
            "{} {CLIENT} --exact --ignored --nocapture --test-threads=1",
            std::env::current_exe().unwrap().display()
        );
        let ended = Command::new(&tools.node)
            .arg(tools.module("conformance/dist/index.js"))
            .args(["client", "--scenario", scenario, "--timeout", "60000", "--command", &client, "-o"])
            .arg(told.path())
            .current_dir(told.path())
            .output()
            .await
            .unwrap();
        let (failed, late) = failures(told.path());
        if !failed.is_empty() || !(ended.status.success() || late) {
            let output =
                String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
            wrong.push(format!("{scenario}: {failed:#?}\n{output}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What the suite found wrong, or would have liked otherwise; and whether it found the client late, which a busy machine
/// makes of anybody. That it comes too early is the client's own doing.
fn failures(folder: &Path) -> (Vec<String>, bool) {
    let (mut found, mut late) = (Vec::new(), false);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.file_name().is_some_and(|name| name == "checks.json") {
                let checks: Vec<Value> = serde_json::from_slice(&std::fs::read(entry).unwrap()).unwrap();
                let bad = |check: &&Value| check["status"] == "FAILURE" || check["status"] == "WARNING";
                for check in checks.iter().filter(bad) {
                    if check["id"] == "client-sse-retry-timing" && check["details"]["tooEarly"] == false {
                        late = true;
                    } else {
                        found.push(check.to_string());
                    }
                }
            }
        }
    }
    (found, late)
}

/// No test: the client that the suite starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it is started by the suite"]
async fn is_a_client() {
    let url = std::env::args().next_back().unwrap();
    let scenario = std::env::var("MCP_CONFORMANCE_SCENARIO").unwrap();
    let said: Value = std::env::var("MCP_CONFORMANCE_CONTEXT")
        .map_or(Value::Null, |said| serde_json::from_str(&said).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let (engine, _) =
        Engine::create(&folder.path().join("workspace"), "Suite", KeychainChoice::Memory).await.unwrap();
    let mut accepted = SignInAccepted::default();
    if let Some(id) = said["client_id"].as_str() {
        accepted.client_id = Some(id.to_owned());
        let secret = said["client_secret"].as_str().unwrap();
        engine.set_secret(&"suite-client".parse().unwrap(), Secret::new(secret)).await.unwrap();
        accepted.client_secret = Some("suite-client".parse().unwrap());
    } else if scenario == "auth/basic-cimd" || scenario.starts_with("auth/offline") {
        accepted.client_id = Some(DOCUMENT.to_owned());
    }
    let connection = McpConnection {
        name: "suite".parse().unwrap(),
        transport: McpTransport::Http,
        url,
        auth: Auth::None,
        trusted: false,
    };
    let source = looked(&engine, connection, accepted).await;
    let tools = source.tools.clone();
    engine.save_source(source).await.unwrap();

    let mut questions = engine.server_questions();
    let person = async {
        while let Some(change) = questions.recv().await {
            if let QuestionChange::Asked { question } = change {
                let content = Json(Value::Object(question.proposed()));
                engine.answer_server(question.id, ServerAnswer::Accepted { content }).unwrap();
            }
        }
    };
    let calls = async {
        for tool in &tools {
            let arguments =
                if tool.name.as_str() == "add_numbers" { json!({ "a": 5, "b": 3 }) } else { json!({}) };
            let id: ToolId = format!("suite.{}", tool.name).parse().unwrap();
            let mut ended = called(&engine, &id, &arguments).await;
            for _ in 0..SIGN_INS {
                if ended.row.status != Some(403) {
                    break;
                }
                let sign_in = engine.sign_in(&"suite".parse().unwrap(), &[]).await.unwrap();
                let url = sign_in.url().clone();
                let (signed_in, ()) = tokio::join!(sign_in.finish(), browse(url));
                signed_in.unwrap();
                ended = called(&engine, &id, &arguments).await;
            }
            let words = ended.payloads.iter().rfind(|payload| payload.role == PayloadRole::Words);
            assert_eq!(ended.row.outcome, Some(Outcome::Returned), "{words:?}");
        }
    };
    tokio::select! {
        () = calls => {}
        () = person => panic!("nobody hears the servers any more"),
    }
    record::verified(&engine).await;
    engine.shutdown().await;
}

async fn called(engine: &Engine, tool: &ToolId, arguments: &Value) -> CallDetail {
    soon("the call ends", engine.call_tool(tool, &arguments.to_string(), Approve::All)).await.unwrap()
}

/// What a server offers, to a person who accepts every host that they are asked about and signs in where they are sent.
async fn looked(engine: &Engine, mut connection: McpConnection, mut accepted: SignInAccepted) -> SourceSpec {
    loop {
        match engine.look_at_server(connection.clone()).await.unwrap() {
            McpLook::Offered { source } => return *source,
            McpLook::Challenged { words } => assert_eq!(connection.auth, Auth::None, "{words}"),
        }
        connection.auth = loop {
            match engine.sign_in_to_server(&connection, &accepted).await.unwrap() {
                ServerSignIn::Wanted(wanted) => {
                    assert!(wanted.hosts.iter().all(|host| !accepted.hosts.contains(host)), "{wanted:?}");
                    accepted.hosts.extend(wanted.hosts);
                }
                ServerSignIn::Begun(begun) => {
                    let url = begun.url().clone();
                    let (signed_in, ()) = tokio::join!(begun.finish(), browse(url));
                    break signed_in.unwrap().0;
                }
            }
        };
    }
}

/// A browser: goes where it is sent, and on from there.
async fn browse(mut url: Url) {
    loop {
        let address = (url.host_str().unwrap().to_owned(), url.port_or_known_default().unwrap());
        let mut stream = TcpStream::connect(address).await.unwrap();
        let target = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        let host = format!("{}:{}", url.host_str().unwrap(), url.port_or_known_default().unwrap());
        let request = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        soon("the browser's page", stream.read_to_string(&mut answer)).await.unwrap();
        let location = answer.lines().take_while(|line| !line.is_empty()).find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("location").then(|| value.to_owned())
        });
        let Some(location) = location else { return };
        url = url.join(&location).unwrap();
    }
}

/// A workspace with one server connected; gives the names of its tools.
async fn connected(name: &str, command: &[&str]) -> (Engine, tempfile::TempDir, Vec<String>) {
    let (program, args) = command.split_first().unwrap();
    let transport = McpTransport::Stdio {
        command: (*program).to_owned(),
        args: args.iter().map(|word| (*word).to_owned()).collect(),
        env: BTreeMap::new(),
        cwd: None,
    };
    connected_by(name, transport, String::new()).await
}

async fn connected_by(
    name: &str,
    transport: McpTransport,
    url: String,
) -> (Engine, tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let (engine, _) =
        Engine::create(&folder.path().join("workspace"), "Servers", KeychainChoice::Memory).await.unwrap();
    let connection =
        McpConnection { name: name.parse().unwrap(), transport, url, auth: Auth::None, trusted: false };
    let source = looked(&engine, connection, SignInAccepted::default()).await;
    let tools = source.tools.iter().map(|tool| tool.name.to_string()).collect();
    engine.save_source(source).await.unwrap();
    (engine, folder, tools)
}

async fn result(engine: &Engine, tool: &str, arguments: Value) -> String {
    let ended = called(engine, &tool.parse().unwrap(), &arguments).await;
    assert_eq!(ended.row.outcome, Some(Outcome::Returned), "{ended:?}");
    ended.payloads.iter().find(|payload| payload.role == PayloadRole::Result).unwrap().text.clone()
}

async fn end(engine: Engine) {
    record::verified(&engine).await;
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_servers_are_sources_over_a_pipe() {
    let Some(tools) = Tools::find() else { return };
    let node = tools.node.to_str().unwrap();
    let shared = tempfile::tempdir().unwrap();
    let place = shared.path().canonicalize().unwrap();
    let place = place.to_str().unwrap();

    let (engine, _folder, names) =
        connected("files", &[node, &tools.module("server-filesystem/dist/index.js"), place]).await;
    assert!(names.iter().any(|name| name == "write_file"), "{names:?}");
    let path = format!("{place}/note.txt");
    result(&engine, "files.write_file", json!({ "path": path, "content": "naïve “quotes”" })).await;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "naïve “quotes”");
    let read = result(&engine, "files.read_text_file", json!({ "path": path })).await;
    assert!(read.contains("naïve “quotes”"), "{read}");
    let outside =
        called(&engine, &"files.read_text_file".parse().unwrap(), &json!({ "path": "/etc/passwd" })).await;
    assert_eq!(outside.row.outcome, Some(Outcome::Failed), "the server says no, and that is a failed call");
    end(engine).await;

    let (engine, _folder, _) =
        connected("memory", &[node, &tools.module("server-memory/dist/index.js")]).await;
    let entity =
        json!({ "entities": [{ "name": "Ada", "entityType": "person", "observations": ["counts"] }] });
    result(&engine, "memory.create_entities", entity).await;
    assert!(result(&engine, "memory.read_graph", json!({})).await.contains("Ada"));
    end(engine).await;

    let time = tools.python.join("mcp-server-time");
    let (engine, _folder, _) = connected("time", &[time.to_str().unwrap(), "--local-timezone", "UTC"]).await;
    let now = result(&engine, "time.get_current_time", json!({ "timezone": "Europe/Berlin" })).await;
    assert!(now.contains("Europe/Berlin"), "{now}");
    end(engine).await;

    let repository = shared.path().join("repository");
    let made = Command::new("git").args(["init", "--quiet"]).arg(&repository).status().await.unwrap();
    assert!(made.success());
    let git = tools.python.join("mcp-server-git");
    let (engine, _folder, _) =
        connected("git", &[git.to_str().unwrap(), "--repository", repository.to_str().unwrap()]).await;
    let status = result(&engine, "git.git_status", json!({ "repo_path": repository })).await;
    assert!(status.contains("No commits yet"), "{status}");
    end(engine).await;

    let everything = tools.module("server-everything/dist/index.js");
    let (engine, _folder, names) = connected("everything", &[node, &everything, "stdio"]).await;
    everything_works(&engine, &names).await;
    end(engine).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_of_everything_is_a_source_over_http_too() {
    let Some(tools) = Tools::find() else { return };
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let mut process = Command::new(&tools.node)
        .args([&tools.module("server-everything/dist/index.js"), "streamableHttp"])
        .env("PORT", port.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let opens = async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert_eq!(process.try_wait().unwrap(), None, "the server ended");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    soon("the server opens its port", opens).await;
    let url = format!("http://127.0.0.1:{port}/mcp");
    let (engine, _folder, names) = connected_by("everything", McpTransport::Http, url).await;
    everything_works(&engine, &names).await;
    end(engine).await;
}

/// A text, numbers, structured content and a long call of the server that shows everything.
async fn everything_works(engine: &Engine, names: &[String]) {
    assert_eq!(result(engine, "everything.echo", json!({ "message": "naïve" })).await, "Echo: naïve");
    let sum = names.iter().find(|name| name.contains("sum") || *name == "add").unwrap();
    assert!(result(engine, &format!("everything.{sum}"), json!({ "a": 2, "b": 3 })).await.contains('5'));
    let structured = names.iter().find(|name| name.contains("structured")).unwrap();
    let location = json!({ "location": "Chicago" });
    let weather: Value =
        serde_json::from_str(&result(engine, &format!("everything.{structured}"), location).await).unwrap();
    assert!(weather["temperature"].is_number(), "{weather}");
    let long = names.iter().find(|name| name.contains("long_running")).unwrap();
    let done = result(engine, &format!("everything.{long}"), json!({ "duration": 1, "steps": 2 })).await;
    assert!(done.contains("completed"), "{done}");
}
