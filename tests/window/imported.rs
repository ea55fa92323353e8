//! An API's own description becomes a source: looked at, picked from, saved with its key, tried.

use engine::Engine;
use rehearsal::{Plan, Rehearsal};
use serde_json::{Value, json};

use crate::scene::soon;
use crate::scene::workspace::Workspace;
use crate::screen::{Home, button, field, first, link};
use crate::{unlocked, wanted};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tools_of_a_description_are_picked_saved_and_one_is_tried() {
    if !wanted() {
        return;
    }
    let company = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&company).await;
    let crm = company.sources().into_iter().find(|source| source.name == "crm").unwrap();
    let base_url = Engine::read_source(&crm.toml).unwrap().base_url;
    let home = Home::new();
    let window = unlocked(&home, &workspace).await;

    window.click(link("Sources")).await;
    window.click(button("Add a source")).await;
    window.click(link("OpenAPI document")).await;
    window.paste(field("Or paste it"), &description(&base_url)).await;
    window.reads("It looks like an OpenAPI document.").await;
    window.click(button("Look at it")).await;
    window.reads("3 operations can be used, 1 can’t").await;
    window.picture("import").await;
    window.click(field("Choose forget_customers")).await;
    window.reads("2 operations of 3 chosen").await;
    window.write(field("Value of the key shop-key"), &crm.secret).await;
    window.click(button("Save 2 tools and test")).await;
    window.reads("Bearer token").await;
    window.reads("in the passphrase file").await;

    window.click(first("[id$='-get_customer'] button.row")).await;
    window.write(field("id"), "1001").await;
    window.click(button("Call it")).await;
    window.reads("application/json").await;
    window.click(button("As recorded")).await;
    window.reads("Returned with 200").await;
    window.picture("import-tried").await;
    window.close().await;

    let listed = workspace.tieout(&["sources", "show", "shop", "--json"]).await.ends(0);
    let source = listed.objects().pop().unwrap();
    assert_eq!(source["spec"]["tools"].as_array().map(Vec::len), Some(2), "{source}");
    assert_eq!(source["health"]["last_outcome"], "returned", "{source}");
    assert_eq!(source["health"]["failures"], Value::from(0), "{source}");
    soon("the company closes", company.stop()).await;
}

fn description(base_url: &str) -> String {
    let id = json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Shop", "version": "1" },
        "servers": [{ "url": base_url }],
        "security": [{ "token": [] }],
        "components": { "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } } },
        "paths": {
            "/customers": {
                "get": { "operationId": "listCustomers", "summary": "Customers" },
                "delete": { "operationId": "forgetCustomers", "summary": "Forget all customers" },
                "trace": {}
            },
            "/customers/{id}": { "get": { "operationId": "getCustomer", "summary": "One customer", "parameters": [id] } }
        }
    })
    .to_string()
}
