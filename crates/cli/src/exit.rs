//! Exit codes, as `docs/cli.md` promises them. 2 is clap's, for wrong usage.

use engine::{Code, EngineError};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Failed; the reason is on standard error.
    Failed,
    /// The trail does not verify.
    Unverified,
    /// The trail can't be written, so nothing more was sent.
    TrailFatal,
    /// A person cancelled.
    Cancelled,
    /// A person cancelled, and left before what was stopped had ended; the next opening closes it on record.
    Left,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::from(1),
            Exit::Unverified => Self::from(3),
            Exit::TrailFatal => Self::from(4),
            Exit::Cancelled | Exit::Left => Self::from(130),
        }
    }
}

/// The code for an error of the engine's.
pub(crate) fn of(error: &EngineError) -> Exit {
    match error.code() {
        Code::TrailFatal => Exit::TrailFatal,
        Code::BadInput
        | Code::NotFound
        | Code::NoWorkspace
        | Code::ReadOnly
        | Code::Keychain
        | Code::WrongKey
        | Code::NoModel
        | Code::Internal => Exit::Failed,
    }
}
