//! The bench: what it answers, when, and what it saw.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rehearsal::{Bench, BenchPath, BenchPlan, Pace, Rate, ScriptedCall, ScriptedMessage, StreamEnd};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{ask, get};
use crate::conversation::assembled;

fn text(text: &str) -> ScriptedMessage {
    ScriptedMessage { text: vec![text.to_owned()], ..ScriptedMessage::default() }
}

fn calls(number: usize) -> ScriptedMessage {
    let call = |id: usize| {
        ScriptedCall::new(format!("call_{id}"), "bench__get", format!("{{\"id\":{id}}}")).in_tokens(10)
    };
    ScriptedMessage { calls: (0..number).map(call).collect(), ..ScriptedMessage::default() }
}

#[tokio::test]
async fn an_answer_has_its_length_and_takes_its_time() {
    let plan = BenchPlan {
        wait: Duration::from_millis(30),
        waits: [("7".to_owned(), Duration::from_millis(60))].into(),
        body_bytes: 1_234,
    };
    let bench = Bench::start(plan).unwrap();
    let source = bench.source();
    for (target, least) in [("/bench/1", 30_000), ("/bench/7", 60_000), ("/bench/7?ms=90", 90_000)] {
        let seen = ask(&source, target).send().await;
        assert_eq!((seen.status, seen.body.len(), seen.stray), (200, 1_234, 0));
        seen.json();
        let request = bench.seen().pop().unwrap();
        assert!(request.ended_us - request.began_us >= least, "{target}");
    }
    let paths: Vec<BenchPath> = bench.seen().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, [BenchPath::Get(1), BenchPath::Get(7), BenchPath::Get(7)]);
    bench.forget();
    let unknown = get(&source.base_url, "/elsewhere").send().await;
    assert_eq!((unknown.status, bench.seen().len()), (404, 0));
    bench.stop();
}

#[tokio::test]
async fn connections_are_kept_and_many_are_served_at_once() {
    let bench = Bench::start(BenchPlan { wait: Duration::from_millis(50), ..BenchPlan::default() }).unwrap();
    let host = bench.source().base_url.strip_prefix("http://").unwrap().to_owned();
    let mut streams = join_all((0..256).map(|_| TcpStream::connect(&host))).await;
    for _ in 0..3 {
        let asked = streams.iter_mut().enumerate().map(|(id, stream)| async move {
            let stream = stream.as_mut().unwrap();
            stream
                .write_all(format!("GET /bench/{id} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes())
                .await
                .unwrap();
            let mut answer = [0; 512];
            let count = stream.read(&mut answer).await.unwrap();
            assert!(answer[..count].starts_with(b"HTTP/1.1 200 OK\r\n"));
        });
        let before = Instant::now();
        join_all(asked).await;
        assert!(before.elapsed() >= Duration::from_millis(50));
    }
    let seen = bench.seen();
    assert_eq!(seen.len(), 3 * 256);
    // In each round all had come before the first was answered, unless the machine stood still: then
    // at least some were there together.
    let first = &seen[0];
    assert!(seen[..256].iter().filter(|request| request.began_us < first.ended_us).count() > 1);
    // A stopped bench has closed its connections.
    bench.stop();
    assert_eq!(streams[0].as_mut().unwrap().read(&mut [0; 8]).await.unwrap(), 0);
}

#[tokio::test]
async fn the_model_asks_until_it_has_results() {
    let bench = Bench::start(BenchPlan::default()).unwrap();
    let model = bench.model();
    bench.says(&calls(3), &text("All done."));
    let offered = json!([{ "type": "function", "function": {
        "name": "bench__get",
        "parameters": { "type": "object", "properties": { "role": { "type": "string" }, "stream": { "const": true } } },
    } }]);
    let asked = json!({ "role": "user", "content": "say \"role\": \"tool\" and \"stream\":true" });
    let call =
        json!({ "id": "a", "type": "function", "function": { "name": "bench__get", "arguments": "{}" } });
    let asking = json!({ "role": "assistant", "content": null, "tool_calls": [call] });
    let result = json!({ "role": "tool", "tool_call_id": "a", "content": "\"role\": \"user\"" });
    let histories = [
        (vec![asked.clone()], false),
        (vec![asked.clone(), asking.clone(), result.clone()], true),
        (
            vec![
                asked.clone(),
                asking,
                result,
                json!({ "role": "assistant", "content": "All done." }),
                asked,
            ],
            false,
        ),
    ];
    for (messages, has_results) in histories {
        for stream in [true, false] {
            let request = json!({ "messages": messages, "model": "m", "stream": stream, "tools": offered });
            let seen = said(&bench, &request).await;
            let message =
                if stream { assembled(&seen) } else { seen.json()["choices"][0]["message"].clone() };
            assert_eq!(message["content"] == "All done.", has_results);
            let calls = message["tool_calls"].as_array().map_or(0, Vec::len);
            assert_eq!(calls, if has_results { 0 } else { 3 });
        }
    }
    assert!(bench.seen().iter().all(|request| request.path == BenchPath::Model));
    assert_eq!(model.model_id, "rehearsal-1");
    bench.stop();
}

#[tokio::test]
async fn the_models_pace_is_kept_streamed_and_whole() {
    let bench = Bench::start(BenchPlan::default()).unwrap();
    let pace = Pace::Tokens { first: Duration::from_millis(20), per_second: 200 };
    bench.says(&ScriptedMessage { pace: Some(pace), ..calls(2) }, &text("Done."));
    for stream in [true, false] {
        let request = json!({ "messages": [{ "role": "user", "content": "Go" }], "stream": stream });
        assert_eq!(said(&bench, &request).await.status, 200);
        let request = bench.seen().pop().unwrap();
        // Two calls of a beginning and ten tokens each, five milliseconds a token.
        assert!(request.ended_us - request.began_us >= 20_000 + 22 * 5_000);
    }
    bench.stop();
}

#[tokio::test]
async fn a_stream_of_the_benchs_can_end_early() {
    let bench = Bench::start(BenchPlan::default()).unwrap();
    let request = json!({ "messages": [{ "role": "user", "content": "Go" }], "stream": true });
    bench.says(&ScriptedMessage { cut_at: Some((100, StreamEnd::Cut)), ..calls(2) }, &text("Done."));
    let seen = said(&bench, &request).await;
    assert_eq!((seen.status, seen.body.len(), seen.complete, seen.error), (200, 100, false, None));
    bench.stop();
}

#[tokio::test]
async fn limits_are_those_of_the_source_file_alone() {
    let bench = Bench::start(BenchPlan::default()).unwrap();
    let limits = |toml: &str| toml.parse::<toml::Table>().unwrap()["limits"].clone();
    let limited = limits(&bench.limited_source(4, Some(Rate::per_second(2, 3))).toml);
    assert_eq!(limited["in_flight"].as_integer(), Some(4));
    assert_eq!((limited["per_second"].as_float(), limited["burst"].as_integer()), (Some(2.0), Some(3)));
    let free = limits(&bench.source().toml);
    assert!(free["in_flight"].as_integer() >= Some(1_000) && free.get("per_second").is_none());
    bench.stop();
}

async fn said(bench: &Bench, request: &Value) -> crate::client::Seen {
    let model = bench.model();
    get(&model.base_url, "/chat/completions").method("POST").body(request).send().await
}
