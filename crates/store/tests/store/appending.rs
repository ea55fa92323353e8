//! Appending: durable, dense, chained, refused where it must be, and shared between callers.

use domain::fact::{Change, Fact};
use domain::id::{Seq, TurnId};
use domain::payload::PayloadRole;
use store::StoreError;

use crate::scene::{Scene, sound};
use crate::story::{self, source, source_changed};

#[tokio::test]
async fn what_was_appended_is_there_after_reopening_and_its_root_is_signed() {
    let scene = Scene::new();
    let store = scene.create().await;
    let conversation = Some(scene.conversation());
    let first = scene.draft(conversation, Fact::ConversationOpened {}, vec![]);
    assert_eq!(store.append(vec![first, scene.opened()]).await.unwrap(), [Seq(1), Seq(2)]);
    // Enough for tiles, in groups that don't end where tiles do.
    for _ in 0..6 {
        let drafts =
            (0..101).map(|_| scene.draft(conversation, Fact::ConversationOpened {}, vec![])).collect();
        store.append(drafts).await.unwrap();
    }
    let before = sound(&store.reader()).await;
    assert_eq!((before.entries, before.checkpoints, before.tiles), (609, 8, 2));
    store.close().await;

    let (store, recovery) = scene.open().await;
    assert!(recovery.is_empty());
    assert_eq!(sound(&store.reader()).await, before);
    // The conversation's chain goes on from what is on disk.
    let next = scene.draft(conversation, Fact::ConversationOpened {}, vec![]);
    assert_eq!(store.append(vec![next]).await.unwrap(), [Seq(609)]);
    assert_eq!(sound(&store.reader()).await.entries, 610);
    assert_eq!(store.append(vec![]).await.unwrap(), []);
}

#[tokio::test]
async fn a_draft_brings_exactly_the_payloads_that_its_fact_names() {
    let scene = Scene::new();
    let store = scene.create().await;
    let conversation = scene.conversation();
    let question = || scene.payload(PayloadRole::Question, "Who?");
    let asked = |commitment, payloads| {
        let fact = Fact::QuestionAsked { turn: TurnId::new(1, scene.fresh()), question: commitment };
        scene.draft(Some(conversation), fact, payloads)
    };
    let named = question();
    let wrong = [
        vec![asked(named.commitment(), vec![])],
        vec![asked(named.commitment(), vec![question()])],
        vec![asked(named.commitment(), vec![named.clone(), question()])],
        vec![asked(named.commitment(), vec![named.clone()]), asked(named.commitment(), vec![named.clone()])],
        // All or nothing: the first of the two is as it should be.
        vec![scene.draft(Some(conversation), Fact::ConversationOpened {}, vec![]), {
            let mut unwritable = scene.opened();
            unwritable.moment.mono = 1 << 60;
            unwritable
        }],
    ];
    let before = sound(&store.reader()).await;
    for drafts in wrong {
        let refused = store.append(drafts).await;
        assert!(matches!(&refused, Err(StoreError::Draft(_))), "{refused:?}");
        assert!(!refused.unwrap_err().is_fatal());
    }
    assert_eq!(sound(&store.reader()).await, before);
    // And the conversation goes on as if nothing had been.
    store.append(vec![asked(named.commitment(), vec![named])]).await.unwrap();
    assert_eq!(sound(&store.reader()).await.entries, before.entries + 1);
}

#[tokio::test]
async fn on_record_a_runs_clock_never_goes_back() {
    let scene = Scene::new();
    let store = scene.create().await;
    let (earlier, later) = (scene.opened(), scene.opened());
    let mono = later.moment.mono;
    assert!(earlier.moment.mono < mono);
    // Tasks read the clock before they queue for the writer.
    let seqs = store.append(vec![later, earlier]).await.unwrap();
    for seq in seqs {
        assert_eq!(store.reader().entry(seq).await.unwrap().unwrap().body.0["mono"], mono);
    }
}

#[tokio::test]
async fn only_what_is_about_to_leave_is_an_intent() {
    let scene = Scene::new();
    let store = scene.create().await;
    assert!(matches!(store.intend(scene.opened()).await, Err(StoreError::Draft(_))));
}

#[tokio::test]
async fn a_setting_and_its_entry_say_the_same() {
    let scene = Scene::new();
    let store = scene.create().await;
    let (crm, billing) = (source("crm"), source("billing"));
    for wrong in [
        source_changed(&scene, "crm", Change::Added, Some(&billing)),
        source_changed(&scene, "billing", Change::Added, Some(&crm)),
        source_changed(&scene, "crm", Change::Removed, Some(&crm)),
        source_changed(&scene, "crm", Change::Removed, None),
        scene.opened(),
    ] {
        assert!(matches!(store.put_source(&crm, wrong).await, Err(StoreError::Draft(_))));
    }
    let still_there = source_changed(&scene, "crm", Change::Replaced, Some(&crm));
    assert!(matches!(store.remove_source(&crm.name, still_there).await, Err(StoreError::Draft(_))));
    assert_eq!(sound(&store.reader()).await.entries, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_who_come_together_share_a_commit() {
    let scene = std::sync::Arc::new(Scene::new());
    let store = scene.create().await;
    let callers: Vec<_> = (0..64)
        .map(|_| {
            let (scene, store) = (scene.clone(), store.clone());
            tokio::spawn(async move {
                let mut seqs = Vec::new();
                for _ in 0..10 {
                    seqs.extend(store.append(vec![scene.opened()]).await.unwrap());
                }
                seqs
            })
        })
        .collect();
    let mut seqs = Vec::new();
    for caller in callers {
        seqs.extend(caller.await.unwrap());
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=640).map(Seq).collect::<Vec<_>>());
    let found = sound(&store.reader()).await;
    assert!(found.checkpoints * 4 < found.entries, "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_callers_mistake_is_not_its_neighbours() {
    let scene = std::sync::Arc::new(Scene::new());
    let store = scene.create().await;
    let conversation = scene.conversation();
    let callers: Vec<_> = (0..64)
        .map(|caller| {
            let (scene, store) = (scene.clone(), store.clone());
            tokio::spawn(async move {
                let sound = scene.draft(Some(conversation), Fact::ConversationOpened {}, vec![]);
                let mut unwritable = scene.draft(Some(conversation), Fact::ConversationOpened {}, vec![]);
                unwritable.moment.mono = 1 << 60;
                let wrong = caller % 2 == 0;
                let drafts = if wrong { vec![sound, unwritable] } else { vec![sound] };
                assert_eq!(store.append(drafts).await.is_err(), wrong);
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(sound(&store.reader()).await.entries, 33);
    assert_eq!(store.reader().check_projections().await.unwrap(), []);
}

#[tokio::test]
async fn a_trail_that_cannot_be_written_takes_nothing_more() {
    let scene = Scene::new();
    let store = scene.create().await;
    store.append(vec![scene.opened()]).await.unwrap();
    scene
        .raw()
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON checkpoint WHEN NEW.size > 2
             BEGIN SELECT RAISE(ABORT, 'no space left'); END",
        )
        .unwrap();
    for _ in 0..2 {
        let refused = store.append(vec![scene.opened()]).await.unwrap_err();
        assert!(matches!(&refused, StoreError::Fatal(why) if why.contains("no space left")), "{refused:?}");
        assert!(refused.is_fatal() && store.is_lost());
    }
    // Nobody else may write on either: the lock goes with the program.
    assert!(matches!(
        scene.try_open(scene.dir(), crate::scene::keys(crate::scene::KEY, 9)).await,
        Err(StoreError::Held(_))
    ));
    assert_eq!(sound(&store.reader()).await.entries, 2);
    store.close().await;
    scene.raw().execute_batch("DROP TRIGGER full").unwrap();
    let (store, _) = scene.open().await;
    story::tell(&scene, &store).await;
    sound(&store.reader()).await;
}
