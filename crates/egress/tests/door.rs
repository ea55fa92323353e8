//! The door against servers that send exactly the bytes each test names.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use std::time::{Duration, Instant};

use domain::effect::Method;
use domain::id::Seq;
use domain::intent::DurableIntent;
use domain::secret::Secret;
use domain::time::Micros;
use egress::{Door, Outbound, PlacedSecret, Placement, Redirects, SendError, Settings, Whole};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

const KEY: &str = "sk-live-4eC39HqLyjWDarjtT1zdp7dc";

/// A part of what a server does after it has read a request.
#[derive(Clone)]
enum Act {
    Say(Vec<u8>),
    Pause(u64),
    /// Close with unread bytes left, which the system turns into a reset.
    Reset,
}

fn say(text: impl Into<Vec<u8>>) -> Act {
    Act::Say(text.into())
}

/// Serves one act list per connection, in order, the last one for all that follow; hands over what it read.
async fn server(scripts: Vec<Vec<Act>>) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (requests, log) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for turn in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            let acts = scripts[turn.min(scripts.len() - 1)].clone();
            tokio::spawn(act(stream, acts, requests.clone()));
        }
    });
    (base, log)
}

async fn act(mut stream: TcpStream, acts: Vec<Act>, requests: mpsc::UnboundedSender<String>) {
    let reset = acts.iter().any(|act| matches!(act, Act::Reset));
    let mut read = vec![0; if reset { 8 } else { 64 << 10 }];
    let count = stream.read(&mut read).await.unwrap();
    let _ = requests.send(String::from_utf8_lossy(&read[..count]).into_owned());
    for act in acts {
        match act {
            Act::Say(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Act::Pause(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
            Act::Reset => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                return;
            }
        }
    }
    let _ = stream.shutdown().await;
}

fn door() -> Door {
    Door::new(Settings::default()).unwrap()
}

#[allow(clippy::disallowed_methods, reason = "there is no trail in these tests")]
fn intent() -> DurableIntent {
    DurableIntent::after_commit(Seq(0))
}

fn get(address: &str) -> Outbound {
    Outbound::new(Method::Get, address.parse().unwrap())
}

fn with_secret(mut request: Outbound, place: Placement) -> Outbound {
    request.secrets.push(PlacedSecret { name: "crm".parse().unwrap(), secret: Secret::new(KEY), place });
    request
}

fn signed(region: &str) -> Placement {
    let (region, service) = (region.to_owned(), "bedrock".to_owned());
    Placement::AwsSigV4 { region, service, at: Micros(1_440_938_160_000_000) }
}

async fn fetch(request: Outbound) -> Result<Whole, SendError> {
    door().send(intent(), request).await?.whole().await
}

async fn fetch_from(acts: Vec<Act>) -> Result<Whole, SendError> {
    let (base, _log) = server(vec![acts]).await;
    fetch(get(&base)).await
}

fn answer(body: &str) -> Vec<Act> {
    vec![say(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()))]
}

#[tokio::test]
async fn what_stands_on_the_wire_is_what_was_recorded() {
    let (base, mut log) = server(vec![answer("{}")]).await;
    let mut request = with_secret(get(&format!("{base}/a%2Fb?x=1%202")), Placement::Bearer);
    request.method = Method::Post;
    request.headers = vec![("X-Team".to_owned(), "research".to_owned())];
    request.body = Some(b"{\"a\":1}".to_vec());
    let record = String::from_utf8(request.record()).unwrap();
    assert_eq!(
        record,
        format!(
            "POST {base}/a%2Fb?x=1%202\nx-team: research\naccept: */*\nuser-agent: {}\naccept-encoding: identity\n\
             authorization: Bearer {{secret:crm}}\n\n{{\"a\":1}}",
            egress::USER_AGENT
        )
    );
    fetch(request).await.unwrap();
    let sent = log.recv().await.unwrap();
    assert!(
        sent.starts_with("POST /a%2Fb?x=1%202 HTTP/1.1\r\n") && sent.ends_with("\r\n\r\n{\"a\":1}"),
        "{sent}"
    );
    let (head, _) = sent.split_once("\r\n\r\n").unwrap();
    for line in head.lines().skip(1) {
        let of_http = line.starts_with("host: ") || line.starts_with("content-length: ");
        assert!(of_http || record.contains(&line.replace(KEY, "{secret:crm}")), "{line}");
    }
}

/// The signature itself is checked against AWS's own vectors, in `sigv4.rs`.
#[tokio::test]
async fn a_request_is_signed_and_neither_key_nor_signature_is_recorded() {
    let (base, mut log) = server(vec![answer("{}")]).await;
    let mut request = get(&format!("{base}/model/x%3A0/converse"));
    request.method = Method::Post;
    request.headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    request.body = Some(b"{}".to_vec());
    let secret = Secret::new("AKIDEXAMPLE:wJalrXUtnFEMI:token/of/session");
    let place = signed("eu-central-1");
    request.secrets.push(PlacedSecret { name: "aws".parse().unwrap(), secret, place });
    let record = String::from_utf8(request.record()).unwrap();
    assert!(
        record.ends_with(
            "\nx-amz-date: 20150830T123600Z\nx-amz-security-token: {secret:aws}\n\
             authorization: AWS4-HMAC-SHA256 Credential={secret:aws}/20150830/eu-central-1/bedrock/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature={signature}\n\n{}"
        ),
        "{record}"
    );
    fetch(request).await.unwrap();
    let sent = log.recv().await.unwrap();
    assert!(sent.contains("\r\nx-amz-date: 20150830T123600Z\r\n"), "{sent}");
    assert!(sent.contains("\r\nx-amz-security-token: token/of/session\r\n"), "{sent}");
    let (_, signature) = sent.split_once("Credential=AKIDEXAMPLE/20150830/").unwrap();
    let (_, signature) = signature.split_once("Signature=").unwrap();
    let signature = signature.lines().next().unwrap();
    assert!(signature.len() == 64 && !record.contains(signature), "{sent}");
}

#[tokio::test]
async fn each_place_of_a_secret_is_filled_on_the_wire_and_named_in_the_record() {
    let user = "ana".to_owned();
    let name = || "k&y".to_owned();
    for (place, wire, recorded) in [
        (Placement::Bearer, format!("authorization: Bearer {KEY}"), "authorization: Bearer {secret:crm}"),
        (
            Placement::Basic { user },
            "authorization: Basic YW5hOnNrLWxpdmUtNGVDMzlIcUx5aldEYXJqdFQxemRwN2Rj".to_owned(),
            "authorization: Basic base64(ana:{secret:crm})",
        ),
        (Placement::Header { name: "X-Key".to_owned() }, format!("x-key: {KEY}"), "x-key: {secret:crm}"),
        (
            Placement::Query { name: name() },
            format!("GET /p?a=1&k%26y={KEY} "),
            "/p?a=1&k%26y={secret:crm}\n",
        ),
        (
            Placement::Cookie { name: "sid".to_owned() },
            format!("cookie: sid={KEY}"),
            "cookie: sid={secret:crm}",
        ),
    ] {
        let (base, mut log) = server(vec![answer("")]).await;
        let request = with_secret(get(&format!("{base}/p?a=1")), place);
        let record = String::from_utf8(request.record()).unwrap();
        assert!(record.contains(recorded), "{record}");
        assert!(
            !record.contains(KEY)
                && !request.endpoint().contains(KEY)
                && !format!("{request:?}").contains(KEY)
        );
        fetch(request).await.unwrap();
        let sent = log.recv().await.unwrap();
        assert!(sent.contains(&wire), "{sent}");
    }
}

#[tokio::test]
async fn a_redirect_within_the_origin_is_followed_with_the_secret_once() {
    let away = "HTTP/1.1 302 Found\r\nlocation: /there?key=stale&b=2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (base, mut log) = server(vec![vec![say(away)], answer("here")]).await;
    let request = with_secret(get(&format!("{base}/x")), Placement::Query { name: "key".to_owned() });
    assert_eq!(fetch(request).await.unwrap().bytes, b"here");
    log.recv().await.unwrap();
    let second = log.recv().await.unwrap();
    assert!(second.starts_with(&format!("GET /there?b=2&key={KEY} ")), "{second}");
}

#[tokio::test]
async fn another_origin_never_hears_of_a_request_that_was_redirected_to_it() {
    let (other, mut heard) = server(vec![answer("gotcha")]).await;
    for place in [Placement::Bearer, Placement::Query { name: "key".to_owned() }] {
        let away = format!("HTTP/1.1 307 Go\r\nlocation: {other}/{KEY}?k={KEY}\r\ncontent-length: 0\r\n\r\n");
        let (base, _log) = server(vec![vec![say(away)]]).await;
        let refused = fetch(with_secret(get(&base), place)).await.unwrap_err();
        assert!(matches!(refused, SendError::Redirect(_)), "{refused}");
        assert!(refused.words().contains("not followed") && !refused.words().contains(KEY), "{refused}");
    }
    assert!(heard.try_recv().is_err());
}

#[tokio::test]
async fn a_circle_of_redirects_ends_and_a_write_is_not_sent_elsewhere() {
    let away = "HTTP/1.1 308 Go\r\nlocation: /x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (base, mut log) = server(vec![vec![say(away)]]).await;
    let circle = fetch(get(&base)).await.unwrap_err();
    assert!(circle.words().contains("more than 5"), "{circle}");
    let mut count = 0;
    while log.try_recv().is_ok() {
        count += 1;
    }
    assert_eq!(count, 6);
    let mut write = get(&base);
    write.method = Method::Post;
    assert!(matches!(fetch(write).await, Err(SendError::Redirect(_))));
    let mut kept = get(&base);
    kept.redirects = Redirects::Refuse;
    assert!(matches!(fetch(kept).await, Err(SendError::Redirect(_))));
}

#[tokio::test]
async fn silence_within_the_body_ends_after_the_idle_time() {
    let drip = [say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nab"), Act::Pause(5000), say("c")];
    let (base, _log) = server(vec![drip.to_vec()]).await;
    let mut request = get(&base);
    request.idle = Duration::from_millis(100);
    let began = Instant::now();
    let error = fetch(request).await.unwrap_err();
    assert!(matches!(error, SendError::TimedOut(_)) && error.words().contains("for 100 ms"), "{error}");
    assert!(error.words().contains("2 bytes") && began.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_drip_that_never_pauses_long_ends_at_the_deadline() {
    let mut acts = vec![say("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")];
    acts.extend((0..200).flat_map(|_| [say("a"), Act::Pause(20)]));
    let (base, _log) = server(vec![acts]).await;
    let mut request = get(&base);
    (request.idle, request.deadline) = (Duration::from_millis(200), Duration::from_millis(400));
    let began = Instant::now();
    let error = fetch(request).await.unwrap_err();
    assert!(matches!(error, SendError::TimedOut(_)) && error.words().contains("within 400 ms"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_server_that_never_answers_ends_at_the_deadline() {
    let (base, _log) = server(vec![vec![Act::Pause(5000)]]).await;
    let mut request = get(&base);
    request.deadline = Duration::from_millis(150);
    let error = fetch(request).await.unwrap_err();
    assert!(
        matches!(error, SendError::TimedOut(_)) && error.words().contains("no answer within 150 ms"),
        "{error}"
    );
}

#[tokio::test]
async fn bodies_that_are_not_what_their_headers_say_are_told_apart() {
    let short =
        fetch_from(vec![say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabcde")]).await.unwrap_err();
    assert!(matches!(short, SendError::Interrupted(_)) && short.words().contains("5 of the 100"), "{short}");

    let chunk = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n";
    let cut = fetch_from(vec![say(chunk)]).await.unwrap_err();
    assert!(matches!(cut, SendError::Interrupted(_)) && cut.words().contains("after 3 bytes"), "{cut}");

    let wrong = fetch_from(vec![say(format!("{chunk}zzz\r\n"))]).await.unwrap_err();
    assert!(matches!(wrong, SendError::BadBody(_)) && wrong.words().contains("chunks"), "{wrong}");

    let gzip = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc";
    let coded = fetch_from(vec![say(gzip)]).await.unwrap_err();
    assert!(matches!(coded, SendError::BadBody(_)) && coded.words().contains("`gzip`"), "{coded}");

    let noise = fetch_from(vec![say("SSH-2.0-OpenSSH_9.2\r\n")]).await.unwrap_err();
    assert!(matches!(noise, SendError::BadBody(_)) && noise.words().contains("not HTTP"), "{noise}");

    let early = fetch_from(vec![]).await.unwrap_err();
    assert!(
        matches!(early, SendError::Interrupted(_)) && early.words().contains("before it answered"),
        "{early}"
    );

    let reset = fetch_from(vec![Act::Reset]).await.unwrap_err();
    assert!(matches!(reset, SendError::Interrupted(_)) && reset.words().contains("reset"), "{reset}");
}

#[tokio::test]
async fn bytes_behind_the_announced_length_are_not_the_answers() {
    let long = fetch_from(vec![say("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcdef")]).await.unwrap();
    assert_eq!(long.bytes, b"abc");
}

#[tokio::test]
async fn five_megabytes_come_whole_and_are_cut_where_the_request_says() {
    let body = "x".repeat(5 << 20);
    let (base, _log) = server(vec![answer(&body)]).await;
    let mut request = get(&base);
    request.max_bytes = 5 << 20;
    let whole = fetch(request.clone()).await.unwrap();
    assert_eq!((whole.bytes.len(), whole.cut_from), (5 << 20, None));
    request.max_bytes = 1000;
    let cut = fetch(request.clone()).await.unwrap();
    assert_eq!((cut.bytes.len(), cut.cut_from), (1000, Some(5 << 20)));
    request.max_bytes = 0;
    assert_eq!(fetch(request).await.unwrap().bytes, b"");
}

#[tokio::test]
async fn a_body_without_announced_length_is_cut_and_says_at_least_how_long_it_was() {
    let (base, _log) = server(vec![vec![say(format!("HTTP/1.1 200 OK\r\n\r\n{}", "y".repeat(5000)))]]).await;
    let mut request = get(&base);
    request.max_bytes = 4999;
    let cut = fetch(request.clone()).await.unwrap();
    assert_eq!(cut.bytes.len(), 4999);
    assert!(cut.cut_from.is_some_and(|length| length > 4999));
    request.max_bytes = 5000;
    assert_eq!(fetch(request).await.unwrap().cut_from, None);
}

#[tokio::test]
async fn refused_connections_and_unknown_names_say_what_to_do() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let refused = fetch(get(&format!("http://{address}/?q=1"))).await.unwrap_err();
    assert_eq!(
        refused,
        SendError::Connect(format!("connection refused by {address}: is the server running?"))
    );
    let unknown = fetch(get("http://no-such-host.invalid/")).await.unwrap_err();
    assert!(matches!(unknown, SendError::Connect(_)), "{unknown}");
}

#[tokio::test]
async fn https_to_a_server_without_tls_says_so() {
    let (base, _log) = server(vec![vec![say("HTTP/1.1 400 Bad Request\r\n\r\n")]]).await;
    let error = fetch(get(&base.replace("http://", "https://"))).await.unwrap_err();
    assert!(matches!(error, SendError::Connect(_)) && error.words().contains("TLS"), "{error}");
}

#[tokio::test]
async fn what_could_change_the_message_is_not_sent() {
    let (base, mut log) = server(vec![answer("")]).await;
    let header = |name: &str, value: &str| {
        let mut request = get(&base);
        request.headers.push((name.to_owned(), value.to_owned()));
        request
    };
    let secret = |text: &str, place| {
        let mut request = get(&base);
        request.secrets.push(PlacedSecret { name: "crm".parse().unwrap(), secret: Secret::new(text), place });
        request
    };
    let mut both = secret(KEY, Placement::Bearer);
    both.headers.push(("Authorization".to_owned(), "x".to_owned()));
    for request in [
        header("x", "a\r\nhost: evil"),
        header("x", "a\nb"),
        header("x\r\ny", "a"),
        header("x y", "a"),
        header("Host", "evil"),
        header("Content-Length", "3"),
        header("Transfer-Encoding", "chunked"),
        header("Accept-Encoding", "gzip"),
        secret(&format!("{KEY}\n"), Placement::Bearer),
        secret(&format!("{KEY}; a=b"), Placement::Cookie { name: "sid".to_owned() }),
        secret("", Placement::Bearer),
        secret(KEY, signed("eu-central-1")),
        secret("AKIDEXAMPLE:secret", signed("")),
        secret("AKIDEXAMPLE:secret", signed("eu/central")),
        secret(KEY, Placement::Header { name: "content-length".to_owned() }),
        secret(KEY, Placement::Header { name: "x\ny".to_owned() }),
        secret(KEY, Placement::Basic { user: "a:b".to_owned() }),
        both,
        get(&base.replace("http://", "http://user:pass@")),
        get(&base.replace("http://", "ftp://")),
        with_secret(get(&format!("{base}/?key=mine")), Placement::Query { name: "key".to_owned() }),
    ] {
        let refused = fetch(request).await.unwrap_err();
        assert!(matches!(refused, SendError::Unsendable(_)), "{refused}");
        assert!(!format!("{refused} {refused:?}").contains(KEY), "{refused}");
    }
    assert!(log.try_recv().is_err());
}

#[tokio::test]
async fn no_error_shows_a_secret_or_a_query() {
    let reset = vec![Act::Reset];
    let short = vec![say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabcde")];
    let circle =
        vec![say(format!("HTTP/1.1 302 Go\r\nlocation: /{KEY}?t=topsecret\r\ncontent-length: 0\r\n\r\n"))];
    let noise = vec![say(format!("{KEY}\r\n\r\n"))];
    for acts in [reset, short, circle, noise, vec![]] {
        let (base, _log) = server(vec![acts]).await;
        let request = get(&format!("{base}/?question=topsecret"));
        let error =
            fetch(with_secret(request, Placement::Query { name: "key".to_owned() })).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(KEY) && !shown.contains("topsecret"), "{shown}");
    }
}

#[tokio::test]
async fn a_stream_is_read_as_it_comes() {
    let acts = vec![
        say("HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=utf-8\r\n\r\none"),
        Act::Pause(80),
        say("two"),
    ];
    let (base, _log) = server(vec![acts]).await;
    let mut inbound = door().send(intent(), get(&base)).await.unwrap();
    assert_eq!((inbound.status(), inbound.media().as_str()), (200, "text/event-stream"));
    assert_eq!(inbound.next().await.unwrap().unwrap(), "one");
    assert_eq!(inbound.next().await.unwrap().unwrap(), "two");
    assert_eq!(inbound.next().await.unwrap(), None);
}

/// What a program of its own with a proxy in its environment does; the environment of this one must not change.
#[tokio::test]
async fn loopback_goes_past_the_systems_proxy_and_other_hosts_through_it() {
    if std::env::var_os("DOOR_TEST_WITHIN").is_none() {
        let (proxy, mut asked) = server(vec![answer("from the proxy")]).await;
        let (inside, _log) = server(vec![answer("from within")]).await;
        let own = std::env::current_exe().unwrap();
        let mut within = tokio::process::Command::new(own);
        within.args(["--exact", "loopback_goes_past_the_systems_proxy_and_other_hosts_through_it"]);
        within.env("DOOR_TEST_WITHIN", inside).env("HTTP_PROXY", &proxy).env("http_proxy", &proxy);
        within.env_remove("NO_PROXY").env_remove("no_proxy");
        let output = within.output().await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let heard = asked.recv().await.unwrap();
        assert!(heard.starts_with("GET http://crm.invalid/ "), "{heard}");
        assert!(asked.try_recv().is_err());
        return;
    }
    let inside = std::env::var("DOOR_TEST_WITHIN").unwrap();
    assert_eq!(fetch(get(&inside)).await.unwrap().bytes, b"from within");
    assert_eq!(fetch(get("http://crm.invalid/")).await.unwrap().bytes, b"from the proxy");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert!(!fetch(get(&nobody)).await.unwrap_err().words().contains("proxy"));
}
