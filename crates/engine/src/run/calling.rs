//! One call, from its gates to its end: a task of its own, owned by its turn.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::effect::Effect;
use domain::entry::Draft;
use domain::fact::Fact;
use domain::id::{CallId, ConversationId};
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::payload::PayloadRole;
use domain::source::SourceSpec;
use domain::time::Span;
use sources::Prepared;
use tokio::sync::{mpsc, watch};

use crate::clock::seal;
use crate::error::EngineError;
use crate::inner::Inner;

/// How long a write that a person stops may still tell us its outcome.
const GRACE: Duration = Duration::from_secs(5);

/// A call on its way out.
pub(crate) struct Departure {
    pub(crate) call: CallId,
    pub(crate) effect: Effect,
    /// `None` for a call by hand.
    pub(crate) conversation: Option<ConversationId>,
    pub(crate) source: Arc<SourceSpec>,
    pub(crate) prepared: Prepared,
}

/// Which call left, and when.
pub(crate) type Left = (CallId, Instant);

/// How it ended.
pub(crate) struct Arrival {
    pub(crate) call: CallId,
    pub(crate) ending: Ending,
    /// From sending to the end; nothing if it was never sent.
    pub(crate) took: Span,
}

/// Waits for its gates, records that it is about to be sent, sends, and returns how it ended. `sent` hears when it
/// leaves, its entry being durable; `stop` turning true takes it back.
///
/// # Errors
/// Only if the trail can't be written: then nothing was sent.
pub(crate) async fn call(
    inner: Arc<Inner>,
    departure: Departure,
    sent: mpsc::UnboundedSender<Left>,
    mut stop: watch::Receiver<bool>,
) -> Result<Arrival, EngineError> {
    let Departure { call, effect, conversation, source, prepared } = departure;
    let unsent = |ending| Ok(Arrival { call, ending, took: Span::default() });

    let mut held = Vec::new();
    for gate in inner.permits.gates(&source) {
        let permit = tokio::select! {
            biased;
            () = stopped(&mut stop) => return unsent(withdrawn()),
            permit = gate.acquire_owned() => permit,
        };
        match permit {
            Ok(permit) => held.push(permit),
            Err(_) => return unsent(withdrawn()),
        }
    }

    let record = seal(PayloadRole::Request, "message/http", prepared.record())?;
    let fact = Fact::CallSent {
        call,
        attempt: 1,
        method: prepared.method().word().to_owned(),
        endpoint: prepared.endpoint(),
        request: record.commitment(),
    };
    let draft = Draft { moment: inner.clock.now(), conversation, fact, payloads: vec![record] };
    let intent = inner.store()?.intend(draft).await?;

    // Becoming durable takes a while, in which a person may have stopped it: nothing of it has left yet.
    if *stop.borrow() {
        return unsent(recalled());
    }
    let begun = Instant::now();
    // Nobody listens any more when a shutdown is under way; the call's end is recorded all the same.
    let _nobody_listens = sent.send((call, begun));
    let performing = prepared.perform(&inner.door, intent);
    tokio::pin!(performing);
    let ending = tokio::select! {
        biased;
        ending = &mut performing => ending,
        () = stopped(&mut stop) => match effect {
            // A read that nobody waits for has changed nothing, whatever becomes of it.
            Effect::Read => cancelled_read(),
            Effect::IdempotentWrite | Effect::Write => {
                tokio::time::timeout(GRACE, &mut performing).await.unwrap_or_else(|_| unknown_write())
            }
        },
    };
    let took = Span(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
    Ok(Arrival { call, ending, took })
}

/// How a call ends whose task panicked: our fault, and its own alone.
pub(crate) fn panicked() -> Ending {
    let words =
        "Tieout itself failed while it made this call; that is a fault of ours. The other calls go on.";
    Ending::without_body(Outcome::Failed, Some(FailureClass::Internal), words)
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stopped| *stopped).await.is_err() {
        // Whoever could stop it is gone without having stopped it.
        std::future::pending::<()>().await;
    }
}

fn withdrawn() -> Ending {
    Ending::without_body(Outcome::Cancelled, None, "cancelled by the person before it was sent")
}

fn recalled() -> Ending {
    Ending::without_body(
        Outcome::Cancelled,
        None,
        "cancelled by the person when it was on record and nothing of it had left yet",
    )
}

fn cancelled_read() -> Ending {
    Ending::without_body(
        Outcome::Cancelled,
        None,
        "cancelled by the person after it was sent; being a read, it changed nothing",
    )
}

fn unknown_write() -> Ending {
    Ending::without_body(
        Outcome::Unknown,
        None,
        "stopped by the person after it was sent, and no answer came in 5 s: it may or may not have taken effect. \
         Look at the source before you try again.",
    )
}
