//! Arguments as requests: what is refused before anything is sent, and that no argument leaves its place.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use std::time::Duration;

use domain::label::Level;
use domain::outcome::{FailureClass, Outcome};
use domain::secret::Secret;
use domain::source::{Auth, SourceSpec};
use proptest::prelude::*;
use serde_json::{Value, json};
use sources::{Prepared, identity, mistakes_of, prepare, read_source};
use url::Url;

const KEY: &str = "sk-live-4eC39HqLyjWDarjtT1zdp7dc";

fn source(auth: &str) -> SourceSpec {
    let file = format!(
        r#"name = "crm"
kind = "http"
base_url = "http://127.0.0.1:8001/api/v1/"
auth = {auth}
headers = {{ "X-Team" = "research" }}

[[tool]]
name = "get"
description = "One"
method = "GET"
path = "/customers/{{id}}/notes"
[tool.input]
type = "object"
required = ["id"]
properties.id = {{ type = ["string", "number", "boolean"] }}
properties.q = {{}}
properties.r = {{}}

[[tool]]
name = "add"
description = "Add"
method = "POST"
path = "/customers/{{id}}/notes"
[tool.input]
type = "object"
required = ["id"]
properties.id = {{ type = "string" }}
properties.text = {{ type = "string" }}
properties.at = {{ type = "number" }}
"#
    );
    read_source(&file).unwrap()
}

const AUTHS: [&str; 6] = [
    "{ kind = 'none' }",
    "{ kind = 'bearer', secret = 'crm' }",
    "{ kind = 'basic', user = 'ana', secret = 'crm' }",
    "{ kind = 'api_key', place = 'header', name = 'X-Key', secret = 'crm' }",
    "{ kind = 'api_key', place = 'query', name = 'key', secret = 'crm' }",
    "{ kind = 'api_key', place = 'cookie', name = 'sid', secret = 'crm' }",
];

fn call(spec: &SourceSpec, tool: &str, arguments: &str) -> Result<Prepared, String> {
    let tool = spec.tool(&tool.parse().unwrap()).unwrap();
    prepare(spec, tool, arguments, Some(Secret::new(KEY)), None).map_err(|ending| {
        assert_eq!((ending.outcome, ending.failure), (Outcome::Failed, Some(FailureClass::InvalidArguments)));
        ending.words
    })
}

fn record(prepared: &Prepared) -> String {
    String::from_utf8(prepared.record()).unwrap()
}

/// The address of a record, as a server would take it apart.
fn address(record: &str) -> Url {
    record.lines().next().unwrap().split_once(' ').unwrap().1.replace("{secret:crm}", "x").parse().unwrap()
}

#[test]
fn arguments_go_to_path_query_and_body() {
    let spec = source(AUTHS[1]);
    let get = call(&spec, "get", r#"{"id": 7.0, "q": ["a b", 1, true], "r": null}"#).unwrap();
    assert_eq!(get.request_line(), "GET /api/v1/customers/7/notes?q=a+b&q=1&q=true");
    assert_eq!(get.endpoint(), "http://127.0.0.1:8001/api/v1/customers/7/notes");
    assert!(record(&get).contains("x-team: research\n"));
    let add = call(&spec, "add", r#"{"id": "a/b", "text": "hello\n", "at": 1.5}"#).unwrap();
    assert_eq!(add.request_line(), "POST /api/v1/customers/a%2Fb/notes");
    let text = record(&add);
    assert!(text.contains("content-type: application/json\n"), "{text}");
    assert!(text.ends_with("\n\n{\"at\":1.5,\"text\":\"hello\\n\"}"), "{text}");
    let bare = record(&call(&spec, "add", r#"{"id": "7"}"#).unwrap());
    assert!(bare.ends_with("\n\n") && !bare.contains("content-type"), "{bare}");
}

#[test]
fn arguments_that_do_not_fit_are_answered_with_what_to_do() {
    let spec = source(AUTHS[0]);
    for (arguments, words) in [
        ("", "`id` is missing"),
        ("{", "not JSON"),
        ("[]", "one JSON object"),
        (r#"{"id": null}"#, "`id` must be a"),
        (r#"{"id": ""}"#, "`id` must not be empty"),
        (
            r#"{"id": ".."}"#,
            "`id` must not be `.` or `..` or lead through them: it is a part of the path (it is \"..\")",
        ),
        (r#"{"id": "a/../../admin"}"#, "`id` must not be"),
        (r#"{"id": "a\r\nb"}"#, "`id` must not hold control characters"),
        (r#"{"id": "1", "Id": 2}"#, "there is no `Id`: did you mean `id`?"),
    ] {
        let said = call(&spec, "get", arguments).unwrap_err();
        assert!(
            said.contains(words) && said.contains("crm.get") && said.contains("nothing was sent"),
            "{said}"
        );
    }
    let both = call(&spec, "add", r#"{"text": 1}"#).unwrap_err();
    assert!(both.contains("`id` is missing (string)") && both.contains("`text` must be a string"), "{both}");
}

#[test]
fn a_source_without_its_secret_sends_nothing_and_says_which() {
    for auth in &AUTHS[1..] {
        let spec = source(auth);
        for secret in [None, Some(""), Some("with\nbreak")] {
            let ending = prepare(&spec, &spec.tools[0], r#"{"id": 1}"#, secret.map(Secret::new), None);
            // In the query and under base64 a line break is as good as any other character.
            let Err(ending) = ending else {
                assert!(secret.is_some_and(|secret| !secret.is_empty()));
                continue;
            };
            assert_eq!(ending.failure, Some(FailureClass::MissingSecret));
            assert!(ending.words.contains("`crm`") && !ending.words.contains("break\n"), "{}", ending.words);
        }
    }
    assert!(prepare(&source(AUTHS[0]), &source(AUTHS[0]).tools[0], r#"{"id": 1}"#, None, None).is_ok());
}

#[test]
fn an_argument_can_not_stand_in_for_the_key() {
    let open = source(AUTHS[4]);
    let mut tool = open.tools[0].clone();
    tool.input.0["additionalProperties"] = json!(true);
    let ending =
        prepare(&open, &tool, r#"{"id": 1, "key": "mine"}"#, Some(Secret::new(KEY)), None).unwrap_err();
    assert_eq!(ending.failure, Some(FailureClass::InvalidArguments));
}

#[test]
fn a_write_carries_its_key_where_the_source_names_a_header() {
    let mut spec = source(AUTHS[1]);
    let head = |spec: &SourceSpec, tool: &str, key| {
        let tool = spec.tool(&tool.parse().unwrap()).unwrap();
        record(&prepare(spec, tool, r#"{"id": "7"}"#, Some(Secret::new(KEY)), key).unwrap())
    };
    let key = Some("01JD8C3ZC4");
    assert!(!head(&spec, "add", key).contains("01JD8C3ZC4"), "the source names no header");
    spec.idempotency_header = Some("Idempotency-Key".to_owned());
    assert!(head(&spec, "add", key).contains("\nidempotency-key: 01JD8C3ZC4\n"));
    assert!(!head(&spec, "get", key).contains("idempotency-key"), "a read needs none");
    assert!(!head(&spec, "add", None).contains("idempotency-key"));
    let wrong = prepare(&spec, &spec.tools[1], r#"{"id": "7"}"#, Some(Secret::new(KEY)), Some("a\nb"));
    assert_eq!(wrong.unwrap_err().failure, Some(FailureClass::Internal));
}

#[test]
fn another_attempt_is_the_same_request() {
    let spec = source(AUTHS[4]);
    let first = call(&spec, "get", r#"{"id": 7}"#).unwrap();
    let second = first.clone().within(Duration::from_millis(5));
    assert_eq!(record(&first), record(&second));
    assert_eq!(first.url().as_str(), "http://127.0.0.1:8001/api/v1/customers/7/notes", "without the key");
}

#[test]
fn the_same_request_has_the_same_identity_and_no_other_has() {
    let spec = source(AUTHS[1]);
    let of =
        |tool: &str, arguments: &str| identity(&spec, spec.tool(&tool.parse().unwrap()).unwrap(), arguments);
    let seven = of("get", r#"{"id": 7, "q": {"a": 1, "b": 2}}"#);
    assert!(seven.is_some());
    for same in [
        r#" { "q" : {"b": 2, "a": 1}, "id": 7 } "#,
        r#"{"id": "7", "q": {"a": 1, "b": 2}}"#,
        r#"{"id": 7.0, "q": {"a": 1, "b": 2}, "r": null}"#,
    ] {
        assert_eq!(of("get", same), seven, "{same}");
    }
    for other in [
        r#"{"id": 8, "q": {"a": 1, "b": 2}}"#,
        r#"{"id": 7, "q": {"a": 1, "b": 3}}"#,
        r#"{"id": 7, "r": {"a": 1, "b": 2}}"#,
        r#"{"id": 7}"#,
    ] {
        assert!(of("get", other).is_some_and(|other| Some(other) != seven), "{other}");
    }
    // Two ids that a double can't tell apart.
    assert_ne!(of("get", r#"{"id": 9007199254740993}"#), of("get", r#"{"id": 9007199254740992}"#));
    assert_eq!(of("add", r#"{"id": "7"}"#), None, "a write");
    assert_eq!(of("get", "{}"), None, "no request");
    assert_eq!(of("get", "{"), None, "no JSON");
    let mut elsewhere = spec.clone();
    elsewhere.base_url = "http://127.0.0.1:8002/api/v1/".to_owned();
    assert_ne!(identity(&elsewhere, &elsewhere.tools[0], r#"{"id": 7}"#), of("get", r#"{"id": 7}"#));
    // The same address, asked for somebody else, in another tenant's name, or under another label.
    let changed: [fn(&mut SourceSpec); 3] = [
        |spec| spec.auth = Auth::Bearer { secret: "another".parse().unwrap() },
        |spec| drop(spec.headers.insert("x-tenant".to_owned(), "two".to_owned())),
        |spec| spec.tools[0].label.level = Level::Restricted,
    ];
    for change in changed {
        let mut spec = spec.clone();
        change(&mut spec);
        assert_ne!(identity(&spec, &spec.tools[0], r#"{"id": 7}"#), of("get", r#"{"id": 7}"#));
    }
}

#[test]
fn a_form_is_told_every_mistake_by_itself() {
    let spec = source(AUTHS[1]);
    let of = |arguments: &str| mistakes_of(&spec, &spec.tools[1], arguments);
    assert_eq!(of(r#"{"id": "7", "at": 1}"#), [""; 0]);
    assert_eq!(
        of(r#"{"text": 1, "id": "7", "txt": "x"}"#),
        ["there is no `txt`: did you mean `text`?", "`text` must be a string, and is 1"]
    );
    assert_eq!(of(r#"{"id": ""}"#), ["`id` must not be empty: it is a part of the path (it is \"\")"]);
    assert!(matches!(&of("{")[..], [words] if words.starts_with("they are not JSON")));
}

/// Strings that like to be more than strings.
fn wild() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "/",
        "..",
        ".",
        "%2f",
        "%2e",
        "%2e%2e",
        "\\",
        "?",
        "#",
        "&",
        "=",
        "+",
        "%",
        "@",
        ":",
        ";",
        "//evil.example",
        "\r\n",
        "\0",
        "http://evil.example/",
        "{secret:crm}",
        "{id}",
        " ",
        "ü",
        "\u{202e}",
        "a",
        "7",
    ]);
    prop_oneof![any::<String>(), prop::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        wild().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from)
    ]
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_argument_stays_one_segment_of_the_path(id in scalar(), auth in prop::sample::select(AUTHS.to_vec())) {
        let spec = source(auth);
        // What is refused sends nothing; what is not must arrive as it was.
        if let Ok(prepared) = call(&spec, "get", &json!({"id": id}).to_string()) {
            let url = address(&record(&prepared));
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 5, "{}", url);
            prop_assert_eq!((segments[0], segments[1], segments[2], segments[4]), ("api", "v1", "customers", "notes"));
            let arrived = percent_encoding::percent_decode_str(segments[3]).decode_utf8().unwrap();
            prop_assert_eq!(arrived, plain(&id));
            prop_assert_eq!((url.scheme(), url.host_str(), url.port()), ("http", Some("127.0.0.1"), Some(8001)));
            prop_assert!(url.username().is_empty() && url.fragment().is_none());
        } else {
            let text = plain(&id);
            prop_assert!(
                text.is_empty() || text.contains("..") || text.split(['/', '\\']).any(|part| part == ".")
                    || text.chars().any(char::is_control)
            );
        }
    }

    #[test]
    fn query_values_arrive_as_they_were(q in prop::collection::vec(scalar(), 0..4), r in scalar()) {
        let spec = source(AUTHS[0]);
        let prepared = call(&spec, "get", &json!({"id": 7, "q": q, "r": r}).to_string()).unwrap();
        let url = address(&record(&prepared));
        let pairs: Vec<_> = url.query_pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
        // Which of the two comes first is the definition's to say; the values of one keep their order.
        let of = |name: &str| pairs.iter().filter(|pair| pair.0 == name).map(|pair| pair.1.clone()).collect::<Vec<_>>();
        prop_assert_eq!(of("q"), q.iter().map(plain).collect::<Vec<_>>());
        prop_assert_eq!(of("r"), [plain(&r)]);
        prop_assert_eq!(pairs.len(), q.len() + 1);
        prop_assert_eq!(url.path(), "/api/v1/customers/7/notes");
    }

    #[test]
    fn no_argument_changes_host_path_or_headers(
        text in wild(),
        auth in prop::sample::select(AUTHS.to_vec()),
    ) {
        let spec = source(auth);
        let head = |text: &str, tool| {
            let field = if tool == "get" { "q" } else { "text" };
            let prepared = call(&spec, tool, &json!({"id": "7", field: text}).to_string()).unwrap();
            let record = record(&prepared);
            let (head, _) = record.split_once("\n\n").unwrap();
            let url = address(head);
            let lines: Vec<_> = head.lines().skip(1).map(str::to_owned).collect();
            (url.origin().ascii_serialization(), url.path().to_owned(), lines)
        };
        for tool in ["get", "add"] {
            prop_assert_eq!(head(&text, tool), head("harmless", tool));
        }
    }

    #[test]
    fn a_record_names_the_secret_and_never_holds_it(
        secret in "[!-~]{8,40}",
        auth in prop::sample::select(AUTHS[1..].to_vec()),
    ) {
        let spec = source(auth);
        let tool = &spec.tools[0];
        let Ok(prepared) = prepare(&spec, tool, r#"{"id": 7, "q": "x"}"#, Some(Secret::new(secret.clone())), None) else {
            // A cookie can't hold every character; the words are tested above.
            return Ok(());
        };
        let shown = format!("{}{}{}{prepared:?}", record(&prepared), prepared.request_line(), prepared.endpoint());
        let named = record(&prepared).contains("{secret:crm}");
        prop_assert!(named);
        prop_assert!(!shown.contains(&secret), "{}", shown);
    }
}
