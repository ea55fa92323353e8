//! PocketBase (https://pocketbase.io), which gives tokens to whom it knows, and its records in pages.

use std::process::Stdio;

use domain::call::Approve;
use domain::outcome::Outcome;
use domain::payload::PayloadRole;
use serde_json::{Value, json};
use tokio::process::Command;

use super::service::{Service, add, programs, tool};
use crate::scene::record::{self, Record};
use crate::scene::workspace::Workspace;

const WHO: (&str, &str) = ("ana@example.com", "pass word 4711");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pocketbase_gives_its_records_page_after_page_to_a_token_that_it_gave() {
    let Some(programs) = programs() else { return };
    let program = programs.join("pocketbase");
    let data = tempfile::tempdir().unwrap();
    let folder = format!("--dir={}", data.path().display());
    let status = Command::new(&program)
        .args(["superuser", "upsert", WHO.0, WHO.1, &folder])
        .stdout(Stdio::null())
        .status()
        .await
        .unwrap();
    assert!(status.success());
    let pocketbase = Service::start(program, |port, _| {
        vec!["serve".to_owned(), format!("--http=127.0.0.1:{port}"), folder.clone()]
    })
    .await;
    let signed_in = json!({ "identity": WHO.0, "password": WHO.1 }).to_string();
    let token = pocketbase
        .told("", "POST", "/api/collections/_superusers/auth-with-password", &signed_in)
        .await["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let notes = json!({ "name": "notes", "type": "base", "fields": [{ "name": "text", "type": "text" }] });
    pocketbase.told(&token, "POST", "/api/collections", &notes.to_string()).await;

    let workspace = Workspace::empty().await;
    workspace.keep(vec![("pocketbase".to_owned(), token.clone())]).await;
    let records = "/api/collections/notes/records";
    let paging = "properties.page = { type = \"integer\" }\nproperties.perPage = { type = \"integer\", maximum = 1000 }\n\
                  [tool.paging]\nkind = \"page\"\nparameter = \"page\"\nlimit = \"perPage\"\nitems = \"/items\"\nfollow = 9\n";
    let tools = [
        tool("write", "POST", records, "required = [\"text\"]\nproperties.text = { type = \"string\" }"),
        tool("notes", "GET", records, paging),
    ];
    add(
        &workspace,
        "pocketbase",
        &pocketbase.address,
        "{ kind = \"bearer\", secret = \"pocketbase\" }",
        &tools,
    )
    .await;

    let engine = workspace.open().await;
    let call = async |tool: &str, arguments: Value| {
        let id = format!("pocketbase.{tool}").parse().unwrap();
        engine.call_tool(&id, &arguments.to_string(), Approve::All).await.unwrap()
    };
    for number in 1..=5 {
        let written = call("write", json!({ "text": format!("naïve “{number}”") })).await;
        assert_eq!(written.row.outcome, Some(Outcome::Returned), "{written:#?}");
    }
    let read = call("notes", json!({ "perPage": 2 })).await;
    let text = |role| &read.payloads.iter().find(|payload| payload.role == role).unwrap().text;
    let result: Value = serde_json::from_str(text(PayloadRole::Result)).unwrap();
    let mut texts: Vec<_> =
        result["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["naïve “1”", "naïve “2”", "naïve “3”", "naïve “4”", "naïve “5”"]);
    assert!(text(PayloadRole::Words).contains("all 3 pages"), "{}", text(PayloadRole::Words));
    assert!(!format!("{read:?}").contains(&token), "the token stays where it is");
    let held = pocketbase.told(&token, "GET", records, "").await;
    assert_eq!(held["totalItems"], 5);
    Record::of(&engine).await.has_one_outcome_each();
    record::verified(&engine).await;
    engine.shutdown().await;
}
