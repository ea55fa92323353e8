//! Whether a model is asked once more, and when: its provider is busy, its stream was cut, the request was too long.

use std::time::Duration;

use domain::model::ModelFailure;
use domain::run::RunSettings;
use providers::Overrun;

use crate::waits::Doubling;

/// The waits for a provider that does not say how long.
const WAITS: Doubling = Doubling { first: Duration::from_secs(1), longest: Duration::from_secs(30) };

/// How often the model was asked for its present message, and when it is asked again.
#[derive(Default)]
pub(crate) struct Again {
    pub(crate) step: u32,
    /// Requests for the message so far.
    pub(crate) asked: u32,
    /// How long it was waited for between them.
    waited: Duration,
    /// Whether one was asked again since its stream was cut.
    cut: bool,
    /// Whether one was asked again since it was too long.
    pub(crate) too_long: bool,
    /// How many results the next request shows shorter than the one before.
    pub(crate) shortened: u32,
    /// How many bytes the last request had.
    pub(crate) length: usize,
    /// When the next one is due.
    pub(crate) due: Option<tokio::time::Instant>,
}

/// How a message of the model came to nothing.
pub(crate) struct Lost {
    pub(crate) failure: ModelFailure,
    pub(crate) words: String,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) overrun: Overrun,
}

impl Again {
    /// A request of this step is about to be made: another step's message begins anew.
    pub(crate) fn of(&mut self, step: u32) {
        if self.step != step {
            *self = Self { step, shortened: self.shortened, length: self.length, ..Self::default() };
        }
        self.due = None;
    }

    /// How long to wait before the same request is made again; none if it is not.
    pub(crate) fn wait(&mut self, lost: &Lost, run: &RunSettings, dice: u32) -> Option<Duration> {
        if self.asked >= run.model_attempts {
            return None;
        }
        match lost.failure {
            ModelFailure::CutStream => (!std::mem::replace(&mut self.cut, true)).then_some(Duration::ZERO),
            ModelFailure::RateLimited | ModelFailure::Overloaded => {
                let wait = lost.retry_after.unwrap_or_else(|| WAITS.after(self.asked, dice));
                let all = self.waited + wait;
                (all <= Duration::from_millis(run.model_wait_ms.into())).then(|| {
                    self.waited = all;
                    wait
                })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(failure: ModelFailure, retry_after: Option<u64>) -> Lost {
        let retry_after = retry_after.map(Duration::from_secs);
        Lost { failure, words: String::new(), retry_after, overrun: Overrun::default() }
    }

    #[test]
    fn a_busy_provider_is_waited_for_within_bounds() {
        let run = RunSettings { model_attempts: 3, model_wait_ms: 10_000, ..RunSettings::default() };
        let busy = lost(ModelFailure::RateLimited, Some(6));
        let mut again = Again { asked: 1, ..Again::default() };
        assert_eq!(again.wait(&busy, &run, 0), Some(Duration::from_secs(6)));
        again.asked = 2;
        assert_eq!(again.wait(&busy, &run, 0), None, "both waits together are too long");
        let soon = lost(ModelFailure::Overloaded, Some(1));
        assert_eq!(again.wait(&soon, &run, 0), Some(Duration::from_secs(1)));
        again.asked = 3;
        assert_eq!(again.wait(&soon, &run, 0), None, "it was asked often enough");
    }

    #[test]
    fn waits_that_nobody_names_grow() {
        let run = RunSettings { model_attempts: 5, model_wait_ms: 60_000, ..RunSettings::default() };
        let after = |asked, dice| {
            Again { asked, ..Again::default() }.wait(&lost(ModelFailure::Overloaded, None), &run, dice)
        };
        assert_eq!(after(1, 0), Some(Duration::from_millis(500)));
        assert_eq!(after(1, u32::MAX), Some(Duration::from_secs(1)));
        assert_eq!(after(3, 0), Some(Duration::from_secs(2)));
    }

    #[test]
    fn a_cut_stream_is_asked_for_once_more_and_other_failures_end_at_once() {
        let run = RunSettings::default();
        let mut again = Again { asked: 1, ..Again::default() };
        let cut = lost(ModelFailure::CutStream, None);
        assert_eq!(again.wait(&cut, &run, 0), Some(Duration::ZERO));
        assert_eq!(again.wait(&cut, &run, 0), None);
        for failure in [
            ModelFailure::KeyRefused,
            ModelFailure::QuotaUsedUp,
            ModelFailure::Untrusted,
            ModelFailure::Filtered,
            ModelFailure::TimedOut,
        ] {
            assert_eq!(Again::default().wait(&lost(failure, Some(1)), &run, 0), None, "{failure:?}");
        }
    }
}
