//! What is above a model's clearance never reaches it, and the person reads it all the same.

use domain::answer::Answer;
use domain::call::Approve;
use domain::entry::Entry;
use domain::event::Happening;
use domain::fact::Fact;
use domain::finding::Carried;
use domain::hidden::{AboveClearance, OwnDetectors, OwnList, OwnPattern};
use domain::id::{ConversationId, Seq};
use domain::label::{Category, Level};
use domain::model::ModelFailure;
use domain::payload::PayloadRole;
use engine::Question;
use rehearsal::{Plan, Script, ScriptedCall, ScriptedReply};
use serde_json::{Value, json};

use crate::scene::{Scene, watch};

const ILLNESS: &str = "Crohn's disease";
const KEY: &str = "AKIAQYLPMN5HFIQR7XYA";

/// With a model that is cleared for this, and sources that say what `edit` makes of them.
async fn cleared(clearance: Level, edit: impl Fn(&mut String)) -> Scene {
    let scene = Scene::with(engine::KeychainChoice::Memory, Plan::instant(), edit).await;
    let model = scene.engine.models().await.unwrap().remove(0).spec;
    scene.engine.save_model(domain::model::ModelSpec { clearance, ..model }).await.unwrap();
    scene
}

/// Puts a value where the model can read it, without its knowing.
async fn keep(scene: &Scene, id: &str, value: Value) {
    let arguments = json!({ "id": id, "value": value }).to_string();
    scene.engine.call_tool(&"echo.write".parse().unwrap(), &arguments, Approve::All).await.unwrap();
}

fn get(id: &str) -> ScriptedCall {
    ScriptedCall::new(id, "echo__get", json!({ "id": id }).to_string())
}

fn answer(events: &[Happening]) -> &Answer {
    let found = events.iter().find_map(|event| match event {
        Happening::Answer { answer } => Some(answer),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no answer: {:?}", events.last()))
}

async fn put(
    scene: &Scene,
    conversation: Option<ConversationId>,
    replies: Vec<ScriptedReply>,
) -> (ConversationId, Vec<Happening>) {
    scene.rehearsal.model_script(Script::new(replies));
    let question = Question { conversation, approve: Approve::All, ..Question::new("What do we know of p?") };
    scene.asked(question, watch).await
}

#[track_caller]
fn never_told(scene: &Scene, values: &[&str]) {
    for body in scene.model_bodies() {
        for value in values {
            let quoted = serde_json::to_string(value).unwrap();
            assert!(!body.contains(quoted.trim_matches('"')), "{value} in {body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hidden_value_stays_hidden_from_turn_to_turn_and_comes_back_where_it_belongs() {
    let scene = cleared(Level::Confidential, |_| {}).await;
    // Found in the second alone, and so hidden in the first as well.
    keep(&scene, "a", json!({ "note": format!("told us of {ILLNESS} in May") })).await;
    keep(&scene, "p", json!({ "mail": "ann@example.com", "diagnosis": ILLNESS, "token": KEY, "seen": 3 }))
        .await;
    let use_it = json!({ "id": "q", "value": "‹health-1›" }).to_string();
    let replies = vec![
        ScriptedReply::calls(vec![get("a"), get("p")]),
        ScriptedReply::calls(vec![ScriptedCall::new("w", "echo__write", use_it)]),
        ScriptedReply::text("Ann has ‹health-1› [^c2], and uses ‹secret-1›."),
    ];
    let (conversation, events) = put(&scene, None, replies).await;
    let said = answer(&events);
    assert_eq!(said.text, format!("Ann has {ILLNESS} , and uses {KEY}.").replace(" ,", ","));
    assert_eq!(said.unseen.values, 2);
    let spans: Vec<&str> =
        said.unseen.spans.iter().map(|span| &said.text[span.start as usize..span.end as usize]).collect();
    assert_eq!(spans, [ILLNESS, KEY]);
    let cited = &said.citations[0];
    assert_eq!(&said.text[..cited.at as usize], format!("Ann has {ILLNESS}"), "marks move with the words");
    assert_eq!(said.label.level, Level::Restricted, "the person reads the values");
    assert!(said.label.categories.contains(&Category::Health));
    never_told(&scene, &[ILLNESS, KEY]);
    assert!(
        scene.model_bodies().last().unwrap().contains("ann@example.com"),
        "what it is cleared for it reads"
    );
    assert_eq!(scene.rehearsal.echo_writes()["q"], [json!(ILLNESS)], "the source is asked with the value");
    let streamed: String = events
        .iter()
        .filter_map(
            |event| if let Happening::TextDelta { text } = event { Some(text.as_str()) } else { None },
        )
        .collect();
    assert!(streamed.contains(ILLNESS) && !streamed.contains('‹'), "{streamed}");

    // The same values have the same names in the next turn, with whatever else comes first there.
    keep(&scene, "z", json!({ "diagnosis": "Sjögren's syndrome" })).await;
    let replies = vec![
        ScriptedReply::calls(vec![get("z")]),
        ScriptedReply::text("‹health-1› and ‹health-2›; nobody has ‹health-9›."),
    ];
    let (_, events) = put(&scene, Some(conversation), replies).await;
    assert_eq!(answer(&events).text, format!("{ILLNESS} and Sjögren's syndrome; nobody has ‹health-9›."));
    never_told(&scene, &[ILLNESS, KEY, "Sjögren's syndrome"]);

    // On record: which requests hid how much, and where it stands, but not what.
    let mut hidden = 0;
    let entries = scene.engine.stats().await.unwrap().entries;
    for seq in (0..entries).map(Seq) {
        let view = scene.engine.entry(seq).await.unwrap();
        let fact = Entry::from_body(view.body.canonical().as_bytes()).unwrap().fact;
        let Fact::ModelCalled { redacted, label, hidden: payload, .. } = &fact else { continue };
        assert!(label.level <= Level::Confidential, "{label}");
        assert_eq!(*redacted > 0, payload.is_some());
        if let Some(payload) = payload {
            let bytes = scene.engine.payload(seq, *payload, usize::MAX).await.unwrap();
            assert_eq!(bytes.role, PayloadRole::Hidden);
            assert!(bytes.text.contains("‹secret-1›") && !bytes.text.contains(KEY), "{}", bytes.text);
            hidden += 1;
        }
    }
    assert!(hidden >= 3);
    let row = scene.row("echo.get", "p").await;
    assert_eq!(row.label.level, Level::Restricted);
    assert_eq!(row.made.unwrap().plain.level, Level::Confidential);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_above_it_as_a_whole_is_kept_out_with_words_that_help() {
    let scene = cleared(Level::Internal, |_| {}).await;
    keep(&scene, "p", json!({ "plain": "BLUE HERON", "list": [1, 2] })).await;
    let replies = vec![ScriptedReply::calls(vec![get("p")]), ScriptedReply::text("I may not see it.")];
    let (_, events) = put(&scene, None, replies).await;
    let unseen = &answer(&events).unseen;
    assert_eq!((unseen.values, unseen.results.len()), (0, 1), "an unlabelled source is confidential");
    never_told(&scene, &["BLUE HERON"]);
    let last = scene.model_bodies().pop().unwrap();
    assert!(last.contains("kept from you") && last.contains("an object of 4 fields"), "{last}");
    let row = scene.row("echo.get", "p").await;
    let detail = scene.engine.call(row.call).await.unwrap();
    assert!(detail.payloads.iter().any(|payload| payload.text.contains("BLUE HERON")), "the person reads it");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_of_a_hidden_value_is_not_to_be_had_by_reading_on() {
    let scene = cleared(Level::Confidential, |_| {}).await;
    let long = format!("{} ends here", "seventeen months of fever ".repeat(40));
    keep(&scene, "p", json!({ "diagnosis": long })).await;
    let page = json!({ "call": "c1", "pointer": "/last/diagnosis", "offset": 300 }).to_string();
    let replies = vec![
        ScriptedReply::calls(vec![get("p")]),
        ScriptedReply::calls(vec![ScriptedCall::new("r", "tieout__read_result", page)]),
        ScriptedReply::text("Done."),
    ];
    put(&scene, None, replies).await;
    never_told(&scene, &["months of fever", "ends here"]);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_it_is_blocked_nothing_of_it_goes_to_the_model() {
    let scene = cleared(Level::Confidential, |_| {}).await;
    scene.engine.save_above_clearance(AboveClearance::Block).await.unwrap();
    keep(&scene, "p", json!({ "diagnosis": ILLNESS, "seen": "BLUE HERON" })).await;
    let replies = vec![ScriptedReply::calls(vec![get("p")]), ScriptedReply::text("Done.")];
    let (_, events) = put(&scene, None, replies).await;
    assert_eq!(answer(&events).unseen.results.len(), 1);
    never_told(&scene, &[ILLNESS, "BLUE HERON"]);

    let before = scene.model_bodies().len();
    let question = Question::new(format!("Is {KEY} still valid?"));
    let (_, events) = scene.asked(question, watch).await;
    let Some(Happening::TurnEnded { failure, words, .. }) = events.last() else { panic!("{events:?}") };
    assert_eq!(*failure, Some(ModelFailure::NotCleared));
    assert!(words.contains("secret"), "{words}");
    assert_eq!(scene.model_bodies().len(), before, "it was not asked");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_false_alarm_is_raised_no_more_until_it_is_taken_back() {
    let scene = cleared(Level::Confidential, |_| {}).await;
    keep(&scene, "p", json!({ "diagnosis": "engine overheats" })).await;
    let tool = "echo.get".parse().unwrap();
    let get = || scene.engine.call_tool(&tool, r#"{"id": "p"}"#, Approve::All);
    let first = get().await.unwrap();
    let found = first.detected.clone().unwrap().result;
    assert_eq!((found[0].kind.as_str(), found[0].pointer.as_str()), ("field.health", "/last/diagnosis"));
    assert_eq!(first.row.label.level, Level::Restricted);

    let engine = &scene.engine;
    let dismiss = |kind: &'static str, why: &'static str| {
        engine.dismiss_finding(first.row.call, kind, Carried::Result, "/last/diagnosis", why)
    };
    assert!(dismiss("field.health", " ").await.is_err(), "a reason is asked for");
    assert!(dismiss("iban", "nothing of the kind").await.is_err(), "nothing of this kind was found");
    dismiss("field.health", "It is a machine's").await.unwrap();
    assert!(dismiss("field.health", "again").await.is_err(), "it is one already");
    let second = get().await.unwrap();
    assert_eq!((second.detected, second.row.label.level), (None, Level::Confidential));
    assert!(engine.call(first.row.call).await.unwrap().detected.is_some(), "what was recorded stays");

    let alarm = engine.false_alarms().await.unwrap().remove(0);
    engine.restore_finding(&alarm, "The field changed").await.unwrap();
    assert_eq!(engine.false_alarms().await.unwrap(), []);
    assert_eq!(get().await.unwrap().row.label.level, Level::Restricted);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persons_own_patterns_and_lists_are_looked_for() {
    let scene = cleared(Level::Confidential, |_| {}).await;
    keep(&scene, "p", json!({ "a": "about KD-104233", "b": "project halo" })).await;
    let pattern = |expression: &str| OwnPattern {
        name: "customer_no".to_owned(),
        category: Category::Identity,
        expression: expression.to_owned(),
    };
    let own = |expression: &str| OwnDetectors {
        patterns: vec![pattern(expression)],
        lists: vec![OwnList {
            name: "project".to_owned(),
            category: Category::Legal,
            words: vec!["Halo".to_owned()],
        }],
    };
    assert!(scene.engine.save_own_detectors(own("KD-[0-9")).await.is_err(), "it does not compile");
    scene.engine.save_own_detectors(own("KD-[0-9]{6}")).await.unwrap();
    let call = scene.engine.call_tool(&"echo.get".parse().unwrap(), r#"{"id": "p"}"#, Approve::All).await;
    let found = call.unwrap().detected.unwrap().result;
    let kinds: Vec<&str> = found.iter().map(|finding| finding.kind.as_str()).collect();
    assert_eq!(kinds, ["customer_no", "project"]);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_label_falls_by_a_persons_word_and_rises_again_by_what_comes() {
    let scene = cleared(Level::Restricted, |_| {}).await;
    keep(&scene, "p", json!({ "diagnosis": ILLNESS })).await;
    let replies = vec![ScriptedReply::calls(vec![get("p")]), ScriptedReply::text("Done.")];
    let (conversation, events) = put(&scene, None, replies.clone()).await;
    assert_eq!(answer(&events).label.level, Level::Restricted);
    let engine = &scene.engine;
    assert!(engine.lower_label(conversation, Level::Restricted, "no").await.is_err(), "that is not lower");
    assert!(engine.lower_label(conversation, Level::Internal, "").await.is_err(), "a reason is asked for");
    let lowered = engine.lower_label(conversation, Level::Internal, "It is a test's").await.unwrap();
    assert_eq!(lowered.level, Level::Internal);
    assert!(lowered.categories.contains(&Category::Health), "what it is about stays");
    assert_eq!(engine.conversation(conversation).await.unwrap().row.label, lowered);

    let (_, events) = put(&scene, Some(conversation), vec![ScriptedReply::text("Hello.")]).await;
    assert_eq!(answer(&events).label, lowered, "the next turn begins there");
    let (_, events) = put(&scene, Some(conversation), replies).await;
    assert_eq!(answer(&events).label.level, Level::Restricted);
    assert_eq!(engine.conversation(conversation).await.unwrap().row.label.level, Level::Restricted);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_says_what_its_results_say_together() {
    let scene = cleared(Level::Restricted, |_| {}).await;
    keep(&scene, "1001", json!({ "diagnosis": ILLNESS })).await;
    let replies = vec![
        ScriptedReply::calls(vec![
            get("1001"),
            ScriptedCall::new("c", "crm__get_customer", json!({ "id": 1001 }).to_string()),
        ]),
        ScriptedReply::text("Done."),
    ];
    let (_, events) = put(&scene, None, replies).await;
    let combined = &answer(&events).combined;
    assert_eq!(combined.len(), 1, "{combined:?}");
    assert!(combined[0].words().ends_with("about one subject from 2 sources"), "{}", combined[0].words());
    assert!(combined[0].categories.contains(&Category::Health) && combined[0].calls.len() == 2);
    scene.close().await;
}
