//! A hostile source gets nothing and breaks nothing: not the way into this machine's network, not another's keys, not our
//! memory, and not its own key's place on the record. What a name or a proxy can't do stands in `egress`'s own tests.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::call::Approve;
use domain::outcome::{FailureClass, Outcome};
use domain::payload::PayloadRole;
use domain::secret::Secret;
use domain::view::CallDetail;
use engine::Engine;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::scene::wild::{Wild, http};
use crate::scene::{Scene, call, soon};

const KEY: &str = "k3y/with+signs&\"quoted\"-4eC39HqLyjWDarjt";
const BEARER: &str = "auth = { kind = \"bearer\", secret = \"hostile-key\" }";

async fn called(scene: &Scene, toml: &str, tool: &str, arguments: &str) -> CallDetail {
    scene.engine.save_source(Engine::read_source(toml).unwrap()).await.unwrap();
    soon("a call", scene.engine.call_tool(&tool.parse().unwrap(), arguments, Approve::All)).await.unwrap()
}

fn words(call: &CallDetail) -> &str {
    let words = call.payloads.iter().rev().find(|payload| payload.role == PayloadRole::Words);
    words.map(|words| words.text.as_str()).unwrap_or_default()
}

/// Every form in which the key could come back, none of which may stand anywhere.
fn forms() -> Vec<(&'static str, String)> {
    let some: String = KEY
        .chars()
        .map(|char| {
            if char.is_ascii_alphanumeric() || "-_.~".contains(char) {
                char.to_string()
            } else {
                format!("%{:02X}", u32::from(char))
            }
        })
        .collect();
    let json = serde_json::to_string(KEY).unwrap();
    let go = json.replace('&', "\\u0026").replace('+', "\\u002b");
    vec![
        ("as it is", KEY.to_owned()),
        ("in an address", some.clone()),
        ("in an address, in lower case", some.replace("%2F", "%2f").replace("%2B", "%2b")),
        ("in JSON", json[1..json.len() - 1].to_owned()),
        ("in JSON with slashes escaped", json[1..json.len() - 1].replace('/', "\\/")),
        ("in JSON as Go writes it", go[1..go.len() - 1].to_owned()),
        ("in HTML", KEY.replace('&', "&amp;").replace('"', "&quot;")),
        ("in hexadecimal digits", KEY.bytes().map(|byte| format!("{byte:02x}")).collect()),
        ("in base64", base64(KEY.as_bytes())),
        ("in base64 behind something", base64(format!("Bearer {KEY}").as_bytes())),
        ("in base64 within something", base64(format!("{{\"authorization\": \"{KEY}\"}}").as_bytes())),
    ]
}

fn base64(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

/// A piece of the form long enough to tell the key by, from its middle: the ends of base64 depend on what is beside it.
fn core(form: &str) -> &str {
    &form[form.len() / 2 - 8..form.len() / 2 + 8]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_echoed_in_any_form_reaches_neither_model_nor_record_nor_screen() {
    let scene = Scene::instant().await;
    scene.engine.set_secret(&"hostile-key".parse().unwrap(), Secret::new(KEY)).await.unwrap();
    for (what, form) in forms() {
        let echoed = form.clone();
        let wild = Wild::answering(move |_| {
            let headers = format!("content-type: text/plain\r\nx-echo: {}\r\n", echoed.replace('"', ""));
            http("200 OK", &headers, format!("here: <{echoed}> it was"))
        })
        .await;
        let toml = wild.source("hostile", BEARER);
        scene.engine.save_source(Engine::read_source(&toml).unwrap()).await.unwrap();
        let told = scene.batch(vec![call("a", "hostile__get", json!({}))]).await;
        assert_eq!(told.outcomes(), [Outcome::Returned], "{what}");
        assert!(wild.heard()[0].contains(&format!("authorization: Bearer {KEY}")), "{what}");
        let ended = told.endings()[0];
        let detail = scene.engine.call(ended.0.id).await.unwrap();
        let shown = format!("{detail:?} {:?} {}", ended.1, scene.prompts().pop().unwrap());
        assert!(shown.contains("{secret:hostile-key}"), "{what}: {shown}");
        assert!(!shown.contains(core(&form)), "{what}: {shown}");
    }
    // A refusal quotes what it refuses.
    let refused = http(
        "403 Forbidden",
        "content-type: application/json\r\n",
        json!({"error": format!("no key {KEY}")}).to_string(),
    );
    let wild = Wild::always(refused).await;
    let call = called(&scene, &wild.source("hostile", BEARER), "hostile.get", "{}").await;
    assert!(words(&call).contains("no key {secret:hostile-key}"), "{}", words(&call));
    // A body that is cut in the middle of it.
    let body = format!("{}{KEY}", "x".repeat(100));
    let wild = Wild::always(http("200 OK", "content-type: text/plain\r\n", body)).await;
    let cut = format!("{BEARER}\nlimits = {{ result_bytes = \"120B\" }}");
    let call = called(&scene, &wild.source("hostile", &cut), "hostile.get", "{}").await;
    assert!(!format!("{call:?}").contains(&KEY[..12]), "{call:?}");
    scene.close_unheard().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_redirect_leads_to_metadata_or_to_another_host_and_neither_does_a_base_address() {
    let scene = Scene::instant().await;
    scene.engine.set_secret(&"hostile-key".parse().unwrap(), Secret::new(KEY)).await.unwrap();
    let other = Wild::always(http("200 OK", "", "gotcha")).await;
    for away in [
        "http://169.254.169.254/latest/meta-data/iam".to_owned(),
        "http://[::ffff:169.254.169.254]/".to_owned(),
        "//169.254.169.254/".to_owned(),
        format!("http://{}/", other.address),
        format!("http://localhost:{}/", other.address.port()),
        "file:///etc/passwd".to_owned(),
        "https://127.0.0.1/".to_owned(),
    ] {
        let location = format!("location: {away}\r\n");
        let wild = Wild::always(http("307 Temporary Redirect", &location, "")).await;
        let call = called(&scene, &wild.source("hostile", BEARER), "hostile.get", "{}").await;
        assert_eq!(call.row.failure, Some(FailureClass::Redirect), "{away}: {}", words(&call));
        assert!(words(&call).contains("not followed"), "{away}: {}", words(&call));
    }
    assert_eq!(other.heard(), Vec::<String>::new());
    for base in [
        "http://169.254.169.254",
        "http://2852039166",
        "http://0xa9fea9fe",
        "http://[fd00:ec2::254]",
        "http://0",
    ] {
        let toml = other.source("hostile", BEARER).replace(&format!("http://{}", other.address), base);
        let call = called(&scene, &toml, "hostile.get", "{}").await;
        assert_eq!(call.row.failure, Some(FailureClass::Connect), "{base}: {}", words(&call));
        assert!(words(&call).contains("never asked"), "{base}: {}", words(&call));
        let attempts = call.entries.iter().filter(|entry| entry.kind == "call.sent").count();
        assert_eq!(attempts, 1, "{base}: what can't be reached is not tried again");
    }
    scene.close_unheard().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_argument_leads_to_another_host() {
    let scene = Scene::instant().await;
    let (own, other) =
        (Wild::always(http("200 OK", "", "{}")).await, Wild::always(http("200 OK", "", "gotcha")).await);
    let port = other.address.port();
    let toml = own.source("hostile", "").replace("path = \"/thing\"", "path = \"/thing/{id}\"").replace(
        "type = \"object\"",
        "type = \"object\"\nrequired = [\"id\"]\nproperties.id = { type = \"string\" }\nproperties.q = { type = \"string\" }",
    );
    for id in [
        format!("@127.0.0.1:{port}/"),
        format!("//127.0.0.1:{port}/"),
        format!("\\\\127.0.0.1:{port}\\"),
        format!("x?a=b#@127.0.0.1:{port}"),
        "..".to_owned(),
        "%2e%2e".to_owned(),
        "a\r\nhost: evil".to_owned(),
        "\u{2025}".to_owned(),
    ] {
        let arguments = json!({ "id": id, "q": format!("http://127.0.0.1:{port}/") }).to_string();
        called(&scene, &toml, "hostile.get", &arguments).await;
    }
    assert_eq!(other.heard(), Vec::<String>::new());
    for head in own.heard() {
        let line = head.lines().next().unwrap();
        assert!(line.starts_with("GET /thing/") && !line.starts_with("GET /thing/?"), "{head}");
        assert_eq!(head.matches("host:").count(), 1, "{head}");
    }
    scene.close_unheard().await;
}

/// Says `first`, and then `more` for as long as anybody listens; counts the bytes that were taken.
async fn endless(first: &'static str, more: Vec<u8>, pause: Duration) -> (SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let taken = Arc::new(AtomicU64::new(0));
    let counts = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (more, counts) = (more.clone(), Arc::clone(&counts));
            tokio::spawn(async move {
                let mut read = [0; 8192];
                let _asked = stream.read(&mut read).await;
                if stream.write_all(first.as_bytes()).await.is_err() {
                    return;
                }
                while stream.write_all(&more).await.is_ok() {
                    counts.fetch_add(more.len() as u64, Ordering::Relaxed);
                    tokio::time::sleep(pause).await;
                }
            });
        }
    });
    (address, taken)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_never_ends_is_cut_or_given_up_and_costs_no_memory() {
    let scene = Scene::instant().await;
    let template = Wild::always("").await;
    let source = |address: SocketAddr| {
        let limits = "limits = { deadline = \"1s\", result_bytes = \"64KiB\" }";
        template.source("hostile", limits).replace(&template.address.to_string(), &address.to_string())
    };
    let plain = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n";
    let ten_gigabytes =
        concat!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n", "content-length: 10737418240\r\n\r\n");
    let chunked =
        concat!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n", "transfer-encoding: chunked\r\n\r\n");
    let chunk = [b"10000\r\n".to_vec(), vec![b'x'; 0x10000], b"\r\n".to_vec()].concat();
    let none = Duration::ZERO;
    for (what, first, more, pause, outcome) in [
        ("10 GB", ten_gigabytes, vec![b'x'; 1 << 16], none, Outcome::Returned),
        ("endless chunks", chunked, chunk, none, Outcome::Returned),
        ("a drip", ten_gigabytes, vec![b'x'], Duration::from_millis(50), Outcome::TimedOut),
        (
            "a chunk's endless extension",
            concat!("HTTP/1.1 200 OK\r\n", "transfer-encoding: chunked\r\n\r\n1;"),
            vec![b'a'; 4096],
            none,
            Outcome::Failed,
        ),
        ("endless headers", plain, b"x-more: and more\r\n".repeat(200), none, Outcome::Failed),
        ("an endless header", "HTTP/1.1 200 OK\r\nx: ", vec![b'a'; 4096], none, Outcome::Failed),
        ("endless promises", "", b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(50), none, Outcome::Failed),
    ] {
        let (address, taken) = endless(first, more, pause).await;
        let call = called(&scene, &source(address), "hostile.get", "{}").await;
        assert_eq!(call.row.outcome, Some(outcome), "{what}: {}", words(&call));
        assert!(call.row.size <= 64 << 10, "{what}: {} bytes are held", call.row.size);
        // What the system's buffers took of it before anybody read.
        assert!(taken.load(Ordering::Relaxed) < 64 << 20, "{what}");
    }
    scene.close_unheard().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_compressed_unasked_never_unfolds() {
    let scene = Scene::instant().await;
    // What it would unfold to is never asked: nothing of it is unpacked.
    let packed = [b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec(), vec![0; 1 << 16]].concat();
    for coding in ["zstd", "gzip", "br", "deflate", "identity, gzip", "x-unknown"] {
        let headers = format!("content-type: application/json\r\ncontent-encoding: {coding}\r\n");
        let wild = Wild::always(http("200 OK", &headers, &packed)).await;
        let call = called(&scene, &wild.source("hostile", ""), "hostile.get", "{}").await;
        assert_eq!(call.row.failure, Some(FailureClass::BadBody), "{coding}: {}", words(&call));
        assert!(call.row.size == 0 && words(&call).contains("plain bytes"), "{coding}: {}", words(&call));
        assert!(wild.heard()[0].contains("accept-encoding: identity"));
    }
    scene.close_unheard().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_that_a_source_sets_is_sent_to_nobody() {
    let scene = Scene::instant().await;
    let cookies = "content-type: application/json\r\nset-cookie: sid=1; Domain=localhost; Path=/\r\nset-cookie: a=b\r\n";
    let wild = Wild::always(http("200 OK", cookies, "{}")).await;
    for name in ["hostile", "hostile", "neighbour"] {
        called(&scene, &wild.source(name, ""), &format!("{name}.get"), "{}").await;
    }
    assert_eq!(wild.heard().len(), 3);
    assert!(wild.heard().iter().all(|head| !head.to_ascii_lowercase().contains("cookie")));
    scene.close_unheard().await;
}
