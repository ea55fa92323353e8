//! One attempt of a call, from its gate to its end: a task of its own, owned by its turn.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::effect::Effect;
use domain::id::{CallId, Handle};
use domain::intent::DurableIntent;
use domain::label::Level;
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::time::Span;
use store::StoreError;
use tokio::sync::{mpsc, watch};
use turn::Interruption;

use super::departure::{Departure, Notice};
use super::following::{Followed, follow};
use super::queue::wait_in_line;
use super::stops::{
    recalled, still_unknown, stopped, stopped_read, stopped_under_way, unknown_write, withdrawn, withheld,
};
use crate::backlog::Room;
use crate::detection::Looked;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::finished::{Finished, Uncovered};
use crate::gate::Place;
use crate::inner::Inner;
use crate::tokens::NoToken;

/// How long a write that is stopped may still tell us its outcome.
const GRACE: Duration = Duration::from_secs(5);

/// How far an attempt has come before its task begins.
pub(crate) enum Start {
    /// It waits first: a pause between attempts.
    After(Span),
    /// It is in line at its gate.
    InLine(Place),
    /// It passed its gate, and its entry is durable.
    Recorded(Place, DurableIntent),
    /// It may not leave: the disk has no room for its entry.
    Withheld,
}

/// How it ended.
pub(crate) struct Arrival {
    pub(crate) call: CallId,
    /// Which attempt; `None` if it was answered from the record.
    pub(crate) attempt: Option<u32>,
    pub(crate) finished: Finished,
    /// From sending to the end; nothing if it was never sent.
    pub(crate) took: Span,
    /// What its result takes until it is on record.
    pub(crate) room: Room,
}

/// Waits for its gate, records that it is about to be sent, sends, and returns how it ended. `stop` says when to give
/// up.
///
/// # Errors
/// Only if the trail can't be written: then nothing was sent.
pub(crate) async fn attempt(
    inner: Arc<Inner>,
    mut departure: Departure,
    start: Start,
    notices: mpsc::UnboundedSender<Notice>,
    mut stop: watch::Receiver<Option<Interruption>>,
) -> Result<Arrival, EngineError> {
    let Departure { call, attempt, handle, effect, budget, unsettled, .. } = departure;
    let (looked, clearance) = (departure.looked.clone(), departure.clearance);
    // Nothing came back, so there is nothing to look at.
    let unsent = |ending| {
        let finished = Finished::new(ending, handle, budget)?;
        let (took, room) = (Span::default(), Room::default());
        Ok(Arrival { call, attempt: Some(attempt), finished, took, room })
    };

    let (place, intent) = match let_go(&inner, &mut departure, start, &notices, &mut stop).await? {
        Ok(let_go) => let_go,
        Err(ending) => return unsent(ending),
    };

    if effect == Effect::Write {
        // What it waits for is to hold the entry that is durable now, so it waits here.
        let engine = Engine { inner: Arc::clone(&inner) };
        let held_back = tokio::select! {
            biased;
            why = stopped(&mut stop) => return unsent(recalled(why, effect, attempt)),
            held_back = engine.anchor_before(intent.seq()) => held_back?,
        };
        if let Some(words) = held_back {
            let outcome = if attempt > 1 { Outcome::Unknown } else { Outcome::Cancelled };
            return unsent(Ending::without_body(outcome, None, words));
        }
    }
    // Becoming durable takes a while, in which a person may have stopped it: nothing of it has left yet.
    let stopped_meanwhile = *stop.borrow();
    if let Some(why) = stopped_meanwhile {
        return unsent(recalled(why, effect, attempt));
    }
    let begun = Instant::now();
    // Nobody listens any more when a shutdown is under way; the call's end is recorded all the same.
    let _nobody_listens = notices.send(Notice::Sent(call, attempt, begun));
    let source = departure.source.name.clone();
    // What came of this source before holds no longer: not from now on, since nobody knows when the write takes effect,
    // and not what is read until it has ended.
    let changed = || effect.writes().then(|| inner.kept.changed(&source));
    changed();
    let says = notices.clone();
    let progress = Arc::new(move |words| drop(says.send(Notice::Progress(call, words))));
    let pages = departure.prepared.pages();
    let ending = {
        let prepared = departure.prepared.clone();
        let performing = prepared.perform(&inner, &departure.source, attempt, intent, progress);
        tokio::pin!(performing);
        tokio::select! {
            biased;
            ending = &mut performing => ending,
            why = stopped_under_way(&mut stop) => match effect {
                // A read that nobody waits for has changed nothing, whatever becomes of it.
                Effect::Read => stopped_read(why),
                Effect::IdempotentWrite | Effect::Write => {
                    tokio::time::timeout(GRACE, &mut performing).await.unwrap_or_else(|_| unknown_write(why))
                }
            },
        }
    };
    let ending = if unsettled { still_unknown(ending) } else { ending };
    changed();
    // Before its place is free, so that nobody takes it meanwhile.
    if let Some(pause) = &ending.told.pause {
        inner.gate.pause(&source, pause.lasts, pause.words.clone());
    }
    let behind = follow(&inner, &mut departure, pages, (ending, place), begun, &notices, &mut stop);
    let Followed { mut ending, place } = behind.await?;
    let took = begun.elapsed().into();
    // While there is no room for what it brought, it keeps its place: whoever comes next would bring more.
    let room = inner.backlog.room(ending.body.len()).await;
    drop(place);
    if let (Some(401), Some(credential), Some(token)) =
        (ending.status, &departure.credential, &departure.token)
    {
        let passage = sources::passage(&departure.source);
        let renewed = tokio::select! {
            biased;
            // Whoever stopped it wants no other attempt.
            _ = stopped(&mut stop) => None,
            renewed = inner.token(credential, &passage, Some(token)) => Some(renewed?),
        };
        match renewed {
            Some(Ok(_)) => ending.told.renewed = true,
            Some(Err(none @ NoToken::SignIn(_))) => {
                ending.words = format!("{}; {}", ending.words, none.advice(source.as_str()));
            }
            Some(Err(NoToken::Denied(_))) | None => {}
        }
    }
    let finished = looked_at(looked, clearance, Seen { call, handle, budget }, ending).await?;
    Ok(Arrival { call, attempt: Some(attempt), finished, took, room })
}

/// Which call it is, and how much of it is shown.
struct Seen {
    call: CallId,
    handle: Handle,
    budget: usize,
}

/// Its end with what is detected in it.
async fn looked_at(
    looked: Looked,
    clearance: Level,
    seen: Seen,
    mut ending: Ending,
) -> Result<Finished, EngineError> {
    let Seen { call, handle, budget } = seen;
    let plain = policy::after_call(ending.told.label.as_ref().unwrap_or(&looked.label), ending.outcome);
    let (arguments, body) = (looked.arguments.clone(), std::mem::take(&mut ending.body));
    let (detected, body) = looked.at(plain, body).await?;
    ending.body = body;
    Finished::looked(Uncovered { call, handle, ending, arguments, detected, part: None, budget }, clearance)
}

/// Its place and the leave to send it, as soon as it has both; how it ends, if it gives up before.
async fn let_go(
    inner: &Arc<Inner>,
    departure: &mut Departure,
    start: Start,
    notices: &mpsc::UnboundedSender<Notice>,
    stop: &mut watch::Receiver<Option<Interruption>>,
) -> Result<Result<(Place, DurableIntent), Ending>, EngineError> {
    let place = match start {
        Start::Recorded(place, intent) => return Ok(Ok((place, intent))),
        Start::Withheld => return Ok(Err(withheld(departure.effect, departure.attempt))),
        Start::InLine(place) => place,
        Start::After(span) => tokio::select! {
            biased;
            why = stopped(stop) => return Ok(Err(withdrawn(why, departure.effect, departure.attempt))),
            () = tokio::time::sleep(span.into()) => departure.enter(inner),
        },
    };
    let place = match wait_in_line(inner, departure, place, notices, stop).await {
        Ok(place) => place,
        Err(ending) => return Ok(Err(ending)),
    };
    if let Some(credential) = departure.credential.clone() {
        let passage = sources::passage(&departure.source);
        let token = tokio::select! {
            biased;
            why = stopped(stop) => return Ok(Err(withdrawn(why, departure.effect, departure.attempt))),
            token = inner.token(&credential, &passage, None) => token?,
        };
        match token {
            Ok(token) => departure.bear(token),
            Err(none) => return Ok(Err(none.ending(departure.source.name.as_str()))),
        }
    }
    // Another attempt of the call may end it in this moment, and then this one is not to come on record behind that.
    let going = || {
        let said = stop.borrow();
        said.is_none().then_some(said)
    };
    match inner.store()?.intend_while(departure.intent(inner)?, going).await {
        Ok(Some(intent)) => Ok(Ok((place, intent))),
        Ok(None) => {
            let why = (*stop.borrow()).unwrap_or(Interruption::Needless);
            Ok(Err(withdrawn(why, departure.effect, departure.attempt)))
        }
        Err(StoreError::Full) => {
            let _nobody_listens = notices.send(Notice::Full);
            Ok(Err(withheld(departure.effect, departure.attempt)))
        }
        Err(error) => Err(error.into()),
    }
}

/// How a call ends whose task panicked: our fault, and its own alone.
pub(crate) fn panicked(effect: Effect, sent: bool) -> Ending {
    let fault =
        "Tieout itself failed while it made this call; that is a fault of ours. The other calls go on.";
    if sent && effect.writes() {
        let words = format!(
            "{fault} It was sent, and may have taken effect: look at the source before you try again."
        );
        return Ending::without_body(Outcome::Unknown, None, words);
    }
    Ending::without_body(Outcome::Failed, Some(FailureClass::Internal), fault)
}
