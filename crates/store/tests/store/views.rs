//! What screens are told of Ada's afternoon.

use domain::call::Verdict;
use domain::fact::Stopped;
use domain::label::{Category, Level};
use domain::model::Usage;
use domain::outcome::{FailureClass, Outcome};
use domain::payload::PayloadRole;
use domain::time::Micros;
use domain::view::{Count, Health, Spent};
use store::{CallQuery, Reader, Store};

use crate::scene::Scene;
use crate::story::{self, Story};

async fn told() -> (Scene, Store, Story) {
    let scene = Scene::new();
    let store = scene.create().await;
    let story = story::tell(&scene, &store).await;
    (scene, store, story)
}

async fn tellings(reader: &Reader, query: CallQuery) -> Vec<String> {
    let calls = reader.calls(query).await.unwrap();
    calls.into_iter().map(|call| format!("{} {}", call.tool, call.telling)).collect()
}

#[tokio::test]
async fn calls_are_listed_newest_first_and_found_by_what_one_knows() {
    let (_scene, store, story) = told().await;
    let reader = store.reader();
    let all = [
        "crm.get_customer id 8",
        "people.get_salary B_b 100%",
        " ",
        "support.add_note ticket_id 3 · call back",
        "crm.get_customer id 7",
    ];
    assert_eq!(tellings(&reader, CallQuery::default()).await, all);
    let some = CallQuery::default;
    let words = |words: &str| CallQuery { words: Some(words.to_owned()), ..some() };
    for (query, expected) in [
        (CallQuery { conversation: Some(story.conversation), ..some() }, &all[1..]),
        (CallQuery { turn: Some(story.answered), limit: 2, ..some() }, &all[1..3]),
        (CallQuery { turn: Some(story.stopped), ..some() }, &[]),
        (CallQuery { source: Some("people".to_owned()), ..some() }, &all[1..2]),
        (CallQuery { outcome: Some(Outcome::TimedOut), ..some() }, &all[1..2]),
        (words("Call BACK"), &all[3..4]),
        (words(" b_b 100% "), &all[1..2]),
        (words("0_0"), &[]),
    ] {
        assert_eq!(tellings(&reader, query.clone()).await, expected, "{query:?}");
    }
    let mut pages = Vec::new();
    let mut before = None;
    loop {
        let page = reader.calls(CallQuery { before, limit: 2, ..some() }).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        pages.extend(page);
    }
    assert_eq!(pages, reader.calls(some()).await.unwrap());
}

#[tokio::test]
async fn a_call_is_shown_with_its_whole_story() {
    let (_scene, store, story) = told().await;
    let reader = store.reader();
    let returned = reader.call(story.calls[0], 20).await.unwrap().unwrap();
    let kinds: Vec<_> = returned.entries.iter().map(|entry| entry.kind.as_str()).collect();
    let expected = ["call.requested", "call.decided", "call.sent", "call.sent", "call.ended", "answer.given"];
    assert_eq!(kinds, expected);
    let roles: Vec<_> = returned.payloads.iter().map(|payload| (payload.role, payload.whole)).collect();
    let request = (PayloadRole::Request, false);
    assert_eq!(roles, [(PayloadRole::Arguments, true), request, request, (PayloadRole::Result, false)]);
    let row = returned.row;
    assert_eq!(
        (row.outcome, row.status, row.verdict),
        (Some(Outcome::Returned), Some(200), Some(Verdict::Allow))
    );
    assert_eq!((row.took_ms, row.size > 2000, row.approved), (2500, true, None));
    assert_eq!(row.label.level, Level::Restricted);
    assert_eq!(row.label.categories, [Category::Identity, Category::Financial].into());

    let refused = reader.call(story.calls[1], 0).await.unwrap().unwrap();
    assert_eq!((refused.row.approved, refused.row.sent_at), (Some(false), None));
    assert_eq!((refused.row.verdict, refused.row.outcome), (Some(Verdict::Ask), Some(Outcome::Refused)));
    let unknown = reader.call(story.calls[2], 0).await.unwrap().unwrap();
    assert_eq!(unknown.row.failure, Some(FailureClass::UnknownTool));
    let by_hand = reader.call(story.by_hand, 0).await.unwrap().unwrap();
    assert_eq!((by_hand.row.turn, by_hand.row.batch, by_hand.row.conversation), (None, None, None));
    assert_eq!(reader.call(domain::id::CallId::new(9, 9), 0).await.unwrap(), None);
}

#[tokio::test]
async fn a_conversation_is_shown_with_its_turns() {
    let (scene, store, story) = told().await;
    let reader = store.reader();
    let view = reader.conversation(story.conversation).await.unwrap().unwrap();
    assert_eq!((view.row.title.as_str(), view.row.turns), ("What does Norda owe us?", 2));
    assert_eq!(view.row.label.level, Level::Restricted);
    let [answered, stopped] = view.turns.as_slice() else { panic!("{view:?}") };
    assert_eq!((answered.id, stopped.id), (story.answered, story.stopped));
    assert_eq!(
        (answered.question.as_str(), answered.answer.as_ref()),
        ("What does  Norda\nowe us?", Some(&story.answer))
    );
    let [batch] = answered.batches.as_slice() else { panic!("{answered:?}") };
    assert_eq!(batch.id, story.batch);
    assert_eq!(batch.calls.iter().map(|call| call.call).collect::<Vec<_>>(), story.calls);
    // The first call was sent a second before the other; each took two and a half.
    assert_eq!((batch.elapsed_ms, batch.sequential_ms), (3500, 5000));
    assert_eq!(batch.label, view.row.label);
    assert_eq!((stopped.stopped, stopped.words.as_str()), (Some(Stopped::Model), "The key was refused."));
    assert_eq!((&stopped.answer, stopped.batches.len()), (&None, 0));
    let usage = Usage { input: 10, output: 5, ..Usage::default() };
    let one = Spent { requests: 1, usage, cost: 700, took_ms: 12, ..Spent::default() };
    assert_eq!(answered.spent, one);
    assert_eq!(view.row.spent, one.and(stopped.spent));
    let days = reader.spent_by_day(Micros(0)).await.unwrap();
    assert_eq!(days.iter().map(|day| day.model.as_str()).collect::<Vec<_>>(), ["rehearsal"]);
    assert_eq!(days[0].spent, view.row.spent);
    assert_eq!(days[0].at.0 % 86_400_000_000, 0);

    assert_eq!(reader.next_handle(story.conversation).await.unwrap(), 5);
    assert_eq!(reader.next_handle(scene.conversation()).await.unwrap(), 1);
    assert_eq!(reader.conversation(scene.conversation()).await.unwrap(), None);
    store.append(vec![scene.opened()]).await.unwrap();
    let rows = reader.conversations(10).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].title.as_str(), &rows[1]), ("", &view.row));
    assert_eq!(reader.conversations(1).await.unwrap(), rows[..1]);
}

#[tokio::test]
async fn settings_and_numbers_are_as_they_stand() {
    let (_scene, store, _story) = told().await;
    let reader = store.reader();
    assert_eq!(reader.sources().await.unwrap(), [story::source("crm")]);
    assert_eq!(reader.models().await.unwrap().len(), 1);
    assert_eq!(reader.setting("look").await.unwrap().unwrap().0["theme"], "dark");
    assert_eq!(reader.setting("none").await.unwrap(), None);

    let health = async |name: &str, since| reader.health(&name.parse().unwrap(), since).await.unwrap();
    let crm = health("crm", Micros(0)).await;
    assert_eq!((crm.calls, crm.failures, crm.p50_ms, crm.p95_ms), (2, 0, 2500, 2500));
    assert_eq!(crm.last_outcome, Some(Outcome::Returned));
    let people = health("people", Micros(0)).await;
    assert_eq!((people.calls, people.failures), (1, 1));
    assert_eq!(health("support", Micros(0)).await, Health::default());
    let quiet = health("crm", Micros(crm.last_at.unwrap().0 + 1)).await;
    let none = Health { last_at: crm.last_at, last_outcome: crm.last_outcome, ..Health::default() };
    assert_eq!(quiet, none, "a call of before tells when the last was, and nothing else");

    let stats = reader.stats().await.unwrap();
    let count = |name: &str, count| Count { name: name.to_owned(), count };
    assert_eq!((stats.calls, stats.open_calls), (5, 0));
    assert_eq!(stats.by_outcome[0], count("returned", 2));
    assert_eq!(stats.by_source, [count("crm", 2), count("people", 1), count("support", 1)]);
    assert_eq!(stats.by_level, [count("confidential", 4), count("restricted", 1)]);
    let (entries, note) = reader.head().await.unwrap();
    assert_eq!(stats.entries, entries);
    assert!(note.contains("tieout.example/ada"));
    assert_eq!(reader.entries(domain::id::Seq(2), 3).await.unwrap().len(), 3);
    assert!(stats.payload_bytes > 0 && stats.checkpoints > 20);
}
