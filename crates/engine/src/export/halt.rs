//! Why making a file ended early, and telling how far it is.

use std::io;
use std::ops::ControlFlow;

use evidence::EvidenceError;
use store::StoreError;

use crate::error::EngineError;

/// After how many steps a listener is told.
const STEPS: u64 = 256;

/// Why it ended early.
#[derive(Debug)]
pub(super) enum Halt {
    /// Whoever listens wanted it.
    Stopped,
    /// It can't be done.
    Failed(EngineError),
}

impl Halt {
    /// As an error, for work that nobody can stop.
    pub(super) fn into_error(self) -> EngineError {
        match self {
            Self::Stopped => EngineError::BadInput("it was stopped, and nothing was made".to_owned()),
            Self::Failed(error) => error,
        }
    }
}

impl From<EngineError> for Halt {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<EvidenceError> for Halt {
    fn from(error: EvidenceError) -> Self {
        Self::Failed(of_evidence(error))
    }
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Self::Failed(EngineError::BadInput(format!("the file can't be written: {error}")))
    }
}

/// What a bundle's maker or reader says, for a person who chose the file.
pub(crate) fn of_evidence(error: EvidenceError) -> EngineError {
    match error {
        EvidenceError::Misplaced { .. } | EvidenceError::Incomplete { .. } => {
            EngineError::Internal(error.to_string())
        }
        error => EngineError::BadInput(error.to_string()),
    }
}

/// How far it is, and who listens.
pub(super) struct Progress {
    hear: Box<dyn FnMut(u64, u64) -> ControlFlow<()> + Send>,
    done: u64,
    total: u64,
}

impl Progress {
    pub(super) fn heard(hear: impl FnMut(u64, u64) -> ControlFlow<()> + Send + 'static) -> Self {
        Self { hear: Box::new(hear), done: 0, total: 0 }
    }

    pub(super) fn unheard() -> Self {
        Self::heard(|_, _| ControlFlow::Continue(()))
    }

    /// So many steps more will come.
    pub(super) fn expect(&mut self, steps: u64) {
        self.total = self.total.saturating_add(steps);
    }

    /// One step is done.
    pub(super) fn step(&mut self) -> Result<(), Halt> {
        self.done += 1;
        if self.done.is_multiple_of(STEPS) { self.tell() } else { Ok(()) }
    }

    /// All is done.
    pub(super) fn finish(&mut self) -> Result<(), Halt> {
        self.done = self.total;
        self.tell()
    }

    fn tell(&mut self) -> Result<(), Halt> {
        match (self.hear)(self.done.min(self.total), self.total) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Halt::Stopped),
        }
    }
}
