//! Each format becomes a document whose operations are its requests, and no secret of it stays there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic here is a failed test that says where; helpers of tests count as code to the lint"
)]

use collections::{Login, Told, curl, insomnia, is_curl, is_insomnia, is_postman, postman};
use serde_json::{Value, json};

fn operation<'t>(told: &'t Told, path: &str, method: &str) -> &'t Value {
    let found = told.document["paths"].get(path).and_then(|item| item.get(method));
    found.unwrap_or_else(|| panic!("{method} {path} is not in {:#}", told.document["paths"]))
}

fn names(operation: &Value, place: &str) -> Vec<String> {
    let all = operation["parameters"].as_array().unwrap().iter().filter(|one| one["in"] == place);
    all.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

fn hides(told: &Told, secrets: &[&str]) {
    let all = format!("{}{:?}{:?}{:?}", told.document, told.notes, told.headers, told.left);
    for secret in secrets {
        assert!(!all.contains(secret), "{secret} is in {all}");
    }
}

#[test]
fn a_pasted_command_becomes_an_operation_and_a_key() {
    let text = "curl -sS -X POST 'https://api.example.com:8443/v1/customers/42?expand=orders&api_key=q-secret-1' \\\n  \
                -H 'Authorization: Bearer sk-live-12345' -H 'X-Region: eu' -H 'Content-Type: application/json' \\\n  \
                --data-raw '{\"name\": \"Ada\", \"password\": \"hunter22\"}' --compressed -k";
    assert!(is_curl(text));
    let told = curl(text).unwrap();
    let made = operation(&told, "/v1/customers/42", "post");
    assert_eq!(told.document["servers"], json!([{"url": "https://api.example.com:8443"}]));
    assert_eq!(names(made, "query"), ["expand"]);
    let body = &made["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["properties"]["name"]["examples"], json!(["Ada"]));
    assert_eq!(told.headers.get("X-Region").map(String::as_str), Some("eu"));
    let Some(Login::Bearer(secret)) = &told.login else { panic!("{:?}", told.login) };
    assert_eq!(secret.expose(), "sk-live-12345");
    assert!(told.notes.iter().any(|note| note.contains("certificate")), "{:?}", told.notes);
    assert!(told.notes.iter().any(|note| note.contains("query api_key")), "{:?}", told.notes);
    hides(&told, &["sk-live-12345", "hunter22", "q-secret-1"]);
}

#[test]
fn options_of_curl_say_method_body_and_login() {
    let check = |text: &str, path: &str, method: &str, look: &dyn Fn(&Told, &Value)| {
        let told = curl(text).unwrap();
        let made = operation(&told, path, method).clone();
        look(&told, &made);
    };
    check("curl https://x.example/a -d a=1 -d 'b=two words'", "/a", "post", &|_, made| {
        let form = &made["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
        assert_eq!(form["properties"]["b"]["examples"], json!(["two words"]));
    });
    check("curl -G https://x.example/a --data-urlencode 'q=a b' -d n=3", "/a", "get", &|_, made| {
        assert_eq!(names(made, "query"), ["q", "n"]);
    });
    check(
        "curl -u ada:secret99 -F file=@a.txt -F title=x https://x.example/up",
        "/up",
        "post",
        &|told, made| {
            let form = &made["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"];
            assert_eq!(form["file"]["format"], "binary");
            assert!(matches!(&told.login, Some(Login::Basic { user, .. }) if user == "ada"));
            hides(told, &["secret99"]);
        },
    );
    check("curl --json '{\"a\": [1]}' https://x.example/j", "/j", "post", &|_, made| {
        assert!(made["requestBody"]["content"].get("application/json").is_some());
    });
    check(
        "curl -XDELETE https://ada:pw12345@x.example/d/$ID -b 'session=abcdefgh'",
        "/d/{ID}",
        "delete",
        &|told, made| {
            assert_eq!(names(made, "path"), ["ID"]);
            hides(told, &["pw12345", "abcdefgh"]);
        },
    );
    check("curl -I x.example/h", "/h", "head", &|told, _| {
        assert_eq!(told.document["servers"][0]["url"], "https://x.example");
    });
    check("curl -T big.bin https://x.example/f", "/f", "put", &|_, made| {
        assert!(made["requestBody"]["content"].get("application/octet-stream").is_some());
    });
    assert!(curl("wget https://x.example").is_err());
    assert_eq!(curl("curl ftp://x.example/a").unwrap().left.len(), 1);
}

#[test]
fn a_collection_of_postman_keeps_folders_variables_and_inherited_keys() {
    let value = json!({
        "info": {"name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "variable": [{"key": "baseUrl", "value": "https://shop.example.com/v2"}, {"key": "token", "value": "tok-98765"}],
        "auth": {"type": "apikey", "apikey": [{"key": "key", "value": "X-Shop-Key"}, {"key": "value", "value": "{{token}}"}]},
        "item": [
            {"name": "Orders", "item": [
                {"name": "One order", "request": {
                    "method": "GET", "description": {"content": "Reads an order."},
                    "header": [{"key": "Accept", "value": "application/json"}],
                    "url": {"raw": "{{baseUrl}}/orders/:id?full=true", "query": [{"key": "full", "value": "true"},
                        {"key": "page", "value": "2", "disabled": true}],
                        "variable": [{"key": "id", "value": "7", "description": "The order"}]}}},
                {"name": "New order", "request": {"method": "POST", "url": "{{baseUrl}}/orders",
                    "body": {"mode": "raw", "raw": "{\"customer\": {{customer}}, // who\n \"lines\": []}"}}},
                {"name": "New order by form", "request": {"method": "POST", "url": "{{baseUrl}}/orders",
                    "body": {"mode": "urlencoded", "urlencoded": [{"key": "customer", "value": "3"}]}}},
            ]},
            {"name": "Health", "request": {"auth": {"type": "noauth"}, "method": "GET", "url": "https://status.example.com/"}},
            {"name": "Odd", "request": {"auth": {"type": "hawk"}, "method": "GET", "url": "{{baseUrl}}/odd"}},
        ],
    });
    assert!(is_postman(&value) && !is_insomnia(&value));
    let told = postman(&value).unwrap();
    let one = operation(&told, "/v2/orders/{id}", "get");
    assert_eq!(one["tags"], json!(["Orders"]));
    assert_eq!(names(one, "query"), ["full", "page"]);
    assert_eq!(one["parameters"][0]["schema"]["description"], "The order");
    operation(&told, "/v2/orders", "post");
    operation(&told, "/v2/orders#2", "post");
    assert_eq!(operation(&told, "/", "get")["servers"], json!([{"url": "https://status.example.com"}]));
    assert!(
        matches!(&told.login, Some(Login::Key { name, key, .. }) if name == "X-Shop-Key" && key.expose() == "tok-98765")
    );
    assert!(told.notes.iter().any(|note| note.contains("hawk")));
    hides(&told, &["tok-98765"]);
    assert!(postman(&json!({"requests": []})).unwrap_err().contains("format 2.1"));
}

#[test]
fn exports_of_insomnia_of_both_versions_are_read() {
    let flat = json!({"_type": "export", "__export_format": 4, "resources": [
        {"_id": "wrk_1", "_type": "workspace", "name": "Shop"},
        {"_id": "env_1", "_type": "environment", "parentId": "wrk_1", "data": {"base": "https://shop.example.com"}},
        {"_id": "fld_1", "_type": "request_group", "parentId": "wrk_1", "name": "Orders"},
        {"_id": "req_1", "_type": "request", "parentId": "fld_1", "name": "List", "method": "GET",
         "url": "{{ _.base }}/orders", "parameters": [{"name": "page", "value": "1"}],
         "authentication": {"type": "bearer", "token": "tok-55555"}},
        {"_id": "ws_1", "_type": "websocket_request", "parentId": "wrk_1", "name": "Live"},
    ]});
    let told = insomnia(&flat).unwrap();
    let list = operation(&told, "/orders", "get");
    assert_eq!((list["tags"].clone(), names(list, "query")), (json!(["Orders"]), vec!["page".to_owned()]));
    assert_eq!(told.left.len(), 1);
    hides(&told, &["tok-55555"]);
    let tree = json!({"type": "collection.insomnia.rest/5.0", "name": "Shop", "collection": [
        {"name": "Orders", "authentication": {"type": "basic", "username": "ada", "password": "pw-77777"}, "children": [
            {"name": "One", "method": "PATCH", "url": "{{ _.base }}/orders/:id", "pathParameters": [{"name": "id", "value": "9"}],
             "body": {"mimeType": "application/json", "text": "{\"state\": \"paid\"}"}},
        ]},
    ], "environments": {"data": {"base": "https://shop.example.com"}}});
    assert!(is_insomnia(&tree));
    let told = insomnia(&tree).unwrap();
    operation(&told, "/orders/{id}", "patch");
    assert!(matches!(&told.login, Some(Login::Basic { user, .. }) if user == "ada"));
    hides(&told, &["pw-77777"]);
}
