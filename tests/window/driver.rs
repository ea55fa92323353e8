//! W3C WebDriver, as much of it as these tests speak, to a `WebKitWebDriver` of their own.
//!
//! What is spoken here is nine sentences of JSON; HTTP is on hand from the rehearsal.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::scene::soon;

/// How the protocol names a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A driver with one program under it. Dropping it ends both at once.
pub(crate) struct Driver {
    process: Child,
    client: Client<HttpConnector, Full<Bytes>>,
    address: String,
    session: String,
    program: u32,
}

/// An element of the page.
pub(crate) struct Element(String);

impl Driver {
    /// Starts a driver in this environment, and the program under it.
    pub(crate) async fn start(environment: Vec<(&str, OsString)>, program: &Path, words: &[&str]) -> Self {
        let port = free_port().await;
        let mut command = Command::new("WebKitWebDriver");
        command
            .arg(format!("--port={port}"))
            .envs(environment)
            // Without both the program does not let itself be driven.
            .envs([("TAURI_AUTOMATION", "true"), ("TAURI_WEBVIEW_AUTOMATION", "true")])
            .env_remove("TIEOUT_WORKSPACE")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let process = command.spawn().expect("WebKitWebDriver is not installed: cargo xtask setup");
        let mut driver = Self {
            process,
            client: Client::builder(TokioExecutor::new()).build_http(),
            address: format!("http://127.0.0.1:{port}"),
            session: String::new(),
            program: 0,
        };
        soon("the driver listens", async {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        let options = json!({ "binary": program, "args": words });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let begun = driver.say(Method::POST, "/session", Some(wanted)).await.expect("a session begins");
        driver.session = format!("/session/{}", begun["sessionId"].as_str().unwrap());
        driver.program = driver.child();
        driver
    }

    /// Runs a script in the page and gives what it returns. It finds `arguments` under that name.
    pub(crate) async fn run(&self, script: &str, arguments: &[Value]) -> Result<Value, String> {
        self.tell("/execute/sync", json!({ "script": script, "args": arguments })).await
    }

    /// The element that a script returns, if it returns one.
    pub(crate) async fn element(&self, script: &str, arguments: &[Value]) -> Result<Option<Element>, String> {
        let found = self.run(script, arguments).await?;
        Ok(found[ELEMENT].as_str().map(|id| Element(id.to_owned())))
    }

    /// Clicks it in its middle, as a pointer does: what lies above it takes the click.
    pub(crate) async fn click(&self, element: &Element) -> Result<(), String> {
        self.tell(&format!("/element/{}/click", element.0), json!({})).await.map(drop)
    }

    /// Gives it the focus and types.
    pub(crate) async fn write(&self, element: &Element, text: &str) -> Result<(), String> {
        self.tell(&format!("/element/{}/value", element.0), json!({ "text": text })).await.map(drop)
    }

    /// Presses keys, one after another, wherever the focus is.
    pub(crate) async fn press(&self, keys: &str) -> Result<(), String> {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })))
            .collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.tell("/actions", json!({ "actions": [keyboard] })).await.map(drop)
    }

    /// What the window shows, as PNG in base 64.
    pub(crate) async fn picture(&self) -> Result<String, String> {
        // The pointer lies where it clicked last, and what is under it looks chosen: it is taken to a corner.
        let away = json!({ "type": "pointerMove", "x": 1, "y": 1, "duration": 0 });
        let pointer = json!({ "type": "pointer", "id": "pointer", "actions": [away] });
        self.tell("/actions", json!({ "actions": [pointer] })).await?;
        // The first picture may be of an older frame: two new ones are forced before it.
        let two =
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
        self.tell("/execute/async", json!({ "script": two, "args": [] })).await?;
        let taken = self.say(Method::GET, &format!("{}/screenshot", self.session), None).await?;
        Ok(taken.as_str().unwrap().to_owned())
    }

    /// The program's process.
    pub(crate) fn program(&self) -> u32 {
        self.program
    }

    /// Asks the program to end, as the end of a desktop session does, and waits until it has. (Closing the window
    /// through the driver would kill it.)
    pub(crate) async fn close(self) {
        signal("-TERM", self.program);
        soon("the program ends", self.ended()).await;
    }

    /// Kills the program.
    pub(crate) async fn kill(self) {
        signal("-KILL", self.program);
        soon("the program ends", self.ended()).await;
    }

    async fn ended(&self) {
        while running(self.program) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn tell(&self, what: &str, body: Value) -> Result<Value, String> {
        self.say(Method::POST, &format!("{}{what}", self.session), Some(body)).await
    }

    async fn say(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, String> {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address))
            .header("content-type", "application/json")
            .body(Full::from(body))
            .unwrap();
        let response = soon(path, self.client.request(request)).await.map_err(|error| error.to_string())?;
        let good = response.status().is_success();
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        let mut said: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        let value = said["value"].take();
        if good { Ok(value) } else { Err(value.to_string()) }
    }

    /// The process of the program, which the driver has started.
    fn child(&self) -> u32 {
        let driver = self.process.id().expect("the driver runs");
        let children = processes().filter(|(_, parent)| *parent == driver).map(|(process, _)| process);
        children.max().expect("the driver has started the program")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if self.program != 0 && running(self.program) {
            signal("-KILL", self.program);
        }
    }
}

async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

fn signal(which: &str, process: u32) {
    let sent = std::process::Command::new("kill").args([which, &process.to_string()]).status();
    assert!(sent.is_ok(), "`kill` is missing");
}

/// Whether a process runs; one that has ended and that nobody has asked about does not.
fn running(process: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    state.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// Every process with its parent.
fn processes() -> impl Iterator<Item = (u32, u32)> {
    std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let process: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let state = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        let (_, rest) = state.rsplit_once(") ")?;
        Some((process, rest.split(' ').nth(1)?.parse().ok()?))
    })
}
