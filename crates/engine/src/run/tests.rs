//! What can't be brought about from outside: a stop between a call's entry and its first byte, a fault of our own.

use std::sync::Arc;

use domain::event::Happening;
use domain::fact::Stopped;
use domain::id::{CallId, ConversationId, Handle, TurnId};
use domain::label::Level;
use domain::outcome::Outcome;
use domain::secret::Secret;
use rehearsal::{Plan, Rehearsal};
use tokio::sync::{mpsc, watch};
use turn::{Interruption, Lane};

use super::ask::Entered;
use super::calling::{Start, attempt};
use super::departure::Departure;
use crate::clock::id_parts;
use crate::detection::Looked;
use crate::engine::Engine;
use crate::ready::Ready;
use crate::turns::Ears;
use crate::workspace::KeychainChoice;

/// A write that a person stops while its entry becomes durable.
#[tokio::test]
async fn what_is_stopped_while_it_is_recorded_does_not_leave() {
    stopped_while_it_is_recorded(1, Outcome::Cancelled).await;
}

/// The attempt before may have taken effect, so that nobody can say that nothing happened.
#[tokio::test]
async fn a_later_attempt_of_a_write_that_does_not_leave_is_unknown() {
    stopped_while_it_is_recorded(2, Outcome::Unknown).await;
}

async fn stopped_while_it_is_recorded(number: u32, outcome: Outcome) {
    let mut scene = Writing::new(number).await;
    let inner = &scene.engine.inner;
    let place = scene.departure.enter(inner);
    let intent = inner.store().unwrap().intend(scene.departure.intent(inner).unwrap()).await.unwrap();
    // Said while the entry was on its way to the disk: when the attempt may go on, it stands there already.
    scene.ends(Start::Recorded(place, intent), Interruption::Person, outcome).await;
}

/// Another attempt of the call ended it: on record this one would stand behind the call's end.
#[tokio::test]
async fn what_is_called_off_at_its_gate_does_not_come_on_record() {
    let scene = Writing::new(1).await;
    let place = scene.departure.enter(&scene.engine.inner);
    scene.ends(Start::InLine(place), Interruption::Needless, Outcome::Cancelled).await;
}

/// A write that is about to leave.
struct Writing {
    rehearsal: Rehearsal,
    engine: Engine,
    departure: Departure,
    _folder: tempfile::TempDir,
}

impl Writing {
    /// As the attempt of this number.
    async fn new(number: u32) -> Self {
        let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (engine, _) =
            Engine::create(&folder.path().join("workspace"), "Test", KeychainChoice::Memory).await.unwrap();
        let source = Arc::new(Engine::read_source(&rehearsal.echo_source().toml).unwrap());
        let tool = source.tool(&"write".parse().unwrap()).unwrap().clone();
        let (unix_ms, random) = id_parts().unwrap();
        let call = CallId::new(unix_ms, random);
        let arguments = r#"{"id": "a", "value": 1}"#;
        let prepared = Ready::new(&source, &tool, arguments, None::<Secret>, None, call).unwrap();
        let departure = Departure {
            call,
            attempt: number,
            page: None,
            handle: Handle(1),
            effect: tool.effect,
            conversation: None,
            source,
            prepared,
            credential: None,
            token: None,
            idempotency_key: None,
            unsettled: number > 1,
            lane: Lane(1),
            budget: 1024,
            looked: Looked {
                looking: engine.inner.catalogue.read(&engine.inner.reader).await.unwrap().looking.clone(),
                tool: "echo.write".to_owned(),
                arguments: arguments.to_owned(),
                label: tool.label.clone(),
            },
            clearance: Level::Restricted,
        };
        Self { rehearsal, engine, departure, _folder: folder }
    }

    /// Called off for this reason it ends so; nothing leaves, and nothing comes on record for it.
    async fn ends(self, start: Start, why: Interruption, outcome: Outcome) {
        let (sent, mut left) = mpsc::unbounded_channel();
        let (_stop, stopped) = watch::channel(Some(why));
        let inner = self.engine.inner.clone();
        let before = inner.reader.stats().await.unwrap().entries;
        let arrival = attempt(inner.clone(), self.departure, start, sent, stopped).await.unwrap();
        assert_eq!(inner.reader.stats().await.unwrap().entries, before);
        drop(inner);
        assert_eq!(arrival.finished.outcome, outcome);
        assert!(left.recv().await.is_none(), "nobody is told that it left");
        assert!(self.rehearsal.requests().iter().all(|request| request.service != "echo"));
        self.engine.shutdown().await;
        self.rehearsal.stop().await;
    }
}

#[tokio::test]
async fn a_turn_whose_task_fails_says_so_and_lets_the_conversation_go() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, _) =
        Engine::create(&folder.path().join("workspace"), "Test", KeychainChoice::Memory).await.unwrap();
    let inner = &engine.inner;
    let (turn, conversation) = (TurnId::new(1, 1), ConversationId::new(1, 1));
    let (out, mut events) = mpsc::unbounded_channel();
    let Ears { says: _says, ends } = inner.turns.enter(turn, conversation).unwrap();
    assert!(inner.turns.enter(TurnId::new(1, 2), conversation).is_err());
    let entered = Entered { inner: inner.clone(), turn, out, _ends: ends };
    let task = tokio::spawn(async move {
        let _until_it_is_over = entered;
        panic!("a fault");
    });
    assert!(task.await.is_err_and(|error| error.is_panic()));
    let said = events.recv().await.unwrap().what;
    assert!(matches!(said, Happening::TurnEnded { stopped: Some(Stopped::Crashed), .. }), "{said:?}");
    assert!(events.recv().await.is_none());
    assert!(inner.turns.enter(TurnId::new(1, 2), conversation).is_ok());
    engine.shutdown().await;
}
