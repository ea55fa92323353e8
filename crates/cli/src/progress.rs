//! How far something is, for a person who watches the terminal. Nobody else is told: a file of standard error would fill
//! with it.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use crate::words::thousands;

/// How often a line is renewed.
const OFTEN: Duration = Duration::from_millis(200);

/// One line that is written over and, at the end, taken away.
pub(crate) struct Progress {
    doing: &'static str,
    watched: bool,
    last: Instant,
    shown: bool,
}

impl Progress {
    /// For work that is called so.
    pub(crate) fn of(doing: &'static str) -> Self {
        Self { doing, watched: std::io::stderr().is_terminal(), last: Instant::now(), shown: false }
    }

    /// So much of so much is done.
    pub(crate) fn tell(&mut self, done: u64, total: u64) {
        if self.watched && self.last.elapsed() > OFTEN {
            (self.last, self.shown) = (Instant::now(), true);
            eprint!("\r{} {} of {} …\x1b[K", self.doing, thousands(done), thousands(total));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            eprint!("\r\x1b[K");
        }
    }
}
