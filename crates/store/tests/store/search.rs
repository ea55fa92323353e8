//! What a search finds is what its filter says of each call, one by one.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use domain::call::Verdict;
use domain::care::{EraseScope, HoldScope};
use domain::effect::Effect;
use domain::filter::{Compared, Condition, Filter, Mark, Test};
use domain::id::{BatchId, CallId, ConversationId, Seq, TurnId};
use domain::label::{Category, Level};
use domain::outcome::{FailureClass, Outcome};
use domain::search::{Facets, SearchPage};
use domain::time::{Micros, Span};
use domain::view::{CallRow, Count};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use store::{Reader, Store};

use crate::scene::{Scene, raw};
use crate::search_world::{TOOLS, Told, WORDS, fill};
use crate::{care, story};

/// More than two blocks.
const CALLS: usize = 1100;

/// Everything there is, looked at call by call.
struct All {
    scene: Scene,
    store: Store,
    rows: Vec<CallRow>,
    lines: HashMap<CallId, Vec<String>>,
    erased: HashSet<CallId>,
    held: HashSet<CallId>,
}

impl All {
    async fn new() -> Self {
        let scene = Scene::new();
        let store = scene.create().await;
        let told = fill(&scene, &store, CALLS).await;
        let rows = every_page(&store.reader(), &Filter::default(), 333).await;
        assert_eq!(rows.len(), CALLS);
        let lines: HashMap<_, _> = told.into_iter().map(|Told { call, lines }| (call, lines)).collect();
        let mut all = Self { scene, store, rows, lines, erased: HashSet::new(), held: HashSet::new() };
        all.care().await;
        all
    }

    /// Some are erased, others held.
    async fn care(&mut self) {
        let ended = self.rows.iter().filter(|row| row.outcome.is_some()).step_by(300);
        let calls: Vec<CallId> = ended.map(|row| row.call).collect();
        let scope = EraseScope::Calls { calls: calls.clone() };
        let meant = self.store.reader().erasable(scope, |_, _| {}).await.unwrap();
        care::erase(&self.scene, &self.store, &meant.targets).await;
        let erased = |row: &CallRow| calls.contains(&row.call);
        self.erased = self.rows.iter().filter(|row| erased(row)).map(|row| row.call).collect();
        for call in &self.erased {
            self.lines.get_mut(call).unwrap().truncate(1);
        }
        let call = self.rows[5].call;
        let conversation = self.rows.iter().rev().find_map(|row| row.conversation).unwrap();
        care::hold(&self.scene, &self.store, HoldScope::Call { call }).await;
        care::hold(&self.scene, &self.store, HoldScope::Conversation { conversation }).await;
        let over = care::hold(&self.scene, &self.store, HoldScope::Everything).await;
        care::release(&self.scene, &self.store, over).await;
        let held = self.rows.iter().filter(|row| row.call == call || row.conversation == Some(conversation));
        self.held = held.map(|row| row.call).collect();
        self.rows = every_page(&self.store.reader(), &Filter::default(), 1000).await;
    }

    fn fits(&self, row: &CallRow, filter: &Filter) -> bool {
        let any = |condition: &Condition| condition.any.iter().any(|test| self.holds(row, test));
        filter.conditions.iter().all(|condition| any(condition) != condition.not)
    }

    fn holds(&self, row: &CallRow, test: &Test) -> bool {
        let source = row.tool.split_once('.').map_or("", |(source, _)| source);
        match test {
            Test::Call(call) => row.call == *call,
            Test::Conversation(conversation) => row.conversation == Some(*conversation),
            Test::Turn(turn) => row.turn == Some(*turn),
            Test::Batch(batch) => row.batch == Some(*batch),
            Test::Source(name) => source == name,
            Test::Tool(name) => {
                row.tool == *name || row.tool.strip_prefix(&format!("{source}.")) == Some(name)
            }
            Test::Effect(effect) => row.effect == *effect,
            Test::Level(compared, level) => is(*compared, row.label.level.cmp(level)),
            Test::Category(category) => row.label.categories.contains(category),
            Test::Verdict(verdict) => row.verdict == Some(*verdict),
            Test::Approved(approved) => row.approved == Some(*approved),
            Test::Outcome(outcome) => row.outcome == Some(*outcome),
            Test::Open => row.outcome.is_none(),
            Test::Failure(failure) => row.failure == Some(*failure),
            Test::Status(compared, status) => row.status.is_some_and(|of| is(*compared, of.cmp(status))),
            Test::Took(compared, took) => is(*compared, (u64::from(row.took_ms) * 1000).cmp(&took.0)),
            Test::Size(compared, size) => is(*compared, row.size.cmp(size)),
            Test::Attempts(compared, attempts) => is(*compared, row.attempts.cmp(attempts)),
            Test::Since(at) => row.at >= *at,
            Test::Until(at) => row.at < *at,
            Test::Is(mark) => match mark {
                Mark::Early => row.early,
                Mark::Shared => row.from.is_some(),
                Mark::Retry => row.retry_of.is_some(),
                Mark::Edited => row.edited,
                Mark::Dropped => row.dropped.is_some(),
                Mark::ByHand => row.turn.is_none(),
                Mark::Erased => self.erased.contains(&row.call),
                Mark::Held => self.held.contains(&row.call),
            },
            Test::Words(words) => {
                let phrase = format!(" {words} ");
                self.lines[&row.call].iter().any(|line| format!(" {line} ").contains(&phrase))
            }
        }
    }
}

fn is(compared: Compared, order: Ordering) -> bool {
    match compared {
        Compared::Is => order.is_eq(),
        Compared::Below => order.is_lt(),
        Compared::AtMost => order.is_le(),
        Compared::AtLeast => order.is_ge(),
        Compared::Above => order.is_gt(),
    }
}

async fn every_page(reader: &Reader, filter: &Filter, limit: u32) -> Vec<CallRow> {
    let (mut rows, mut before): (Vec<CallRow>, Option<Seq>) = (Vec::new(), None);
    loop {
        let SearchPage { rows: page, next } = reader.search(filter.clone(), before, limit).await.unwrap();
        assert!(page.len() <= limit as usize && (next.is_none() || page.len() == limit as usize));
        assert!(next.is_none_or(|next| next == page.last().unwrap().seq));
        rows.extend(page);
        match next {
            Some(_) => before = next,
            None => return rows,
        }
    }
}

/// Tests of every kind, with values that occur and a few that don't.
fn tests(rows: &[CallRow]) -> BoxedStrategy<Test> {
    let some = |value: fn(&CallRow) -> Option<Test>| {
        let mut found: Vec<Test> = rows.iter().step_by(97).filter_map(value).collect();
        found.extend(rows.iter().rev().find_map(value));
        select(found)
    };
    let compared =
        || select(vec![Compared::Is, Compared::Below, Compared::AtMost, Compared::AtLeast, Compared::Above]);
    let names = || select(TOOLS.iter().flat_map(|tool| tool.split('.')).chain(TOOLS).collect::<Vec<_>>());
    let at = || select(rows.iter().step_by(83).map(|row| row.at).chain([Micros(0)]).collect::<Vec<_>>());
    let words = vec(select(WORDS.to_vec()), 1..3).prop_map(|words| Test::Words(words.join(" ")));
    prop_oneof![
        some(|row| Some(Test::Call(row.call))),
        some(|row| row.conversation.map(Test::Conversation)),
        some(|row| row.turn.map(Test::Turn)),
        some(|row| row.batch.map(Test::Batch)),
        names().prop_map(|name| Test::Source(name.to_owned())),
        names().prop_map(|name| Test::Tool(name.to_owned())),
        select(vec![Effect::Read, Effect::IdempotentWrite, Effect::Write]).prop_map(Test::Effect),
        (compared(), select(Level::ALL.to_vec())).prop_map(|(compared, level)| Test::Level(compared, level)),
        select(Category::ALL.to_vec()).prop_map(Test::Category),
        select(vec![Verdict::Allow, Verdict::Ask, Verdict::Deny]).prop_map(Test::Verdict),
        any::<bool>().prop_map(Test::Approved),
        select(vec![Outcome::Returned, Outcome::Failed, Outcome::TimedOut]).prop_map(Test::Outcome),
        Just(Test::Open),
        select(vec![FailureClass::Connect, FailureClass::Paused]).prop_map(Test::Failure),
        (compared(), select(vec![200, 404, 500, 503, 599]))
            .prop_map(|(compared, of)| Test::Status(compared, of)),
        (compared(), 0_u64..3000).prop_map(|(compared, ms)| Test::Took(compared, Span(ms * 1000))),
        (compared(), 0_u64..3000).prop_map(|(compared, size)| Test::Size(compared, size)),
        (compared(), 0_u32..4).prop_map(|(compared, attempts)| Test::Attempts(compared, attempts)),
        at().prop_map(Test::Since),
        at().prop_map(Test::Until),
        select(vec![
            Mark::Early,
            Mark::Shared,
            Mark::Retry,
            Mark::Edited,
            Mark::Dropped,
            Mark::ByHand,
            Mark::Erased,
            Mark::Held,
        ])
        .prop_map(Test::Is),
        words,
    ]
    .boxed()
}

#[test]
fn a_search_finds_what_its_filter_says_of_each_call() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let all = runtime.block_on(All::new());
    let reader = all.store.reader();
    let condition = (any::<bool>(), vec(tests(&all.rows), 1..4));
    let conditions = vec(condition.prop_map(|(not, any)| Condition { not, any }), 0..4);
    let filters = (conditions.prop_map(|conditions| Filter { conditions }), 30_u32..400);
    let mut runner = TestRunner::new(Config { cases: 160, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&filters, |(filter, limit)| {
        let expected: Vec<&CallRow> = all.rows.iter().filter(|row| all.fits(row, &filter)).collect();
        let (found, facets) = runtime.block_on(async {
            (every_page(&reader, &filter, limit).await, reader.facets(filter.clone()).await.unwrap())
        });
        let calls = |rows: &mut dyn Iterator<Item = CallId>| rows.collect::<Vec<_>>();
        prop_assert_eq!(
            calls(&mut found.iter().map(|row| row.call)),
            calls(&mut expected.iter().map(|row| row.call))
        );
        prop_assert_eq!(facets, counted(&expected));
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(runtime.block_on(reader.check_projections()).unwrap(), []);
}

fn counted(rows: &[&CallRow]) -> Facets {
    let by = |of: &dyn Fn(&CallRow) -> Option<String>| {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for name in rows.iter().filter_map(|row| of(row)) {
            *counts.entry(name).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().map(|(name, count)| Count { name, count }).collect();
        counts.sort_by_key(|count| std::cmp::Reverse(count.count));
        counts
    };
    let word = |value: &dyn erased::Word| value.word();
    let mut by_level = by(&|row| Some(row.label.level.word().to_owned()));
    let place = |count: &Count| Level::ALL.iter().position(|level| level.word() == count.name);
    by_level.sort_by_key(|count| std::cmp::Reverse(place(count)));
    Facets {
        total: rows.len() as u64,
        at_least: false,
        by_source: by(&|row| row.tool.split_once('.').map(|(source, _)| source.to_owned())),
        by_outcome: by(&|row| Some(row.outcome.map_or("open".to_owned(), |outcome| word(&outcome)))),
        by_level,
        by_verdict: by(&|row| row.verdict.map(|verdict| word(&verdict))),
    }
}

/// Words as they are serialised.
mod erased {
    pub(super) trait Word {
        fn word(&self) -> String;
    }

    impl<T: serde::Serialize> Word for T {
        fn word(&self) -> String {
            serde_json::to_value(self).unwrap().as_str().unwrap().to_owned()
        }
    }
}

#[tokio::test]
async fn nobody_is_found_by_ids_that_do_not_exist() {
    let scene = Scene::new();
    let store = scene.create().await;
    story::tell(&scene, &store).await;
    let tests = [
        Test::Call(CallId::new(9, 9)),
        Test::Conversation(ConversationId::new(9, 9)),
        Test::Turn(TurnId::new(9, 9)),
        Test::Batch(BatchId::new(9, 9)),
        Test::Source("nobody".to_owned()),
        Test::Words("nobody".to_owned()),
        Test::Words("…".to_owned()),
        Test::Words("\0\"".to_owned()),
    ];
    for test in tests {
        let condition = |not| Condition { not, any: vec![test.clone()] };
        let filter = |not| Filter { conditions: vec![condition(not)] };
        assert_eq!(every_page(&store.reader(), &filter(false), 10).await, [], "{test:?}");
        assert_eq!(every_page(&store.reader(), &filter(true), 2).await.len(), 5, "{test:?}");
    }
}

#[tokio::test]
async fn charts_tell_of_the_calls_that_fit() {
    let scene = Scene::new();
    let store = scene.create().await;
    let story = story::tell(&scene, &store).await;
    let reader = store.reader();
    let all = reader.overview(Filter::default()).await.unwrap();
    assert_eq!(
        all.days.iter().map(|day| (day.by_level, day.failures)).collect::<Vec<_>>(),
        [([0, 0, 4, 1], 3)]
    );
    assert_eq!(all.days[0].at.0 % 86_400_000_000, 0);
    let tools: Vec<_> =
        all.tools.iter().map(|tool| (tool.tool.as_str(), tool.calls, tool.failures)).collect();
    assert_eq!(tools, [("crm.get_customer", 2, 0), ("people.get_salary", 1, 1)]);
    assert_eq!((all.tools[0].p50_ms, all.tools[0].p95_ms), (2500, 2500));
    let count = |name: &str, count| Count { name: name.to_owned(), count };
    assert_eq!((all.failures, all.approvals), (vec![count("unknown_tool", 1)], vec![count("refused", 1)]));
    let shown = |overview: &domain::search::Overview| {
        overview.exposure.iter().map(|shown| (shown.model.clone(), shown.by_level)).collect::<Vec<_>>()
    };
    assert_eq!(
        shown(&reader.overview(Filter::default()).await.unwrap()),
        [("rehearsal".to_owned(), [1, 0, 0, 0])]
    );
    let only = |test| Filter { conditions: vec![Condition { not: false, any: vec![test] }] };
    let turn = reader.overview(only(Test::Turn(story.answered))).await.unwrap();
    assert_eq!(shown(&turn).len(), 1);
    let by_hand = reader.overview(only(Test::Is(Mark::ByHand))).await.unwrap();
    assert_eq!((by_hand.tools[0].calls, by_hand.exposure.len(), by_hand.failures.len()), (1, 0, 0));

    let (sources, tools) = reader.known().await.unwrap();
    assert_eq!(sources, ["crm", "people", "support"]);
    assert_eq!(tools, ["crm.get_customer", "people.get_salary", "support.add_note"]);
}

#[tokio::test]
async fn answers_are_listed_by_their_questions_the_last_first() {
    let scene = Scene::new();
    let store = scene.create().await;
    let story = story::tell(&scene, &store).await;
    let reader = store.reader();
    let rows = reader.answers(None, 10).await.unwrap();
    let [stopped, answered] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((stopped.turn, stopped.answered, stopped.calls), (story.stopped, false, 0));
    assert_eq!((answered.question.as_str(), answered.answered), ("What does  Norda\nowe us?", true));
    assert_eq!((answered.calls, answered.label.level), (4, Level::Restricted));
    assert_eq!(answered.sources, ["crm", "people", "support"]);
    assert_eq!(reader.answers(Some(stopped.seq), 10).await.unwrap(), rows[1..]);
    let view = reader.turn(story.answered).await.unwrap().unwrap();
    assert_eq!(view, reader.conversation(story.conversation).await.unwrap().unwrap().turns[0]);
    assert_eq!(reader.turn(TurnId::new(9, 9)).await.unwrap(), None);
}

#[tokio::test]
async fn no_statement_of_a_search_reads_all_calls() {
    let scene = Scene::new();
    let store = scene.create().await;
    fill(&scene, &store, 10).await;
    let sql = raw(scene.dir());
    for statement in [
        "SELECT first FROM block WHERE first < 9 ORDER BY first DESC",
        "SELECT kinds, NULL FROM block_calls WHERE first = 1",
        "SELECT seq FROM call WHERE conversation = 'x' ORDER BY seq",
        "SELECT seq FROM call WHERE turn = 'x' ORDER BY seq",
        "SELECT seq FROM call WHERE batch = 'x' ORDER BY seq",
        "SELECT seq FROM call WHERE id = 'x'",
        "SELECT seq FROM call WHERE outcome IS NULL ORDER BY seq",
        "SELECT rowid FROM words WHERE words MATCH 'x' AND rowid <= 9 ORDER BY rowid DESC LIMIT 9",
        "SELECT model, level, count(*) FROM request WHERE turn = 'x' GROUP BY model, level",
        "SELECT id FROM turn WHERE seq < 9 ORDER BY seq DESC LIMIT 9",
    ] {
        let mut plan = sql.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
        let steps = plan.query_map([], |row| row.get::<_, String>(3)).unwrap();
        for step in steps.map(Result::unwrap) {
            let scans =
                step.starts_with("SCAN") && !step.contains("USING") && !step.contains("VIRTUAL TABLE");
            let sorts = step.contains("ORDER BY");
            assert!(!scans && !sorts, "{statement}: {step}");
        }
    }
}
