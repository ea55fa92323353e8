//! Against a program that is not ours: Datasette (https://datasette.io), which serves a SQLite database as JSON and
//! knows nothing of us, with a bearer token that a plugin of its own kind asks for.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rehearsal::{Plan, Rehearsal, Script, ScriptedReply};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::scene::record::{self, Record};
use crate::scene::workspace::Workspace;
use crate::scene::{call, prompts, soon};

const TOKEN: &str = "ds_6fJ2mK9qX4vB7nR1";

/// The moons of the planets that have fewest, and the planets: figures of the IAU's and NASA's fact sheets, which are
/// in the public domain.
const DATABASE: &str = r#"
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript("""
create table planets (id integer primary key, name text not null, mass_1e24_kg real, moons integer not null);
create table moons (id integer primary key, planet_id integer references planets(id), name text, radius_km real);
""")
db.executemany("insert into planets values (?, ?, ?, ?)", [
    (1, "Mercury", 0.330, 0), (2, "Venus", 4.87, 0), (3, "Earth", 5.97, 1), (4, "Mars", 0.642, 2),
    (5, "Jupiter", 1898, 95), (6, "Saturn", 568, 146), (7, "Uranus", 86.8, 28), (8, "Neptune", 102, 16)])
db.executemany("insert into moons values (?, ?, ?, ?)", [
    (1, 3, "Moon", 1737.4), (2, 4, "Phobos", 11.1), (3, 4, "Deimos", 6.2)])
db.commit()
"#;

/// Datasette asks its plugins who sends a request; whoever has the token is the analyst.
const PLUGIN: &str = r#"
from datasette import hookimpl

@hookimpl
def actor_from_request(datasette, request):
    if request.headers.get("authorization") == "Bearer TOKEN":
        return {"id": "analyst"}
"#;

/// A running Datasette; it ends with this.
struct Datasette {
    _process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Datasette {
    async fn start(program: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        std::fs::create_dir(file("plugins")).unwrap();
        std::fs::write(file("plugins/token.py"), PLUGIN.replace("TOKEN", TOKEN)).unwrap();
        std::fs::write(file("metadata.json"), json!({ "allow": { "id": "analyst" } }).to_string()).unwrap();
        let python = program.with_file_name("python");
        let made = Command::new(python).args(["-c", DATABASE]).arg(file("sky.db")).status().await.unwrap();
        assert!(made.success());

        // A port that was free a moment ago: Datasette does not say which one it took.
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut process = Command::new(program)
            .arg("serve")
            .arg(file("sky.db"))
            .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--plugins-dir"])
            .arg(file("plugins"))
            .arg("--metadata")
            .arg(file("metadata.json"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let address = format!("127.0.0.1:{port}");
        let opens = async {
            while TcpStream::connect(&address).await.is_err() {
                assert_eq!(process.try_wait().unwrap(), None, "Datasette ended");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        soon("Datasette opens its port", opens).await;
        Self { _process: process, address, _folder: folder }
    }

    /// The source's file, as the documentation of Datasette's JSON API has one write it.
    fn source(&self) -> String {
        format!(
            r#"
name = "sky"
kind = "http"
base_url = "http://{}"
label = {{ level = "internal", categories = ["organisation"] }}
auth = {{ kind = "bearer", secret = "datasette" }}

[[tool]]
name = "databases"
description = "Lists the databases"
method = "GET"
path = "/-/databases.json"
[tool.input]
type = "object"

[[tool]]
name = "rows"
description = "Rows of a table"
method = "GET"
path = "/sky/{{table}}.json"
[tool.input]
type = "object"
required = ["table"]
properties.table = {{ type = "string" }}
properties._shape = {{ enum = ["objects", "array"] }}
properties._sort_desc = {{ type = "string" }}
properties.planet_id = {{ type = "integer" }}

[[tool]]
name = "sql"
description = "Answers a SELECT"
method = "GET"
path = "/sky.json"
[tool.input]
type = "object"
required = ["sql"]
properties.sql = {{ type = "string" }}
properties._shape = {{ enum = ["objects", "array"] }}
"#,
            self.address
        )
    }
}

fn program() -> Option<PathBuf> {
    let program = std::env::var_os("TIEOUT_DATASETTE").map(PathBuf::from);
    if program.is_none() {
        eprintln!(
            "not tried: TIEOUT_DATASETTE names no Datasette; `cargo xtask test` installs one and names it"
        );
    }
    program
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_datasette_over_a_real_database_is_a_source() {
    let Some(program) = program() else { return };
    let datasette = Datasette::start(&program).await;
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sky.toml");
    std::fs::write(&file, datasette.source()).unwrap();

    // As a person does it: the file, a test that says what is missing, the secret, the test again.
    let added = workspace.tieout(&["sources", "add", file.to_str().unwrap()]).await.ends(0);
    assert!(added.err.contains("tieout secrets set datasette"), "{}", added.err);
    let untold = workspace.tieout(&["sources", "test", "sky"]).await.ends(1);
    assert!(untold.out.contains("datasette") && untold.out.contains("keychain"), "{}", untold.out);
    workspace.keep(vec![("datasette".to_owned(), "wrong".to_owned())]).await;
    let refused = workspace.tieout(&["sources", "test", "sky"]).await.ends(1);
    assert!(refused.out.contains("403 Forbidden"), "{}", refused.out);
    workspace.keep(vec![("datasette".to_owned(), TOKEN.to_owned())]).await;
    workspace.tieout(&["sources", "test", "sky"]).await.ends(0);

    let arguments = r#"{"table": "planets", "_shape": "array", "_sort_desc": "moons"}"#;
    let rows = workspace.tieout(&["tools", "call", "sky.rows", arguments]).await.ends(0);
    let planets: Value = serde_json::from_str(&rows.out).unwrap();
    assert_eq!((&planets[0]["name"], &planets[0]["moons"]), (&json!("Saturn"), &json!(146)));

    rehearsal.model_script(Script::new([
        ScriptedReply::calls([
            call("a", "sky__rows", json!({ "table": "moons", "_shape": "array", "planet_id": 4 })),
            call("b", "sky__sql", json!({ "sql": "select sum(moons) as moons from planets where name <> 'x&y=z'", "_shape": "array" })),
            call("c", "sky__rows", json!({ "table": "comets" })),
            call("d", "sky__sql", json!({ "sql": "drop table moons" })),
        ]),
        ScriptedReply::text("Mars has two moons[^c1], all planets 288[^c2]."),
    ]));
    let asked = workspace.tieout(&["ask", "--json", "How many moons are there?"]).await.ends(0);
    let prompt = prompts(&rehearsal).pop().unwrap();
    let messages = prompt["messages"].as_array().unwrap();
    let results: Vec<&str> =
        messages[messages.len() - 4..].iter().map(|result| result["content"].as_str().unwrap()).collect();
    assert!(results[0].contains("Phobos") && results[0].contains("Deimos"), "{}", results[0]);
    assert!(results[1].contains("288"), "{}", results[1]);
    assert!(results[2].contains("failed: sky answered 404 Not Found"), "{}", results[2]);
    assert!(results[3].contains("failed: sky answered 400 Bad Request"), "{}", results[3]);
    let answer = &asked.object("answer")["answer"];
    assert_eq!(answer["text"], "Mars has two moons, all planets 288.");
    assert_eq!(
        (answer["citations"].as_array().unwrap().len(), &answer["label"]["level"]),
        (2, &json!("internal"))
    );

    let engine = workspace.open().await;
    let record = Record::of(&engine).await;
    let sent = record.leaving.iter().filter(|request| request.line.contains(&datasette.address)).count();
    assert_eq!(sent, 7, "two tests, one by hand, four by the model; none without a secret");
    record.has_one_outcome_each();
    record::verified(&engine).await;
    engine.shutdown().await;
    soon("the company closes", rehearsal.stop()).await;
}
