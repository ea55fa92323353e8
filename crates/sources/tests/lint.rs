//! Advice on sources: what is found, and that nothing is found where nothing is wrong.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use domain::advice::{Advice, AdviceKind};
use domain::source::SourceSpec;
use sources::{lint, read_source};

/// A source as it should be, with these tools: a rate, and a header for keys.
fn source(name: &str, tools: &str) -> SourceSpec {
    let file = format!(
        r#"name = "{name}"
kind = "http"
base_url = "https://{name}.example.com"
limits = {{ per_second = 10 }}
idempotency_header = "Idempotency-Key"
{tools}"#
    );
    read_source(&file).unwrap()
}

/// A tool with required properties of these types: `id: integer`.
fn tool(name: &str, request: &str, properties: &[&str], more: &str) -> String {
    let (method, path) = request.split_once(' ').unwrap();
    let pairs: Vec<_> = properties.iter().map(|pair| pair.split_once(": ").unwrap()).collect();
    let required: Vec<_> = pairs.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let types: String =
        pairs.iter().map(|(name, kind)| format!("properties.{name} = {{ {kind} }}\n")).collect();
    format!(
        "\n[[tool]]\nname = \"{name}\"\ndescription = \"Does it\"\nmethod = \"{method}\"\npath = \"{path}\"\n{more}\n\
         [tool.input]\ntype = \"object\"\nrequired = [{}]\n{types}",
        required.join(", ")
    )
}

const ID: &str = "id: type = 'integer'";
const KNOWN_ID: &str = "id: type = 'integer', description = 'As list_customers gives it'";

/// What is said of these sources, as `source kind: tools`.
#[track_caller]
fn check(sources: &[SourceSpec], expected: &[&str]) -> Vec<Advice> {
    let advice = lint(sources);
    let found: Vec<_> = advice
        .iter()
        .map(|piece| {
            let tools: Vec<_> = piece.tools.iter().map(|tool| tool.tool().to_string()).collect();
            format!("{} {:?}: {}", piece.source, piece.kind, tools.join(" ")).trim_end().to_owned()
        })
        .collect();
    assert_eq!(found, expected, "{advice:#?}");
    for piece in &advice {
        for sentence in [&piece.words, &piece.mend] {
            assert!(sentence.ends_with('.') && !sentence.contains("  "), "{sentence}");
        }
        assert!(piece.tools.iter().all(|tool| *tool.source() == piece.source));
    }
    advice
}

#[test]
fn a_source_as_it_should_be_gets_no_advice() {
    let tools = [
        tool("list_customers", "GET /customers", &[], ""),
        tool("get_customer", "GET /customers/{id}", &[KNOWN_ID], ""),
        tool("list_notes", "GET /customers/{id}/notes", &[KNOWN_ID], ""),
        tool(
            "update_note",
            "PATCH /notes/{id}",
            &["id: type = 'integer', description = 'A note of list_notes'"],
            "",
        ),
        tool("status", "GET /status", &[], ""),
    ];
    check(&[source("crm", &tools.concat())], &[]);
    check(&[source("empty", "")], &[]);
    check(&[], &[]);
}

#[test]
fn an_id_that_only_another_tool_gives_is_named_with_that_tool() {
    let list = tool("list_customers", "GET /customers", &[], "");
    let get = tool("get_customer", "GET /customers/{id}", &[ID], "");
    let orders = tool("orders", "GET /orders", &["customerId: type = 'string'"], "");
    let crm = source("crm", &[list.as_str(), &get, &orders].concat());
    let advice =
        check(std::slice::from_ref(&crm), &["crm HiddenDependency: list_customers get_customer orders"]);
    for words in [
        "get_customer and orders need the id of one customer (`id` and `customerId`)",
        "which list_customers gives",
    ] {
        assert!(advice[0].words.contains(words), "{}", advice[0].words);
    }
    assert!(advice[0].mend.contains("as list_customers gives it"), "{}", advice[0].mend);
    // Another source may be the one that gives it, and is then named in full.
    let billing = source("billing", &tool("summary", "GET /customers/{id}/summary", &[ID], ""));
    check(std::slice::from_ref(&billing), &[]);
    let advice = check(&[billing, source("crm", &list)], &["billing HiddenDependency: summary"]);
    assert!(advice[0].words.contains("which crm.list_customers gives"), "{}", advice[0].words);
}

#[test]
fn an_id_that_is_explained_or_that_nobody_gives_is_no_hidden_one() {
    let list = tool("list_customers", "GET /customers", &[], "");
    for kind in [
        "type = 'integer', description = 'From list_customers'",
        "type = 'integer', description = 'The id that a search returned'",
        "enum = [1, 2]",
        "type = 'integer', default = 1",
    ] {
        let get = tool("get_customer", "GET /customers/{id}", &[&format!("id: {kind}")], "");
        check(&[source("crm", &[list.as_str(), &get].concat())], &[]);
    }
    let optional = get_without_requiring();
    check(&[source("crm", &[list.as_str(), &optional].concat())], &[]);
    let stats = tool("customer_stats", "GET /stats", &[], "");
    let get = tool("get_customer", "GET /customers/{id}", &[ID], "");
    check(&[source("crm", &[stats.as_str(), &get].concat())], &[]);
    let named = "\n[[tool]]\nname = \"get_customer\"\ndescription = \"One customer of list_customers\"\n\
                 method = \"GET\"\npath = \"/customers/{id}\"\n[tool.input]\ntype = \"object\"\nrequired = [\"id\"]\n\
                 properties.id = {}\n";
    check(&[source("crm", &[list.as_str(), named].concat())], &[]);
}

fn get_without_requiring() -> String {
    tool("orders", "GET /orders", &["customer_id: type = 'integer'"], "")
        .replace("required = [\"customer_id\"]", "required = []")
}

#[test]
fn a_list_of_ids_is_named_with_the_tool_that_takes_one() {
    let many = tool("get_customers", "GET /customers", &["ids: type = 'array'"], "");
    let advice = check(&[source("crm", &many)], &["crm ListOfIds: get_customers"]);
    assert!(advice[0].words.contains("a list of ids, `ids`"), "{}", advice[0].words);
    let one = tool("get_customer", "GET /customers/{id}", &[KNOWN_ID], "");
    let advice = check(&[source("crm", &[many, one].concat())], &["crm ListOfIds: get_customers"]);
    assert!(advice[0].mend.starts_with("Offer get_customer alone"), "{}", advice[0].mend);
    for named in ["customer_ids", "customerIds", "customer-ids", "customerIDs"] {
        let list =
            tool("find", "POST /find", &[&format!("{named}: type = ['array', 'null']")], "effect = \"read\"");
        check(&[source("crm", &list)], &["crm ListOfIds: find"]);
    }
    let several = tool("delete_customers", "DELETE /customers", &["ids: type = 'array'"], "");
    check(&[source("crm", &several)], &["crm ListOfIds: delete_customers"]);
    for none in [
        tool("find", "GET /find", &["ids: type = 'string'"], ""),
        tool("find", "GET /find", &["tags: type = 'array'"], ""),
        tool("find", "GET /find", &["ids: type = 'array', maxItems = 1"], ""),
        // The list is what is written, not what is written to.
        tool("share", "POST /files/{name}", &["name: type = 'string'", "member_ids: type = 'array'"], ""),
    ] {
        check(&[source("crm", &none)], &[]);
    }
}

#[test]
fn tools_that_always_meet_are_named_together() {
    let list = tool("list_tickets", "GET /tickets", &[], "");
    let get = tool("get_ticket", "GET /tickets/{id}", &[KNOWN_ID], "");
    let create = tool("create_ticket", "POST /tickets", &[], "");
    let note = tool("add_note", "POST /tickets/{id}/notes", &[KNOWN_ID], "");
    let other = tool("list_people", "GET /people", &[], "");
    let desk =
        |tools: &[&String]| source("desk", &tools.iter().map(|tool| tool.as_str()).collect::<String>());
    // Two tools of one thing by its id meet only where they should.
    check(&[desk(&[&get, &note, &other])], &[]);
    check(&[desk(&[&list, &get, &other])], &[]);
    let advice = check(&[desk(&[&list, &get, &note, &other])], &["desk SharedState: list_tickets add_note"]);
    assert!(
        advice[0].words.contains("list_tickets reads all of `/tickets` and add_note changes a part of it")
    );
    let advice = check(
        &[desk(&[&list, &get, &create, &note, &other])],
        &["desk SharedState: list_tickets get_ticket create_ticket add_note"],
    );
    assert!(advice[0].words.contains("create_ticket changes all of `/tickets`"), "{}", advice[0].words);
    assert!(advice[0].mend.contains("resource = \"/tickets/new\""), "{}", advice[0].mend);
    // A narrower resource is what the advice asks for, and what runs alone waits by its author's wish.
    let narrow = tool("create_ticket", "POST /tickets", &[], "resource = \"/tickets/new\"");
    check(&[desk(&[&get, &narrow, &other])], &[]);
    let alone = tool("create_ticket", "POST /tickets", &[], "exclusive = true");
    check(&[desk(&[&get, &alone, &other])], &[]);
}

#[test]
fn a_write_that_names_no_single_thing_is_named() {
    let query = tool("run", "POST /", &[], "");
    let read = tool("get_ticket", "GET /tickets/{id}", &[KNOWN_ID], "");
    check(&[source("desk", &[query, read].concat())], &["desk WholeSource: run"]);
    let optional = tool("write", "POST /any", &["kind: type = 'string'"], "resource = \"/{kind}/x\"");
    check(&[source("desk", &optional)], &[]);
    check(
        &[source("desk", &optional.replace("required = [\"kind\"]", "required = []"))],
        &["desk WholeSource: write"],
    );
    check(&[source("desk", &tool("run", "POST /", &[], "exclusive = true"))], &[]);
}

#[test]
fn missing_limits_and_headers_are_named() {
    let write = tool("add", "POST /notes/{id}", &[ID], "");
    let put = tool("set", "PUT /things/{id}", &[ID], "");
    let mut spec = source("crm", &[write.as_str(), &put].concat());
    spec.idempotency_header = None;
    check(std::slice::from_ref(&spec), &["crm NoIdempotencyHeader: add"]);
    spec.limits.rate = None;
    let advice = check(&[spec], &["crm NoIdempotencyHeader: add", "crm NoRate:"]);
    assert_eq!(advice[1].kind, AdviceKind::NoRate);
}

#[test]
fn sources_of_one_host_are_named_unless_somebody_divided_its_limit() {
    let at = |name: &str, base_url: &str, rate: bool| {
        let mut spec = source(name, &tool("get", "GET /things", &[], ""));
        spec.base_url = base_url.to_owned();
        spec.limits.rate = spec.limits.rate.filter(|_| rate);
        spec
    };
    let crm = at("crm", "https://api.example.com/crm", true);
    let billing = at("billing", "https://API.example.com:443/billing", true);
    check(&[crm.clone(), billing.clone()], &[]);
    let unlimited = at("people", "https://api.example.com/people", false);
    let advice = check(
        &[crm.clone(), billing, unlimited],
        &["crm SharedLimit:", "billing SharedLimit:", "people SharedLimit:", "people NoRate:"],
    );
    assert!(advice[0].words.contains("as billing and people are"), "{}", advice[0].words);
    assert!(advice[0].words.contains("48 calls at a time"), "{}", advice[0].words);
    let elsewhere = at("files", "https://files.example.com", false);
    check(&[crm, elsewhere], &["files NoRate:"]);
    // Other ports of one machine are other servers.
    let ports = [at("a", "http://127.0.0.1:8001", false), at("b", "http://127.0.0.1:8002", false)];
    check(&ports, &["a NoRate:", "b NoRate:"]);
}
