//! Requests by a tool's shape: what arrives at a server, to the byte, and what never leaves.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use domain::id::Seq;
use domain::intent::DurableIntent;
use domain::outcome::{FailureClass, Outcome};
use domain::request::{Parameter, Place, Style};
use domain::secret::Secret;
use domain::source::SourceSpec;
use egress::{Door, Settings};
use proptest::prelude::*;
use serde_json::{Value, json};
use sources::{Prepared, identity, lint, prepare, read_source, resource};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const KEY: &str = "4eC39HqLyjWDarjt";

/// A source with one tool, whose shape is `request`. Its input takes everything, and names `a` to `d` and `file`.
fn source(base: &str, auth: &str, method: &str, path: &str, request: &str) -> SourceSpec {
    let file = format!(
        r#"name = "shop"
kind = "http"
base_url = "{base}"
auth = {auth}
headers = {{ "X-Team" = "research", "Content-Type" = "application/vnd.shop" }}
[[tool]]
name = "t"
description = "A tool"
method = "{method}"
path = "{path}"
[tool.input]
type = "object"
additionalProperties = true
properties.a = {{}}
properties.b = {{}}
properties.c = {{}}
properties.d = {{}}
properties.file = {{}}
[tool.request]
{request}
"#
    );
    read_source(&file).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

const NO_KEY: &str = "{ kind = 'none' }";
const IN_QUERY: &str = "{ kind = 'api_key', place = 'query', name = 'key', secret = 'shop' }";
const IN_COOKIE: &str = "{ kind = 'api_key', place = 'cookie', name = 'sid', secret = 'shop' }";

fn call(spec: &SourceSpec, arguments: &Value) -> Result<Prepared, String> {
    prepare(spec, &spec.tools[0], &arguments.to_string(), Some(Secret::new(KEY)), None).map_err(|ending| {
        assert_eq!((ending.outcome, ending.failure), (Outcome::Failed, Some(FailureClass::InvalidArguments)));
        ending.words
    })
}

/// What a request was on the wire: its first line, the headers that are not always the same, and its body.
struct Arrived {
    line: String,
    headers: Vec<String>,
    body: Vec<u8>,
}

/// Sends the call through the real door to a server of one request.
async fn arrived(auth: &str, method: &str, path: &str, request: &str, arguments: &Value) -> Arrived {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = Vec::new();
        loop {
            let read = stream.read_buf(&mut bytes).await.unwrap();
            assert_ne!(read, 0, "the request ends too early");
            let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if bytes.len() == end + 4 + length.unwrap_or(0) {
                stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
                return (head, bytes.split_off(end + 4));
            }
        }
    });
    let spec = source(&base, auth, method, path, request);
    let prepared = call(&spec, arguments).unwrap();
    let record = prepared.record();
    #[allow(clippy::disallowed_methods, reason = "there is no trail in these tests")]
    let intent = DurableIntent::after_commit(Seq(0));
    let ending = prepared.perform(&Door::new(Settings::default()).unwrap(), intent).await;
    assert_eq!(ending.outcome, Outcome::Returned, "{}", ending.words);
    let (head, body) = server.await.unwrap();
    let mut lines = head.lines();
    let line = lines.next().unwrap().strip_suffix(" HTTP/1.1").unwrap().to_owned();
    let always = ["host", "content-length", "accept", "accept-encoding", "user-agent", "x-team"];
    let headers: Vec<_> =
        lines.filter(|line| !always.contains(&line.split(':').next().unwrap())).map(str::to_owned).collect();
    // The record is what arrived, the key apart.
    let end = record.windows(2).position(|two| two == b"\n\n").unwrap();
    let recorded = String::from_utf8(record[..end].to_vec()).unwrap().replace("{secret:shop}", KEY);
    assert_eq!(recorded.lines().next().unwrap(), line.replace(" /", &format!(" {base}/")));
    for header in &headers {
        assert!(recorded.lines().any(|line| line == header), "{header} is not in {recorded}");
    }
    assert_eq!(record[end + 2..], body);
    Arrived { line, headers, body }
}

#[tokio::test]
async fn each_parameter_arrives_in_its_place() {
    let request = "parameters = [
        { property = 'a', place = 'path', name = 'id', style = 'matrix', explode = true },
        { property = 'b', place = 'query', name = 'filter', style = 'deep_object' },
        { property = 'c', place = 'header', name = 'X-Trace' },
        { property = 'd', place = 'cookie', name = 'prefs' },
        { property = 'file', place = 'query', style = 'pipe_delimited', reserved = true },
    ]";
    let arguments = json!({
        "a": [3, "4/5"], "b": {"from": "2026-01-01", "tag": ["x y"]}, "c": {"k": "v", "n": 1},
        "d": ["light", "ü"], "file": ["a:b", "c&d"],
    });
    let got = arrived(IN_COOKIE, "GET", "/things/x{id}/all", request, &arguments).await;
    assert_eq!(
        got.line,
        "GET /things/x;id=3;id=4%2F5/all?filter%5Bfrom%5D=2026-01-01&filter%5Btag%5D%5B0%5D=x%20y&file=a:b%7Cc%26d"
    );
    let of_source = "content-type: application/vnd.shop";
    let cookies = format!("cookie: prefs=light; prefs=%C3%BC; sid={KEY}");
    assert_eq!(got.headers, [of_source, "x-trace: k,v,n,1", &cookies]);
    assert_eq!(got.body, b"");
    let got = arrived(IN_QUERY, "GET", "/things/{id}", request, &json!({"a": "7", "b": {}, "d": null})).await;
    assert_eq!(got.line, format!("GET /things/;id=7?key={KEY}"));
    assert_eq!(got.headers, [of_source]);
}

#[tokio::test]
async fn each_form_of_a_body_arrives() {
    let id = "parameters = [{ property = 'a', place = 'path', name = 'id' }]\n";
    let send = async |body: &str, arguments: &Value| {
        let got = arrived(NO_KEY, "POST", "/things/{id}", &format!("{id}body = {body}"), arguments).await;
        assert_eq!(got.line, "POST /things/7");
        (got.headers.join("\n"), String::from_utf8_lossy(&got.body).into_owned())
    };
    let is = |(media, body): (String, String), wanted: &str, text: &str| {
        assert_eq!((media.as_str(), body.as_str()), (format!("content-type: {wanted}").as_str(), text));
    };
    let json = "{ form = 'json', media = 'application/merge-patch+json' }";
    let sent = send(json, &json!({"a": 7, "b": null, "c": [1]})).await;
    is(sent, "application/merge-patch+json", r#"{"b":null,"c":[1]}"#);
    let sent = send("{ form = 'json', property = 'b' }", &json!({"a": 7, "b": [1, 2], "c": 1})).await;
    is(sent, "application/json", "[1,2]");

    let form = "{ form = 'urlencoded', parts = { c = { style = 'form', explode = false }, d = { style = 'deep_object' } } }";
    let fields =
        json!({"a": 7, "b": ["x y", 1], "c": [1, 2], "d": {"k": "v"}, "file": {"k": "ü&"}, "e": null});
    let sent = send(form, &fields).await;
    let media = "application/x-www-form-urlencoded";
    is(sent, media, "b=x+y&b=1&c=1%2C2&d%5Bk%5D=v&file=%7B%22k%22%3A%22%C3%BC%26%22%7D");

    let sent =
        send("{ form = 'text', property = 'b', media = 'text/csv' }", &json!({"a": 7, "b": "ü,1\n"})).await;
    is(sent, "text/csv", "ü,1\n");

    let binary = "{ form = 'binary', property = 'file', media = 'image/png' }";
    let path = format!("{id}body = {binary}");
    let arguments = json!({"a": 7, "file": "iVBORwD/"});
    let got = arrived(NO_KEY, "PUT", "/things/{id}", &path, &arguments).await;
    assert_eq!(
        (got.headers.join("\n").as_str(), &got.body[..]),
        ("content-type: image/png", &b"\x89PNG\0\xff"[..])
    );

    let nothing = arrived(NO_KEY, "POST", "/things/{id}", &path, &json!({"a": 7})).await;
    assert_eq!(
        (nothing.headers.join("\n").as_str(), &nothing.body[..]),
        ("content-type: application/vnd.shop", &b""[..])
    );
}

#[tokio::test]
async fn a_multipart_body_arrives_with_its_files() {
    let request = "body = { form = 'multipart', property = 'd', parts = { photo = { file = true, media = 'image/png' }, \
                   pages = { file = true }, list = { style = 'form' }, meta = { media = 'application/ld+json' } } }";
    let arguments = json!({"d": {
        "caption\"\r\nX: y": "a\r\n--b", "list": [1, 2], "meta": "m", "more": {"k": 1}, "none": null,
        "pages": ["AA==", "AQ=="], "photo": "iVBORwD/",
    }});
    let got = arrived(NO_KEY, "POST", "/things", request, &arguments).await;
    let boundary = got.headers[0].strip_prefix("content-type: multipart/form-data; boundary=").unwrap();
    let mut wanted = Vec::new();
    let disposition = "Content-Disposition: form-data; name=";
    for (head, content) in [
        ("\"caption%22%0D%0AX: y\"", &b"a\r\n--b"[..]),
        ("\"list\"", b"1"),
        ("\"list\"", b"2"),
        ("\"meta\"\r\nContent-Type: application/ld+json", b"\"m\""),
        ("\"more\"\r\nContent-Type: application/json", b"{\"k\":1}"),
        ("\"pages\"; filename=\"pages-1\"\r\nContent-Type: application/octet-stream", b"\0"),
        ("\"pages\"; filename=\"pages-2\"\r\nContent-Type: application/octet-stream", b"\x01"),
        ("\"photo\"; filename=\"photo\"\r\nContent-Type: image/png", b"\x89PNG\0\xff"),
    ] {
        wanted.extend_from_slice(format!("--{boundary}\r\n{disposition}{head}\r\n\r\n").as_bytes());
        wanted.extend_from_slice(content);
        wanted.extend_from_slice(b"\r\n");
    }
    wanted.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    assert_eq!(String::from_utf8_lossy(&got.body), String::from_utf8_lossy(&wanted));
    assert_eq!(got.body, wanted);
    let again = arrived(NO_KEY, "POST", "/things", request, &arguments).await;
    assert_eq!(again.body, got.body, "the boundary follows from the content");
}

#[test]
fn what_does_not_fit_its_place_is_named() {
    let base = "http://127.0.0.1:1/api";
    let check = |auth: &str, request: &str, arguments: Value, words: &str| {
        let path = if request.contains("'path'") { "/things/{a}" } else { "/things" };
        let said = call(&source(base, auth, "POST", path, request), &arguments).unwrap_err();
        assert!(said.contains(words) && said.contains("nothing was sent"), "{said}");
    };
    let parameter = |rest: &str| format!("parameters = [{{ property = 'a', {rest} }}]");
    let path = parameter("place = 'path'");
    check(NO_KEY, &path, json!({}), "`a` is missing");
    check(NO_KEY, &path, json!({"a": null}), "`a` is missing");
    check(NO_KEY, &path, json!({"a": []}), "`a` must not be empty");
    check(NO_KEY, &path, json!({"a": ".."}), "`a` must not be `.` or `..`");
    check(
        NO_KEY,
        &parameter("place = 'path', reserved = true"),
        json!({"a": "..;x=1"}),
        "`a` must not be `.`",
    );
    check(NO_KEY, &parameter("place = 'path', style = 'label'"), json!({"a": "."}), "`a` must not be `.`");
    let header = parameter("place = 'header', name = 'X-A'");
    check(NO_KEY, &header, json!({"a": "x\r\nHost: elsewhere"}), "`a` must hold no line breaks");
    check(NO_KEY, &header, json!({"a": ["x", "ü"]}), "`a` must hold no line breaks and only ASCII");
    check(NO_KEY, &header, json!({"a": " x"}), "`a` must not begin or end with a space");
    let query = parameter("place = 'query'");
    check(
        IN_QUERY,
        &query,
        json!({"a": {"key": "mine"}}),
        "`a` says `key`, which is where the source's key goes",
    );
    let cookie = parameter("place = 'cookie'");
    check(IN_COOKIE, &cookie, json!({"a": {"sid": "mine"}}), "`a` says `sid`, which is where");
    check(
        NO_KEY,
        "body = { form = 'binary', property = 'a' }",
        json!({"a": "???"}),
        "`a` must be bytes as base64",
    );
    check(NO_KEY, "body = { form = 'binary', property = 'a' }", json!({"a": [1]}), "base64, and is an array");
    check(
        NO_KEY,
        "body = { form = 'text', property = 'a' }",
        json!({"a": {}}),
        "`a` must be a text, and is an object",
    );
    check(
        NO_KEY,
        "body = { form = 'urlencoded', property = 'a' }",
        json!({"a": 1}),
        "`a` must be an object, and is a number",
    );
    let files = "body = { form = 'multipart', parts = { file = { file = true } } }";
    check(NO_KEY, files, json!({"file": "A"}), "`file` must be bytes as base64");
    let below = "body = { form = 'multipart', property = 'a', parts = { f = { file = true } } }";
    check(NO_KEY, below, json!({"a": {"f": ["AA==", 1]}}), "`a.f` must be bytes as base64, and is a number");
}

#[test]
fn a_spec_of_whatever_origin_gives_no_argument_a_header_of_ours() {
    let mut spec = source("http://127.0.0.1:1", IN_COOKIE, "GET", "/", "");
    for (place, name) in [
        (Place::Header, "Host"),
        (Place::Header, "authorization"),
        (Place::Header, "Content-Length"),
        (Place::Header, "x-team"),
        (Place::Header, "X-HTTP-Method-Override"),
        (Place::Header, "X-Forwarded-Host"),
        (Place::Header, "a b"),
        (Place::Cookie, "sid"),
    ] {
        let name = name.to_owned();
        let parameter = Parameter {
            property: "a".to_owned(),
            name,
            place,
            style: Style::Simple,
            explode: false,
            reserved: false,
        };
        spec.tools[0].request.as_mut().unwrap().parameters = vec![parameter];
        let ending =
            prepare(&spec, &spec.tools[0], r#"{"a": "x"}"#, Some(Secret::new(KEY)), None).unwrap_err();
        assert_eq!(ending.failure, Some(FailureClass::Internal), "{}", ending.words);
    }
}

#[test]
fn identity_and_resource_see_what_a_shape_says() {
    let request = "parameters = [
        { property = 'a', place = 'path', name = 'id' },
        { property = 'b', place = 'header', name = 'X-B' },
        { property = 'c', place = 'cookie' },
        { property = 'd', place = 'query' },
    ]";
    let spec = source("http://127.0.0.1:1", NO_KEY, "GET", "/things/{id}", request);
    let of = |arguments: &str| identity(&spec, &spec.tools[0], arguments);
    let first = of(r#"{"a": 7, "b": [1], "c": "x", "d": {"x": 1, "y": 2}}"#);
    assert!(first.is_some());
    for same in [
        r#"{"d": {"y": 2, "x": 1}, "c": "x", "b": [1], "a": 7}"#,
        r#"{"a": "7", "b": ["1"], "c": ["x"], "d": {"x": 1, "y": 2, "z": null}}"#,
    ] {
        assert_eq!(of(same), first, "{same}");
    }
    for other in [
        r#"{"a": 8, "b": [1], "c": "x", "d": {"x": 1, "y": 2}}"#,
        r#"{"a": 7, "b": [2], "c": "x", "d": {"x": 1, "y": 2}}"#,
        r#"{"a": 7, "b": [1], "c": "y", "d": {"x": 1, "y": 2}}"#,
        r#"{"a": 7, "b": [1], "c": "x", "d": {"x": 1, "y": 3}}"#,
        r#"{"a": 7, "b": [1], "d": {"x": 1, "y": 2}}"#,
    ] {
        assert!(of(other).is_some() && of(other) != first, "{other}");
    }
    let touched = |arguments: &str| resource(&spec.name, &spec.tools[0], arguments);
    assert_eq!(touched(r#"{"a": 7}"#), "/shop/things/7");
    assert_eq!(touched(r#"{"id": 7}"#), "/shop/things");
    assert_eq!(touched(r#"{"a": [7, 8]}"#), "/shop/things", "several things: what holds them all");
}

#[test]
fn advice_knows_a_parameter_by_its_property() {
    let file = |path: &str, request: &str| {
        let file = format!(
            "name = 'shop'\nkind = 'http'\nbase_url = 'http://127.0.0.1:1'\nlabel = {{ level = 'public' }}\n\
             [[tool]]\nname = 'set_status'\ndescription = 'Sets'\nmethod = 'PUT'\npath = '{path}'\n[tool.input]\n\
             type = 'object'\nrequired = ['id']\nproperties.id = {{ type = 'string' }}\n{request}"
        );
        read_source(&file).unwrap()
    };
    let plain = file("/orders/{id}/status", "");
    let shaped = file(
        "/orders/{orderId}/status",
        "[tool.request]\nparameters = [{ property = 'id', place = 'path', name = 'orderId' }]",
    );
    let words = |spec: &SourceSpec| {
        lint(std::slice::from_ref(spec)).into_iter().map(|advice| advice.words).collect::<Vec<_>>()
    };
    assert_eq!(words(&shaped), words(&plain));
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z./\\\\%;&=#?\\r\\n \u{0}ü\"]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-z&=\\[\\]\\r\\n]{0,4}", inner, 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever the arguments are: host, path above and below the parameter, the headers' names and the key stay.
    #[test]
    fn no_argument_leaves_its_place(
        a in value(), b in value(), c in value(), d in value(),
        style in prop::sample::select(vec!["simple", "label", "matrix", "pipe_delimited", "json"]),
        in_query in prop::sample::select(vec!["form", "space_delimited", "deep_object", "json"]),
        explode in any::<bool>(), reserved in any::<bool>(),
    ) {
        let more = format!("explode = {explode}, reserved = {reserved}");
        let request = format!(
            "parameters = [
                {{ property = 'a', place = 'path', style = '{style}', {more} }},
                {{ property = 'b', place = 'query', style = '{in_query}', {more} }},
                {{ property = 'c', place = 'header', name = 'X-C', {more} }},
                {{ property = 'd', place = 'cookie', {more} }},
            ]"
        );
        let spec = source("http://127.0.0.1:1/api", IN_QUERY, "GET", "/things/{a}/all", &request);
        let Ok(prepared) = call(&spec, &json!({"a": a, "b": b, "c": c, "d": d})) else { return Ok(()) };
        let url = prepared.url().clone();
        prop_assert_eq!((url.host_str(), url.port(), url.fragment()), (Some("127.0.0.1"), Some(1), None));
        let segments: Vec<_> = url.path_segments().unwrap().collect();
        prop_assert!(matches!(&segments[..], ["api", "things", _, "all"]), "{url}");
        prop_assert!(url.query_pairs().all(|(name, _)| name != "key"));
        let record = String::from_utf8(prepared.record()).unwrap();
        let mut names: Vec<_> =
            record.lines().skip(1).filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect();
        names.retain(|name| !matches!(*name, "x-c" | "cookie"));
        names.sort_unstable();
        prop_assert_eq!(names, ["accept", "accept-encoding", "content-type", "user-agent", "x-team"]);
        prop_assert!(record.ends_with("\n\n"));
    }
}
