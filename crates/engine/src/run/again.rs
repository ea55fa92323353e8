//! Whether a model is asked once more, and when: its provider is busy, its stream was cut, the request was too long.

use std::time::Duration;

use domain::model::ModelFailure;
use domain::run::RunSettings;
use providers::Overrun;

/// The first wait for a provider that does not say how long; each later one is twice as long.
const FIRST: Duration = Duration::from_secs(1);
/// The longest of these.
const LONGEST: Duration = Duration::from_secs(30);

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
                let wait = lost.retry_after.unwrap_or_else(|| self.backoff(dice));
                let all = self.waited + wait;
                (all <= Duration::from_millis(run.model_wait_ms.into())).then(|| {
                    self.waited = all;
                    wait
                })
            }
            _ => None,
        }
    }

    /// Between half of the time and all of it, so that those who were refused together do not come again together.
    fn backoff(&self, dice: u32) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.asked.saturating_sub(1).min(8)).min(LONGEST);
        whole / 2 + (whole / 2).mul_f64(f64::from(dice) / f64::from(u32::MAX))
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
        let after = |asked, dice| Again { asked, ..Again::default() }.backoff(dice);
        assert_eq!(after(1, 0), Duration::from_millis(500));
        assert_eq!(after(1, u32::MAX), Duration::from_secs(1));
        assert_eq!(after(3, 0), Duration::from_secs(2));
        assert_eq!(after(60, u32::MAX), LONGEST);
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
