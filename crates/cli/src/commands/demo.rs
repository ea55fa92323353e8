//! `tieout demo`: the rehearsal company on loopback, and a workspace wired to it.

use std::io::BufRead;

use domain::label::Level;
use domain::model::{Capabilities, Early, ModelSpec, Parallel, Protocol};
use domain::secret::{Secret, SecretNameError};
use engine::{Adopted, Engine, EngineError, KeychainChoice, Question};
use rehearsal::{DemoSource, Plan, Rehearsal};
use serde_json::json;

use super::{ask, init, trail};
use crate::args::{Demo, Global};
use crate::exit::Exit;
use crate::output::Output;
use crate::place;

pub(crate) async fn run(global: &Global, demo: &Demo, output: &Output) -> Result<Exit, EngineError> {
    let rehearsal = Rehearsal::start(Plan::default()).await.map_err(|error| {
        EngineError::Internal(format!("the rehearsal company can't open its doors: {error}"))
    })?;
    let exit = if demo.keep {
        lasting(global, &rehearsal, output).await
    } else {
        passing(demo, &rehearsal, output).await
    };
    if !matches!(exit, Ok(Exit::Left)) {
        rehearsal.stop().await;
    }
    exit
}

/// A workspace that is thrown away, with its keys in memory.
async fn passing(demo: &Demo, rehearsal: &Rehearsal, output: &Output) -> Result<Exit, EngineError> {
    let folder = tempfile::Builder::new()
        .prefix("tieout-demo-")
        .tempdir()
        .map_err(|error| EngineError::Internal(format!("no temporary folder: {error}")))?;
    let dir = folder.path().join("workspace");
    let (engine, _recovery) = Engine::create(&dir, "Demo", KeychainChoice::Memory).await?;
    adopt(&engine, rehearsal).await?;
    let exit = match &demo.ask {
        Some(question) if question.is_empty() => {
            ask_and_verify(&engine, demo, Rehearsal::demo_question().text, output).await
        }
        Some(question) => ask_and_verify(&engine, demo, question, output).await,
        None => converse(&engine, demo, output).await,
    };
    if !matches!(exit, Ok(Exit::Left)) {
        engine.shutdown().await;
    }
    exit
}

/// A workspace that lasts, with its keys in the keychain. The company stays open for other terminals until Ctrl-C; its
/// addresses are new each time, so the workspace is wired to it again.
async fn lasting(global: &Global, rehearsal: &Rehearsal, output: &Output) -> Result<Exit, EngineError> {
    let dir = place::dir(global)?;
    let engine = match Engine::keeps(&dir) {
        Ok(_) => place::open(global).await?,
        Err(_) => {
            engine::keychain_lasts(init::probe_command()?).await?;
            let (engine, recovery) = Engine::create(&dir, "Demo", KeychainChoice::Os).await?;
            output.progress(format!("its recovery key, shown this once: {}", *recovery.expose()));
            engine
        }
    };
    adopt(&engine, rehearsal).await?;
    let about = engine.about();
    engine.shutdown().await;
    output.line(format!("The rehearsal company is open; the workspace in {} is wired to it.", dir.display()));
    output.line(format!("In another terminal: tieout --workspace {} ask \"…\"\n", dir.display()));
    list_questions(output);
    output.object("workspace", &about);
    output.line("\nCtrl-C closes it.");
    // Whether the signal came or can't be waited for, the demo is over.
    let _over = tokio::signal::ctrl_c().await;
    Ok(Exit::Done)
}

/// Connects the company's services and its model.
async fn adopt(engine: &Engine, rehearsal: &Rehearsal) -> Result<(), EngineError> {
    let adopted = |source: DemoSource| Adopted {
        toml: source.toml,
        secret_name: source.secret_name,
        secret: Secret::new(source.secret),
    };
    let sources = rehearsal.sources().into_iter().map(adopted).collect();
    let model = rehearsal.model();
    let secret = model
        .secret_name
        .parse()
        .map_err(|error: SecretNameError| EngineError::Internal(format!("the demo's key: {error}")))?;
    let spec = ModelSpec {
        name: model.name,
        title: model.title,
        protocol: Protocol::OpenaiChat,
        base_url: model.base_url,
        model: model.model_id,
        secret: Some(secret),
        // It runs on this machine.
        clearance: Level::Restricted,
        parallel: Parallel::Auto,
        // It writes one call after another and never goes back to an earlier one.
        early: Early::On,
        preset: None,
        capabilities: Capabilities::default(),
    };
    engine.adopt(sources, spec, Some(Secret::new(model.secret))).await
}

async fn ask_and_verify(
    engine: &Engine,
    demo: &Demo,
    text: &str,
    output: &Output,
) -> Result<Exit, EngineError> {
    output.line(format!("> {text}\n"));
    let question = Question { approve: demo.approve.into(), ..Question::new(text) };
    let exit = ask::watch(engine, question, output).await?;
    if exit == Exit::Left {
        return Ok(exit);
    }
    let report = trail::verify(engine, output).await?;
    Ok(if report.findings.is_empty() { exit } else { Exit::Unverified })
}

/// Question after question, by number or in words, until there is none.
async fn converse(engine: &Engine, demo: &Demo, output: &Output) -> Result<Exit, EngineError> {
    list_questions(output);
    loop {
        output.progress("\nA number or a question of your own; an empty line ends:");
        let Some(text) = next_question().await else { return Ok(Exit::Done) };
        match ask_and_verify(engine, demo, &text, output).await? {
            Exit::Done | Exit::Failed => {}
            exit @ (Exit::Unverified | Exit::TrailFatal | Exit::Cancelled | Exit::Left) => return Ok(exit),
        }
    }
}

async fn next_question() -> Option<String> {
    let line = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|_| line)
    })
    .await;
    let line = line.ok()?.ok()?;
    let text = line.trim();
    let by_number =
        text.parse::<usize>().ok().and_then(|number| Rehearsal::questions().get(number.wrapping_sub(1)));
    match by_number {
        Some(question) => Some(question.text.to_owned()),
        None => (!text.is_empty()).then(|| text.to_owned()),
    }
}

fn list_questions(output: &Output) {
    for (position, question) in Rehearsal::questions().iter().enumerate() {
        output.line(format!("{:>3}  {}", position + 1, question.text));
        output.object(
            "question",
            &json!({ "id": question.id, "text": question.text, "shows": question.shows }),
        );
    }
}
