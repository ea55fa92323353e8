//! Kinto (https://kinto-storage.org), which knows people by Basic and asks for time by `Backoff`.

use serde_json::{Value, json};

use super::service::{Service, add, programs, tool};
use crate::scene::record::{self, Record};
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

/// base64("ana:pass word")
const ANA: &str = "Basic YW5hOnBhc3Mgd29yZA==";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kinto_takes_what_is_written_and_is_left_alone_when_it_asks_for_that() {
    let Some(programs) = programs() else { return };
    let kinto = Service::start(programs.join("kinto"), |port, folder| {
        let file = folder.join("kinto.ini");
        std::fs::write(&file, KINTO.replace("PORT", &port.to_string())).unwrap();
        ["start", "--ini", file.to_str().unwrap(), "--port", &port.to_string()].map(str::to_owned).into()
    })
    .await;
    kinto.told(ANA, "PUT", "/v1/buckets/desk", "").await;
    kinto.told(ANA, "PUT", "/v1/buckets/desk/collections/notes", "").await;

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
    let held = kinto.told(ANA, "GET", notes, "").await;
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
