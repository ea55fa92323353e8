//! What sources do with a request, as endings: each test serves exactly the bytes it names.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use std::time::Duration;

use domain::id::Seq;
use domain::intent::DurableIntent;
use domain::outcome::{Ending, FailureClass, Outcome, Told};
use domain::secret::Secret;
use domain::time::{Phases, Span};
use egress::{Door, Settings};
use sources::{prepare, read_source};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const KEY: &str = "sk-live-4eC39HqLyjWDarjtT1zdp7dc";

#[allow(clippy::disallowed_methods, reason = "there is no trail in these tests")]
fn intent() -> DurableIntent {
    DurableIntent::after_commit(Seq(0))
}

async fn ask(base: &str, method: &str) -> Ending {
    ask_with(base, method, "").await
}

async fn ask_with(base: &str, method: &str, more: &str) -> Ending {
    ask_for(base, method, more, "", "").await
}

/// `more` stands at the source, `input` at its tool.
async fn ask_for(base: &str, method: &str, more: &str, input: &str, arguments: &str) -> Ending {
    let file = format!(
        r#"name = "crm"
kind = "http"
base_url = "{base}"
auth = {{ kind = "bearer", secret = "crm" }}
limits = {{ deadline = "400ms", result_bytes = "1KiB" }}
{more}
[[tool]]
name = "t"
description = "A tool"
method = "{method}"
path = "/things"
{input}
"#
    );
    let spec = read_source(&file).unwrap();
    let prepared = prepare(&spec, &spec.tools[0], arguments, Some(Secret::new(KEY)), None).unwrap();
    prepared.perform(&Door::new(Settings::default()).unwrap(), intent()).await
}

/// A source that sends these bytes to whoever asks first, waits, and closes.
async fn source(bytes: impl Into<Vec<u8>>, wait_ms: u64) -> String {
    let bytes = bytes.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(&bytes).await;
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
    });
    base
}

async fn served(method: &str, bytes: impl Into<Vec<u8>>, wait_ms: u64) -> Ending {
    ask(&source(bytes, wait_ms).await, method).await
}

fn http(status: &str, media: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-type: {media}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

async fn get(status: &str, media: &str, body: &str) -> Ending {
    served("GET", http(status, media, body), 0).await
}

#[track_caller]
fn failed(ending: &Ending, class: FailureClass, words: &[&str]) {
    assert_eq!((ending.outcome, ending.failure), (Outcome::Failed, Some(class)), "{}", ending.words);
    assert!(ending.words.starts_with("crm"), "{}", ending.words);
    for words in words {
        assert!(ending.words.contains(words), "`{words}` is not in: {}", ending.words);
    }
}

#[tokio::test]
async fn a_result_is_returned_with_status_media_and_body() {
    let ending = get("200 OK", "application/json; charset=utf-8", r#"{"a": 1}"#).await;
    assert_eq!((ending.outcome, ending.failure, ending.status), (Outcome::Returned, None, Some(200)));
    assert_eq!(
        (ending.media.as_str(), ending.body.as_slice(), ending.words.as_str()),
        ("application/json", &br#"{"a": 1}"#[..], "")
    );
    assert_ne!(ending.told.phases, Phases::default(), "where the time went");
    assert_eq!(get("200 OK", "application/json", "\u{feff}[1]").await.outcome, Outcome::Returned);
    let deep = format!("{}{}", "[".repeat(400), "]".repeat(400));
    assert_eq!(get("200 OK", "application/json", &deep).await.outcome, Outcome::Returned);
    assert_eq!(get("204 No Content", "", "").await.outcome, Outcome::Returned);
    assert_eq!(get("200 OK", "text/csv", "a,b\n1,2").await.outcome, Outcome::Returned);
}

#[tokio::test]
async fn a_long_result_is_cut_and_says_so() {
    let ending = get("200 OK", "application/json", &format!("[{}1]", "1,".repeat(2000))).await;
    assert_eq!((ending.outcome, ending.body.len(), ending.cut_from), (Outcome::Returned, 1024, Some(4003)));
}

#[tokio::test]
async fn a_refusal_carries_its_detail_and_keeps_its_body() {
    let body = r#"{"type": "about:blank", "title": "Gone", "detail": "no customer 7\nhere"}"#;
    let ending = get("404 Not Found", "application/problem+json", body).await;
    failed(&ending, FailureClass::Status, &["crm answered 404 Not Found: no customer 7 here"]);
    assert_eq!((ending.status, ending.body.as_slice()), (Some(404), body.as_bytes()));
    for (body, words) in [
        (r#"{"error": {"message": "bad region"}}"#, "400 Bad Request: bad region"),
        (r#"{"errors": [{"detail": "bad limit"}]}"#, "400 Bad Request: bad limit"),
        ("plain words\nmore", "400 Bad Request: plain words"),
        ("<!DOCTYPE html><html><TITLE lang=en>Bad thing</TITLE>", "400 Bad Request: Bad thing"),
        ("{}", "400 Bad Request"),
    ] {
        failed(&get("400 Bad Request", "", body).await, FailureClass::Status, &[words]);
    }
    failed(&get("401 Unauthorized", "", "").await, FailureClass::Status, &["401", "`crm`", "set it again"]);
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let seconds = "HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n";
    failed(
        &served("GET", seconds, 0).await,
        FailureClass::Status,
        &["429 Too Many Requests", "wait 7 seconds"],
    );
    let date = seconds.replace(": 7", ": Wed, 21 Oct 2026 07:28:00 GMT");
    failed(&served("GET", date, 0).await, FailureClass::Status, &["until Wed, 21 Oct 2026 07:28:00 GMT"]);
}

#[tokio::test]
async fn what_may_do_better_a_moment_later_is_transient_and_nothing_else_is() {
    for (status, transient) in [
        ("200 OK", false),
        ("400 Bad Request", false),
        ("401 Unauthorized", false),
        ("404 Not Found", false),
        ("408 Request Timeout", true),
        ("409 Conflict", false),
        ("429 Too Many Requests", true),
        ("500 Internal Server Error", false),
        ("502 Bad Gateway", true),
        ("503 Service Unavailable", true),
        ("504 Gateway Timeout", true),
    ] {
        assert_eq!(get(status, "", "").await.told.transient, transient, "{status}");
    }
    assert!(served("GET", "", 0).await.told.transient, "a reset before a status");
    let begun = served("GET", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc", 0).await;
    assert!(!begun.told.transient, "a reset after a status");
    assert!(!served("GET", "", 3000).await.told.transient, "the deadline");
    assert!(!served("GET", "what is this", 0).await.told.transient, "no HTTP");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert!(ask(&format!("http://{address}"), "GET").await.told.transient, "no connection");
}

/// An answer without a body and with these headers.
async fn told(method: &str, status: &str, headers: &str) -> Told {
    let bytes = format!("HTTP/1.1 {status}\r\n{headers}content-length: 0\r\n\r\n");
    served(method, bytes, 0).await.told
}

#[tokio::test]
async fn a_source_that_asks_to_wait_pauses_for_all() {
    let dated = "date: Sun, 22 Nov 2026 12:00:00 GMT\r\nretry-after: Sun, 22 Nov 2026 12:00:03 GMT\r\n";
    for (status, headers, retry_after, pause) in [
        ("429 Slow", "retry-after: 7\r\n", Some(7), Some((7, "429 with Retry-After: 7"))),
        ("503 Later", dated, Some(3), Some((3, "503 with Retry-After: Sun, 22 Nov 2026 12:00:03 GMT"))),
        ("502 Broken", "retry-after: 2\r\n", Some(2), None),
        ("429 Slow", "retry-after: 0\r\n", Some(0), None),
        ("429 Slow", "retry-after: whenever\r\n", None, None),
        ("429 Slow", "", None, None),
        ("200 OK", "retry-after: 7\r\n", None, None),
        ("200 OK", "ratelimit: \"d\";r=0;t=5\r\n", None, Some((5, "RateLimit: 0 remaining"))),
        ("404 No", "ratelimit: \"d\";r=3;t=5\r\n", None, None),
        (
            "200 OK",
            "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 30\r\n",
            None,
            Some((30, "X-RateLimit-Remaining: 0")),
        ),
        (
            "429 Slow",
            "retry-after: 2\r\nratelimit-remaining: 0\r\nratelimit-reset: 9\r\n",
            Some(2),
            Some((9, "RateLimit-Remaining: 0")),
        ),
    ] {
        let told = told("GET", status, headers).await;
        let seconds = |span: Span| span.0 / 1_000_000;
        assert_eq!(told.retry_after.map(seconds), retry_after, "{status} {headers}");
        let found = told.pause.as_ref().map(|pause| (seconds(pause.lasts), pause.words.as_str()));
        assert_eq!(found, pause, "{status} {headers}");
    }
}

#[tokio::test]
async fn only_a_result_that_its_source_calls_fresh_may_be_used_again() {
    let fresh = "cache-control: private, max-age=60\r\n";
    let left = told("GET", "200 OK", fresh).await.fresh_for.unwrap();
    assert!(left.0 > 0 && left.0 <= 60_000_000, "{left:?}");
    for (method, status) in [
        ("POST", "200 OK"),
        ("HEAD", "200 OK"),
        ("GET", "203 Changed"),
        ("GET", "404 Not Found"),
        ("GET", "206 Part"),
    ] {
        assert_eq!(told(method, status, fresh).await.fresh_for, None, "{method} {status}");
    }
    assert_eq!(told("GET", "200 OK", &format!("{fresh}vary: *\r\n")).await.fresh_for, None);
    let broken =
        format!("HTTP/1.1 200 OK\r\n{fresh}content-type: application/json\r\ncontent-length: 1\r\n\r\n{{");
    assert_eq!(served("GET", broken, 0).await.told.fresh_for, None);
}

#[tokio::test]
async fn a_failure_says_whether_trying_again_makes_sense() {
    for (status, method, words) in [
        ("400 Bad Request", "GET", "correct the arguments"),
        ("404 Not Found", "GET", "check the arguments, the same call will fail again"),
        ("401 Unauthorized", "GET", "until a person has mended that"),
        ("403 Forbidden", "GET", "will be refused again"),
        ("405 Method Not Allowed", "GET", "until a person has corrected the source"),
        ("409 Conflict", "PUT", "read it before you call again"),
        ("413 Content Too Large", "POST", "ask for less at once"),
        ("429 Too Many Requests", "POST", "may work a little later"),
        ("500 Internal Server Error", "GET", "the fault is the source's"),
        ("500 Internal Server Error", "POST", "may have been done: look before asking again"),
        ("503 Service Unavailable", "GET", "may work a little later"),
        ("503 Service Unavailable", "PUT", "may have been done"),
    ] {
        let ending = served(method, http(status, "", ""), 0).await;
        failed(&ending, FailureClass::Status, &[words]);
    }
    failed(&served("GET", "", 0).await, FailureClass::Interrupted, &["may work a little later"]);
}

#[tokio::test]
async fn a_failure_names_the_argument_that_the_source_names() {
    let properties = "input = '{\"type\": \"object\", \"properties\": {\"limit\": {}}}'";
    let body = r#"{"detail": [{"loc": ["query", "limit"], "msg": "must be at most 100"}]}"#;
    let base = source(http("422 Unprocessable Content", "application/json", body), 0).await;
    let ending = ask_for(&base, "GET", "", properties, r#"{"limit": 500}"#).await;
    let words = "crm answered 422 Unprocessable Content: `limit`: must be at most 100; correct the arguments";
    failed(&ending, FailureClass::Status, &[words]);
}

#[tokio::test]
async fn a_page_in_the_place_of_data_is_no_result() {
    let page = "<html><head><title> Sign in </title></head>";
    let ending = get("200 OK", "text/html", page).await;
    failed(&ending, FailureClass::BadBody, &["an HTML page (\"Sign in\") instead of data", "login"]);
    assert_eq!(ending.body, page.as_bytes());
    failed(&get("200 OK", "application/json", page).await, FailureClass::BadBody, &["HTML page"]);
    let base = source(http("200 OK", "text/html", page), 0).await;
    let wanted = ask_with(&base, "GET", "headers = { Accept = \"text/html\" }").await;
    assert_eq!(wanted.outcome, Outcome::Returned);
}

#[tokio::test]
async fn json_that_is_none_is_no_result() {
    failed(
        &get("200 OK", "application/json", r#"{"a": [1, "#).await,
        FailureClass::BadBody,
        &["ends in the middle"],
    );
    failed(&get("200 OK", "application/json", "{'a': 1}").await, FailureClass::BadBody, &["is not"]);
    let lying = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n{\"a\": 1}";
    failed(&served("GET", lying, 0).await, FailureClass::BadBody, &["ends in the middle, after 5 bytes"]);
    let latin: &[u8] =
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{\"a\":\"\xfc\"}";
    failed(&served("GET", latin, 0).await, FailureClass::BadBody, &["byte 7 is not UTF-8"]);
}

#[tokio::test]
async fn a_broken_answer_keeps_what_came() {
    let ending = served("GET", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc", 0).await;
    failed(&ending, FailureClass::Interrupted, &["closed the connection after 3 of the 100 bytes"]);
    assert_eq!((ending.status, ending.body.as_slice()), (Some(200), &b"abc"[..]));
    failed(&served("GET", "", 0).await, FailureClass::Interrupted, &["before it answered"]);
}

/// Nobody said no to it, and it may have taken effect: it did not fail.
#[tokio::test]
async fn a_write_that_was_cut_off_after_it_was_sent_is_of_unknown_outcome() {
    let said_yes = "HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\nabc";
    for method in ["POST", "PUT"] {
        for (answer, status, class) in [
            ("", None, FailureClass::Interrupted),
            (said_yes, Some(201), FailureClass::Interrupted),
            ("SSH-2.0-OpenSSH_9.6\r\n\r\n", None, FailureClass::BadBody),
        ] {
            let ending = served(method, answer, 0).await;
            let ends = (ending.outcome, ending.failure, ending.status);
            assert_eq!(ends, (Outcome::Unknown, Some(class), status), "{method} {answer}");
            assert!(
                ending.words.contains("may have been done: look before asking again"),
                "{}",
                ending.words
            );
        }
        let said_no = "HTTP/1.1 400 Bad Request\r\ncontent-length: 100\r\n\r\nabc";
        failed(&served(method, said_no, 0).await, FailureClass::Interrupted, &["after 3 of the 100 bytes"]);
    }
}

#[tokio::test]
async fn a_deadline_is_an_outcome_of_its_own() {
    let ending = served("GET", "", 3000).await;
    assert_eq!((ending.outcome, ending.failure), (Outcome::TimedOut, None));
    assert!(ending.words.contains("no answer within 400 ms"), "{}", ending.words);
    let begun = served("POST", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab", 3000).await;
    assert_eq!((begun.outcome, begun.body.as_slice()), (Outcome::TimedOut, &b"ab"[..]));
    assert!(begun.words.contains("may have been done"), "{}", begun.words);
}

#[tokio::test]
async fn another_attempt_has_what_is_left_of_the_time_and_no_more() {
    let file = |base: &str| {
        format!(
            "name = 'crm'\nkind = 'http'\nbase_url = '{base}'\nlimits = {{ deadline = '300ms' }}\n[[tool]]\nname = 't'\n\
             description = 'd'\nmethod = 'GET'\npath = '/'"
        )
    };
    for (left, words) in [(40, "no answer within 40 ms"), (60_000, "no answer within 300 ms")] {
        let spec = read_source(&file(&source("", 3000).await)).unwrap();
        let prepared = prepare(&spec, &spec.tools[0], "", None, None).unwrap();
        let prepared = prepared.within(Duration::from_millis(left));
        let ending = prepared.perform(&Door::new(Settings::default()).unwrap(), intent()).await;
        assert_eq!(ending.outcome, Outcome::TimedOut);
        assert!(ending.words.contains(words), "{}", ending.words);
    }
}

#[tokio::test]
async fn a_source_that_is_not_there_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let ending = ask(&format!("http://{address}"), "POST").await;
    failed(&ending, FailureClass::Connect, &["connection refused by 127.0.0.1", "is the server running?"]);
}

#[tokio::test]
async fn a_redirect_away_is_not_followed() {
    let away = "HTTP/1.1 302 Found\r\nlocation: http://other.example/x?t=1\r\ncontent-length: 0\r\n\r\n";
    let ending = served("GET", away, 0).await;
    failed(&ending, FailureClass::Redirect, &["http://other.example/x", "not followed"]);
    failed(&get("300 Multiple Choices", "", "").await, FailureClass::Redirect, &["300"]);
}

#[tokio::test]
async fn a_source_that_repeats_the_secret_does_not_bring_it_into_the_trail() {
    let echoed = get("200 OK", "application/json", &format!(r#"{{"authorization": "Bearer {KEY}"}}"#)).await;
    assert_eq!(echoed.body, br#"{"authorization": "Bearer {secret:crm}"}"#);
    let refused = get("401 Unauthorized", "", &format!("no such key: {KEY}")).await;
    failed(&refused, FailureClass::Status, &["no such key: {secret:crm}"]);
    assert!(!String::from_utf8_lossy(&refused.body).contains(KEY));
}
