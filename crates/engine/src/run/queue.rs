//! Waiting for a place at the gate.

use std::time::Duration;

use domain::outcome::Ending;
use domain::time::Span;
use tokio::sync::{mpsc, watch};
use turn::Interruption;

use super::departure::{Departure, Notice};
use super::stops::{paused, stopped, withdrawn};
use crate::gate::Place;
use crate::inner::Inner;

/// How long a call waits at most for a source that asked us to wait. Past that it ends, and says so.
const LONGEST_PAUSE: Span = Span(60_000_000);
/// How often a call in line looks whether its source asked for more than that meanwhile.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Its place, as soon as it may leave; how it ends, if it gives up before.
pub(super) async fn wait_in_line(
    inner: &Inner,
    departure: &Departure,
    mut place: Place,
    notices: &mpsc::UnboundedSender<Notice>,
    stop: &mut watch::Receiver<Option<Interruption>>,
) -> Result<Place, Ending> {
    let Departure { call, attempt, effect, source, .. } = departure;
    if place.is_admitted() {
        return Ok(place);
    }
    let _nobody_listens = notices.send(Notice::InLine(*call, place.ticket()));
    loop {
        if let Some((lasts, words)) = inner.gate.paused_for(&source.name)
            && lasts > LONGEST_PAUSE
        {
            return Err(paused(source.name.as_str(), lasts, &words, *attempt, *effect));
        }
        tokio::select! {
            biased;
            why = stopped(stop) => return Err(withdrawn(why, *effect, *attempt)),
            () = place.admitted() => return Ok(place),
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}
