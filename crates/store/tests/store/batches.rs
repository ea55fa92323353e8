//! What batches add: many intents in one append, early starts, attempts, shared results, retries by hand.

use domain::call::Verdict;
use domain::entry::Draft;
use domain::fact::{Dropped, Fact};
use domain::id::{BatchId, CallId, ConversationId, Handle, ModelCallId, Seq, TurnId};
use domain::label::{Category, Label, Level};
use domain::outcome::{FailureClass, Outcome};
use domain::payload::{Payload, PayloadRole};
use domain::time::Span;
use domain::view::{CallDetail, ConversationView};
use store::{CallQuery, Reader, Store, StoreError};

use crate::scene::{Scene, sound};
use crate::story::{Requested, asked};

/// A turn of which a test tells.
struct Turn<'a> {
    scene: &'a Scene,
    conversation: ConversationId,
    turn: TurnId,
    batch: BatchId,
    calls: [CallId; 6],
}

impl<'a> Turn<'a> {
    fn new(scene: &'a Scene) -> Self {
        let calls = [0; 6].map(|_| CallId::new(1, scene.fresh()));
        let (turn, batch) = (TurnId::new(1, scene.fresh()), BatchId::new(1, scene.fresh()));
        Self { scene, conversation: scene.conversation(), turn, batch, calls }
    }

    fn draft(&self, fact: Fact, payloads: Vec<Payload>) -> Draft {
        self.scene.draft(Some(self.conversation), fact, payloads)
    }

    fn begun(&self) -> Vec<Draft> {
        let opened = self.draft(Fact::ConversationOpened {}, vec![]);
        vec![opened, asked(self.scene, self.conversation, self.turn, "How is everybody?")]
    }

    fn requested(&self, place: usize) -> Draft {
        let (call, position) = (self.calls[place], u32::try_from(place).unwrap());
        let (batch, turn) = (Some(self.batch), Some(self.turn));
        let requested = Requested { call, batch, turn, position, tool: "crm.get_customer" };
        requested.draft(self.scene, Some(self.conversation), &format!("{{\"id\": {place}}}"))
    }

    fn early(&self, place: usize) -> Draft {
        let mut draft = self.requested(place);
        if let Fact::CallRequested { early, .. } = &mut draft.fact {
            *early = Some(ModelCallId::new(1, 1));
        }
        draft
    }

    /// The call at `place` makes the one at `first` again, by hand.
    fn retry(&self, place: usize, first: usize) -> Draft {
        let mut draft = self.requested(place);
        if let Fact::CallRequested { batch, turn, retry_of, .. } = &mut draft.fact {
            (*batch, *turn, *retry_of) = (None, None, Some(self.calls[first]));
        }
        draft
    }

    fn decided(&self, place: usize, verdict: Verdict) -> Draft {
        let (rule, policy) = ("reads-run".to_owned(), "00".repeat(32));
        self.draft(Fact::CallDecided { call: self.calls[place], verdict, rule, policy }, vec![])
    }

    fn edited(&self, place: usize, arguments: &str) -> Draft {
        let payload = self.scene.payload(PayloadRole::Arguments, arguments);
        let call = self.calls[place];
        let arguments = Some(payload.commitment());
        self.draft(Fact::ApprovalGiven { call, allowed: true, reason: None, arguments }, vec![payload])
    }

    fn sent(&self, place: usize, attempt: u32) -> Draft {
        let request = self.scene.payload(PayloadRole::Request, format!("GET /customers/{place} {attempt}"));
        let fact = Fact::CallSent {
            call: self.calls[place],
            attempt,
            page: None,
            method: "GET".to_owned(),
            endpoint: "http://127.0.0.1:1/customers".to_owned(),
            request: request.commitment(),
            idempotency_key: None,
        };
        self.draft(fact, vec![request])
    }

    fn attempt_ended(&self, place: usize, attempt: u32) -> Draft {
        let words = self.scene.payload(PayloadRole::Words, "503, try again");
        let fact = Fact::AttemptEnded {
            call: self.calls[place],
            attempt,
            failure: Some(FailureClass::Status),
            status: Some(503),
            words: words.commitment(),
            took: Span(1),
        };
        self.draft(fact, vec![words])
    }

    fn dropped(&self, place: usize) -> Draft {
        self.draft(Fact::CallDropped { call: self.calls[place], why: Dropped::Changed }, vec![])
    }

    fn ended(&self, place: usize, result: Option<&str>, from: Option<usize>) -> Draft {
        let result = result.map(|result| self.scene.payload(PayloadRole::Result, result));
        let fact = Fact::CallEnded {
            call: self.calls[place],
            outcome: Outcome::Returned,
            failure: None,
            status: Some(200),
            result: result.as_ref().map(Payload::commitment),
            words: None,
            size: 10,
            cut_from: None,
            took: Span(if from.is_some() { 0 } else { 2_000_000 }),
            label: Label::of(Level::Internal, [Category::Identity]),
            from: from.map(|from| self.calls[from]),
            phases: None,
            findings: None,
        };
        self.draft(fact, result.into_iter().collect())
    }

    /// In one batch: a call that was edited and tried again, one that started early, one that was dropped, one that
    /// shares the early one's result, and of that one a part is read; then the first is made again by hand.
    fn story(&self) -> Vec<Draft> {
        let mut drafts = self.begun();
        let opened = Fact::BatchOpened {
            batch: self.batch,
            turn: self.turn,
            request: ModelCallId::new(1, 1),
            calls: 4,
        };
        drafts.extend([
            self.early(1),
            self.decided(1, Verdict::Allow),
            self.sent(1, 1),
            self.early(2),
            self.sent(2, 1),
            self.draft(opened, vec![]),
            self.dropped(2),
            self.requested(0),
            self.decided(0, Verdict::Ask),
            self.edited(0, "{\"id\": 77}"),
            self.requested(3),
            self.requested(4),
            self.sent(0, 1),
            self.attempt_ended(0, 1),
            self.sent(0, 2),
            self.ended(1, Some("[1, 2, 3]"), None),
            self.ended(3, None, Some(1)),
            self.ended(0, Some("[77]"), None),
            self.ended(2, Some("[\"dropped\"]"), None),
            self.ended(4, Some("2"), Some(3)),
            self.retry(5, 0),
            self.sent(5, 1),
            self.ended(5, Some("[78]"), None),
        ]);
        drafts
    }
}

#[tokio::test]
async fn many_intents_wait_for_one_commit() {
    let scene = Scene::new();
    let store = scene.create().await;
    let turn = Turn::new(&scene);
    let mut before = turn.begun();
    before.extend([turn.requested(0), turn.requested(1)]);
    let intents = store.append_and_intend(before, vec![turn.sent(0, 1), turn.sent(1, 1)]).await.unwrap();
    let seqs: Vec<Seq> = intents.iter().map(|intent| intent.seq()).collect();
    assert_eq!(seqs, [Seq(5), Seq(6)]);
    for (seq, call) in seqs.into_iter().zip(turn.calls) {
        let entry = store.reader().entry(seq).await.unwrap().unwrap();
        assert_eq!(
            (entry.kind.as_str(), entry.body.0["call"].as_str()),
            ("call.sent", Some(&*call.to_string()))
        );
    }
    let found = sound(&store.reader()).await;
    assert_eq!((found.entries, found.checkpoints), (7, 2));
    assert!(store.append_and_intend(vec![], vec![]).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_intent_gives_leave_and_nothing_else_does() {
    let scene = Scene::new();
    let store = scene.create().await;
    let turn = Turn::new(&scene);
    for (before, intents) in [
        (vec![turn.sent(0, 1)], vec![turn.sent(1, 1)]),
        (vec![], vec![turn.sent(1, 1), turn.decided(1, Verdict::Allow)]),
        (
            vec![],
            vec![turn.sent(1, 1), {
                let mut twice = turn.sent(0, 1);
                twice.payloads.clear();
                twice
            }],
        ),
    ] {
        let refused = store.append_and_intend(before, intents).await;
        assert!(matches!(&refused, Err(StoreError::Draft(_))), "{refused:?}");
    }
    assert_eq!(sound(&store.reader()).await.entries, 1);
}

/// What screens show of a turn.
async fn shown(store: &Store, turn: &Turn<'_>) -> (Vec<CallDetail>, ConversationView) {
    let reader: Reader = store.reader();
    let mut details = Vec::new();
    for call in turn.calls {
        details.extend(reader.call(call, 1000).await.unwrap());
    }
    (details, reader.conversation(turn.conversation).await.unwrap().unwrap())
}

#[tokio::test]
async fn rows_say_what_batches_did() {
    let scene = Scene::new();
    let store = scene.create().await;
    let turn = Turn::new(&scene);
    store.append(turn.story()).await.unwrap();
    let (details, view) = shown(&store, &turn).await;
    let rows: Vec<_> = details.iter().map(|detail| &detail.row).collect();
    assert_eq!(rows.iter().map(|row| row.attempts).collect::<Vec<_>>(), [2, 1, 1, 0, 0, 1]);
    assert_eq!(
        rows.iter().map(|row| row.early).collect::<Vec<_>>(),
        [false, true, true, false, false, false]
    );
    assert_eq!((rows[0].edited, rows[0].telling.as_str(), rows[0].approved), (true, "id 77", Some(true)));
    assert_eq!((rows[1].edited, rows[1].telling.as_str()), (false, "id 1"));
    assert_eq!((rows[2].dropped, rows[1].dropped), (Some(Dropped::Changed), None));
    assert_eq!((rows[3].from, rows[4].from), (Some(turn.calls[1]), Some(turn.calls[3])));
    assert_eq!((rows[5].retry_of, rows[5].turn), (Some(turn.calls[0]), None));

    // A call that shares a result is shown with it; one that has its own, with that.
    let results = |place: usize| -> Vec<&str> {
        let payloads = details[place].payloads.iter();
        payloads.filter(|payload| payload.role == PayloadRole::Result).map(|payload| &*payload.text).collect()
    };
    assert_eq!((results(1), results(3), results(4)), (vec!["[1, 2, 3]"], vec!["[1, 2, 3]"], vec!["2"]));
    let kinds: Vec<_> = details[0].entries.iter().map(|entry| entry.kind.as_str()).collect();
    let told =
        ["call.requested", "call.decided", "approval.given", "call.sent", "attempt.ended", "call.sent"];
    assert_eq!(kinds[..6], told);

    // The dropped call stands where the message had it, and counts for nothing.
    let [shown] = view.turns.as_slice() else { panic!("{view:?}") };
    let [batch] = shown.batches.as_slice() else { panic!("{shown:?}") };
    assert_eq!(batch.calls.iter().map(|call| call.call).collect::<Vec<_>>(), turn.calls[..5]);
    assert_eq!(batch.sequential_ms, 4000);
    assert_eq!(shown.retries.iter().map(|call| call.call).collect::<Vec<_>>(), [turn.calls[5]]);
    assert_eq!(store.reader().next_handle(turn.conversation).await.unwrap(), 7);
    assert_eq!(store.reader().check_projections().await.unwrap(), []);

    // A retry of a retry is one of the turn's too.
    let mut again = turn.retry(5, 0);
    let next = CallId::new(1, scene.fresh());
    if let Fact::CallRequested { call, retry_of, .. } = &mut again.fact {
        (*call, *retry_of) = (next, Some(turn.calls[5]));
    }
    store.append(vec![again]).await.unwrap();
    let (_, view) = self::shown(&store, &turn).await;
    let retries: Vec<_> = view.turns[0].retries.iter().map(|call| call.call).collect();
    assert_eq!(retries, [turn.calls[5], next]);
}

#[tokio::test]
async fn rows_do_not_depend_on_what_shared_a_commit() {
    let mut told = Vec::new();
    for at_a_time in [1, 2, 5, 100] {
        let scene = Scene::new();
        let store = scene.create().await;
        let turn = Turn::new(&scene);
        let mut drafts = turn.story();
        while !drafts.is_empty() {
            let rest = drafts.split_off(at_a_time.min(drafts.len()));
            store.append(std::mem::replace(&mut drafts, rest)).await.unwrap();
        }
        let (mut details, view) = shown(&store, &turn).await;
        for entry in details.iter_mut().flat_map(|detail| &mut detail.entries) {
            // The leaves differ: each scene has its own clock and its own secrets.
            entry.leaf.clear();
        }
        told.push((details, view, store.reader().calls(CallQuery::default()).await.unwrap()));
        assert_eq!(store.reader().check_projections().await.unwrap(), []);
    }
    for other in &told[1..] {
        assert_eq!(*other, told[0]);
    }
}

#[tokio::test]
async fn a_story_that_makes_no_sense_gives_the_same_rows_again() {
    let scene = Scene::new();
    let store = scene.create().await;
    let turn = Turn::new(&scene);
    let nonsense = || {
        let mut drafts = vec![
            turn.ended(0, Some("before it was asked for"), None),
            turn.sent(0, 1),
            turn.requested(0),
            turn.early(0),
            turn.ended(0, Some("first"), None),
            turn.ended(0, None, Some(0)),
            turn.ended(1, None, Some(2)),
            turn.requested(2),
            turn.dropped(2),
            turn.dropped(2),
            turn.retry(3, 3),
            turn.ended(3, None, Some(3)),
        ];
        drafts.splice(0..0, turn.begun());
        drafts
    };
    store.append(nonsense()).await.unwrap();
    for draft in nonsense() {
        store.append(vec![draft]).await.unwrap();
    }
    assert_eq!(store.reader().check_projections().await.unwrap(), []);
    // A call that says that it drew on itself has no result, and asking for it ends.
    let circle = store.reader().call(turn.calls[3], 100).await.unwrap().unwrap();
    assert!(circle.payloads.iter().all(|payload| payload.role != PayloadRole::Result));
}

#[tokio::test]
async fn a_crash_in_a_batch_leaves_each_call_one_outcome() {
    let scene = Scene::new();
    let store = scene.create().await;
    let turn = Turn::new(&scene);
    let mut drafts = turn.begun();
    let held = Fact::BatchHeld { batch: turn.batch, calls: 200, limit: 128 };
    drafts.extend([
        turn.early(0),
        turn.sent(0, 1),
        turn.early(1),
        turn.requested(2),
        turn.draft(held, vec![]),
        turn.requested(3),
        turn.sent(3, 1),
        turn.attempt_ended(3, 1),
        turn.requested(4),
        turn.sent(4, 1),
        turn.sent(4, 2),
        turn.attempt_ended(4, 1),
    ]);
    store.append(drafts).await.unwrap();
    store.close().await;
    let (store, recovery) = scene.open().await;
    assert_eq!(recovery.unknown, [turn.calls[0], turn.calls[3], turn.calls[4]]);
    assert_eq!(recovery.cancelled, [turn.calls[1], turn.calls[2]]);
    for (place, words) in
        [(0, "under way"), (2, "before this call was sent"), (3, "tried again"), (4, "under way")]
    {
        let detail = store.reader().call(turn.calls[place], 1000).await.unwrap().unwrap();
        assert!(detail.payloads.last().unwrap().text.contains(words), "{place}: {detail:?}");
    }
    assert_eq!(store.reader().check_projections().await.unwrap(), []);
    let handles = store.reader().calls(CallQuery::default()).await.unwrap();
    assert_eq!(handles[0].handle, Handle(5));
}
