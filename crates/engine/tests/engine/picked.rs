//! A person picks two operations of a description, looks at them as they are, and imports again.

use domain::call::Approve;
use domain::effect::Effect;
use domain::fact::Change;
use domain::label::{Label, Level};
use domain::outcome::Outcome;
use domain::source::{Auth, SourceKind};
use engine::{Engine, ImportKind, ImportOptions, Imported, Pick, PickedTool};

use crate::scene::Scene;

/// A description of a part of the company's customers, as their service serves them.
async fn described(scene: &Scene) -> (Imported, Auth) {
    let crm = scene.engine.source(&"crm".parse().unwrap()).await.unwrap();
    let options = ImportOptions { server: Some(crm.base_url), ..ImportOptions::default() };
    let text = br#"{"openapi": "3.1.0", "info": {"title": "Customers", "version": "1"}, "paths": {
        "/customers/{id}": {"get": {"operationId": "getCustomer", "summary": "One customer",
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}]}},
        "/customers": {"get": {"operationId": "listCustomers", "summary": "Customers"}},
        "/customers/{id}/notes": {"post": {"operationId": "addNote", "summary": "Add a note",
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}]}}}}"#;
    (Engine::read_import(ImportKind::OpenApi, text, &options).unwrap(), crm.auth)
}

fn place(imported: &Imported, operation: &str) -> usize {
    let is = |at: &usize| matches!(&imported.operations[*at], engine::Operation::Tool(made) if made.operation == operation);
    (0..imported.operations.len()).find(is).unwrap()
}

#[tokio::test]
async fn what_was_picked_is_one_source_and_importing_again_says_what_is_otherwise() {
    let scene = Scene::in_memory().await;
    let engine = &scene.engine;
    let (imported, auth) = described(&scene).await;
    let get = place(&imported, "GET /customers/{id}");
    let list = place(&imported, "GET /customers");
    let internal = Label { level: Level::Internal, ..Label::PUBLIC };
    let restricted = Label { level: Level::Restricted, ..Label::PUBLIC };
    let tool = |at, label: &Label| PickedTool { at, effect: Effect::Read, label: label.clone() };
    let pick = Pick {
        name: "picked".parse().unwrap(),
        label: internal.clone(),
        auth,
        follow: None,
        tools: vec![tool(get, &Label::PUBLIC), tool(list, &restricted)],
    };
    let before = engine.size().await.unwrap();
    let saved = engine.save_picked(&imported, pick.clone()).await.unwrap();
    assert_eq!((saved.change, saved.unfit.len(), saved.spec.tools.len()), (Change::Added, 0, 2));
    assert_eq!(engine.size().await.unwrap(), before + 1, "one source, one entry");
    assert_eq!(saved.spec.tools[0].label, internal, "no tool's label is less than its source's");
    assert_eq!(saved.spec.tools[1].label.level, Level::Restricted);

    let called = saved.spec.id_of(&saved.spec.tools[0]);
    let preview = engine.preview_call(&called, r#"{"id": 1001}"#).await.unwrap();
    let request = preview.request.unwrap();
    assert!(request.contains("/customers/1001\n") && request.contains("{secret:"), "{request}");
    let call = engine.call_tool(&called, r#"{"id": 1001}"#, Approve::Reads).await.unwrap();
    assert_eq!(call.row.outcome, Some(Outcome::Returned), "{:?}", call.row);

    let mut edited = saved.spec.clone();
    edited.tools[0].description = "One customer, by id".to_owned();
    edited.tools[0].exclusive = true;
    edited.private_network = true;
    edited.tools[1].path = "/clients".to_owned();
    engine.save_source(edited).await.unwrap();
    let changes = engine.import_changes(&imported, &pick.name).await.unwrap();
    assert!(changes.known);
    let [change] = &changes.tools[..] else { panic!("{changes:?}") };
    assert_eq!((change.at, &change.otherwise[..]), (get, &["description".to_owned()][..]));
    assert_eq!(changes.gone, [saved.spec.tools[1].name.clone()]);
    let again = engine.save_picked(&imported, pick).await.unwrap();
    assert_eq!((again.change, again.spec.tools[0].exclusive), (Change::Replaced, true));
    assert!(again.spec.private_network);
    assert!(!engine.import_changes(&imported, &"nobody".parse().unwrap()).await.unwrap().known);
    scene.close().await;
}

#[tokio::test]
async fn what_takes_the_place_of_an_mcp_server_is_one_no_more() {
    let scene = Scene::in_memory().await;
    let (imported, auth) = described(&scene).await;
    let server = "name = \"picked\"\nkind = \"mcp\"\nserver = { command = [\"mcp-server-time\"] }";
    scene.engine.save_source(Engine::read_source(server).unwrap()).await.unwrap();
    let at = place(&imported, "GET /customers");
    let tools = vec![PickedTool { at, effect: Effect::Read, label: Label::PUBLIC }];
    let pick = Pick { name: "picked".parse().unwrap(), label: Label::PUBLIC, auth, follow: None, tools };
    let saved = scene.engine.save_picked(&imported, pick).await.unwrap().spec;
    assert_eq!((saved.kind, saved.mcp), (SourceKind::Http, None));
    scene.close().await;
}

#[tokio::test]
async fn nothing_is_saved_of_what_can_not_be_a_source() {
    let scene = Scene::in_memory().await;
    let (imported, auth) = described(&scene).await;
    let pick = |tools| Pick {
        name: "none".parse().unwrap(),
        label: Label::PUBLIC,
        auth: auth.clone(),
        follow: None,
        tools,
    };
    let beyond = PickedTool { at: imported.operations.len(), effect: Effect::Read, label: Label::PUBLIC };
    for tools in [Vec::new(), vec![beyond]] {
        assert!(scene.engine.save_picked(&imported, pick(tools)).await.is_err());
    }
    assert!(scene.engine.source(&"none".parse().unwrap()).await.is_err());
    scene.close().await;
}
