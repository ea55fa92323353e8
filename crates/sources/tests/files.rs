//! Source files: what is read, what is refused and with which words, and that what is written reads back.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use std::collections::BTreeMap;

use domain::effect::{Effect, Method};
use domain::json::Json;
use domain::label::{Category, Integrity, Label, Level, Principal, Readers};
use domain::request::{Body, BodyForm, FormPart, Parameter, Place, RequestShape, Style};
use domain::source::{
    Auth, ClientAuth, Encoding, HmacAlgorithm, HmacRecipe, KeyPlace, Limits, Rate, SourceKind, SourceSpec,
    Tls,
};
use domain::tool::ToolSpec;
use proptest::prelude::*;
use serde_json::{Value, json};
use sources::{Mistake, read_source, write_source};

const CRM: &str = r#"
name  = "crm"
kind  = "http"
base_url = "https://crm.example.com/api"
label = { level = "confidential", categories = ["contact"] }
auth  = { kind = "bearer", secret = "crm" }
limits = { in_flight = 8, per_second = 2.5, burst = 5, deadline = "2m", result_bytes = "512KiB" }
headers = { "X-Team" = "research" }
idempotency_header = "Idempotency-Key"

[[tool]]
name = "get_customer"
description = "One customer by id"
method = "GET"
path = "/customers/{id}"
label = { level = "restricted" }
[tool.input]
type = "object"
required = ["id"]
properties.id = { type = "integer" }

[[tool]]
name = "search"
description = "Customers by words"
method = "POST"
path = "/search"
effect = "read"
resource = "/customers"
exclusive = true
input = '{"type": "object", "properties": {"words": {"type": "string", "default": null}}}'
"#;

#[test]
fn the_file_of_the_documentation_is_read() {
    let spec = read_source(CRM).unwrap();
    let rate = Some(Rate { milli_per_second: 2500, burst: 5 });
    assert_eq!(spec.limits, Limits { in_flight: 8, rate, deadline_ms: 120_000, result_bytes: 512 << 10 });
    assert_eq!(spec.idempotency_header.as_deref(), Some("Idempotency-Key"));
    assert_eq!(spec.headers["X-Team"], "research");
    assert_eq!(spec.label, Label::of(Level::Confidential, [Category::Contact]));
    let [get, search] = &spec.tools[..] else { panic!("two tools") };
    assert_eq!((get.effect, get.resource.as_str()), (Effect::Read, "/customers/{id}"));
    assert_eq!(get.label, Label::of(Level::Restricted, [Category::Contact]));
    assert_eq!(
        get.input.0,
        json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}})
    );
    assert_eq!(
        (search.method, search.effect, search.resource.as_str()),
        (Method::Post, Effect::Read, "/customers")
    );
    assert_eq!((get.exclusive, search.exclusive), (false, true));
    assert_eq!(search.input.0["properties"]["words"]["default"], Value::Null);
    assert_eq!(read_source(&write_source(&spec)).unwrap(), spec);
}

#[test]
fn what_is_left_out_has_its_standard() {
    let spec = read_source("name = 'a'\nkind = 'http'\nbase_url = 'http://localhost:8001'").unwrap();
    assert_eq!(spec.label, Label::unlabelled());
    assert_eq!((spec.auth, spec.limits), (Auth::None, Limits::default()));
    let many =
        read_source("name = 'a'\nkind = 'http'\nbase_url = 'http://a'\nlimits.in_flight = 1_000").unwrap();
    assert_eq!(many.limits, Limits { in_flight: 1000, ..Limits::default() });
}

/// Each line of `expected` is `line key | a part of value, problem or fix`; there are no other mistakes.
#[track_caller]
fn refused(file: &str, expected: &[(u32, &str, &str)]) -> Vec<Mistake> {
    let mistakes = read_source(file).unwrap_err();
    let list = mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert_eq!(mistakes.len(), expected.len(), "{list}");
    for (line, key, words) in expected {
        let found = mistakes.iter().any(|mistake| {
            mistake.line == *line && mistake.key == *key && mistake.to_string().contains(words)
        });
        assert!(found, "no mistake `line {line} {key} {words}` in:\n{list}");
    }
    for mistake in &mistakes {
        assert!(!mistake.problem.is_empty() && !mistake.fix.is_empty(), "{mistake}");
    }
    mistakes
}

#[test]
fn every_mistake_of_a_file_is_named_by_line_key_value_and_fix() {
    let file = r#"name = "CRM"
kind = "htpp"
base-url = "https://crm.example.com/api"
label = { level = "secret", categories = ["personal", 7] }
auth = { kind = "bearer", token = "sk-live-0123456789abcdef" }
limits = { in_flight = 0, per_second = "20", burst = 0.5, deadline = "20", result_bytes = 4 }
headers = { "X-Api-Key" = "abc", "X-Team" = 7 }

[[tool]]
name = "get_customer"
description = ""
method = "FETCH"
path = "/customers/{id}?all"
input = { type = "object" }

[[tool]]
name = "get_note"
description = "A note"
method = "GET"
path = "/customers/{id}/notes/{note}"
resource = "customers"
effect = "reed"
label = { level = "internal" }
colour = "red"
exclusive = "yes"
[tool.input]
type = "object"
properties.id = { type = "int" }
"#;
    let mistakes = refused(
        file,
        &[
            (1, "name", "lower-case"),
            (2, "kind", "did you mean \"http\"?"),
            (3, "base-url", "did you mean `base_url`?"),
            (1, "base_url", "is missing"),
            (4, "label.level", "write one of public, internal, confidential, restricted"),
            (5, "auth.token", "not a key we know"),
            (5, "auth.secret", "is missing"),
            (6, "limits.in_flight", "from 1"),
            (6, "limits.per_second", "between 0.001 and 10000"),
            (6, "limits.burst", "from 1"),
            (6, "limits.deadline", "\"20s\""),
            (6, "limits.result_bytes", "must be a text"),
            (7, "headers.X-Api-Key", "looks like a secret"),
            (7, "headers.X-Team", "must be a text"),
            (11, "tool[1].description", "is empty"),
            (12, "tool[1].method", "GET, HEAD"),
            (13, "tool[1].path", "can't stand in a path"),
            (21, "tool[2].resource", "begins with `/`"),
            (22, "tool[2].effect", "did you mean \"read\"?"),
            (24, "tool[2].colour", "take it out"),
            (25, "tool[2].exclusive", "must be true or false"),
            (28, "tool[2].input.properties.id.type", "no type \"int\": they are array"),
        ],
    );
    let all = format!("{mistakes:?}");
    assert!(!all.contains("sk-live") && !all.contains("abc\""), "{all}");
}

#[test]
fn a_rate_has_a_burst_of_one_second_unless_the_file_says_otherwise() {
    let read = |limits: &str| {
        let file = format!("name = 'a'\nkind = 'http'\nbase_url = 'http://a'\nlimits = {{ {limits} }}");
        read_source(&file).map(|spec| spec.limits.rate.map(|rate| (rate.milli_per_second, rate.burst)))
    };
    assert_eq!(read("in_flight = 1"), Ok(None));
    assert_eq!(read("per_second = 20"), Ok(Some((20_000, 20))));
    assert_eq!(read("per_second = 0.017"), Ok(Some((17, 1))));
    assert_eq!(read("per_second = 1_0.5, burst = 1"), Ok(Some((10_500, 1))));
    for wrong in ["0", "0.0", "0.0005", "10001", "-1", "1e3", "inf", "nan", "0x10", "true", "[1]"] {
        let mistakes = read(&format!("per_second = {wrong}")).unwrap_err();
        assert!(mistakes.len() == 1 && mistakes[0].key == "limits.per_second", "{wrong}: {mistakes:?}");
    }
    let head = "name = 'a'\nkind = 'http'\nbase_url = 'http://a'\n";
    refused(
        &format!("{head}limits = {{ burst = 5 }}"),
        &[(4, "limits.burst", "says nothing without per_second")],
    );
}

#[test]
fn an_idempotency_header_is_a_header_of_its_own() {
    let head = "name = 'a'\nkind = 'http'\nbase_url = 'http://a'\n";
    for (lines, words) in [
        ("idempotency_header = 'two words'", "can't name a header"),
        ("idempotency_header = ''", "can't name a header"),
        ("idempotency_header = 'Host'", "not for a request to set"),
        ("idempotency_header = 'Content-Type'", "carries something else"),
        ("idempotency_header = 'Authorization'", "carries something else"),
        ("idempotency_header = 'X-Team'\nheaders = { x-team = 'a' }", "carries something else"),
        (
            "idempotency_header = 'X-Key'\n\
             auth = { kind = 'api_key', place = 'header', name = 'x-key', secret = 's' }",
            "carries something else",
        ),
        ("idempotency_header = true", "must be a text"),
    ] {
        refused(&format!("{head}{lines}"), &[(4, "idempotency_header", words)]);
    }
}

#[test]
fn no_source_takes_the_name_of_our_own_tools() {
    refused("name = 'tieout'\nkind = 'http'\nbase_url = 'http://a'", &[(1, "name", "Tieout's own tools")]);
}

#[test]
fn categories_and_labels_that_can_not_be_are_named() {
    let head = "name = 'a'\nkind = 'http'\nbase_url = 'http://a'\n";
    refused(
        &format!("{head}label = {{ categories = [\"personal\", 7] }}"),
        &[(4, "label.categories", "no category \"personal\""), (4, "label.categories", "an integer")],
    );
    let tool =
        "[[tool]]\nname = 't'\ndescription = 'd'\nmethod = 'GET'\npath = '/'\nlabel = { level = 'public' }";
    refused(&format!("{head}{tool}"), &[(9, "tool[1].label", "a label only rises")]);
}

#[test]
fn a_base_address_is_an_address_and_nothing_else() {
    for (address, words) in [
        ("crm.example.com", "not an address"),
        ("ftp://crm.example.com", "not an http"),
        ("file:///etc/passwd", "not an http"),
        ("https://ana:pw@crm.example.com", "user name or password"),
        ("https://crm.example.com/?a=b", "query"),
        ("https://crm.example.com/?", "query"),
        ("https://crm.example.com/#a", "fragment"),
        ("https://crm.example.com/a b", "space"),
        ("https:\\\\crm.example.com", "backslash"),
        ("https://", "not an address"),
    ] {
        let address = address.replace('\\', "\\\\");
        let file = format!("name = 'a'\nkind = 'http'\nbase_url = \"{address}\"");
        refused(&file, &[(3, "base_url", words)]);
    }
}

#[test]
fn what_later_versions_bring_is_called_so() {
    let head = "name = 'a'\nbase_url = 'http://a'\n";
    refused(&format!("{head}kind = 'openapi'"), &[(3, "kind", "not in this version")]);
    refused(
        &format!("{head}kind = 'http'\nauth = {{ kind = 'digest' }}"),
        &[(4, "auth.kind", "none, bearer")],
    );
}

#[test]
fn an_mcp_server_is_a_program_or_an_address() {
    let head = "name = 'a'\nkind = 'mcp'\n";
    refused(head, &[(1, "server", "is missing")]);
    refused(&format!("{head}server = {{ command = 'npx' }}"), &[(3, "server.command", "list of texts")]);
    refused(
        &format!("{head}server = {{ command = ['a'], url = 'http://a' }}"),
        &[(3, "server.url", "beside")],
    );
    refused(&format!("{head}server = {{ url = 'ftp://a' }}"), &[(3, "server.url", "not an http")]);
}

#[test]
fn secrets_in_the_file_are_refused_and_not_repeated() {
    let head = "name = 'a'\nkind = 'http'\nbase_url = 'http://a'\n";
    let key = "sk-live-4eC39HqLyjWDarjtT1zdp7dc";
    for line in [
        format!("auth = {{ kind = 'bearer', secret = '{key}' }}"),
        format!("headers = {{ Authorization = 'Bearer {key}' }}"),
        format!("headers = {{ X-Team = '{key}' }}"),
        format!("auth = {{ kind = 'bearer', secret = 'a', password = '{key}' }}"),
        format!("api_key = '{key}'"),
        format!("auth = '{key}'"),
        format!("password '{key}'"),
        format!("auth = {{ kind = 'bearer' secret = '{key}' }}"),
    ] {
        let mistakes = read_source(&format!("{head}{line}")).unwrap_err();
        assert!(!format!("{mistakes:?}").contains(key), "{mistakes:?}");
        assert!(mistakes.iter().all(|mistake| mistake.line == 4), "{mistakes:?}");
    }
}

#[test]
fn a_tool_and_its_schema_fit_together() {
    let head = "name = 'a'\nkind = 'http'\nbase_url = 'http://a'\nauth = { kind = 'api_key', place = 'query', name = 'key', secret = 's' }\n";
    let tool = "[[tool]]\nname = 't'\ndescription = 'd'\nmethod = 'GET'\n";
    refused(&format!("{head}{tool}path = '/{{id}}'"), &[(9, "tool[1].path", "{id} is not a property")]);
    let keyed = "path = '/'\n[tool.input]\ntype = 'object'\nproperties.key = {}";
    refused(&format!("{head}{tool}{keyed}"), &[(10, "tool[1].input", "where the source's key goes")]);
    refused(&format!("{head}{tool}path = '/'\ninput = '{{'"), &[(10, "tool[1].input", "not JSON")]);
    refused(
        &format!("{head}{tool}path = '/'\n[tool.input]\ntype = 'array'"),
        &[(10, "tool[1].input", "of an object")],
    );
    refused(&format!("{head}{tool}path = '/'\n{tool}path = '/'"), &[(11, "tool[2].name", "another tool")]);
    refused(
        &format!("{head}{tool}\n[[tool]]\nname = 'u'\npath = '/'\nmethod = 'GET'"),
        &[(5, "tool[1].path", "is missing"), (10, "tool[2].description", "is missing")],
    );
    refused(&format!("{head}[tool]\nname = 't'"), &[(5, "tool", "[[tool]]")]);
}

#[test]
fn a_shape_is_read_with_what_is_standard_left_out() {
    let spec = read_source(UPLOAD).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let parameter = |property: &str, name: &str, place, style, explode| Parameter {
        property: property.to_owned(),
        name: name.to_owned(),
        place,
        style,
        explode,
        reserved: false,
    };
    let shape = RequestShape {
        parameters: vec![
            parameter("product", "productId", Place::Path, Style::Simple, false),
            parameter("tags", "tags", Place::Query, Style::PipeDelimited, false),
            parameter("trace", "X-Trace-Id", Place::Header, Style::Simple, false),
        ],
        body: Some(Body {
            form: BodyForm::Multipart,
            media: "multipart/form-data".to_owned(),
            property: None,
            parts: [(
                "photo".to_owned(),
                FormPart { media: Some("image/png".to_owned()), file: true, ..FormPart::default() },
            )]
            .into(),
        }),
    };
    assert_eq!(spec.tools[0].request.as_ref(), Some(&shape));
    assert!(
        write_source(&spec).contains(&UPLOAD[UPLOAD.find("[tool.request]").unwrap()..]),
        "{}",
        write_source(&spec)
    );
}

const UPLOAD: &str = r#"
name = "shop"
kind = "http"
base_url = "https://shop.example.com/api"

[[tool]]
name = "add_photo"
description = "Adds a photo to a product"
method = "POST"
path = "/products/{productId}/photos"
[tool.input]
type = "object"
required = ["product", "photo"]
properties.product = { type = "integer" }
properties.tags = { type = "array", items = { type = "string" } }
properties.trace = { type = "string" }
properties.photo = { type = "string", contentEncoding = "base64" }
properties.caption = { type = "string" }
[tool.request]
parameters = [
  { property = "product", place = "path", name = "productId" },
  { property = "tags", place = "query", style = "pipe_delimited" },
  { property = "trace", place = "header", name = "X-Trace-Id" },
]
body = { form = "multipart", parts = { photo = { media = "image/png", file = true } } }
"#;

#[test]
fn a_shape_that_can_not_be_is_named() {
    let head = "name = 'a'\nkind = 'http'\nbase_url = 'http://a'\nidempotency_header = 'Idem'\n\
                headers = { 'X-Team' = 'b' }\nauth = { kind = 'api_key', place = 'PLACE', name = 'key', secret = 's' }\n\
                [[tool]]\nname = 't'\ndescription = 'd'\nmethod = 'POST'\npath = '/{id}'\n[tool.input]\n\
                type = 'object'\nproperties.id = {}\nproperties.ids = {}\n[tool.request]\n";
    let id = "parameters = [{ property = 'id', place = 'path' },\n";
    // Two lines below `head`, in the second parameter.
    for (place, rest, key, words) in [
        ("query", "{ property = 'idss', place = 'query' }", "property", "did you mean \"ids\"?"),
        ("query", "{ property = 'other', place = 'query' }", "property", "write one of id, ids"),
        ("query", "{ property = 'ids', place = 'qery' }", "place", "did you mean \"query\"?"),
        ("query", "{ property = 'ids' }", "place", "is missing"),
        ("query", "{ property = 'ids', place = 'query', nam = 'x' }", "nam", "did you mean `name`?"),
        ("query", "{ property = 'ids', place = 'path' }", "property", "the path has no {ids}"),
        ("query", "{ property = 'ids', place = 'path', name = 'id' }", "name", "another parameter"),
        (
            "query",
            "{ property = 'ids', place = 'query', style = 'spaceDelimited' }",
            "style",
            "\"space_delimited\"?",
        ),
        (
            "query",
            "{ property = 'ids', place = 'query', style = 'matrix' }",
            "style",
            "no meaning in this place",
        ),
        ("query", "{ property = 'ids', place = 'header', style = 'form' }", "style", "it can be simple"),
        ("query", "{ property = 'ids', place = 'query', explode = 1 }", "explode", "true or false"),
        (
            "query",
            "{ property = 'ids', place = 'query', name = 'key' }",
            "name",
            "where the source's key goes",
        ),
        (
            "cookie",
            "{ property = 'ids', place = 'cookie', name = 'key' }",
            "name",
            "where the source's key goes",
        ),
        (
            "header",
            "{ property = 'ids', place = 'header', name = 'Key' }",
            "name",
            "where the source's key goes",
        ),
        ("query", "{ property = 'ids', place = 'cookie', name = 'a=b' }", "name", "can't name a cookie"),
        ("query", "{ property = 'ids', place = 'header', name = 'x-team' }", "name", "by itself"),
        ("query", "{ property = 'ids', place = 'header', name = 'IDEM' }", "name", "by itself"),
        ("query", "{ property = 'ids', place = 'header', name = 'a\\nb' }", "name", "can't name a header"),
        (
            "query",
            "{ property = 'ids', place = 'header', name = 'Host' }",
            "name",
            "not for a request to set",
        ),
        (
            "query",
            "{ property = 'ids', place = 'header', name = 'content-length' }",
            "name",
            "not for a request",
        ),
        (
            "query",
            "{ property = 'ids', place = 'header', name = 'Authorization' }",
            "name",
            "no argument may set",
        ),
        ("query", "{ property = 'ids', place = 'header', name = 'Cookie' }", "name", "no argument may set"),
        (
            "query",
            "{ property = 'ids', place = 'header', name = 'X-Forwarded-For' }",
            "name",
            "no argument may set",
        ),
    ] {
        let rest = rest.replace("'a\\nb'", "\"a\\nb\"");
        let file = format!("{}{id}{rest}]", head.replace("PLACE", place));
        refused(&file, &[(18, &format!("tool[1].request.parameters[2].{key}"), words)]);
    }
    let head = head.replace("PLACE", "query");
    for (body, key, words) in [
        ("{}", "form", "is missing"),
        ("{ form = 'xml' }", "form", "not one of the words"),
        ("{ form = 'text' }", "property", "is missing"),
        ("{ form = 'json', media = '*/*' }", "media", "not one media type"),
        ("{ form = 'json', media = \"a/b\\r\\nX: y\" }", "media", "not one media type"),
        ("{ form = 'json', media = 'json' }", "media", "not one media type"),
        (
            "{ form = 'multipart', media = 'multipart/form-data; boundary=x' }",
            "media",
            "not what such a body is",
        ),
        ("{ form = 'json', property = 'id' }", "property", "is a parameter"),
        ("{ form = 'json', property = 'x' }", "property", "not a property of the input"),
        ("{ form = 'json', parts = { ids = {} } }", "parts.ids", "have fields"),
        ("{ form = 'multipart', parts = { id = {} } }", "parts.id", "not a field of the body"),
        ("{ form = 'urlencoded', parts = { ids = { file = true } } }", "parts.ids.file", "holds no files"),
        ("{ form = 'urlencoded', parts = { ids = { style = 'label' } } }", "parts.ids.style", "no meaning"),
    ] {
        let file = format!("{head}{id}]\nbody = {body}");
        refused(&file, &[(19, &format!("tool[1].request.body.{key}"), words)]);
    }
    refused(&head, &[(11, "tool[1].path", "request.parameters don't say which property {id} is")]);
    refused(
        &format!("{head}parameters = 1"),
        &[
            (11, "tool[1].path", "request.parameters don't say"),
            (17, "tool[1].request.parameters", "must be tables"),
        ],
    );
}

#[test]
fn what_is_not_toml_is_named_by_line_with_the_mistakes_beside_it() {
    let mistakes = read_source("name = 'a'\nkind = \nbase_url = 'ftp://a'\n= 4\n").unwrap_err();
    let lines: Vec<_> = mistakes.iter().map(|mistake| mistake.line).collect();
    assert_eq!(lines, [2, 3, 4], "{mistakes:?}");
    assert!(read_source("").is_err() && read_source("\0\u{feff}[[[").is_err());
}

fn label() -> impl Strategy<Value = Label> {
    let level = prop::sample::select(Level::ALL.to_vec());
    let categories = prop::collection::btree_set(prop::sample::select(Category::ALL.to_vec()), 0..3);
    let integrity = prop::sample::select(vec![Integrity::Outside, Integrity::Organisation]);
    let readers = prop::option::of(prop::collection::vec("[a-z]{1,5}@example.com", 0..3));
    (level, categories, readers, integrity).prop_map(|(level, categories, readers, integrity)| {
        let readers = readers
            .map_or(Readers::EVERYONE, |named| Readers::only(named.iter().map(|name| Principal::new(name))));
        Label { level, categories, readers, integrity }
    })
}

fn auth() -> impl Strategy<Value = Auth> {
    let name = "[a-z]{1,8}";
    let place = prop::sample::select(vec![KeyPlace::Header, KeyPlace::Query, KeyPlace::Cookie]);
    prop_oneof![
        Just(Auth::None),
        name.prop_map(|name| Auth::Bearer { secret: name.parse().unwrap() }),
        (name, "[^:\\p{Cc}]{1,8}")
            .prop_map(|(name, user)| Auth::Basic { user, secret: name.parse().unwrap() }),
        (name, place, "[A-Z][A-Za-z-]{1,8}").prop_map(|(secret, place, name)| Auth::ApiKey {
            secret: secret.parse().unwrap(),
            place,
            name
        }),
        (name, "\\PC{1,8}", prop::collection::vec("[a-z:]{1,5}", 0..3), prop::option::of("[a-z]{1,5}"))
            .prop_map(|(secret, client_id, scopes, audience)| Auth::OAuth2Client {
                secret: secret.parse().unwrap(),
                client_id,
                token_url: "https://login.example/token?x=1".to_owned(),
                scopes,
                audience,
                client_auth: ClientAuth::Body,
            }),
        (name, "\\PC{1,8}", prop::option::of("[A-Z]{1,5}")).prop_map(|(secret, client_id, client)| {
            Auth::OAuth2Code {
                secret: secret.parse().unwrap(),
                client_id,
                client_secret: client.map(|name| name.parse().unwrap()),
                authorize_url: "http://127.0.0.1:9/authorize".to_owned(),
                token_url: "http://localhost:9/token".to_owned(),
                scopes: Vec::new(),
                audience: None,
                resource: Some("https://crm.example/mcp".to_owned()),
                client_auth: ClientAuth::Basic,
            }
        }),
        (name, "[a-z0-9-]{1,8}").prop_map(|(secret, region)| Auth::AwsSigV4 {
            secret: secret.parse().unwrap(),
            region,
            service: "execute-api".to_owned(),
        }),
        (name, any::<bool>(), "\\PC{0,8}").prop_map(|(secret, base64_key, literal)| {
            let sign = format!("{}\n{{timestamp}}{{body}}", literal.replace(['{', '}'], ""));
            let headers = [("X-Sig".to_owned(), "t={timestamp},v1={signature}".to_owned())].into();
            let recipe = HmacRecipe {
                algorithm: HmacAlgorithm::Sha512,
                encoding: Encoding::Base64,
                base64_key,
                sign,
                headers,
            };
            Auth::Hmac { secret: secret.parse().unwrap(), recipe }
        }),
    ]
}

fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(|map| json!(map)),
        ]
    });
    prop::collection::btree_map(any::<String>(), value, 0..4).prop_map(|properties| {
        let properties: serde_json::Map<_, _> =
            properties.into_iter().map(|(name, value)| (name, json!({"default": value}))).collect();
        json!({"type": "object", "properties": properties})
    })
}

fn tool() -> impl Strategy<Value = ToolSpec> {
    let method = prop::sample::select(vec![Method::Get, Method::Post, Method::Put, Method::Delete]);
    let effect = prop::sample::select(vec![Effect::Read, Effect::IdempotentWrite, Effect::Write]);
    ("[a-z]{1,6}", "\\PC{0,20}x", method, effect, "(/[a-z0-9.]{1,5}x){1,3}", label(), schema()).prop_map(
        |(name, description, method, effect, path, label, input)| ToolSpec {
            name: name.parse().unwrap(),
            description,
            method,
            resource: if effect == Effect::Read { path.clone() } else { "/all".to_owned() },
            path,
            exclusive: effect == Effect::Write,
            effect,
            label,
            input: Json(input),
            request: None,
            paging: None,
            mcp: None,
        },
    )
}

/// Shapes of a tool whose path is `/x/{p}` and whose input has these properties, `p` among them.
fn shape(properties: Vec<String>) -> impl Strategy<Value = RequestShape> {
    let style = |place| {
        prop::sample::select(match place {
            Place::Path => vec![Style::Simple, Style::Label, Style::Matrix, Style::Json],
            Place::Query => vec![Style::Form, Style::DeepObject, Style::PipeDelimited, Style::TabDelimited],
            Place::Header => vec![Style::Simple, Style::SpaceDelimited, Style::Json],
            Place::Cookie => vec![Style::Form, Style::Json],
        })
    };
    let others: Vec<_> = properties.into_iter().filter(|name| name != "p").collect();
    let places = prop::sample::select(vec![Place::Query, Place::Header, Place::Cookie]);
    let one = move |place: Place, property: String, name: String| {
        (style(place), any::<bool>(), any::<bool>()).prop_map(move |(style, explode, reserved)| {
            let (property, name) = (property.clone(), name.clone());
            Parameter { property, name, place, style, explode, reserved }
        })
    };
    let path = one(Place::Path, "p".to_owned(), "p".to_owned());
    let (first, last) = (others.first().cloned(), others.last().cloned().filter(|_| others.len() > 1));
    let more = places.prop_flat_map(move |place| {
        first
            .clone()
            .map(|property| one(place, property, "Z-name".to_owned()))
            .into_iter()
            .collect::<Vec<_>>()
    });
    let part = (prop::option::of(style(Place::Query)), any::<bool>(), any::<bool>()).prop_map(
        |(style, explode, file)| FormPart {
            style,
            explode,
            media: file.then(|| "image/png".to_owned()),
            file,
        },
    );
    let body = (0..5usize, part).prop_map(move |(form, part)| {
        let (form, media) = [
            (BodyForm::Json, "application/merge-patch+json"),
            (BodyForm::Urlencoded, "application/x-www-form-urlencoded"),
            (BodyForm::Multipart, "multipart/form-data"),
            (BodyForm::Text, "text/csv"),
            (BodyForm::Binary, "image/png"),
        ][form];
        let property = last.clone();
        if property.is_none() && matches!(form, BodyForm::Text | BodyForm::Binary) {
            return None;
        }
        let parts = match (form, &property) {
            (BodyForm::Multipart, Some(_)) => [("a b".to_owned(), part)].into(),
            _ => BTreeMap::new(),
        };
        Some(Body { form, media: media.to_owned(), property, parts })
    });
    (path, more, body).prop_map(|(path, mut parameters, body)| {
        parameters.insert(0, path);
        RequestShape { parameters, body }
    })
}

/// A tool, or the same with a shape.
fn shaped() -> impl Strategy<Value = ToolSpec> {
    (tool(), any::<bool>(), prop::collection::vec("[a-z]{2,4}", 0..3)).prop_flat_map(
        |(mut tool, plain, mut names)| {
            if plain {
                return Just(tool).boxed();
            }
            names.push("p".to_owned());
            let properties: serde_json::Map<_, _> =
                names.iter().map(|name| (name.clone(), json!({}))).collect();
            names = properties.keys().cloned().collect();
            tool.input = Json(json!({"type": "object", "properties": properties}));
            tool.path = "/x/{p}".to_owned();
            let with = move |shape| ToolSpec { request: Some(shape), ..tool.clone() };
            shape(names).prop_map(with).boxed()
        },
    )
}

fn spec() -> impl Strategy<Value = SourceSpec> {
    let rate = prop::option::of((1u32..=10_000_000, 1u32..))
        .prop_map(|rate| rate.map(|(milli_per_second, burst)| Rate { milli_per_second, burst }));
    let limits = (1u32.., rate, 1u32.., 1u32..).prop_map(|(in_flight, rate, deadline_ms, result_bytes)| {
        Limits { in_flight, rate, deadline_ms, result_bytes }
    });
    let idempotency_header = prop::option::of("Idempotency-[A-Z][a-z]{0,6}");
    let headers = prop::collection::btree_map("X-[A-Z][a-z]{0,6}", "[ -~]{0,12}", 0..3);
    let asking = (limits, headers, idempotency_header);
    (label(), auth(), asking, prop::collection::vec(shaped(), 0..4)).prop_map(
        |(label, auth, (limits, headers, idempotency_header), tools)| {
            let mut spec = SourceSpec {
                name: "a".parse().unwrap(),
                kind: SourceKind::Http,
                base_url: "http://localhost:8001/api".to_owned(),
                label,
                auth,
                tls: None,
                private_network: false,
                limits,
                headers,
                idempotency_header,
                tools,
                mcp: None,
            };
            for (position, tool) in spec.tools.iter_mut().enumerate() {
                tool.name = format!("{}{position}", tool.name).parse().unwrap();
                tool.label = tool.label.clone().join(&spec.label);
            }
            spec
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_reads_back_as_the_same_source(spec in spec()) {
        let file = write_source(&spec);
        let read = read_source(&file);
        prop_assert_eq!(read.as_ref(), Ok(&spec), "{}", file);
    }

    #[test]
    fn no_file_makes_the_reader_panic(file in "\\PC{0,200}", cut in 0..1200usize) {
        let _ = read_source(&file);
        let cut = cut.min(CRM.len());
        let _ = read_source(&format!("{}{file}{}", &CRM[..cut], &CRM[cut..]));
    }
}

#[test]
fn each_way_to_be_known_names_its_mistakes() {
    let head = "name = 'a'\nkind = 'http'\nbase_url = 'http://a'\n";
    let client = "kind = 'oauth2_client', client_id = 'c', secret = 's'";
    let code = "kind = 'oauth2_code', client_id = 'c', secret = 's', token_url = 'https://l.example/t'";
    let hmac = "kind = 'hmac', secret = 's'";
    for (auth, key, words) in [
        (client.to_owned(), "token_url", "is missing"),
        (format!("{client}, token_url = 'http://l.example/t'"), "token_url", "not an https address"),
        (format!("{client}, token_url = 'https://a:b@l.example/t'"), "token_url", "user name"),
        (format!("{client}, token_url = 'https://l.example/t', scopes = 'read'"), "scopes", "must be a list"),
        (format!("{client}, token_url = 'https://l.example/t', scopes = ['a b']"), "scopes", "is no scope"),
        (
            format!("{client}, token_url = 'https://l.example/t', client_auth = 'jwt'"),
            "client_auth",
            "not one of the words",
        ),
        (format!("{client}, token_url = 'https://l.example/t', scope = 'a'"), "scope", "not a key we know"),
        (code.to_owned(), "authorize_url", "is missing"),
        (
            format!("{code}, authorize_url = 'https://l.example/a', client_secret = 's'"),
            "client_secret",
            "tokens are kept",
        ),
        (
            format!(
                "{code}, authorize_url = 'https://l.example/a', client_secret = 'GOCSPX-4eC39HqLyjWDarjtT1zdp7dc'"
            ),
            "client_secret",
            "the key itself",
        ),
        (
            "kind = 'aws_sigv4', secret = 's', region = 'eu/1', service = 'x'".to_owned(),
            "region",
            "letters, digits",
        ),
        (format!("{hmac}, headers = {{ X-S = '{{signature}}' }}"), "sign", "is missing"),
        (format!("{hmac}, sign = '{{verb}}', headers = {{ X-S = '{{signature}}' }}"), "sign", "no {verb}"),
        (
            format!("{hmac}, sign = '{{body}}', headers = {{ X-S = '{{timestamp}}' }}"),
            "headers",
            "none of them carries",
        ),
        (
            format!("{hmac}, sign = '{{body}}', headers = {{ X-S = '{{signature}}{{body}}' }}"),
            "headers.X-S",
            "no {body}",
        ),
        (
            format!("{hmac}, sign = '{{body}}', headers = {{ Host = '{{signature}}' }}"),
            "headers.Host",
            "not for a request",
        ),
        (
            format!("{hmac}, sign = '{{body}}', algorithm = 'md5', headers = {{ X-S = '{{signature}}' }}"),
            "algorithm",
            "not one of the words",
        ),
    ] {
        refused(&format!("{head}auth = {{ {auth} }}"), &[(4, &format!("auth.{key}"), words)]);
    }
}

#[test]
fn certificates_are_read_and_kept_and_a_key_is_refused() {
    let made = rcgen::generate_simple_self_signed(["corp.example".to_owned()]).unwrap();
    let (pem, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let head = "name = 'a'\nkind = 'http'\nbase_url = 'https://a'\n";
    let (ca, with_key) = (file("ca.pem", &pem), file("key.pem", &format!("{pem}{key}")));
    let toml = format!(
        "{head}tls = {{ ca = '{ca}', client_cert = \'\'\'{pem}\'\'\', client_key_secret = 'k' }}\nprivate_network = true"
    );
    let spec = read_source(&toml).unwrap();
    let client_key_secret = Some("k".parse().unwrap());
    let tls = Tls { ca: Some(pem.clone()), client_cert: Some(pem), client_key_secret };
    assert_eq!((spec.tls.as_ref(), spec.private_network), (Some(&tls), true));
    assert_eq!(read_source(&write_source(&spec)).unwrap(), spec);
    for (tls, at, words) in [
        ("{}".to_owned(), "ca", "is missing"),
        ("{ ca = 'ca.pem' }".to_owned(), "ca", "neither PEM nor a whole path"),
        ("{ ca = '/no/such/file.pem' }".to_owned(), "ca", "can't be read"),
        (format!("{{ ca = '{with_key}' }}"), "ca", "holds a private key"),
        (format!("{{ client_cert = '{ca}' }}"), "client_key_secret", "is missing"),
        ("{ client_key_secret = 'k' }".to_owned(), "client_cert", "is missing"),
        ("{ ca = '-----BEGIN X-----' }".to_owned(), "ca", "PEM"),
    ] {
        refused(&format!("{head}tls = {tls}"), &[(4, &format!("tls.{at}"), words)]);
    }
    let mistakes = read_source(&format!(
        "{head}tls = {{ ca = '{ca}', client_cert = '{ca}', client_key_secret = \'\'\'{key}\'\'\' }}"
    ));
    assert!(!format!("{:?}", mistakes.unwrap_err()).contains(&key[40..60]));
}
