//! Sources and models that misbehave: each call gets one outcome, words for the person and the model, and no text of
//! theirs is more than text.

use std::time::Duration;

use domain::call::Approve;
use domain::event::Ended;
use domain::outcome::{FailureClass, Outcome};
use domain::payload::PayloadRole;
use engine::Engine;
use rehearsal::{Fault, Plan, Rehearsal, Script, ScriptedReply, Times};
use serde_json::json;

use crate::scene::wild::{Nobody, Wild, http};
use crate::scene::workspace::Workspace;
use crate::scene::{Scene, call, soon};

/// What a misbehaving source must come to: outcome, class, and words that stand in what people and the model read.
type Expected = (Outcome, Option<FailureClass>, &'static str);

const DRAWN_BY_TERMINALS: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\rgone \u{202e}";
const MARKUP: &str =
    "<script>alert(1)</script> [click](javascript:alert(1)) ![x](https://evil.example/x.png)";

/// Calls `echo.get` once through the model, under a fault, and checks what the person and the model are told.
async fn faulty(fault: Fault, expected: Expected) {
    let scene = Scene::instant().await;
    let toml = scene.rehearsal.echo_source().toml.replace("deadline = \"60s\"", "deadline = \"1s\"");
    scene.engine.save_source(Engine::read_source(&toml).unwrap()).await.unwrap();
    scene.rehearsal.faults().set("echo", "/", fault.clone(), Times::Always);
    let told = scene.batch(vec![call("a", "echo__get", json!({ "id": "a" }))]).await;
    check(&scene, told.endings()[0].1, expected, &format!("{fault:?}")).await;
    scene.close().await;
}

async fn check(scene: &Scene, ended: &Ended, (outcome, failure, words): Expected, what: &str) {
    assert_eq!((ended.outcome, ended.failure), (outcome, failure), "{what}: {}", ended.words);
    assert!(ended.words.contains(words), "{what}: the person reads: {}", ended.words);
    let prompt = scene.prompts().pop().unwrap();
    let told = prompt["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap();
    assert!(told.contains(words) && told.contains(outcome.word()), "{what}: the model reads: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_one_outcome_in_words() {
    let drip = Fault::SlowDrip { every: Duration::from_millis(200), bytes: 1 };
    let failed = |class, words| (Outcome::Failed, Some(class), words);
    for (fault, expected) in [
        (Fault::Reset, failed(FailureClass::Interrupted, "reset the connection before it answered")),
        (Fault::Truncate, failed(FailureClass::Interrupted, "bytes that it announced")),
        (Fault::WrongLength, failed(FailureClass::BadBody, "JSON ends in the middle")),
        (Fault::Html, failed(FailureClass::BadBody, "an HTML page (\"Sign in\") instead of data")),
        (Fault::Status(500), failed(FailureClass::Status, "500 Internal Server Error")),
        (Fault::RateLimited { retry_after: 7 }, failed(FailureClass::Status, "wait 7 seconds")),
        (Fault::Hang, (Outcome::TimedOut, None, "1 s")),
        (drip, (Outcome::TimedOut, None, "1 s")),
    ] {
        faulty(fault, expected).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_is_down_or_speaks_no_http_is_named_with_a_mend() {
    let scene = Scene::instant().await;
    let json = "content-type: application/json\r\n";
    let nobody = Nobody::there();
    let lying = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{\"a\":1}";
    let chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nnot a length\r\n";
    for (name, answer, failure, words) in [
        ("silent", b"".to_vec(), FailureClass::Interrupted, "closed the connection before it answered"),
        ("ssh", b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec(), FailureClass::BadBody, "not HTTP"),
        ("lying", lying.into(), FailureClass::Interrupted, "after 7 of the 5000 bytes that it announced"),
        ("chunks", chunks.into(), FailureClass::BadBody, "chunks"),
        ("broken", http("200 OK", json, "{\"a\": oops}"), FailureClass::BadBody, "what it calls JSON is not"),
    ] {
        let wild = Wild::always(answer).await;
        scene.engine.save_source(Engine::read_source(&wild.source(name, "")).unwrap()).await.unwrap();
        let told = scene.batch(vec![call("a", &format!("{name}__get"), json!({}))]).await;
        check(&scene, told.endings()[0].1, (Outcome::Failed, Some(failure), words), name).await;
    }
    scene.engine.save_source(Engine::read_source(&nobody.source("down", "")).unwrap()).await.unwrap();
    let told = scene.batch(vec![call("a", "down__get", json!({}))]).await;
    let expected = (Outcome::Failed, Some(FailureClass::Connect), "connection refused");
    check(&scene, told.endings()[0].1, expected, "down").await;
    crate::scene::record::verified(&scene.engine).await;
    scene.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_text_and_what_is_too_long_is_kept_and_named() {
    let scene = Scene::instant().await;
    let image = Wild::always(http("200 OK", "content-type: image/png\r\n", b"\x89PNG\xff\xfe\x00")).await;
    let garbled = Wild::always(http("200 OK", "content-type: text/plain\r\n", b"caf\xe9 \xff\xfe")).await;
    for source in [image.source("image", ""), garbled.source("garbled", "")] {
        scene.engine.save_source(Engine::read_source(&source).unwrap()).await.unwrap();
    }
    let told = scene
        .batch(vec![
            call("a", "image__get", json!({})),
            call("b", "echo__big", json!({ "bytes": 5 << 20 })),
            call("c", "garbled__get", json!({})),
        ])
        .await;
    assert_eq!(told.outcomes(), [Outcome::Returned; 3]);
    let sizes: Vec<u64> = told.endings().iter().map(|(_, ended)| ended.size).collect();
    assert_eq!(sizes, [7, 4 << 20, 7], "cut to the source's limit");
    let prompt = scene.prompts().pop().unwrap();
    let results: Vec<&str> = prompt["messages"].as_array().unwrap()[3..]
        .iter()
        .map(|result| result["content"].as_str().unwrap())
        .collect();
    assert!(results[0].contains("7 bytes of image/png, which is not text"), "{}", results[0]);
    assert!(results[2].contains("7 bytes of text/plain, which is not text"), "{}", results[2]);
    assert!(results[1].len() < 200_000 && results[1].contains("(cut here: "), "a model is not drowned");
    crate::scene::record::verified(&scene.engine).await;
    scene.engine.shutdown().await;
}

/// A model that writes markup and a line of 5 MB: the words stay the words, to the last of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_models_markup_and_endless_line_are_text() {
    let scene = Scene::instant().await;
    let text = format!("{MARKUP}\n{}\n{DRAWN_BY_TERMINALS}", "x".repeat(5 << 20));
    scene.rehearsal.model_script(Script::new([ScriptedReply::text(&text)]));
    let told = scene.ask("Do it").await;
    assert!(told.answer().text == text, "another text of {} bytes", told.answer().text.len());
    let view = scene.engine.conversation(told.conversation).await.unwrap();
    assert!(view.turns[0].answer.as_ref().unwrap().text == text);
    scene.close().await;
}

/// The command line prints what sources and models wrote, and none of it commands the terminal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_prints_no_foreign_control_characters() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let body = format!("{DRAWN_BY_TERMINALS}{MARKUP}");
    let wild = Wild::always(http("200 OK", "content-type: text/plain; charset=utf-8\r\n", &body)).await;
    let sick = Wild::always(http("500 \u{1b}[31mBad", "content-type: text/plain\r\n", &body)).await;
    let workspace = Workspace::wired(&rehearsal).await;
    workspace.connect(wild.source("wild", "")).await;
    workspace.connect(sick.source("sick", "")).await;
    rehearsal.model_script(Script::new([
        ScriptedReply::calls([
            call("a", "wild__get", json!({})),
            call("b", &format!("no{DRAWN_BY_TERMINALS}"), json!({ "id": DRAWN_BY_TERMINALS })),
            call("c", "sick__get", json!({})),
        ]),
        ScriptedReply::text(&body),
    ]));
    let answered = workspace.tieout(&["ask", DRAWN_BY_TERMINALS]).await.ends(0);
    assert!(answered.out.contains(MARKUP), "as text: {}", answered.out);
    let shown = workspace.tieout(&["trail", "list", "--json"]).await.ends(0);
    let row = shown.objects().into_iter().find(|row| row["tool"] == "wild.get").unwrap();
    let (call, conversation) = (row["call"].as_str().unwrap(), row["conversation"].as_str().unwrap());
    for words in [
        &["tools", "call", "wild.get"][..],
        &["trail", "list"],
        &["trail", "show", call],
        &["trail", "show", conversation],
        &["trail", "show", conversation, "--json"],
        &["trail", "show", call, "--json"],
    ] {
        harmless(&workspace.tieout(words).await.ends(0), words);
    }
    harmless(&workspace.tieout(&["tools", "call", "sick.get"]).await.ends(1), &["tools", "call", "sick.get"]);
    harmless(&answered, &["ask"]);
    harmless(&shown, &["trail", "list", "--json"]);
    soon("the company closes", rehearsal.stop()).await;
}

#[track_caller]
fn harmless(run: &crate::scene::workspace::Ran, words: &[&str]) {
    for text in [&run.out, &run.err] {
        let found = text.chars().find(|char| {
            char.is_control() && !matches!(char, '\n' | '\t') || matches!(char, '\u{202a}'..='\u{202e}')
        });
        assert_eq!(found, None, "{words:?} prints it: {text:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_by_hand_has_the_same_words() {
    let scene = Scene::instant().await;
    scene.rehearsal.faults().set("echo", "/", Fault::Html, Times::Once);
    let detail =
        scene.engine.call_tool(&"echo.get".parse().unwrap(), r#"{"id":"a"}"#, Approve::Reads).await.unwrap();
    assert_eq!(detail.row.failure, Some(FailureClass::BadBody));
    let part = |role| detail.payloads.iter().find(|payload| payload.role == role).unwrap();
    assert!(part(PayloadRole::Words).text.contains("HTML page"));
    assert!(part(PayloadRole::Result).text.contains("<script>"), "what came is kept as it came");
    scene.close().await;
}
