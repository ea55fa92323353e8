//! Where the program's own words go: standard error, never the trail and never the page.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// What is logged unless `TIEOUT_LOG` says otherwise: our own doings, and warnings of everybody else.
const DEFAULT: &str = "warn,tieout_window=info,engine=info,store=info";

/// Begins logging. From then on a panic is logged too, with its place, whichever thread it is in.
pub(crate) fn begin() {
    let filter = EnvFilter::try_from_env("TIEOUT_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = std::backtrace::Backtrace::capture();
        tracing::error!(%panic, %backtrace, "a thread panicked");
    }));
}
