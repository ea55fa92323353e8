//! A source's file, read; and one that a form writes.

use domain::source::SourceSpec;
use engine::{Drafted, Engine, EngineError, Mistake as EngineMistake, RequestPreview};
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

/// A source as a form has it, checked.
#[derive(Serialize, specta::Type)]
pub(crate) struct SourceDraft {
    /// Its file, if it has no mistake.
    pub(crate) toml: Option<String>,
    /// Every mistake; its key is its place in the file.
    pub(crate) mistakes: Vec<Mistake>,
    /// What a call of the tool that was asked about would send.
    pub(crate) preview: Option<RequestPreview>,
}

impl SourceDraft {
    /// The source, and a call of its tool at that place with these arguments.
    pub(crate) fn of(json: &str, tool: Option<u32>, arguments: &str) -> Result<Self, CommandError> {
        match Engine::draft_source(json) {
            Ok(Drafted { spec, toml }) => {
                let tool = tool.and_then(|at| spec.tools.get(usize::try_from(at).ok()?));
                let preview = tool.map(|tool| Engine::preview_request(&spec, tool, arguments));
                Ok(Self { toml: Some(toml), mistakes: Vec::new(), preview })
            }
            Err(EngineError::Mistakes(mistakes)) => {
                let mistakes = mistakes.into_iter().map(Mistake::from).collect();
                Ok(Self { toml: None, mistakes, preview: None })
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
    use super::*;

    #[test]
    fn a_file_with_mistakes_is_an_answer() {
        let check = SourceCheck::of(Engine::read_source("name = 7")).unwrap();
        assert!(check.spec.is_none());
        assert!(check.mistakes.iter().any(|mistake| mistake.line == 1 && mistake.key == "name"));
        assert!(check.mistakes.iter().all(|mistake| !mistake.problem.is_empty() && !mistake.fix.is_empty()));
    }

    #[test]
    fn a_draft_is_a_file_and_what_it_would_send_or_mistakes_with_their_places() {
        let draft = serde_json::json!({
            "name": "crm", "kind": "http", "base_url": "https://crm.example/api",
            "label": { "level": "internal", "categories": [] },
            "auth": { "kind": "bearer", "secret": "crm-key" },
            "limits": { "in_flight": 4, "deadline_ms": 20000, "result_bytes": 4194304 }, "headers": {},
            "tools": [{
                "name": "get_customer", "description": "One customer", "method": "GET", "path": "/customers/{id}",
                "effect": "read", "resource": "/customers/{id}", "label": { "level": "internal", "categories": [] },
                "input": { "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } } }
            }]
        });
        let good = SourceDraft::of(&draft.to_string(), Some(0), r#"{"id": 7}"#).unwrap();
        let request = good.preview.and_then(|preview| preview.request).unwrap();
        assert!(request.starts_with("GET https://crm.example/api/customers/7\n"), "{request}");
        assert!(request.contains("authorization: Bearer {secret:crm-key}"), "{request}");
        assert!(good.toml.unwrap().contains("name = \"get_customer\""));
        let unfit =
            SourceDraft::of(&draft.to_string(), Some(0), r#"{"id": "seven"}"#).unwrap().preview.unwrap();
        assert!(unfit.request.is_none() && unfit.mistakes.len() == 1, "{:?}", unfit.mistakes);

        let mut wrong = draft.clone();
        wrong["tools"][0]["name"] = "Get customer".into();
        wrong["name"] = "".into();
        wrong["base_url"] = "crm".into();
        let keys = |draft: &serde_json::Value| -> Vec<String> {
            let mistakes = SourceDraft::of(&draft.to_string(), None, "{}").unwrap().mistakes;
            mistakes.into_iter().map(|mistake| mistake.key).collect()
        };
        assert_eq!(keys(&wrong), ["name", "tool[1].name", "base_url"], "one mistake hides no other");
        let mut wrong = draft;
        wrong["tools"][0]["path"] = "/customers/{key}".into();
        assert!(keys(&wrong).iter().all(|key| key.starts_with("tool[1].")), "{:?}", keys(&wrong));
    }
}
