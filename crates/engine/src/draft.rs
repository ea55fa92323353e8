//! A source while a person still writes it in a form: checked as its file would be, and shown as what it would send.
//! Nothing here is saved or sent.

use std::fmt::Display;
use std::str::FromStr;

use domain::id::CallId;
use domain::secret::{Secret, SecretName};
use domain::source::SourceSpec;
use domain::tool::{SourceName, ToolId, ToolName, ToolSpec};
use serde::Serialize;
use serde_json::Value;
use sources::Mistake;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::ready::Ready;

/// What stands in a preview for the key by which a write is known again; each call has its own.
const ONE_PER_CALL: &str = "one-for-each-call";

/// A source that was written in a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Drafted {
    /// The source.
    pub spec: SourceSpec,
    /// Its file, which reads back as the same source.
    pub toml: String,
}

/// What a call would send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, specta::Type)]
pub struct RequestPreview {
    /// The request as it would be recorded, with `{secret:name}` for each secret; none if there are mistakes.
    pub request: Option<String>,
    /// What is wrong with the arguments, a sentence each.
    pub mistakes: Vec<String>,
}

impl Engine {
    /// The source that a form describes, as JSON of a source's definition. It has passed every check of a file.
    ///
    /// # Errors
    /// Every mistake, with the key that a file has for its place; the lines are those of the file that it would be.
    pub fn draft_source(json: &str) -> Result<Drafted, EngineError> {
        let none = |error: serde_json::Error| EngineError::BadInput(format!("this is no source: {error}"));
        let mut draft: Value = serde_json::from_str(json).map_err(none)?;
        // Names are types of their own, which would tell of one mistake only and not where it is. With others in their
        // places the rest is looked at too.
        let mut mistakes = Vec::new();
        mistakes.extend(misnamed::<SourceName>("name", draft.get_mut("name"), "unnamed"));
        let secret = draft.get_mut("auth").and_then(|auth| auth.get_mut("secret"));
        mistakes.extend(misnamed::<SecretName>("auth.secret", secret, "unnamed"));
        let tools = draft.get_mut("tools").and_then(Value::as_array_mut);
        for (index, tool) in tools.into_iter().flatten().enumerate() {
            let (key, other) = (format!("tool[{}].name", index + 1), format!("unnamed_{index}"));
            mistakes.extend(misnamed::<ToolName>(&key, tool.get_mut("name"), &other));
        }
        let spec: SourceSpec = serde_json::from_value(draft).map_err(none)?;
        let toml = sources::write_source(&spec);
        match sources::read_source(&toml) {
            Ok(spec) if mistakes.is_empty() => Ok(Drafted { spec, toml }),
            Ok(_) => Err(EngineError::Mistakes(mistakes)),
            Err(more) => {
                mistakes.extend(more);
                Err(EngineError::Mistakes(mistakes))
            }
        }
    }

    /// What a call of this tool with these arguments (a JSON object) would send.
    pub fn preview_request(spec: &SourceSpec, tool: &ToolSpec, arguments: &str) -> RequestPreview {
        let mistakes = sources::mistakes_of(spec, tool, arguments);
        if !mistakes.is_empty() {
            return RequestPreview { request: None, mistakes };
        }
        // A stand-in: what is recorded names the secret, whatever it is.
        let secret = spec.auth.secret().map(|_| Secret::new("secret"));
        let prepared = match &spec.mcp {
            Some(_) => Ready::new(spec, tool, arguments, secret, None, CallId::new(0, 0)),
            None => sources::prepare(spec, tool, arguments, secret, Some(ONE_PER_CALL))
                .map(|prepared| Ready::Http(Box::new(prepared))),
        };
        match prepared {
            Ok(prepared) => {
                let request = String::from_utf8_lossy(&prepared.record(1).1).into_owned();
                RequestPreview { request: Some(request), mistakes: Vec::new() }
            }
            Err(ending) => RequestPreview { request: None, mistakes: vec![ending.words] },
        }
    }

    /// What a call of a connected tool with these arguments would send.
    ///
    /// # Errors
    /// If there is no such tool, or the trail can't be read.
    pub async fn preview_call(&self, tool: &ToolId, arguments: &str) -> Result<RequestPreview, EngineError> {
        let (source, spec) = self.tool(tool).await?;
        Ok(Self::preview_request(&source, &spec, arguments))
    }
}

/// That a text can't be the name that it stands for. Then another is put in its place.
fn misnamed<T: FromStr<Err: Display>>(key: &str, value: Option<&mut Value>, other: &str) -> Option<Mistake> {
    let value = value?;
    let written = value.as_str().unwrap_or_default().to_owned();
    let error = written.parse::<T>().err()?;
    *value = Value::from(other);
    let (problem, fix) = match written.as_str() {
        "" => ("it is missing".to_owned(), "write one".to_owned()),
        _ => (error.to_string(), String::new()),
    };
    Some(Mistake { line: 1, key: key.to_owned(), value: written, problem, fix })
}
