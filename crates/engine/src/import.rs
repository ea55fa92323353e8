//! A source made of an API's own description. What the description says is looked at before anything is saved; what is
//! saved is an ordinary source, and its change an entry of the trail like any other.

use collections::{Left, Login, Told};
use domain::fact::Change;
use domain::paging::Paging;
use domain::source::SourceSpec;
use domain::tool::ToolSpec;
use openapi::{Choice, Credential, Imported, Operation, Options, Skipped};
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
    /// Whether a key that stood in the text is in the keychain now.
    pub stored: bool,
}

impl Engine {
    /// Reads what describes an API: every operation or request of it becomes a tool or a reason. Nothing is saved or
    /// fetched.
    ///
    /// # Errors
    /// If the text is not of that kind, in words that say what to mend.
    pub fn read_import(kind: ImportKind, text: &[u8], options: &Options) -> Result<Imported, EngineError> {
        let refused = |refused: openapi::Refused| EngineError::BadInput(refused.to_string());
        if kind == ImportKind::Curl || kind == ImportKind::Auto && is_command(text) {
            let text = std::str::from_utf8(text)
                .map_err(|_| EngineError::BadInput("the command is not UTF-8".to_owned()))?;
            return from_requests(
                collections::curl(text).map_err(EngineError::BadInput)?,
                text.len(),
                options,
            );
        }
        let value = openapi::read(text).map_err(refused)?;
        let told = match kind {
            ImportKind::Postman => collections::postman(&value),
            ImportKind::Insomnia => collections::insomnia(&value),
            ImportKind::Auto if collections::is_postman(&value) => collections::postman(&value),
            ImportKind::Auto if collections::is_insomnia(&value) => collections::insomnia(&value),
            ImportKind::Auto | ImportKind::OpenApi | ImportKind::Curl => {
                return openapi::import_value(&value, text.len(), options).map_err(refused);
            }
        };
        from_requests(told.map_err(EngineError::BadInput)?, text.len(), options)
    }

    /// Saves what was read as a source. If it was imported before, what a person said of it stays: its label, limits,
    /// certificates, reach, headers and key, and of each tool that is still there its label, effect and whether it runs
    /// alone. A key that stood in the text goes into the keychain, unless one of that name is there already.
    ///
    /// # Errors
    /// If something is left open that was not chosen, another API has the name, or the trail can't be written.
    pub async fn import_openapi(
        &self,
        imported: &Imported,
        choice: &Choice,
    ) -> Result<ImportedSource, EngineError> {
        let refused = |refused: openapi::Refused| EngineError::BadInput(refused.to_string());
        let mut choice = choice.clone();
        if let Some(credential) = &imported.credential
            && choice.user.is_none()
        {
            choice.user.clone_from(&credential.user);
        }
        let choice = &choice;
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
        let stored = self.store_key(imported, &spec).await?;
        let change = self.save_source(spec.clone()).await?;
        Ok(ImportedSource { spec, change, unfit, stored })
    }
}

impl Engine {
    /// Puts the key that stood in the text into the keychain, before anything refers to it. One that is there already
    /// may be newer than what somebody saved once, and stays.
    pub(crate) async fn store_key(
        &self,
        imported: &Imported,
        spec: &SourceSpec,
    ) -> Result<bool, EngineError> {
        let (Some(credential), Some(name)) = (&imported.credential, spec.auth.secret()) else {
            return Ok(false);
        };
        if self.secrets().await?.contains(name) {
            return Ok(false);
        }
        self.set_secret(name, credential.secret.clone()).await?;
        Ok(true)
    }
}

fn is_command(text: &[u8]) -> bool {
    // Only the beginning decides, and a document may be long.
    let start = text.get(..4096).unwrap_or(text);
    collections::is_curl(&String::from_utf8_lossy(start))
}

/// Saved requests are told as a document, and that is imported like any other.
fn from_requests(told: Told, length: usize, options: &Options) -> Result<Imported, EngineError> {
    let Told { document, left, notes, headers, login } = told;
    let mut imported = openapi::import_value(&document, length, options)
        .map_err(|refused| EngineError::BadInput(refused.to_string()))?;
    let left = left.into_iter().map(|Left { request, reason }| Skipped { operation: request, reason });
    imported.operations.extend(left.map(Operation::Skipped));
    imported.notes.extend(notes);
    imported.headers = headers;
    imported.credential = login.map(|login| Credential {
        user: match &login {
            Login::Basic { user, .. } => Some(user.clone()),
            Login::Bearer(_) | Login::Key { .. } => None,
        },
        secret: login.secret().clone(),
    });
    Ok(imported)
}

/// Takes over how a person said that the source is reached: no description says any of it, but for headers.
pub(crate) fn keep_reach(spec: &mut SourceSpec, before: &SourceSpec) {
    spec.limits = before.limits;
    spec.tls.clone_from(&before.tls);
    spec.private_network = before.private_network;
    if !before.headers.is_empty() {
        spec.headers.clone_from(&before.headers);
    }
}

/// Takes over what a person said of a tool's pages, unless they say how many anew. What changes something has none.
pub(crate) fn keep_paging(tool: &mut ToolSpec, old: &ToolSpec, follow: Option<u32>) {
    let arguments = tool.input.0.get("properties");
    let fits = |paging: &&Paging| {
        paging.arguments().all(|name| arguments.is_some_and(|arguments| arguments.get(name).is_some()))
    };
    if let Some(before) = old.paging.as_ref().filter(fits) {
        let follow = follow.unwrap_or(before.follow);
        tool.paging = Some(Paging { follow, ..before.clone() });
    }
    if tool.effect.writes() {
        tool.paging = None;
    }
}

/// Takes over what a person may have said of the source.
fn keep(spec: &mut SourceSpec, before: SourceSpec, choice: &Choice) {
    keep_reach(spec, &before);
    spec.label = before.label.clone();
    if before.idempotency_header.is_some() {
        spec.idempotency_header.clone_from(&before.idempotency_header);
    }
    if choice.secret.is_none() && choice.user.is_none() && choice.client_id.is_none() {
        spec.auth = before.auth;
    }
    for tool in &mut spec.tools {
        let same = before.tools.iter().find(|old| old.method == tool.method && old.path == tool.path);
        match same {
            Some(old) => {
                tool.label = old.label.clone();
                tool.effect = old.effect;
                tool.exclusive = old.exclusive;
                keep_paging(tool, old, choice.follow);
            }
            None => tool.label = before.label.clone(),
        }
    }
}

/// The source as its own file would give it. A tool that no file could hold is left out, and not the source.
pub(crate) fn fitted(
    mut spec: SourceSpec,
    imported: &Imported,
) -> Result<(SourceSpec, Vec<Skipped>), EngineError> {
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
