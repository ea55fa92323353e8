//! A source made of an API's own description. What the description says is looked at before anything is saved; what is
//! saved is an ordinary source, and its change an entry of the trail like any other.

use domain::fact::Change;
use domain::source::SourceSpec;
use openapi::{Choice, Imported, Options, Skipped};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::error::EngineError;

/// What a text is that an API is described by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// Whichever of the others it looks like.
    #[default]
    Auto,
    /// A document of OpenAPI.
    #[serde(rename = "openapi")]
    OpenApi,
    /// A collection of Postman, format 2.0 or 2.1.
    Postman,
    /// An export of Insomnia, version 4 or 5.
    Insomnia,
    /// One or more commands of `curl`.
    Curl,
}

/// What became of a description.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedSource {
    /// The source as it was saved.
    pub spec: SourceSpec,
    /// Whether it is new or took the place of one.
    pub change: Change,
    /// Operations that made a tool which a source's file can't hold, with what it says of them.
    pub unfit: Vec<Skipped>,
}

impl Engine {
    /// Reads what describes an API: every operation or request of it becomes a tool or a reason. Nothing is saved or
    /// fetched.
    ///
    /// # Errors
    /// If the text is not of that kind, in words that say what to mend.
    pub fn read_import(kind: ImportKind, text: &[u8], options: &Options) -> Result<Imported, EngineError> {
        match kind {
            ImportKind::Auto | ImportKind::OpenApi => {
                openapi::import(text, options).map_err(|refused| EngineError::BadInput(refused.to_string()))
            }
            ImportKind::Postman | ImportKind::Insomnia | ImportKind::Curl => {
                Err(EngineError::BadInput("only documents of OpenAPI are read so far".to_owned()))
            }
        }
    }

    /// Saves what was read as a source. If it was imported before, what a person said of it stays: its label, limits,
    /// headers and key, and of each tool that is still there its label, effect and whether it runs alone.
    ///
    /// # Errors
    /// If something is left open that was not chosen, another API has the name, or the trail can't be written.
    pub async fn import_openapi(
        &self,
        imported: &Imported,
        choice: &Choice,
    ) -> Result<ImportedSource, EngineError> {
        let refused = |refused: openapi::Refused| EngineError::BadInput(refused.to_string());
        let mut spec = imported.source(choice).map_err(refused)?;
        let known = self.inner.reader.sources().await?;
        if let Some(before) = known.into_iter().find(|source| source.name == spec.name) {
            if choice.name.is_none() && before.base_url != spec.base_url {
                return Err(EngineError::BadInput(format!(
                    "there is a source `{}` at {} already; choose a name for this one with --name, or that name to \
                     replace it",
                    before.name, before.base_url
                )));
            }
            keep(&mut spec, before, choice);
        }
        let (spec, unfit) = fitted(spec, imported)?;
        let change = self.save_source(spec.clone()).await?;
        Ok(ImportedSource { spec, change, unfit })
    }
}

/// Takes over what a person may have said of the source.
fn keep(spec: &mut SourceSpec, before: SourceSpec, choice: &Choice) {
    spec.label = before.label.clone();
    spec.limits = before.limits;
    if choice.secret.is_none() && choice.user.is_none() {
        spec.auth = before.auth;
    }
    spec.headers = before.headers;
    for tool in &mut spec.tools {
        let same = before.tools.iter().find(|old| old.method == tool.method && old.path == tool.path);
        match same {
            Some(old) => {
                tool.label = old.label.clone();
                tool.effect = old.effect;
                tool.exclusive = old.exclusive;
            }
            None => tool.label = before.label.clone(),
        }
    }
}

/// The source as its own file would give it. A tool that no file could hold is left out, and not the source.
fn fitted(mut spec: SourceSpec, imported: &Imported) -> Result<(SourceSpec, Vec<Skipped>), EngineError> {
    let mut unfit = Vec::new();
    loop {
        let mistakes = match sources::read_source(&sources::write_source(&spec)) {
            Ok(spec) => return Ok((spec, unfit)),
            Err(mistakes) => mistakes,
        };
        let mut wrong: Vec<(usize, String)> = Vec::new();
        for mistake in &mistakes {
            let number = mistake.key.strip_prefix("tool[").and_then(|rest| rest.split_once(']'));
            let index =
                number.and_then(|(number, _)| number.parse::<usize>().ok()).and_then(|n| n.checked_sub(1));
            match index.filter(|index| *index < spec.tools.len()) {
                Some(index) if wrong.iter().any(|(known, _)| *known == index) => {}
                Some(index) => wrong.push((index, format!("{}; {}", mistake.problem, mistake.fix))),
                None => return Err(EngineError::Mistakes(mistakes)),
            }
        }
        wrong.sort_by_key(|(index, _)| std::cmp::Reverse(*index));
        for (index, reason) in wrong {
            let tool = spec.tools.remove(index);
            let operation = imported.tools().find(|made| made.tool.name == tool.name);
            let operation = operation.map_or_else(|| tool.name.to_string(), |made| made.operation.clone());
            unfit.push(Skipped { operation, reason });
        }
        if spec.tools.is_empty() {
            let words = "no operation makes a tool that a source's file can hold";
            return Err(EngineError::BadInput(words.to_owned()));
        }
    }
}
