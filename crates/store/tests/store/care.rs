//! What is erased on record is gone from every file, what is held stays, and the proof stays whole either way.

use std::collections::HashSet;
use std::path::Path;

use domain::care::{EraseScope, HoldScope, Retention, RetentionRule};
use domain::fact::{Fact, MOST_ERASED};
use domain::id::{CallId, HoldId, Seq};
use domain::label::Level;
use domain::payload::PayloadRole;
use domain::time::Micros;
use rusqlite::types::ValueRef;
use store::{Erasure, Piece, Selection, Store, StoreError, Target};

use crate::scene::{Scene, raw};
use crate::story::{self, Story};

async fn meant(store: &Store, scope: EraseScope) -> Selection {
    store.reader().erasable(scope, |_, _| {}).await.unwrap()
}

fn calls(calls: &[CallId]) -> EraseScope {
    EraseScope::Calls { calls: calls.to_vec() }
}

pub(crate) async fn erase(scene: &Scene, store: &Store, targets: &[Target]) -> Vec<Seq> {
    let erasures = targets.chunks(MOST_ERASED).map(|targets| {
        let reason = scene.payload(PayloadRole::Reason, "they asked");
        let payloads = targets.iter().map(|target| target.commitment).collect();
        let fact = Fact::PayloadErased { payloads, reason: reason.commitment() };
        Erasure { draft: scene.draft(None, fact, vec![reason]), targets: targets.to_vec() }
    });
    store.erase(erasures.collect()).await.unwrap()
}

pub(crate) async fn hold(scene: &Scene, store: &Store, scope: HoldScope) -> HoldId {
    let (hold, reason) = (HoldId::new(1, scene.fresh()), scene.payload(PayloadRole::Reason, "litigation"));
    let (of, call) = match scope {
        HoldScope::Everything => (None, None),
        HoldScope::Conversation { conversation } => (Some(conversation), None),
        HoldScope::Call { call } => (None, Some(call)),
    };
    let fact = Fact::HoldSet { hold, of, call, reason: reason.commitment() };
    store.append(vec![scene.draft(None, fact, vec![reason])]).await.unwrap();
    hold
}

pub(crate) async fn release(scene: &Scene, store: &Store, hold: HoldId) {
    let reason = scene.payload(PayloadRole::Reason, "settled");
    let fact = Fact::HoldReleased { hold, reason: reason.commitment() };
    store.append(vec![scene.draft(None, fact, vec![reason])]).await.unwrap();
}

/// Where these words stand in any column of any table of either file.
fn places_of(dir: &Path, words: &str) -> Vec<String> {
    let sql = raw(dir);
    let mut tables = sql
        .prepare(
            "SELECT 'main', name FROM main.sqlite_schema WHERE type = 'table'
             UNION ALL SELECT 'projections', name FROM projections.sqlite_schema
             WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'",
        )
        .unwrap();
    let tables: Vec<(String, String)> =
        tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    let mut places = Vec::new();
    for (file, table) in tables {
        let Ok(mut statement) = sql.prepare(&format!("SELECT * FROM {file}.{table}")) else { continue };
        let (width, mut rows) = (statement.column_count(), statement.query([]).unwrap());
        while let Some(row) = rows.next().unwrap() {
            for column in 0..width {
                let bytes = match row.get_ref(column).unwrap() {
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
                    _ => continue,
                };
                let unpacked = zstd::stream::decode_all(bytes.as_slice()).unwrap_or_default();
                for bytes in [bytes, unpacked] {
                    if bytes.windows(words.len()).any(|window| window == words.as_bytes()) {
                        places.push(format!("{table}.{column}"));
                    }
                }
            }
        }
    }
    places
}

/// Everything that is stored fits together, where payloads that are erased on record are left out.
async fn whole(store: &Store, erased: &[Target]) {
    let reader = store.reader();
    assert_eq!(reader.check_projections().await.unwrap(), []);
    let gone: HashSet<_> = erased.iter().map(|target| target.commitment).collect();
    let stored = tokio::task::spawn_blocking(move || {
        let pieces = reader.evidence().unwrap().map(Result::unwrap);
        pieces
            .filter_map(|piece| match piece {
                Piece::Payload { commitment, .. } => Some(commitment),
                _ => None,
            })
            .collect::<HashSet<_>>()
    })
    .await
    .unwrap();
    assert!(stored.is_disjoint(&gone) && !stored.is_empty());
    for target in erased {
        let reader = store.reader();
        assert_eq!(reader.payload_bytes(target.seq, target.commitment).await.unwrap(), None);
        reader.prove(target.seq).await.unwrap();
    }
}

async fn told(scene: &Scene) -> (Store, Story) {
    let store = scene.create().await;
    let story = story::tell(scene, &store).await;
    (store, story)
}

#[tokio::test]
async fn an_erased_call_is_in_no_file_and_every_proof_still_holds() {
    let scene = Scene::new();
    let (store, story) = told(&scene).await;
    assert!(!places_of(scene.dir(), "B_b 100%").is_empty(), "before");
    let meant = meant(&store, calls(&[story.calls[3]])).await;
    assert_eq!(meant.preview.payloads, meant.targets.len() as u64);
    let roles: Vec<_> = meant.targets.iter().map(|target| target.role).collect();
    assert!(roles.contains(&PayloadRole::Arguments) && roles.contains(&PayloadRole::Request), "{roles:?}");
    assert!(!roles.contains(&PayloadRole::Answer) && !roles.contains(&PayloadRole::Question));

    let seqs = erase(&scene, &store, &meant.targets).await;
    assert_eq!(store.reader().entry(seqs[0]).await.unwrap().unwrap().kind, "payload.erased");
    assert_eq!(places_of(scene.dir(), "B_b 100%"), [""; 0]);
    for log in ["tieout.db-wal", "projections.db-wal"] {
        assert_eq!(scene.dir().join(log).metadata().unwrap().len(), 0, "{log}");
    }
    whole(&store, &meant.targets).await;
    let detail = store.reader().call(story.calls[3], 100).await.unwrap().unwrap();
    assert_eq!(detail.row.telling, "");
    assert!(detail.payloads.iter().all(|payload| payload.erased == Some(seqs[0]) && payload.text.is_empty()));
    assert!(detail.payloads.iter().any(|payload| payload.role == PayloadRole::Arguments));

    // A second time there is nothing left, and that is said.
    let again = self::meant(&store, calls(&[story.calls[3]])).await;
    assert_eq!((again.targets.len(), again.preview.gone), (0, meant.preview.payloads));
    store.close().await;
    let (store, recovery) = scene.open().await;
    assert!(recovery.is_empty());
    whole(&store, &meant.targets).await;
}

#[tokio::test]
async fn tables_that_are_made_again_know_no_more_than_those_that_were_kept() {
    let scene = Scene::new();
    let (store, story) = told(&scene).await;
    let conversation = EraseScope::Conversation { conversation: story.conversation };
    let meant = meant(&store, conversation).await;
    erase(&scene, &store, &meant.targets).await;
    let kept = store.reader().conversation(story.conversation).await.unwrap().unwrap();
    assert_eq!((kept.row.title.as_str(), kept.turns[0].question.as_str()), ("", ""));
    store.close().await;
    std::fs::remove_file(scene.dir().join("projections.db")).unwrap();
    let (store, _) = scene.open().await;
    assert_eq!(store.reader().conversation(story.conversation).await.unwrap().unwrap(), kept);
    whole(&store, &meant.targets).await;
}

#[tokio::test]
async fn a_hold_wins_until_it_is_released() {
    let scene = Scene::new();
    let (store, story) = told(&scene).await;
    let all = meant(&store, calls(&story.calls)).await;
    let others = meant(&store, calls(&[story.by_hand])).await.preview.payloads;
    let scopes = [
        HoldScope::Everything,
        HoldScope::Conversation { conversation: story.conversation },
        HoldScope::Call { call: story.calls[0] },
    ];
    for scope in scopes {
        let hold = hold(&scene, &store, scope).await;
        let held = meant(&store, calls(&story.calls)).await;
        let by_hand = meant(&store, calls(&[story.by_hand])).await.preview.payloads;
        match scope {
            HoldScope::Everything => assert_eq!((held.targets.len(), by_hand), (0, 0)),
            HoldScope::Conversation { .. } => assert_eq!((held.targets.len(), by_hand), (0, others)),
            HoldScope::Call { .. } => {
                assert!(!held.targets.is_empty() && held.targets.len() < all.targets.len());
            }
        }
        assert_eq!(held.preview.held + held.preview.payloads, all.preview.payloads);
        let view = store.reader().holds().await.unwrap().remove(0);
        assert_eq!((view.scope, view.reason.as_str(), view.released_at), (scope, "litigation", None));
        release(&scene, &store, hold).await;
        assert!(store.reader().holds().await.unwrap()[0].released_at.is_some());
    }
    assert_eq!(meant(&store, calls(&story.calls)).await, all);
    assert_eq!(store.reader().check_projections().await.unwrap(), []);
}

#[tokio::test]
async fn a_subject_is_found_wherever_it_is_written() {
    let scene = Scene::new();
    let (store, _) = told(&scene).await;
    let subject = |words: &str| EraseScope::Subject { words: words.to_owned() };
    let found = meant(&store, subject("norda")).await;
    assert!(found.targets.iter().any(|target| target.role == PayloadRole::Question), "{found:?}");
    erase(&scene, &store, &found.targets).await;
    assert_eq!(meant(&store, subject("NORDA")).await.targets, []);
    assert_eq!(places_of(scene.dir(), "Norda"), [""; 0]);
    assert_eq!(meant(&store, subject("nobody of that name")).await.preview.payloads, 0);
}

#[tokio::test]
async fn settings_and_reasons_stay_and_what_is_under_way_too() {
    let scene = Scene::new();
    let (store, story) = told(&scene).await;
    hold(&scene, &store, HoldScope::Call { call: story.calls[0] }).await;
    let open = CallId::new(1, scene.fresh());
    let requested = story::Requested { call: open, batch: None, turn: None, position: 0, tool: "crm.find" };
    store.append(vec![requested.draft(&scene, None, r#"{"id": 9}"#)]).await.unwrap();
    let all = meant(&store, EraseScope::Before { at: Micros(i64::MAX) }).await;
    assert!(!all.targets.iter().any(|target| target.role == PayloadRole::Setting));
    assert_eq!(all.preview.busy, 1);
    let never = meant(&store, EraseScope::Before { at: Micros(0) }).await;
    assert_eq!(never, Selection::default());
    let nobody = store.reader().erasable(calls(&[CallId::new(9, 9)]), |_, _| {}).await;
    assert!(matches!(nobody, Err(StoreError::NotFound)), "{nobody:?}");
}

#[tokio::test]
async fn what_was_kept_as_long_as_the_rules_say_is_due() {
    let scene = Scene::new();
    let (store, story) = told(&scene).await;
    let rule = |role, at_least, days| RetentionRule { role, at_least, days };
    let after = |days: i64, rules: Vec<RetentionRule>| {
        let now = Micros(scene.now().at.0 + days * 86_400_000_000);
        meant(&store, EraseScope::Overdue { rules: Retention { rules }, now })
    };
    let prompts = vec![rule(Some(PayloadRole::Prompt), None, 10)];
    assert_eq!(after(9, prompts.clone()).await.targets, []);
    let due = after(11, prompts).await.targets;
    assert!(!due.is_empty() && due.iter().all(|target| target.role == PayloadRole::Prompt), "{due:?}");
    assert_eq!(after(10_000, Vec::new()).await.targets, []);
    // The call by hand is less sensitive than the conversation.
    let sensitive = after(11, vec![rule(None, Some(Level::Restricted), 10)]).await.targets;
    let by_hand = meant(&store, calls(&[story.by_hand])).await.targets;
    assert!(!sensitive.is_empty() && !by_hand.iter().any(|target| sensitive.contains(target)));
}

#[tokio::test]
async fn an_entry_erases_what_it_names_and_nothing_else() {
    let scene = Scene::new();
    let (store, story) = told(&scene).await;
    let targets = meant(&store, calls(&[story.by_hand])).await.targets;
    let reason = scene.payload(PayloadRole::Reason, "a mistake");
    let fact = Fact::PayloadErased { payloads: vec![targets[0].commitment], reason: reason.commitment() };
    let draft = scene.draft(None, fact, vec![reason]);
    let refused = store.erase(vec![Erasure { draft, targets }]).await;
    assert!(matches!(refused, Err(StoreError::Draft(_))), "{refused:?}");
    assert_eq!(store.reader().check_projections().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_stays_keeps_nobody_from_recording() {
    let scene = Scene::new();
    let (store, story) = told(&scene).await;
    let meant = meant(&store, calls(&[story.calls[3]])).await;
    let reader = store.reader();
    let held = tokio::task::spawn_blocking(move || reader.snapshot().unwrap()).await.unwrap();
    let mut erasing = std::pin::pin!(erase(&scene, &store, &meant.targets));
    let recording = async {
        let target = &meant.targets[0];
        while store.reader().payload_bytes(target.seq, target.commitment).await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
        for _ in 0..50 {
            store.append(vec![scene.opened()]).await.unwrap();
        }
    };
    // Who erases waits for the reader, since it keeps the log with the words. Nobody else does.
    tokio::select! {
        biased;
        _ = &mut erasing => panic!("the log can't be empty while a reader keeps it"),
        () = recording => {}
    }
    assert!(logs(&scene).iter().any(|length| *length > 0));
    drop(held);
    erasing.await;
    assert_eq!(logs(&scene), [0, 0]);
    assert_eq!(places_of(scene.dir(), "B_b 100%"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_reader_kept_goes_when_the_reader_does_though_nobody_waits_for_it() {
    let scene = Scene::new();
    let (store, story) = told(&scene).await;
    let meant = meant(&store, calls(&[story.calls[3]])).await;
    let reader = store.reader();
    let held = tokio::task::spawn_blocking(move || reader.snapshot().unwrap()).await.unwrap();
    {
        let mut erasing = std::pin::pin!(erase(&scene, &store, &meant.targets));
        let target = &meant.targets[0];
        let erased = async {
            while store.reader().payload_bytes(target.seq, target.commitment).await.unwrap().is_some() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = &mut erasing => panic!("the log can't be empty while a reader keeps it"),
            () = erased => {}
        }
    }
    // Whoever erased went away. The logs are tried again when nothing else is recorded.
    drop(held);
    while logs(&scene) != [0, 0] || !places_of(scene.dir(), "B_b 100%").is_empty() {
        tokio::task::yield_now().await;
    }
}

fn logs(scene: &Scene) -> [u64; 2] {
    ["tieout.db-wal", "projections.db-wal"].map(|log| scene.dir().join(log).metadata().unwrap().len())
}

#[tokio::test]
async fn evidence_that_is_held_keeps_no_log_and_says_so_when_something_goes_meanwhile() {
    let scene = Scene::new();
    let (store, story) = told(&scene).await;
    let meant = meant(&store, calls(&[story.calls[3]])).await;
    let mut held = store.reader().evidence().unwrap();
    assert!(matches!(held.next(), Some(Ok(Piece::Entry { .. }))));
    store.append(vec![scene.opened()]).await.unwrap();
    let seen: Vec<Seq> = held
        .map(Result::unwrap)
        .filter_map(|piece| match piece {
            Piece::Entry { seq, .. } => Some(seq),
            _ => None,
        })
        .collect();
    assert!(
        seen.iter().copied().eq((1..=seen.len() as u64).map(Seq)),
        "appending overtakes nobody: {seen:?}"
    );

    let mut held = store.reader().evidence().unwrap();
    assert!(held.next().is_some());
    erase(&scene, &store, &meant.targets).await;
    assert_eq!(logs(&scene), [0, 0]);
    let ends: Vec<_> = held.filter_map(Result::err).collect();
    assert!(matches!(ends[..], [StoreError::Overtaken]), "{ends:?}");
    assert!(store.reader().evidence().unwrap().all(|piece| piece.is_ok()));
}
