//! The watch: one task of an open workspace that looks around each minute and after each answer. It notes when the clock
//! jumps and that the program was there, shows checkpoints to anchors, verifies what is new when nobody waits for
//! anything, and tells the keychain how long the trail is. No turn ever waits for it.
//!
//! It begins when the workspace is opened for writing and ends when that is closed: [`Engine::shutdown`] lets it look
//! around once more, for a bounded time, and waits for its end. It does not keep a workspace open that nobody else has.

mod mark;
#[cfg(test)]
#[path = "tests.rs"]
mod pieces;
mod quick;
mod recheck;
mod watched;

use std::sync::{Arc, Weak};
use std::time::Duration;

use domain::fact::Fact;
use domain::time::{Micros, Moment};

pub use watched::QuickReport;
pub(crate) use watched::Watched;

use crate::clock::jumped;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::inner::Inner;

/// How often it looks around by itself.
const LOOKS: Duration = Duration::from_mins(1);
/// How long it leaves a workspace alone that was just opened.
const SETTLING: Duration = Duration::from_secs(3);
/// How long nothing must have been recorded until it notes that the program was there.
const SILENCE: u64 = 60 * 60 * 1_000_000;
/// How often, at most, it verifies what is new.
const VERIFIES: u64 = 10 * 60 * 1_000_000;
/// How often, at most, it tells the keychain.
const REMEMBERS: u64 = 5 * 60 * 1_000_000;

/// What it remembers from one look to the next.
struct Seen {
    moment: Moment,
    quiet: Quiet,
    verified_at: Option<u64>,
    remembered_at: u64,
}

/// How long the trail has had its size.
#[derive(Debug)]
struct Quiet {
    size: u64,
    since: u64,
}

impl Quiet {
    /// Whether nothing has been recorded for too long.
    fn is_too_long(&mut self, size: u64, now: u64) -> bool {
        if self.size != size {
            *self = Self { size, since: now };
        }
        now.saturating_sub(self.since) >= SILENCE
    }
}

/// Why it looks around.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Woken {
    /// By itself.
    Minute,
    /// Something should be anchored soon.
    Rung,
    /// The workspace closes.
    Closing,
}

impl Engine {
    /// Begins the watch of a workspace that is open for writing.
    pub(crate) fn begin_watch(&self) {
        let task = tokio::spawn(watch(Arc::downgrade(&self.inner)));
        self.inner.watched.begin(task);
    }

    /// Ends it, and has the keychain remember what the trail is when it closes.
    pub(crate) async fn end_watch(&self) {
        self.inner.watched.end().await;
        if self.inner.store.is_some() {
            self.remember_in_time().await;
        }
    }

    async fn look_around(&self, seen: &mut Seen, woken: Woken) -> Result<(), EngineError> {
        let now = self.inner.clock.now();
        self.note_jump(seen, now).await?;
        if woken == Woken::Rung {
            self.inner.watched.anchoring.lock().await.wish(now.mono);
        }
        let (size, _) = self.inner.reader.head().await?;
        if seen.quiet.is_too_long(size, now.mono) && !self.anchor_specs().await?.is_empty() {
            self.inner.store()?.append(vec![self.draft(Fact::Heartbeat {}, Vec::new())]).await?;
            self.inner.watched.anchoring.lock().await.wish(now.mono);
        }
        self.anchor_due().await?;
        if woken != Woken::Minute {
            return Ok(());
        }
        let verifies = seen.verified_at.is_none_or(|at| now.mono.saturating_sub(at) >= VERIFIES);
        if verifies && self.inner.turns.is_idle() {
            seen.verified_at = Some(now.mono);
            self.quick_verify().await?;
        }
        if now.mono.saturating_sub(seen.remembered_at) >= REMEMBERS {
            seen.remembered_at = now.mono;
            self.remember().await?;
        }
        Ok(())
    }

    async fn note_jump(&self, seen: &mut Seen, now: Moment) -> Result<(), EngineError> {
        let jump = jumped(std::mem::replace(&mut seen.moment, now), now);
        if let Some(expected) = jump {
            self.note(expected).await?;
        }
        Ok(())
    }

    async fn note(&self, expected: Micros) -> Result<(), EngineError> {
        let fact = Fact::ClockJumped { expected };
        self.inner.store()?.append(vec![self.draft(fact, Vec::new())]).await?;
        Ok(())
    }
}

async fn watch(inner: Weak<Inner>) {
    let Some(begun) = inner.upgrade() else { return };
    let (mut stop, bell) = (begun.watched.stop(), begun.watched.bell());
    let moment = begun.clock.now();
    let quiet = Quiet { size: 0, since: moment.mono };
    let mut seen = Seen { moment, quiet, verified_at: None, remembered_at: moment.mono };
    drop(begun);
    let mut pause = SETTLING;
    loop {
        // It waits without the workspace, which others may close meanwhile. What rang before the closing is heard.
        let woken = tokio::select! {
            biased;
            () = bell.notified() => Woken::Rung,
            _ = stop.wait_for(|stop| *stop) => Woken::Closing,
            () = tokio::time::sleep(pause) => Woken::Minute,
        };
        let Some(inner) = inner.upgrade() else { return };
        let engine = Engine { inner };
        let looked = engine.look_around(&mut seen, woken).await;
        if woken == Woken::Closing {
            return;
        }
        pause = match looked {
            Ok(()) => engine.until_anchoring().await.clamp(SETTLING, LOOKS),
            Err(error) => {
                // Whoever needs the trail learns of its trouble by themselves; the keychain's may pass.
                tracing::warn!(%error, "the watch could not look around");
                LOOKS
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_counted_from_the_last_entry() {
        let mut quiet = Quiet { size: 0, since: 0 };
        assert!(!quiet.is_too_long(7, SILENCE), "something was recorded");
        assert!(!quiet.is_too_long(7, 2 * SILENCE - 1));
        assert!(quiet.is_too_long(7, 2 * SILENCE));
        assert!(!quiet.is_too_long(8, 2 * SILENCE + 1), "the note of it is an entry itself");
    }
}
