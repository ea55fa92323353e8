//! `tieout sources import-openapi`, `import-postman`, `import-insomnia`, `import-curl`

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::mem::discriminant;
use std::path::Path;

use domain::fact::Change;
use engine::{
    Arrived, Engine, EngineError, Fetched, ImportChoice, ImportKind, ImportOptions, Imported, Made, Offer,
    Operation, RefersTo, Skipped,
};
use serde_json::json;

use crate::args::{Global, ImportChosen, ImportOpenapi, ImportRequests};
use crate::output::Output;
use crate::place::open;
use crate::words::count;

/// The most that is read of a document: one byte more than is accepted, so that what is too long is seen to be.
const MOST: u64 = (50 << 20) + 1;

pub(crate) async fn openapi(
    global: &Global,
    asked: &ImportOpenapi,
    output: &Output,
) -> Result<(), EngineError> {
    let mut engine = None;
    let imported = read_openapi(global, asked, &mut engine, output).await;
    match (imported, engine) {
        (Ok(imported), engine) => save(global, engine, imported, &asked.choice, output).await,
        (Err(error), Some(engine)) => {
            engine.shutdown().await;
            Err(error)
        }
        (Err(error), None) => Err(error),
    }
}

/// What somebody saved with a program that makes requests, or pasted.
pub(crate) async fn requests(
    global: &Global,
    kind: ImportKind,
    asked: &ImportRequests,
    output: &Output,
) -> Result<(), EngineError> {
    let options = ImportOptions { server: asked.choice.server.clone(), ..ImportOptions::default() };
    let imported = Engine::read_import(kind, &bytes(&asked.file)?, &options)?;
    save(global, None, imported, &asked.choice, output).await
}

/// Saves what was read, with the workspace that is open already if one is.
async fn save(
    global: &Global,
    engine: Option<Engine>,
    imported: Imported,
    asked: &ImportChosen,
    output: &Output,
) -> Result<(), EngineError> {
    let imported = match &asked.only {
        Some(glob) => imported.only(glob),
        None => imported,
    };
    for note in &imported.notes {
        output.progress(format!("note: {note}"));
    }
    if asked.dry_run {
        preview(&imported, output);
        if let Some(engine) = engine {
            engine.shutdown().await;
        }
        return Ok(());
    }
    let choice = ImportChoice {
        name: asked.name.clone(),
        secret: asked.secret.clone(),
        user: asked.user.clone(),
        client_id: asked.client_id.clone(),
        follow: asked.follow,
    };
    let engine = match engine {
        Some(engine) => engine,
        None => open(global).await?,
    };
    let saved = engine.import_openapi(&imported, &choice).await?;
    let skipped: Vec<&Skipped> = imported
        .operations
        .iter()
        .filter_map(|operation| match operation {
            Operation::Skipped(skipped) => Some(skipped),
            Operation::Tool(_) => None,
        })
        .chain(&saved.unfit)
        .collect();
    for Skipped { operation, reason } in &skipped {
        output.progress(format!("skipped {operation}: {reason}"));
    }
    let (name, tools) = (&saved.spec.name, saved.spec.tools.len() as u64);
    let did = if saved.change == Change::Replaced { "changed" } else { "connected" };
    output.line(format!("{did} source {name} with {}, {} skipped", count(tools, "tool"), skipped.len()));
    let saved_as = json!({ "name": name, "change": saved.change, "tools": tools, "skipped": skipped.len() });
    output.object("source_saved", &saved_as);
    if let Some(secret) = saved.spec.auth.secret()
        && saved.stored
    {
        output.progress(format!("its key went into the keychain as `{secret}`"));
    } else if let Some(secret) = saved.spec.auth.secret()
        && imported.credential.is_some()
    {
        output.progress(format!(
            "the keychain has a `{secret}` already, and keeps it: tieout secrets set {secret}"
        ));
    } else if let Some(secret) = saved.spec.auth.secret()
        && !engine.secrets().await?.contains(secret)
    {
        let is_used = |offer: &&Offer| discriminant(&offer.auth) == discriminant(&saved.spec.auth);
        let note = imported.offers.iter().find(is_used).and_then(|offer| offer.note.as_ref());
        let note = note.map(|note| format!(" ({note})")).unwrap_or_default();
        output.progress(format!("its secret is not stored yet: tieout secrets set {secret}{note}"));
    }
    engine.shutdown().await;
    Ok(())
}

/// Reads the document, from its file or its address. What has to leave for it leaves through the workspace, which is put
/// into `engine` then.
async fn read_openapi(
    global: &Global,
    asked: &ImportOpenapi,
    engine: &mut Option<Engine>,
    output: &Output,
) -> Result<Imported, EngineError> {
    let mut documents = BTreeMap::new();
    for with in &asked.with {
        let Some((name, file)) = with.split_once('=') else {
            let words = format!("--with {with}: write the name that the document uses, `=`, and a file");
            return Err(EngineError::BadInput(words));
        };
        documents.insert(name.to_owned(), bytes(Path::new(file))?);
    }
    let at = asked.file.to_str().filter(|file| file.starts_with("http://") || file.starts_with("https://"));
    let (text, address) = match at {
        Some(url) => {
            let fetched = fetched(engine.insert(open(global).await?), url, output).await?;
            (fetched.text, Some(fetched.address))
        }
        None => (bytes(&asked.file)?, asked.address.clone()),
    };
    if let Some(address) = &address {
        let elsewhere = Engine::refers_to(&text, address)?;
        match &asked.fetch_refs {
            Some(origins) if !elsewhere.is_empty() => {
                let engine = match engine {
                    Some(engine) => engine,
                    None => engine.insert(open(global).await?),
                };
                let named = || elsewhere.iter().map(|refers| refers.origin.clone()).collect();
                let origins: Vec<String> = if origins.is_empty() { named() } else { origins.clone() };
                let description = Fetched { address: address.clone(), text: text.clone() };
                let found = engine.fetch_references(&description, &origins).await?;
                output.progress(format!(
                    "fetched {} that it refers to",
                    count(found.documents.len() as u64, "document")
                ));
                for left in &found.left {
                    output.progress(format!("not fetched: {left}"));
                }
                documents.extend(found.documents);
            }
            None if documents.is_empty() => {
                for RefersTo { origin, documents } in &elsewhere {
                    let documents = count((*documents).into(), "document");
                    output
                        .progress(format!("it refers to {documents} at {origin}: --fetch-refs fetches them"));
                }
            }
            Some(_) | None => {}
        }
    } else if asked.fetch_refs.is_some() {
        return Err(EngineError::BadInput(
            "--fetch-refs: say with --address where the document is, since it names others relative to that"
                .to_owned(),
        ));
    }
    let options = ImportOptions { address, server: asked.choice.server.clone(), documents };
    Engine::read_import(ImportKind::OpenApi, &text, &options)
}

async fn fetched(engine: &Engine, url: &str, output: &Output) -> Result<Fetched, EngineError> {
    match engine.fetch_description(url).await? {
        Arrived::Here(fetched) => {
            output.progress(format!("fetched {} ({} bytes)", fetched.address, fetched.text.len()));
            Ok(fetched)
        }
        Arrived::Elsewhere { to } => Err(EngineError::BadInput(format!(
            "{url} says that the document is at another host, which was not asked. If you trust it: tieout sources \
             import-openapi '{to}'"
        ))),
    }
}

fn bytes(file: &Path) -> Result<Vec<u8>, EngineError> {
    let shown = file.display();
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(MOST).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(MOST).read_to_end(&mut bytes))
    };
    read.map_err(|error| EngineError::BadInput(format!("{shown} can't be read: {error}")))?;
    Ok(bytes)
}

/// One line for each operation of the document, whatever became of it.
fn preview(imported: &Imported, output: &Output) {
    for operation in &imported.operations {
        match operation {
            Operation::Tool(made) => {
                let Made { operation, tool, notes, tags } = &**made;
                let effect = tool.effect.words();
                output.line(format!("{:<40}  {operation}  {effect}", tool.name.as_str()));
                if let Some(paging) = &tool.paging {
                    output.line(format!("    its result goes on {}", paging.words()));
                }
                for note in notes {
                    output.line(format!("    {note}"));
                }
                output.object(
                    "tool",
                    &json!({ "operation": operation, "name": tool.name, "description": tool.description,
                             "effect": tool.effect, "tags": tags, "notes": notes, "paging": tool.paging, "input": tool.input }),
                );
            }
            Operation::Skipped(Skipped { operation, reason }) => {
                output.line(format!("{:<40}  {operation}: {reason}", "(skipped)"));
                output.object("skipped", &json!({ "operation": operation, "reason": reason }));
            }
        }
    }
    let tools = imported.tools().count();
    let server = imported.server.as_deref().unwrap_or("(no server named: --server URL)");
    output.progress(format!(
        "{} of {} become tools, served at {server}",
        tools,
        count(imported.operations.len() as u64, "operation")
    ));
}
