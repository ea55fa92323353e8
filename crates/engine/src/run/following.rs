//! The pages of a call's result, one after another: each through the gate and on record before it leaves, all of them
//! within the call's one deadline and its one limit of bytes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::outcome::Ending;
use sources::{Pages, Turned};
use store::StoreError;
use tokio::sync::{mpsc, watch};
use turn::Interruption;

use super::departure::{Departure, Notice};
use super::queue::wait_in_line;
use super::stops::{stopped_read, stopped_under_way};
use crate::error::EngineError;
use crate::gate::Place;
use crate::inner::Inner;
use crate::ready::Ready;

/// What became of an attempt whose first answer is here.
pub(super) struct Followed {
    pub(super) ending: Ending,
    /// The place at the gate that its last request had.
    pub(super) place: Option<Place>,
}

/// Asks for page after page behind the first answer, as far as its tool says. `begun` is when the first request left.
///
/// # Errors
/// Only if the trail can't be written: then nothing more was sent.
pub(super) async fn follow(
    inner: &Arc<Inner>,
    departure: &mut Departure,
    pages: Option<Pages>,
    (first, place): (Ending, Place),
    begun: Instant,
    notices: &mpsc::UnboundedSender<Notice>,
    stop: &mut watch::Receiver<Option<Interruption>>,
) -> Result<Followed, EngineError> {
    let Some(pages) = pages else { return Ok(Followed { ending: first, place: Some(place) }) };
    let whole = Duration::from_millis(departure.source.limits.deadline_ms.into());
    let mut turned = pages.take(&departure.source, first);
    let mut place = Some(place);
    loop {
        let pages = match turned {
            Turned::Over(ending) => return Ok(Followed { ending, place }),
            Turned::Next(pages) => pages,
        };
        // Its place is for one request: whoever waits in line comes before this one's next.
        drop(place.take());
        let left = whole.saturating_sub(begun.elapsed());
        let entered = departure.enter(inner);
        let in_line = wait_in_line(inner, departure, entered, notices, stop);
        let admitted = match tokio::time::timeout(left, in_line).await {
            Ok(Ok(admitted)) => admitted,
            Ok(Err(ending)) => {
                let ending = match *stop.borrow() {
                    Some(why) => ended_by(*pages, why),
                    None => pages.without(&ending.words),
                };
                return Ok(Followed { ending, place: None });
            }
            Err(_) => return Ok(Followed { ending: pages.without(OUT_OF_TIME), place: None }),
        };
        departure.page = Some(pages.number());
        let left = whole.saturating_sub(begun.elapsed());
        departure.prepared = Ready::Http(Box::new(pages.request().clone().within(left)));
        let going = || {
            let said = stop.borrow();
            said.is_none().then_some(said)
        };
        let intent = match inner.store()?.intend_while(departure.intent(inner)?, going).await {
            Ok(Some(intent)) => intent,
            Ok(None) => {
                let why = (*stop.borrow()).unwrap_or(Interruption::Needless);
                return Ok(Followed { ending: ended_by(*pages, why), place: Some(admitted) });
            }
            Err(StoreError::Full) => {
                let _nobody_listens = notices.send(Notice::Full);
                let ending = ended_by(*pages, Interruption::Full);
                return Ok(Followed { ending, place: Some(admitted) });
            }
            Err(error) => return Err(error.into()),
        };
        let words = format!("page {} of at most {}", pages.number(), pages.most());
        let _nobody_listens = notices.send(Notice::Page(departure.call, words));
        let progress = Arc::new(|_| ());
        let performing =
            departure.prepared.clone().perform(inner, &departure.source, departure.attempt, intent, progress);
        tokio::pin!(performing);
        let ending = tokio::select! {
            biased;
            ending = &mut performing => ending,
            why = stopped_under_way(stop) => {
                return Ok(Followed { ending: ended_by(*pages, why), place: Some(admitted) });
            }
        };
        if let Some(pause) = &ending.told.pause {
            inner.gate.pause(&departure.source.name, pause.lasts, pause.words.clone());
        }
        place = Some(admitted);
        turned = pages.take(&departure.source, ending);
    }
}

const OUT_OF_TIME: &str = "the call's time was up";

/// How the call ends if it is stopped between two pages. Whoever takes it back wants no result; where only time or room
/// has run out, what came is one.
fn ended_by(pages: Pages, why: Interruption) -> Ending {
    match why {
        Interruption::Person | Interruption::Needless => stopped_read(why),
        Interruption::BatchDeadline => pages.without("the batch's time was up"),
        Interruption::Full => {
            pages.without("the disk is full, so it could not be recorded that it is asked for")
        }
    }
}
