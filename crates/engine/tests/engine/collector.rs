//! Traces that go to a collector over HTTP: what it gets, what it is asked again for, and what is on record.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::fact::Fact;
use domain::json::sha256_hex;
use domain::secret::Secret;
use engine::{Code, Collector, Sending, ViewForm};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::export::{Asked, facts};

/// Status, further headers, body.
type Reply = (u16, &'static str, &'static str);

const TOOK: Reply = (200, "", "{}");

/// A request as it came.
#[derive(Clone, Debug)]
struct Came {
    head: String,
    body: Vec<u8>,
}

/// A collector on loopback that answers as it is told, and then takes everything.
struct Listening {
    to: Collector,
    came: Arc<Mutex<Vec<Came>>>,
    task: JoinHandle<()>,
}

impl Listening {
    async fn start(replies: &[Reply]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1/traces", listener.local_addr().unwrap()).parse().unwrap();
        let came = Arc::new(Mutex::new(Vec::new()));
        let (log, mut replies) = (Arc::clone(&came), replies.iter().copied().collect::<VecDeque<_>>());
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let Some(request) = read(&mut stream).await else { continue };
                log.lock().unwrap().push(request);
                let (status, headers, body) = replies.pop_front().unwrap_or(TOOK);
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n{headers}content-length: \
                     {length}\r\nconnection: close\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { to: Collector { url, headers: Vec::new() }, came, task }
    }

    fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read(stream: &mut TcpStream) -> Option<Came> {
    let mut received = Vec::new();
    loop {
        if stream.read_buf(&mut received).await.unwrap() == 0 {
            return None;
        }
        let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(received[..end].to_vec()).unwrap();
        let length: usize =
            head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        if received.len() >= end + 4 + length {
            return Some(Came { head, body: received[end + 4..].to_vec() });
        }
    }
}

fn spans(body: &[u8]) -> Vec<Value> {
    let request: Value = serde_json::from_slice(body).unwrap();
    request["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_collector_gets_what_the_file_holds_and_each_request_is_on_record_before() {
    let asked = Asked::demo().await;
    let engine = &asked.scene.engine;
    let mut listening = Listening::start(&[]).await;
    let name: domain::secret::SecretName = "collector".parse().unwrap();
    listening.to.headers = vec![("authorization".to_owned(), name.clone())];
    let missing = engine.send_view("", &listening.to, |_| {}).await.unwrap_err();
    assert!(missing.to_string().contains("tieout secrets set collector"), "{missing}");
    engine.set_secret(&name, Secret::new("Bearer ey12345678")).await.unwrap();

    let file = engine.export_view("", ViewForm::Otlp, &asked.file("traces.json")).await.unwrap();
    let before = engine.size().await.unwrap();
    let mut heard = Vec::new();
    let sent = engine.send_view("", &listening.to, |sending| heard.push(sending)).await.unwrap();

    let [Came { head, body }] = &listening.came()[..] else { panic!("one request") };
    assert!(
        head.starts_with("POST /v1/traces HTTP/1.1") && head.contains("authorization: Bearer ey12345678")
    );
    assert!(head.contains("content-type: application/json"));
    let written = std::fs::read_to_string(&file.path).unwrap();
    let written: Vec<Value> = written.lines().flat_map(|line| spans(line.as_bytes())).collect();
    assert_eq!(spans(body), written);
    assert_eq!((sent.spans, sent.rejected, sent.requests), (written.len() as u64, 0, 1));
    assert_eq!((sent.size, sent.sha256.clone()), (body.len() as u64, sha256_hex(body)));
    assert_eq!(heard, [Sending::Taken { calls: sent.calls, of: sent.calls }]);

    let told: Vec<Fact> = facts(engine)
        .await
        .into_iter()
        .filter(|(seq, ..)| seq.0 >= before)
        .map(|(_, _, fact)| fact)
        .collect();
    let [Fact::ExportBegun { .. }, Fact::ExportSent { begun, endpoint, sha256, size }, made] = &told[..]
    else {
        panic!("{told:?}")
    };
    assert_eq!((begun.0, *size, sha256), (before, body.len() as u64, &sha256_hex(body)));
    assert_eq!(*endpoint, listening.to.url.to_string());
    assert_eq!(*made, Fact::ExportMade { begun: *begun, sha256: sha256.clone(), size: *size });
    asked.scene.close().await;
}

#[tokio::test]
async fn what_may_pass_is_sent_again_and_what_was_refused_is_said() {
    let asked = Asked::demo().await;
    let engine = &asked.scene.engine;
    let partial = r#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old\nby far"}}"#;
    let listening =
        Listening::start(&[(429, "retry-after: 0\r\n", "slow down"), (503, "", ""), (200, "", partial)])
            .await;
    let mut again = Vec::new();
    let sent = engine.send_view("", &listening.to, |sending| {
        if let Sending::Again { words, after } = sending {
            again.push((words, after));
        }
    });
    let sent = sent.await.unwrap();
    assert_eq!((sent.rejected, sent.requests), (2, 1));
    assert_eq!(sent.remarks, ["too old by far"]);
    assert_eq!(again.len(), 2);
    assert_eq!(again[0], ("the collector answered 429 (\"slow down\").".to_owned(), Duration::ZERO));
    assert!(again[1].1 >= Duration::from_millis(250), "{again:?}");
    let bodies: BTreeSet<Vec<u8>> = listening.came().into_iter().map(|came| came.body).collect();
    assert_eq!((listening.came().len(), bodies.len()), (3, 1), "the same bytes each time");
    let attempts =
        facts(engine).await.into_iter().filter(|(_, _, fact)| matches!(fact, Fact::ExportSent { .. }));
    assert_eq!(attempts.count(), 3, "each attempt is on record");
    asked.scene.close().await;
}

#[tokio::test]
async fn a_collector_that_does_not_take_it_ends_the_export_and_nothing_says_that_it_was_made() {
    let asked = Asked::demo().await;
    let engine = &asked.scene.engine;
    for (reply, words) in [
        ((400, "", r#"{"message":"no such tenant"}"#), "no such tenant"),
        ((200, "", "<html>Sign in</html>"), "no collector"),
        ((200, "", r#"{"partialSuccess":{"rejectedSpans":"many"}}"#), "no collector"),
        ((429, "retry-after: 3600\r\n", ""), "left alone for 3600 s"),
    ] {
        let listening = Listening::start(&[reply]).await;
        let error = engine.send_view("", &listening.to, |_| {}).await.unwrap_err();
        assert_eq!(error.code(), Code::BadInput);
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(listening.came().len(), 1);
    }
    let made = facts(engine).await.into_iter().filter(|(_, _, fact)| matches!(fact, Fact::ExportMade { .. }));
    assert_eq!(made.count(), 0);
    asked.scene.close().await;
}
