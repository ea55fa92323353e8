//! A description got from its address: on record before it is asked for, from the hosts that a person named and no other.

use std::time::Duration;

use domain::fact::Fact;
use engine::{Arrived, Engine, Fetched, ImportKind, ImportOptions};

use crate::answering::{Answer, Host};
use crate::export::facts;
use crate::scene::Scene;

const DOCUMENT: &str = r##"{"openapi": "3.1.0", "info": {"title": "Parts", "version": "1"}, "servers": [{"url": "../v2"}],
    "paths": {"/items": {"get": {"parameters": [{"$ref": "parts/one.json#/limit"}]}},
              "/people": {"get": {"parameters": [{"$ref": "http://127.0.0.2:9/two.json#/x"}]}}}}"##;

fn published(target: &str, base: &str) -> Option<Answer> {
    Some(match target {
        "/docs/openapi.json" => Answer::json(DOCUMENT),
        "/docs/parts/one.json" => {
            Answer::json(r##"{"limit": {"$ref": "three.json#/limit"}, "loop": {"$ref": "one.json#/limit"}}"##)
        }
        "/docs/parts/three.json" => Answer::json(
            r##"{"limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}, "back": {"$ref": "one.json"}}"##,
        ),
        "/old.json" => Answer::status("301 Moved Permanently").with("location", "/docs/openapi.json"),
        "/away.json" => Answer::status("302 Found").with("location", "http://127.0.0.2:9/openapi.json"),
        "/circle.json" => Answer::status("302 Found").with("location", &format!("{base}/circle.json")),
        "/page" => Answer { headers: String::new(), ..Answer::json("<html>") },
        "/slow.json" => return None,
        _ => Answer::status("404 Not Found"),
    })
}

async fn asked(engine: &Engine) -> Vec<String> {
    let facts = facts(engine).await;
    let asked = facts.into_iter().filter_map(|(_, _, fact)| match fact {
        Fact::SourceAsked { source, endpoint, method, request } => {
            assert!(source.is_empty() && method == "GET" && request.is_some());
            Some(endpoint)
        }
        _ => None,
    });
    asked.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_description_and_what_it_refers_to_are_fetched_on_record() {
    let scene = Scene::in_memory().await;
    let host = Host::start(published).await;
    let engine = &scene.engine;
    let Arrived::Here(fetched) = engine.fetch_description(&format!("{}/old.json", host.base)).await.unwrap()
    else {
        panic!("it is at the same host")
    };
    assert_eq!(fetched.address, format!("{}/docs/openapi.json", host.base));
    let elsewhere = Engine::refers_to(&fetched.text, &fetched.address).unwrap();
    let origins: Vec<_> = elsewhere.iter().map(|refers| refers.origin.clone()).collect();
    assert_eq!(origins, [host.base.clone(), "http://127.0.0.2:9".to_owned()]);

    let found = engine.fetch_references(&fetched, std::slice::from_ref(&host.base)).await.unwrap();
    assert_eq!(found.documents.len(), 2, "{:?}", found.left);
    assert!(found.left.len() == 1 && found.left[0].contains("127.0.0.2"), "{:?}", found.left);
    let read = |documents| {
        let options = ImportOptions { address: Some(fetched.address.clone()), server: None, documents };
        Engine::read_import(ImportKind::OpenApi, &fetched.text, &options).unwrap()
    };
    let imported = read(found.documents);
    assert_eq!(imported.server, Some(format!("{}/v2", host.base)), "relative to the document");
    assert_eq!((imported.operations.len(), imported.tools().count()), (2, 1));
    assert_eq!(read(std::collections::BTreeMap::new()).tools().count(), 0);

    assert_eq!(asked(engine).await.len(), 4);
    assert_eq!(
        host.asked(),
        ["/old.json", "/docs/openapi.json", "/docs/parts/one.json", "/docs/parts/three.json"]
    );
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_host_is_named_and_not_asked() {
    let scene = Scene::in_memory().await;
    let host = Host::start(published).await;
    let engine = &scene.engine;
    let at = |path: &str| format!("{}{path}", host.base);
    let moved = engine.fetch_description(&at("/away.json")).await.unwrap();
    assert_eq!(moved, Arrived::Elsewhere { to: "http://127.0.0.2:9/openapi.json".to_owned() });
    for (address, words) in [
        (at("/circle.json"), "sent on more than"),
        (at("/nothing.json"), "answered 404"),
        ("http://169.254.169.254/latest/meta-data".to_owned(), "169.254"),
        ("https://ana:pw@docs.example.com/".to_owned(), "user name or a password"),
        ("file:///etc/passwd".to_owned(), "begin with http"),
        ("openapi.json".to_owned(), "no address"),
    ] {
        let error = engine.fetch_description(&address).await.unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains("pw@"), "{address}: {error}");
    }
    let asked = asked(engine).await;
    assert!(asked.iter().all(|endpoint| !endpoint.contains("127.0.0.2")), "{asked:?}");
    let broken = Fetched { address: at("/x.json"), text: b"{".to_vec() };
    assert!(engine.fetch_references(&broken, &[]).await.is_err());
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_gives_up_waiting_leaves_nothing_behind() {
    let scene = Scene::in_memory().await;
    let host = Host::start(published).await;
    let address = format!("{}/slow.json", host.base);
    let waits = scene.engine.fetch_description(&address);
    assert!(tokio::time::timeout(Duration::from_millis(200), waits).await.is_err());
    assert_eq!(asked(&scene.engine).await.len(), 1, "that it was asked is on record");
    scene.close().await;
}
