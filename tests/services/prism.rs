//! Prism (https://stoplight.io/open-source/prism), which serves a document's operations and checks each request against
//! it: what our importer made of a document is what another reader of it expects.

use std::path::{Path, PathBuf};

use domain::call::Approve;
use domain::outcome::{FailureClass, Outcome};
use domain::payload::PayloadRole;
use domain::view::PayloadView;
use engine::{Engine, ImportChoice, ImportKind, ImportOptions};
use serde_json::{Value, json};

use super::service::Service;
use crate::scene::record;
use crate::scene::workspace::Workspace;

/// A call, and whether its arguments are right.
type Case = (&'static str, Value, bool);

/// Serves a document, imports it, and makes the calls: right arguments get an answer, which Prism gives only to what
/// passed its validation, and wrong ones end here.
async fn check(document: &str, user: Option<&str>, cases: &[Case]) {
    let Some(program) = std::env::var_os("TIEOUT_PRISM").map(PathBuf::from) else {
        eprintln!("not tried: TIEOUT_PRISM names no Prism; `cargo xtask test --only services` does");
        return;
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(document);
    let prism = Service::start(program, |port, _| {
        let file = file.to_str().unwrap().to_owned();
        vec!["mock".to_owned(), "--errors".to_owned(), "--port".to_owned(), port.to_string(), file]
    })
    .await;

    let workspace = Workspace::empty().await;
    workspace.keep(vec![("prism".to_owned(), "pass word".to_owned())]).await;
    let engine = workspace.open().await;
    let server = Some(format!("http://{}", prism.address));
    let options = ImportOptions { server, ..ImportOptions::default() };
    let text = std::fs::read(&file).unwrap();
    let imported = Engine::read_import(ImportKind::OpenApi, &text, &options).unwrap();
    let choice = ImportChoice {
        name: Some("prism".parse().unwrap()),
        user: user.map(str::to_owned),
        ..ImportChoice::default()
    };
    let saved = engine.import_openapi(&imported, &choice).await.unwrap();
    assert_eq!(saved.unfit, []);
    for (tool, arguments, right) in cases {
        let id = format!("prism.{tool}").parse().unwrap();
        let call = engine.call_tool(&id, &arguments.to_string(), Approve::All).await.unwrap();
        let told: Vec<_> = call.payloads.iter().map(|payload| &payload.text).collect();
        let ended = (call.row.outcome, call.row.failure);
        if *right {
            let passed = ended == (Some(Outcome::Returned), None) || call.payloads.iter().any(faults_itself);
            assert!(passed, "{tool} {arguments}: {told:#?}");
        } else {
            let refused = (Some(Outcome::Failed), Some(FailureClass::InvalidArguments));
            assert_eq!(ended, refused, "{tool} {arguments}: {told:#?}");
        }
        assert_eq!(call.row.sent_at.is_some(), *right, "{tool} {arguments}: what is wrong is not sent");
    }
    record::verified(&engine).await;
    engine.shutdown().await;
}

/// Whether Prism has nothing against the request, but against the answer that it made up for it: it checks both, and
/// reports what violates the document in either.
fn faults_itself(payload: &PayloadView) -> bool {
    let report: Value = serde_json::from_str(&payload.text).unwrap_or_default();
    let violations = report["validation"].as_array().map(Vec::as_slice).unwrap_or_default();
    payload.role == PayloadRole::Result
        && !violations.is_empty()
        && violations.iter().all(|violation| violation["location"][0] == "response")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_made_of_version_2_pass_another_reader_of_the_document() {
    let document = "openapi/2.0__github_etcd-io-etcd@c34dc7ee00__Documentation_dev-guide_apispec_swagger_v3election.swagger.json";
    let leader = json!({ "name": "ZQ==", "key": "aw==", "rev": "7", "lease": "9" });
    check(
        document,
        None,
        &[
            ("election_campaign", json!({ "name": "ZWxlY3Rpb24=", "lease": "42", "value": "bWU=" }), true),
            ("election_campaign", json!({ "lease": 42 }), false),
            ("election_leader", json!({ "name": "ZWxlY3Rpb24=" }), true),
            ("election_leader", json!({ "nane": "ZWxlY3Rpb24=" }), false),
            ("election_proclaim", json!({ "leader": leader, "value": "eA==" }), true),
            ("election_resign", json!({ "leader": "nobody" }), false),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_made_of_version_3_0_pass_another_reader_of_the_document() {
    let document = "openapi/3.0__github_twilio-twilio-oai@d50069b44e__spec_json_twilio_lookups_v1.json";
    let number = |more: Value| {
        let mut arguments = json!({ "PhoneNumber": "+15108675310" });
        arguments.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        arguments
    };
    check(
        document,
        Some("AC4711"),
        &[
            ("fetch_phone_number", number(json!({})), true),
            (
                "fetch_phone_number",
                number(json!({ "CountryCode": "US", "Type": ["carrier", "caller-name"] })),
                true,
            ),
            ("fetch_phone_number", json!({ "CountryCode": "US" }), false),
            ("fetch_phone_number", number(json!({ "Type": 7 })), false),
            ("fetch_phone_number", number(json!({ "Kind": "x" })), false),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_made_of_version_3_1_pass_another_reader_of_the_document() {
    let list = |more: Value| {
        let mut arguments = json!({ "state": "open", "X-Team": "research" });
        arguments.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        arguments
    };
    check(
        "services/shop-3.1.yaml",
        None,
        &[
            ("list_orders", list(json!({})), true),
            (
                "list_orders",
                list(json!({ "ids": [3, 4], "filter": { "region": "north & west" }, "page": 2 })),
                true,
            ),
            ("list_orders", json!({ "state": "open" }), false),
            ("list_orders", list(json!({ "state": "lost" })), false),
            ("list_orders", list(json!({ "ids": ["x"] })), false),
            ("list_orders", list(json!({ "filter": { "shape": "round" } })), false),
            ("list_orders", list(json!({ "limit": 101 })), false),
            ("get_line", json!({ "id": 7, "line": "a/b" }), true),
            ("get_line", json!({ "id": 7, "line": "abcde" }), false),
            ("get_line", json!({ "id": "seven", "line": "a" }), false),
            ("add_order", json!({ "item": "pen-7", "count": 2, "gift": null, "kind": "normal" }), true),
            ("add_order", json!({ "item": "pen-7", "count": 0 }), false),
            ("add_order", json!({ "item": "pen 7", "count": 1 }), false),
            ("add_order", json!({ "item": "pen-7", "count": 1, "kind": "odd" }), false),
            ("put_tags", json!({ "name": "a & b = c", "level": 5 }), true),
            ("put_tags", json!({ "name": "a", "level": 6 }), false),
        ],
    )
    .await;
}
