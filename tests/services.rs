//! Against services that are not ours and know nothing of us: Kinto (https://kinto-storage.org), which knows people by
//! Basic and asks for time by `Backoff`, and httpbin (https://httpbin.org) behind a proxy that breaks connections. What
//! a call did is looked up at the service itself.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::scene::record::{self, Record};
use crate::scene::soon;
use crate::scene::workspace::Workspace;

const KINTO: &str = "
[app:main]
use = egg:kinto
kinto.storage_backend = kinto.core.storage.memory
kinto.permission_backend = kinto.core.permission.memory
kinto.cache_backend = kinto.core.cache.memory
kinto.userid_hmac_secret = tests
kinto.bucket_create_principals = system.Authenticated
kinto.backoff = 1
multiauth.policies = basicauth

[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = PORT
";

/// A service that runs; it ends with this.
struct Service {
    _process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Service {
    /// Starts a program in a folder of its own with the words that `with` gives for a port and the folder.
    async fn start(program: PathBuf, with: impl Fn(u16, &Path) -> Vec<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // A port that was free a moment ago: the services do not say which one they took.
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut process = Command::new(&program)
            .args(with(port, folder.path()))
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let address = format!("127.0.0.1:{port}");
        let opens = async {
            while TcpStream::connect(&address).await.is_err() {
                assert_eq!(process.try_wait().unwrap(), None, "{} ended", program.display());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        soon("the service opens its port", opens).await;
        Self { _process: process, address, _folder: folder }
    }

    /// What the service says to somebody else: its answer's body.
    async fn told(&self, method: &str, path: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        // base64("ana:pass word")
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Basic YW5hOnBhc3Mgd29yZA==\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        soon("the service answers", stream.read_to_string(&mut answer)).await.unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or(Value::Null)
    }
}

/// The folder of the services' programs.
fn programs() -> Option<PathBuf> {
    let programs = std::env::var_os("TIEOUT_SERVICES").map(PathBuf::from);
    if programs.is_none() {
        eprintln!(
            "not tried: TIEOUT_SERVICES names no folder of programs; `cargo xtask test --only services` does"
        );
    }
    programs
}

fn tool(name: &str, method: &str, path: &str, properties: &str) -> String {
    format!(
        "\n[[tool]]\nname = \"{name}\"\ndescription = \"Does\"\nmethod = \"{method}\"\npath = \"{path}\"\n[tool.input]\n\
         type = \"object\"\n{properties}\n"
    )
}

async fn add(workspace: &Workspace, name: &str, address: &str, auth: &str, tools: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("source.toml");
    let head =
        format!("name = \"{name}\"\nkind = \"http\"\nbase_url = \"http://{address}\"\nauth = {auth}\n");
    std::fs::write(&file, head + &tools.concat()).unwrap();
    workspace.tieout(&["sources", "add", file.to_str().unwrap()]).await.ends(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kinto_takes_what_is_written_and_is_left_alone_when_it_asks_for_that() {
    let Some(programs) = programs() else { return };
    let kinto = Service::start(programs.join("kinto"), |port, folder| {
        let file = folder.join("kinto.ini");
        std::fs::write(&file, KINTO.replace("PORT", &port.to_string())).unwrap();
        ["start", "--ini", file.to_str().unwrap(), "--port", &port.to_string()].map(str::to_owned).into()
    })
    .await;
    kinto.told("PUT", "/v1/buckets/desk", "").await;
    kinto.told("PUT", "/v1/buckets/desk/collections/notes", "").await;

    let workspace = Workspace::empty().await;
    workspace.keep(vec![("kinto".to_owned(), "pass word".to_owned())]).await;
    let notes = "/v1/buckets/desk/collections/notes/records";
    let id =
        "required = [\"id\"]\nproperties.id = { type = \"string\" }\nproperties.data = { type = \"object\" }";
    let tools = [
        tool("notes", "GET", notes, ""),
        tool("write", "POST", notes, "required = [\"data\"]\nproperties.data = { type = \"object\" }"),
        tool("put", "PUT", &format!("{notes}/{{id}}"), id),
    ];
    add(
        &workspace,
        "kinto",
        &kinto.address,
        "{ kind = \"basic\", user = \"ana\", secret = \"kinto\" }",
        &tools,
    )
    .await;

    let text = "naïve “quotes” & <markup>";
    let arguments = json!({ "data": { "text": text } }).to_string();
    workspace.tieout(&["tools", "call", "kinto.write", &arguments, "--approve", "all"]).await.ends(0);
    let arguments = json!({ "id": "a-b_1", "data": { "text": "put" } }).to_string();
    workspace.tieout(&["tools", "call", "kinto.put", &arguments, "--approve", "all"]).await.ends(0);
    let held = kinto.told("GET", notes, "").await;
    let mut texts: Vec<&str> =
        held["data"].as_array().unwrap().iter().map(|note| note["text"].as_str().unwrap()).collect();
    texts.sort_unstable();
    assert_eq!(texts, [text, "put"]);
    let read = workspace.tieout(&["tools", "call", "kinto.notes"]).await.ends(0);
    assert_eq!(serde_json::from_str::<Value>(&read.out).unwrap()["data"].as_array().unwrap().len(), 2);

    // Each good answer asks for a second of peace (`Backoff: 1`), and the source says that it does.
    let engine = workspace.open().await;
    let tool = "kinto.notes".parse().unwrap();
    let call = engine.call_tool(&tool, "{}", domain::call::Approve::Reads).await.unwrap();
    assert_eq!(call.row.outcome, Some(domain::outcome::Outcome::Returned));
    let view = engine.sources().await.unwrap().remove(0);
    assert!(view.asks_to_wait_ms > 0, "{view:?}");
    Record::of(&engine).await.has_one_outcome_each();
    record::verified(&engine).await;
    engine.shutdown().await;
}

/// A proxy that resets the first connection, and hands every other on.
async fn breaking(to: String) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let (number, to) = (counts.fetch_add(1, Ordering::SeqCst), to.clone());
            tokio::spawn(async move {
                if number == 0 {
                    // Closing with something unread resets the connection.
                    let mut one = [0; 1];
                    let _read = near.read(&mut one).await;
                    return;
                }
                if let Ok(mut far) = TcpStream::connect(to).await {
                    let _ended = copy_bidirectional(&mut near, &mut far).await;
                }
            });
        }
    });
    (address, count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn httpbin_behind_a_proxy_that_breaks_connections_is_asked_again_and_never_believed() {
    let Some(programs) = programs() else { return };
    let httpbin = Service::start(programs.join("waitress-serve"), |port, _| {
        vec![format!("--listen=127.0.0.1:{port}"), "httpbin:app".to_owned()]
    })
    .await;
    let (address, connections) = breaking(httpbin.address.clone()).await;
    let workspace = Workspace::empty().await;
    workspace.keep(vec![("bin".to_owned(), "bin-t0ken-4711".to_owned())]).await;
    let tools = [
        tool("bearer", "GET", "/bearer", ""),
        tool(
            "anything",
            "POST",
            "/anything/{id}",
            "required = [\"id\"]\nproperties.id = { type = \"string\" }\nproperties.n = { type = \"number\" }",
        ),
        tool("gzip", "GET", "/gzip", ""),
        tool("away", "GET", "/redirect-to", "properties.url = { type = \"string\" }"),
        tool("busy", "GET", "/status/503", ""),
    ];
    add(&workspace, "bin", &address.to_string(), "{ kind = \"bearer\", secret = \"bin\" }", &tools).await;
    let call = async |tool: &str, arguments: Value| {
        let arguments = arguments.to_string();
        workspace.tieout(&["tools", "call", tool, &arguments, "--approve", "all"]).await
    };

    // The first connection breaks before an answer: a read is asked again, and httpbin's answer repeats no token.
    let bearer = call("bin.bearer", json!({})).await.ends(0);
    assert!(bearer.out.contains("authenticated") && !bearer.out.contains("bin-t0ken"), "{}", bearer.out);
    assert_eq!(connections.load(Ordering::SeqCst), 2);

    let written = call("bin.anything", json!({ "id": "a/b?c", "n": 1.5 })).await.ends(0);
    let told: Value = serde_json::from_str(&written.out).unwrap();
    assert_eq!(told["json"], json!({ "n": 1.5 }));
    assert!(
        told["url"].as_str().unwrap().ends_with("/anything/a%2Fb%3Fc")
            || told["url"].as_str().unwrap().ends_with("/anything/a/b?c"),
        "{told}"
    );
    assert!(written.out.contains("{secret:bin}") && !written.out.contains("bin-t0ken"), "{}", written.out);

    let packed = call("bin.gzip", json!({})).await.ends(1);
    assert!((packed.out + &packed.err).contains("plain bytes"));
    let away = call("bin.away", json!({ "url": "http://169.254.169.254/" })).await.ends(1);
    assert!((away.out + &away.err).contains("not followed"));
    let before = connections.load(Ordering::SeqCst);
    call("bin.busy", json!({})).await.ends(1);
    assert!(connections.load(Ordering::SeqCst) > before);

    let engine = workspace.open().await;
    Record::of(&engine).await.has_one_outcome_each();
    record::verified(&engine).await;
    engine.shutdown().await;
}
