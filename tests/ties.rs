//! Promise 9: figures tie out. Every figure of an answer is tied to its place in a result, or marked.

use std::collections::BTreeMap;

use domain::answer::Answer;
use domain::id::CallId;
use domain::payload::PayloadRole;
use domain::run::RunSettings;
use domain::tie::{TieKind, TieStatus, TiedSpan};
use domain::view::Part;
use engine::Question;
use rehearsal::{Fault, Rehearsal, Script, ScriptedCall, ScriptedReply, Times};
use serde_json::{Value, json};

use crate::scene::Scene;
use crate::scene::told::Told;

/// The numbers of a text that stand for themselves, as places in it: digits that continue no word.
fn numbers(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let in_word =
            text[..at].chars().next_back().is_some_and(|before| before.is_alphanumeric() || before == '_');
        if digits > 0 && !in_word {
            found.push((at, at + digits));
        }
        at += digits.max(1);
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    found
}

/// The recorded results of an answer's calls, as their services sent them.
async fn results(scene: &Scene, answer: &Answer) -> BTreeMap<CallId, Value> {
    let mut results = BTreeMap::new();
    for exposed in &answer.exposure {
        let detail = scene.engine.call(exposed.call).await.unwrap();
        let result = detail.payloads.iter().find(|payload| payload.role == PayloadRole::Result);
        if let Some(result) = result {
            assert!(result.whole, "a longer result needs another way to be read");
            let text = Value::String(result.text.clone());
            results.insert(exposed.call, serde_json::from_str(&result.text).unwrap_or(text));
        }
    }
    results
}

/// What stands at a place, as a record repeats it.
fn raw(result: &Value, pointer: &str) -> Option<String> {
    Some(match result.pointer(pointer)? {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("{} elements", items.len()),
        value => value.to_string(),
    })
}

/// Each place holds what the record says, and nothing is tied to what was not shown.
#[track_caller]
fn places_are_right(answer: &Answer, results: &BTreeMap<CallId, Value>) {
    for span in &answer.ties.spans {
        assert_eq!(answer.text.get(span.start as usize..span.end as usize), Some(span.text.as_str()));
        let supported = matches!(span.status, TieStatus::Tied | TieStatus::Possible);
        assert_eq!(supported, !span.places.is_empty(), "{span:?}");
        for place in &span.places {
            let stands = raw(&results[&place.call], &place.pointer).unwrap_or_else(|| panic!("{span:?}"));
            let long = stands.chars().count() > 200 && stands.contains(&place.raw);
            assert!(stands == place.raw || long, "{span:?}: {stands}");
        }
    }
}

fn span<'a>(told: &'a Told, text: &str) -> &'a TiedSpan {
    let spans = &told.answer().ties.spans;
    spans.iter().find(|span| span.text == text).unwrap_or_else(|| panic!("{text}: {spans:#?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_figure_of_the_companys_answers_is_tied_or_marked() {
    let scene = Scene::instant().await;
    let (mut tied, mut marked) = (0, 0);
    for question in Rehearsal::questions() {
        let told = scene.ask(question.text).await;
        let answer = told.answer();
        for (start, end) in numbers(&answer.text) {
            let covers = |span: &TiedSpan| span.start as usize <= start && end <= span.end as usize;
            let around = &answer.text[answer.text.floor_char_boundary(start.saturating_sub(40))..end];
            assert!(answer.ties.spans.iter().any(covers), "{}: …{around} of\n{}", question.id, answer.text);
        }
        places_are_right(answer, &results(&scene, answer).await);
        let counts = answer.ties.counts;
        tied += counts.tied;
        marked += counts.possible + counts.untied + counts.contradicted;
        assert_eq!(counts.contradicted, 0, "{}", question.id);
        assert_eq!(answer.ties.limit, "");
    }
    assert!(tied > 5 * marked && tied > 200, "{tied} tied, {marked} marked");
    let report = scene.engine.verify(|_, _| std::ops::ControlFlow::Continue(())).await.unwrap().unwrap();
    assert_eq!(report.findings, []);
    let rechecked = report.parts.iter().find(|part| part.part == Part::Ties).unwrap().checked;
    assert_eq!((rechecked >= u64::from(tied), report.unchecked_ties), (true, 0), "{rechecked} of {tied}");
    let weeks = scene.engine.ties_by_week(domain::time::Micros(0)).await.unwrap();
    assert_eq!(weeks.iter().map(|week| week.counts.tied).sum::<u32>(), tied);
    scene.close().await;
}

/// What the model was not shown supports nothing; once it reads on, the figure ties to its place in the whole result.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_was_shown_supports_a_figure() {
    let scene = Scene::instant().await;
    let settings = RunSettings { shown_bytes: 2048, ..RunSettings::default() };
    scene.engine.save_run_settings(settings).await.unwrap();
    let rows: Vec<Value> = (0..500).map(|row| json!({ "row": row, "due": 50_000 + row * 7 })).collect();
    let answer = Fault::Answer {
        status: 200,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: json!({ "rows": rows }).to_string(),
    };
    scene.rehearsal.faults().set("echo", "/echo/a", answer, Times::Once);
    scene.connect(&scene.rehearsal.echo_source().toml).await;
    let get = ScriptedCall::new("a", "echo__get", r#"{"id":"a"}"#);
    scene.rehearsal.model_script(Script::new([ScriptedReply::calls([get]), ScriptedReply::text("Done.")]));
    let told = scene.ask("List what is due").await;
    let call = told.calls()[0].id;
    let (pointer, hidden) = ("/rows/250/due", "51750");
    assert!(!scene.prompts().last().unwrap().to_string().contains(hidden));

    let says = format!("The amount due is {hidden}.");
    scene.rehearsal.model_script(Script::new([ScriptedReply::text(says.as_str())]));
    let again = scene.put(Question { conversation: Some(told.conversation), ..Question::new("And?") }).await;
    assert_eq!(span(&again, hidden).status, TieStatus::Untied);

    let arguments = r#"{"call":"c1","pointer":"/rows","offset":248}"#;
    let read = ScriptedCall::new("r", "tieout__read_result", arguments);
    scene
        .rehearsal
        .model_script(Script::new([ScriptedReply::calls([read]), ScriptedReply::text(says.as_str())]));
    let read =
        scene.put(Question { conversation: Some(told.conversation), ..Question::new("Read on") }).await;
    let tied = span(&read, hidden);
    assert_eq!((tied.status, tied.kind), (TieStatus::Tied, Some(TieKind::Exact)), "{tied:?}");
    assert_eq!((tied.places[0].call, tied.places[0].pointer.as_str()), (call, pointer));

    let used = scene.engine.call(call).await.unwrap().used_by;
    let places: Vec<usize> = used.iter().map(|used| used.places.len()).collect();
    assert_eq!(places, [0, 0, 1], "the first two answers had it and used nothing of it");
    assert_eq!((used[2].places[0].text.as_str(), used[2].places[0].pointer.as_str()), (hidden, pointer));
    scene.close().await;
}

/// Arguments that a call was made with lead back to the results that they were read from.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn arguments_lead_back_to_earlier_results() {
    let scene = Scene::instant().await;
    let question = Rehearsal::questions().iter().find(|question| question.id == "urgent").unwrap();
    let told = scene.ask(question.text).await;
    let batches = told.batches();
    let first = &batches[0].calls;
    let mut sources = Vec::new();
    for call in &batches[1].calls {
        sources.extend(scene.engine.call(*call).await.unwrap().taken_from);
    }
    assert!(!sources.is_empty() && sources.iter().all(|source| first.contains(&source.call)), "{sources:#?}");
    let results = results(&scene, told.answer()).await;
    for source in &sources {
        assert_eq!(raw(&results[&source.call], &source.pointer).as_ref(), Some(&source.raw), "{source:?}");
    }
    scene.close().await;
}
