//! A service that is not ours, started for one test, and a source made of it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::scene::soon;
use crate::scene::workspace::Workspace;

/// A service that runs; it ends with this.
pub(super) struct Service {
    _process: Child,
    pub(super) address: String,
    _folder: tempfile::TempDir,
}

impl Service {
    /// Starts a program in a folder of its own with the words that `with` gives for a port and the folder.
    pub(super) async fn start(program: PathBuf, with: impl Fn(u16, &Path) -> Vec<String>) -> Self {
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

    /// What the service says to somebody else, whom it knows by this header: its answer's body.
    pub(super) async fn told(&self, known_by: &str, method: &str, path: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let head = format!(
            "{method} {path} HTTP/1.0\r\nhost: {}\r\nauthorization: {known_by}\r\nconnection: close\r\n\
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
pub(super) fn programs() -> Option<PathBuf> {
    let programs = std::env::var_os("TIEOUT_SERVICES").map(PathBuf::from);
    if programs.is_none() {
        eprintln!(
            "not tried: TIEOUT_SERVICES names no folder of programs; `cargo xtask test --only services` does"
        );
    }
    programs
}

pub(super) fn tool(name: &str, method: &str, path: &str, properties: &str) -> String {
    format!(
        "\n[[tool]]\nname = \"{name}\"\ndescription = \"Does\"\nmethod = \"{method}\"\npath = \"{path}\"\n[tool.input]\n\
         type = \"object\"\n{properties}\n"
    )
}

pub(super) async fn add(workspace: &Workspace, name: &str, address: &str, auth: &str, tools: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("source.toml");
    let head =
        format!("name = \"{name}\"\nkind = \"http\"\nbase_url = \"http://{address}\"\nauth = {auth}\n");
    std::fs::write(&file, head + &tools.concat()).unwrap();
    workspace.tieout(&["sources", "add", file.to_str().unwrap()]).await.ends(0);
}
