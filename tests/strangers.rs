//! Against programs that are not ours and speak the protocols of models: LiteLLM's proxy, llama.cpp's server, and the
//! providers' own libraries as clients of the rehearsal's model. They come from PyPI and are large, so that only
//! `cargo xtask test --only strangers` installs them; without them nothing is tried, and that is said.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use domain::model::Protocol;
use rehearsal::{Plan, Rehearsal, Script, ScriptedMessage, ScriptedReply};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::scene::record::{self, Record};
use crate::scene::workspace::{Ran, Workspace, ran};
use crate::scene::{call, soon};

/// The key that LiteLLM asks for. It has one of its own for what is behind it.
const MASTER_KEY: &str = "sk-strangers-2f9a61c07b";
/// How long LiteLLM may take to start: its modules are many, and nothing of them is compiled yet where it runs first.
const STARTS_WITHIN: Duration = Duration::from_secs(300);

/// The folder of the programs, if they are installed.
fn programs() -> Option<PathBuf> {
    let programs = std::env::var_os("TIEOUT_STRANGERS").map(PathBuf::from);
    if programs.is_none() {
        eprintln!(
            "not tried: TIEOUT_STRANGERS names no folder; `cargo xtask test --only strangers` installs the programs and \
             names it"
        );
    }
    programs
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("strangers").join(name)
}

/// A message with words and three calls, then an answer.
fn three_calls() -> [ScriptedReply; 2] {
    let get = |id: &str| call(id, "echo__get", json!({ "id": id }));
    let message = ScriptedMessage {
        text: vec!["I look".to_owned(), " it up.".to_owned()],
        calls: vec![get("call_1"), get("call_2"), get("call_3")],
        ..ScriptedMessage::default()
    };
    [ScriptedReply::Message(message), ScriptedReply::text("Nothing is due.")]
}

/// LiteLLM's proxy with the rehearsal's model behind it; it ends with this.
struct LiteLlm {
    _process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl LiteLlm {
    async fn start(programs: &Path, rehearsal: &Rehearsal) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let model = rehearsal.model();
        // Whatever a client speaks, the model behind it is asked in Chat Completions.
        let behind = json!({
            "model": format!("openai/{}", model.model_id),
            "api_base": model.base_url,
            "api_key": model.secret,
            "use_chat_completions_api": true,
        });
        let config = json!({
            "model_list": [{ "model_name": "behind", "litellm_params": behind }],
            "general_settings": { "master_key": MASTER_KEY },
            "litellm_settings": { "telemetry": false, "use_chat_completions_url_for_anthropic_messages": true },
        });
        // JSON is YAML.
        let file = folder.path().join("config.yaml");
        std::fs::write(&file, config.to_string()).unwrap();
        // A port that was free a moment ago: LiteLLM does not say which one it took.
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let mut process = Command::new(programs.join("litellm"))
            .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--telemetry", "False", "--config"])
            .arg(&file)
            .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
            .env("NO_PROXY", "127.0.0.1")
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let address = format!("127.0.0.1:{port}");
        let opens = async {
            while TcpStream::connect(&address).await.is_err() {
                let log = || std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
                assert_eq!(process.try_wait().unwrap(), None, "LiteLLM ended: {}", log());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(STARTS_WITHIN, opens).await.expect("LiteLLM opens its port");
        Self { _process: process, address: format!("http://{address}"), _folder: folder }
    }

    /// What its clients add to its address.
    fn base_url(&self, protocol: Protocol) -> String {
        let steps = if protocol == Protocol::Gemini { "/v1beta" } else { "/v1" };
        format!("{}{steps}", self.address)
    }
}

/// The name of a protocol, as the command line takes it.
fn name(protocol: Protocol) -> String {
    serde_json::to_value(protocol).unwrap().as_str().unwrap().to_owned()
}

/// Three calls in one message, each returned, and an answer that was told of them; gives the answer.
fn has_three_calls(asked: &Ran, answer: &str, who: &str) -> Value {
    let all = asked.objects();
    let of = |kind: &str| all.iter().filter(|object| object["type"] == kind).collect::<Vec<_>>();
    assert_eq!(of("batch_ended").len(), 1, "{who}: they are one batch: {}", asked.out);
    let ended = of("call_ended");
    assert_eq!(ended.len(), 3, "{who}: {}", asked.out);
    assert!(ended.iter().all(|call| call["outcome"] == "returned"), "{who}: {ended:#?}");
    let told = asked.object("answer")["answer"].clone();
    assert_eq!(told["text"], answer, "{who}");
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn litellm_carries_a_batch_in_each_protocol_that_it_speaks() {
    let Some(programs) = programs() else { return };
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let litellm = LiteLlm::start(&programs, &rehearsal).await;
    let workspace = Workspace::wired(&rehearsal).await;
    workspace.keep(vec![("litellm".to_owned(), MASTER_KEY.to_owned())]).await;
    for protocol in [Protocol::OpenaiChat, Protocol::OpenaiResponses, Protocol::Anthropic, Protocol::Gemini] {
        let name = name(protocol);
        let base_url = litellm.base_url(protocol);
        let add = ["models", "add", &name, "--preset", "litellm", "--protocol", &name, "--model", "behind"];
        let words = [&add[..], &["--base-url", &base_url, "--secret", "litellm"]].concat();
        workspace.tieout(&words).await.ends(0);
        rehearsal.model_script(Script::new(three_calls()));
        rehearsal.forget_requests();
        let asked = workspace.tieout(&["ask", "--json", "--model", &name, "What is due?"]).await.ends(0);
        let told = has_three_calls(&asked, "Nothing is due.", &name);
        // LiteLLM writes zeros into a stream of Gemini's whatever was used.
        let usage = &told["usage"];
        let is_counted = usage["input"].as_u64() > Some(0) && usage["output"].as_u64() > Some(0);
        assert!(is_counted || protocol == Protocol::Gemini, "{name}: {usage}");
        let behind = rehearsal.requests().into_iter().filter(|request| request.service == "model");
        let paths: Vec<String> = behind.map(|request| request.path).collect();
        assert_eq!(
            paths, ["/v1/chat/completions"; 2],
            "{name}: LiteLLM itself speaks it, and nothing behind it"
        );
    }
    closed(&workspace, rehearsal).await;
}

/// What llama.cpp's server says of a message is its own work: its templates, its parser of calls, its stream.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn llama_cpp_asks_for_a_batch_and_answers() {
    let Some(programs) = programs() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut server = Command::new(programs.join("python"))
        .arg(script("llama.py"))
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let address = soon("llama.cpp's server opens", async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.starts_with("http://") {
                return line;
            }
        }
        panic!("llama.cpp's server ended");
    })
    .await;

    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    let base_url = format!("{address}/v1");
    let add = ["models", "add", "tiny", "--preset", "llama-cpp", "--model", "tiny", "--base-url", &base_url];
    workspace.tieout(&add).await.ends(0);
    let tested = workspace.tieout(&["models", "test", "tiny"]).await;
    assert!(tested.out.contains("32,768") || tested.out.contains("32768"), "its context: {}", tested.out);
    let asked = workspace.tieout(&["ask", "--json", "--model", "tiny", "What is due?"]).await.ends(0);
    let told = has_three_calls(&asked, "Nothing is due.", "llama.cpp");
    assert!(told["usage"]["input"].as_u64() > Some(100), "{}", told["usage"]);
    closed(&workspace, rehearsal).await;
}

/// The providers' own libraries read what the rehearsal writes, streamed and whole, so that what our own clients are
/// tested with everywhere else is what a provider would write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_providers_own_libraries_read_what_the_rehearsal_writes() {
    let Some(programs) = programs() else { return };
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let model = rehearsal.model();
    for protocol in Protocol::ALL {
        for how in ["stream", "whole"] {
            rehearsal.model_script(Script::new(three_calls()));
            let mut client = Command::new(programs.join("python"));
            client
                .arg(script("clients.py"))
                .args([&*name(protocol), &*model.address, &*model.secret, how])
                .env("NO_PROXY", "127.0.0.1")
                .stdin(Stdio::null())
                .kill_on_drop(true);
            let read = ran(client).await.ends(0);
            let read: Value = serde_json::from_str(read.out.trim()).unwrap();
            let who = format!("{protocol:?}, {how}: {read}");
            assert_eq!(read["text"], "I look it up.", "{who}");
            let calls = read["calls"].as_array().unwrap();
            assert_eq!(calls.len(), 3, "{who}");
            for (call, id) in calls.iter().zip(["call_1", "call_2", "call_3"]) {
                let without_id = matches!(protocol, Protocol::Ollama);
                assert!(without_id || call[0] == id, "{who}");
                assert_eq!((&call[1], &call[2]), (&json!("echo__get"), &json!({ "id": id })), "{who}");
            }
            let finish = match protocol {
                Protocol::OpenaiChat => "tool_calls",
                Protocol::OpenaiResponses => "completed",
                Protocol::Anthropic | Protocol::Bedrock => "tool_use",
                Protocol::Gemini => "STOP",
                Protocol::Ollama => "stop",
                Protocol::Cohere => "TOOL_CALL",
            };
            assert_eq!(read["finish"], finish, "{who}");
            assert!(read["read"].as_f64() > Some(0.0) && read["written"].as_f64() > Some(0.0), "{who}");
        }
    }
    soon("the company closes", rehearsal.stop()).await;
}

/// Everything is on record, and verifies.
async fn closed(workspace: &Workspace, rehearsal: Rehearsal) {
    let engine = workspace.open().await;
    Record::of(&engine).await.has_one_outcome_each();
    record::verified(&engine).await;
    engine.shutdown().await;
    soon("the company closes", rehearsal.stop()).await;
}
