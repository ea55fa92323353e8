//! A reviewer opens what a call carried.

use engine::{CallQuery, Code, Roles};
use serde_json::json;

use crate::scene::{Scene, watch};

#[tokio::test]
async fn a_payload_is_opened_on_record_and_only_if_the_roles_allow_it() {
    let scene = Scene::in_memory().await;
    scene.script(vec![vec![("crm.get_customer", json!({ "id": 1001 }))]]);
    scene.ask(None, watch).await;
    let rows = scene.engine.calls(CallQuery { limit: 1, ..CallQuery::default() }).await.unwrap();
    let call = rows[0].call;
    let before = scene.engine.size().await.unwrap();
    let detail = scene.engine.review_open(call).await.unwrap();
    assert!(!detail.payloads.is_empty());
    let opened = detail.entries.iter().find(|entry| entry.kind == "review.opened").unwrap();
    assert!(opened.seq.0 >= before);

    assert_eq!(scene.engine.roles().await.unwrap(), Roles::default());
    scene.engine.save_roles(Roles { reviewer_may_open_payloads: false }).await.unwrap();
    let size = scene.engine.size().await.unwrap();
    assert_eq!(scene.engine.review_open(call).await.unwrap_err().code(), Code::BadInput);
    assert_eq!(scene.engine.size().await.unwrap(), size);
    scene.close().await;
}
