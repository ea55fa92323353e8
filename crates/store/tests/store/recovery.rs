//! What a run left open is closed at the next opening, once.

use domain::fact::Fact;
use domain::id::{CallId, Seq, TurnId};
use domain::outcome::Outcome;

use crate::scene::{Scene, sound};
use crate::story::{self, Requested, asked, sent};

#[tokio::test]
async fn open_calls_and_turns_are_closed_once() {
    let scene = Scene::new();
    let store = scene.create().await;
    story::tell(&scene, &store).await;
    let conversation = scene.conversation();
    let turn = TurnId::new(5, scene.fresh());
    let opened = scene.draft(Some(conversation), Fact::ConversationOpened {}, vec![]);
    store.append(vec![opened, asked(&scene, conversation, turn, "And then?")]).await.unwrap();
    let calls = [0; 3].map(|_| CallId::new(5, scene.fresh()));
    for (position, call) in (0..).zip(calls) {
        let by_hand = position == 2;
        let within = (!by_hand).then_some(conversation);
        let turn = (!by_hand).then_some(turn);
        let requested = Requested { call, batch: None, turn, position, tool: "crm.get_customer" };
        store.append(vec![requested.draft(&scene, within, "{}")]).await.unwrap();
    }
    sent(&scene, &store, Some(conversation), calls[0], 1).await;
    sent(&scene, &store, None, calls[2], 1).await;
    let last = Seq(store.reader().head().await.unwrap().0 - 1);
    drop(store);

    let (store, recovery) = scene.open().await;
    assert_eq!(recovery.unknown, [calls[0], calls[2]]);
    assert_eq!(recovery.cancelled, [calls[1]]);
    assert_eq!(recovery.turns, [turn]);
    let reader = store.reader();
    for (call, outcome) in calls.into_iter().zip([Outcome::Unknown, Outcome::Cancelled, Outcome::Unknown]) {
        let detail = reader.call(call, 1000).await.unwrap().unwrap();
        assert_eq!(detail.row.outcome, Some(outcome));
        assert!(detail.payloads.iter().any(|payload| payload.text.starts_with("The program ended")));
    }
    let (size, _) = reader.head().await.unwrap();
    let closing = reader.entry(Seq(size - 1)).await.unwrap().unwrap();
    assert_eq!(closing.kind, "trail.recovered");
    assert_eq!(closing.body.0["after"], last.0);
    assert_eq!((&closing.body.0["unknown"], &closing.body.0["cancelled"]), (&2.into(), &1.into()));
    let view = reader.conversation(conversation).await.unwrap().unwrap();
    assert_eq!(view.turns[0].stopped, Some(domain::fact::Stopped::Crashed));
    assert_eq!(view.turns[0].words, "The program ended in the middle of this turn. Ask again to go on.");
    assert_eq!(reader.check_projections().await.unwrap(), []);
    sound(&reader).await;
    store.close().await;

    let (store, again) = scene.open().await;
    assert!(again.is_empty());
    assert_eq!(store.reader().head().await.unwrap().0, size, "nothing is written the second time");
}
