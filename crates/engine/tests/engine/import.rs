//! A company's own description of its API becomes a source that can be called.

use domain::call::Approve;
use domain::effect::Effect;
use domain::fact::Change;
use domain::label::{Label, Level};
use domain::outcome::Outcome;
use engine::{Engine, ImportChoice, ImportKind, ImportOptions, Imported};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::scene::Scene;

/// The document that a service of the company publishes, read.
async fn described(scene: &Scene, source: &str) -> Imported {
    let base_url = scene.engine.source(&source.parse().unwrap()).await.unwrap().base_url;
    let host = base_url.strip_prefix("http://").unwrap();
    let (host, below) =
        host.split_once('/').map_or((host, String::new()), |(host, path)| (host, format!("/{path}")));
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET {below}/openapi.json HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let options = ImportOptions { server: Some(base_url), ..ImportOptions::default() };
    // The document in its braces, whatever the transfer put around it.
    let body = &body[body.find('{').unwrap()..=body.rfind('}').unwrap()];
    Engine::read_import(ImportKind::OpenApi, body.as_bytes(), &options).unwrap()
}

#[tokio::test]
async fn a_described_api_is_called_and_an_update_keeps_what_a_person_said() {
    let scene = Scene::in_memory().await;
    let engine = &scene.engine;
    let imported = described(&scene, "crm").await;
    let known = engine.source(&"crm".parse().unwrap()).await.unwrap();
    let secret = known.auth.secret().cloned();
    let choice = ImportChoice { name: Some("described".parse().unwrap()), secret, ..ImportChoice::default() };

    let saved = engine.import_openapi(&imported, &choice).await.unwrap();
    assert_eq!((saved.change, saved.unfit.len()), (Change::Added, 0));
    assert_eq!(saved.spec.tools.len(), imported.operations.len());
    assert_eq!(engine.source(&saved.spec.name).await.unwrap(), saved.spec);

    let get = saved.spec.tools.iter().find(|tool| tool.path == "/customers/{id}").unwrap();
    let tool = saved.spec.id_of(get);
    let call = engine.call_tool(&tool, r#"{"id": 1001}"#, Approve::Reads).await.unwrap();
    assert_eq!(call.row.outcome, Some(Outcome::Returned), "{:?}", call.row);

    let mut edited = saved.spec.clone();
    let restricted = Label { level: Level::Restricted, ..edited.label.clone() };
    let index = edited.tools.iter().position(|known| known.name == get.name).unwrap();
    edited.tools[index].label = restricted.clone();
    edited.tools[index].effect = Effect::Write;
    edited.private_network = true;
    engine.save_source(edited).await.unwrap();
    let updated = engine.import_openapi(&imported, &ImportChoice { secret: None, ..choice }).await.unwrap();
    assert_eq!((updated.change, &updated.spec.auth), (Change::Replaced, &saved.spec.auth));
    assert!(updated.spec.private_network);
    assert_eq!(
        (&updated.spec.tools[index].label, updated.spec.tools[index].effect),
        (&restricted, Effect::Write)
    );
    scene.close().await;
}

#[tokio::test]
async fn a_pasted_command_becomes_a_source_whose_key_is_in_the_keychain_alone() {
    let scene = Scene::in_memory().await;
    let echo = scene.engine.source(&"echo".parse().unwrap()).await.unwrap().base_url;
    let text =
        format!("curl '{echo}/echo/a?ms=0' -H 'Authorization: Bearer tok-secret-424242' -H 'X-Region: eu'");
    let imported = Engine::read_import(ImportKind::Auto, text.as_bytes(), &ImportOptions::default()).unwrap();
    assert!(!format!("{imported:?}").contains("tok-secret-424242"));
    let choice = ImportChoice { name: Some("pasted".parse().unwrap()), ..ImportChoice::default() };
    let saved = scene.engine.import_openapi(&imported, &choice).await.unwrap();
    let secret = saved.spec.auth.secret().unwrap();
    assert!(saved.stored && scene.engine.secrets().await.unwrap().contains(secret));
    assert_eq!(saved.spec.headers.get("X-Region").map(String::as_str), Some("eu"));
    let tool = saved.spec.id_of(&saved.spec.tools[0]);
    let call = scene.engine.call_tool(&tool, "{}", Approve::Reads).await.unwrap();
    assert_eq!(call.row.outcome, Some(Outcome::Returned), "{:?}", call.row);

    // One that is there already may be newer than what somebody saved once.
    let again = scene.engine.import_openapi(&imported, &choice).await.unwrap();
    assert!(!again.stored);
    scene.close().await;
}

#[tokio::test]
async fn a_kind_is_told_by_the_text_and_a_wrong_one_says_what_to_give() {
    let read = |kind, text: &str| Engine::read_import(kind, text.as_bytes(), &ImportOptions::default());
    let postman = r#"{"info": {"name": "A"}, "item": [{"name": "One", "request": "https://a.example/x"}]}"#;
    assert_eq!(read(ImportKind::Auto, postman).unwrap().tools().count(), 1);
    let insomnia = "type: collection.insomnia.rest/5.0\nname: A\ncollection:\n  - {name: One, method: GET, url: 'https://a.example/x'}\n";
    assert_eq!(read(ImportKind::Auto, insomnia).unwrap().tools().count(), 1);
    assert_eq!(read(ImportKind::Auto, "curl https://a.example/x").unwrap().tools().count(), 1);
    assert!(read(ImportKind::Postman, insomnia).unwrap_err().to_string().contains("Postman"));
    assert!(read(ImportKind::Curl, "wget x").unwrap_err().to_string().contains("curl"));
}

#[tokio::test]
async fn an_unchosen_name_takes_no_other_api_away() {
    let scene = Scene::in_memory().await;
    let text = br#"{"openapi": "3.0.0", "info": {"title": "CRM"}, "servers": [{"url": "https://crm.example.com"}],
        "paths": {"/a": {"get": {}}, "/b": {"get": {"parameters": [{"name": "x y", "in": "header", "schema": {}}]}}}}"#;
    let imported = Engine::read_import(ImportKind::OpenApi, text, &ImportOptions::default()).unwrap();
    let size = scene.engine.size().await.unwrap();
    let refused = scene.engine.import_openapi(&imported, &ImportChoice::default()).await.unwrap_err();
    assert!(refused.to_string().contains("--name"), "{refused}");
    assert_eq!(scene.engine.size().await.unwrap(), size);

    let choice = ImportChoice { name: Some("other".parse().unwrap()), ..ImportChoice::default() };
    let saved = scene.engine.import_openapi(&imported, &choice).await.unwrap();
    assert_eq!((saved.spec.tools.len(), saved.unfit[0].operation.as_str()), (1, "GET /b"));
    assert_eq!(scene.engine.size().await.unwrap(), size + 1);
    scene.close().await;
}
