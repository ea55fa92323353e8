//! What the page is told when a command could not do what it was asked.

use engine::{Code, EngineError};
use serde::Serialize;

/// Why a command did not do what it was asked. A call that fails is an outcome, not one of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, specta::Type)]
pub(crate) struct CommandError {
    /// What the page does differently.
    pub(crate) code: Code,
    /// What happened and what to do.
    pub(crate) message: String,
    /// One line each, where there are several things to say.
    pub(crate) detail: Vec<String>,
}

impl From<EngineError> for CommandError {
    fn from(error: EngineError) -> Self {
        let message = match &error {
            // The mistakes themselves are the detail.
            EngineError::Mistakes(mistakes) => match mistakes.len() {
                1 => "The source’s file has a mistake.".to_owned(),
                count => format!("The source’s file has {count} mistakes."),
            },
            error => error.to_string(),
        };
        Self { code: error.code(), message, detail: error.detail() }
    }
}

#[cfg(test)]
mod tests {
    use engine::Engine;

    use super::*;

    #[test]
    fn an_error_travels_as_code_and_words() {
        let error = CommandError::from(EngineError::NoModel("no model is connected yet".to_owned()));
        let sent = serde_json::to_value(&error).unwrap();
        let expected = serde_json::json!({
            "code": "no_model", "message": "no model is connected yet", "detail": []
        });
        assert_eq!(sent, expected);
    }

    #[test]
    fn every_mistake_of_a_file_is_said_once() {
        let error = Engine::read_source("name = \"Not a name\"\nbase_url = \"ftp://x\"").unwrap_err();
        let error = CommandError::from(error);
        assert_eq!(error.code, Code::BadInput);
        assert!(error.detail.len() >= 2, "{:?}", error.detail);
        assert!(error.detail.iter().all(|mistake| !error.message.contains(mistake)), "{}", error.message);
    }
}
