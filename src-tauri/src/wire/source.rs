//! A source's file, read.

use domain::source::SourceSpec;
use engine::{EngineError, Mistake as EngineMistake};
use serde::Serialize;

use super::CommandError;

/// What a source's file says, or everything that is wrong with it.
#[derive(Serialize, specta::Type)]
pub(crate) struct SourceCheck {
    /// The source, if the file has no mistake.
    pub(crate) spec: Option<SourceSpec>,
    /// Every mistake, in the file's order.
    pub(crate) mistakes: Vec<Mistake>,
}

/// One mistake of a file, in a form that its author can act on.
#[derive(Serialize, specta::Type)]
pub(crate) struct Mistake {
    /// The line, from 1.
    pub(crate) line: u32,
    /// The key with its place; empty if the line is not TOML.
    pub(crate) key: String,
    /// The value as written, shortened; empty if there is none.
    pub(crate) value: String,
    /// What is wrong.
    pub(crate) problem: String,
    /// What to write.
    pub(crate) fix: String,
}

impl SourceCheck {
    /// The page shows mistakes at their lines: they are no error of the command.
    pub(crate) fn of(read: Result<SourceSpec, EngineError>) -> Result<Self, CommandError> {
        match read {
            Ok(spec) => Ok(Self { spec: Some(spec), mistakes: Vec::new() }),
            Err(EngineError::Mistakes(mistakes)) => {
                Ok(Self { spec: None, mistakes: mistakes.into_iter().map(Mistake::from).collect() })
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl From<EngineMistake> for Mistake {
    fn from(mistake: EngineMistake) -> Self {
        let EngineMistake { line, key, value, problem, fix } = mistake;
        Self { line, key, value, problem, fix }
    }
}

#[cfg(test)]
mod tests {
    use engine::Engine;

    use super::*;

    #[test]
    fn a_file_with_mistakes_is_an_answer() {
        let check = SourceCheck::of(Engine::read_source("name = 7")).unwrap();
        assert!(check.spec.is_none());
        assert!(check.mistakes.iter().any(|mistake| mistake.line == 1 && mistake.key == "name"));
        assert!(check.mistakes.iter().all(|mistake| !mistake.problem.is_empty() && !mistake.fix.is_empty()));
    }
}
