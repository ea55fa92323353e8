//! `tieout trail anchors | checkpoint | rotate-key | accept-restored`

use std::fs::File;
use std::io::Write;

use domain::anchor::{AnchorPlace, AnchorSpec, AnchorView, AnchorWrites};
use engine::{Engine, EngineError};

use crate::args::{Accept, Anchors, Checkpoint, Global};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::{open, open_to_read};
use crate::words::{thousands, time};

pub(crate) async fn run(global: &Global, anchors: &Anchors, output: &Output) -> Result<Exit, EngineError> {
    match anchors {
        Anchors::List => {
            show(&open_to_read(global).await?.anchors().await?, output);
            return Ok(Exit::Done);
        }
        Anchors::Writes { wait: None } => {
            show_writes(open_to_read(global).await?.anchor_writes().await?, output);
            return Ok(Exit::Done);
        }
        _ => {}
    }
    let engine = open(global).await?;
    let done = change(&engine, anchors, output).await;
    engine.shutdown().await;
    done
}

async fn change(engine: &Engine, anchors: &Anchors, output: &Output) -> Result<Exit, EngineError> {
    match anchors {
        Anchors::List | Anchors::Writes { wait: None } => {}
        Anchors::Writes { wait: Some(wait) } => {
            engine.save_anchor_writes((*wait).into()).await?;
            show_writes((*wait).into(), output);
        }
        Anchors::Add { name, place } => {
            let spec = place.spec(name).ok_or_else(|| {
                EngineError::BadInput("say where it is: --witness, --folder or --timestamp".to_owned())
            })?;
            engine.save_anchor(spec.clone()).await?;
            output.line(format!("anchor {name} is saved, and that is on record"));
            output.object("anchor_saved", &spec);
            return tried(engine, &spec, output).await;
        }
        Anchors::Remove { name } => {
            engine.remove_anchor(name).await?;
            output.line(format!("anchor {name} is removed; what it holds stays there"));
            output.object("anchor_removed", &serde_json::json!({ "name": name }));
        }
        Anchors::Now => {
            let views = engine.anchor_now().await?;
            show(&views, output);
            let failed = views.iter().any(|view| view.failure.is_some());
            return Ok(if failed { Exit::Failed } else { Exit::Done });
        }
        Anchors::Test { name } => {
            let views = engine.anchors().await?;
            let spec = views.into_iter().find(|view| view.spec.name == *name).map(|view| view.spec);
            let spec = spec.ok_or_else(|| EngineError::NotFound(format!("there is no anchor `{name}`")))?;
            return tried(engine, &spec, output).await;
        }
    }
    Ok(Exit::Done)
}

/// An anchor that does not take a checkpoint yet stays configured: its operator may have to be told of the trail first.
async fn tried(engine: &Engine, spec: &AnchorSpec, output: &Output) -> Result<Exit, EngineError> {
    let words = engine.test_anchor(spec).await?;
    output.line(&words);
    output.object("anchor_test", &serde_json::json!({ "name": spec.name, "words": words }));
    Ok(Exit::Done)
}

fn show_writes(how: AnchorWrites, output: &Output) {
    output.line(match how {
        AnchorWrites::Off => "writes don't wait for an anchor",
        AnchorWrites::Try => "a write waits for an anchor, and leaves all the same if none answers",
        AnchorWrites::Require => "no write leaves before an anchor holds a checkpoint of it",
    });
    output.object("anchor_writes", &serde_json::json!({ "writes": how }));
}

fn show(views: &[AnchorView], output: &Output) {
    if views.is_empty() {
        output.line("no anchor is configured: nobody outside this machine holds a checkpoint of the trail");
    }
    for view in views {
        let place = match &view.spec.place {
            AnchorPlace::Witness { url, .. } => format!("witness {url}"),
            AnchorPlace::Folder { path } => format!("folder {path}"),
            AnchorPlace::Timestamp { url } => format!("time stamps of {url}"),
        };
        let held = match view.last {
            Some(last) => format!("holds {} entries since {}", thousands(last.size), time(last.at)),
            None => "holds nothing yet".to_owned(),
        };
        output.line(format!("{:<16} {held}  ({place})", view.spec.name));
        if let Some(failure) = &view.failure {
            output.line(format!("  failed {}: {}", time(failure.at), failure.words));
        }
        output.object("anchor", view);
    }
}

/// The newest checkpoint, as it is signed.
pub(crate) async fn checkpoint(
    global: &Global,
    checkpoint: &Checkpoint,
    output: &Output,
) -> Result<(), EngineError> {
    let note = open_to_read(global).await?.checkpoint().await?;
    match &checkpoint.save {
        Some(path) => {
            let write = || {
                let mut file = File::create_new(path)?;
                file.write_all(note.as_bytes())?;
                file.sync_all()
            };
            let failed = |error: std::io::Error| {
                EngineError::BadInput(format!("{} can't be written: {error}", path.display()))
            };
            write().map_err(failed)?;
            output.line(format!("saved to {}; keep it where this machine can't change it", path.display()));
        }
        None => output.line(note.trim_end()),
    }
    output.object("checkpoint", &serde_json::json!({ "note": note }));
    Ok(())
}

/// Another key signs from here on.
pub(crate) async fn rotate_key(global: &Global, output: &Output) -> Result<(), EngineError> {
    let engine = open(global).await?;
    let rotated = engine.rotate_key().await;
    engine.shutdown().await;
    let vkey = rotated?;
    output.line("a new key signs the trail from here on; the old one has signed the entry that names it:");
    output.line(&vkey);
    output.line("tell whoever holds the old one, and each witness's operator");
    output.object("key_rotated", &serde_json::json!({ "vkey": vkey }));
    Ok(())
}

/// A person goes on with a trail that is not the one that the keychain remembers.
pub(crate) async fn accept(global: &Global, accept: &Accept, output: &Output) -> Result<(), EngineError> {
    let engine = open(global).await?;
    let accepted = engine.accept_restored(&accept.why).await;
    engine.shutdown().await;
    accepted?;
    output.line("this trail goes on; that, what the keychain remembered and why are on record");
    output.object("restored_accepted", &serde_json::json!({ "why": accept.why }));
    Ok(())
}
