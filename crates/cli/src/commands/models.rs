//! `tieout models`

use domain::fact::Change;
use domain::model::{Capabilities, ModelSpec, Protocol};
use engine::EngineError;
use serde_json::json;

use crate::args::{AddModel, Global, Models, ProtocolArg};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::{open, open_to_read};
use crate::words::millis;

pub(crate) async fn run(global: &Global, models: &Models, output: &Output) -> Result<Exit, EngineError> {
    match models {
        Models::Add(add) => {
            let engine = open(global).await?;
            let spec = spec_of(add);
            let change = engine.save_model(spec).await?;
            let did = if change == Change::Replaced { "changed" } else { "connected" };
            output.line(format!("{did} model {}", add.name));
            output.object("model_saved", &json!({ "name": add.name, "change": change }));
            if let Some(missing) = missing_secret(&engine, add).await? {
                output.progress(format!("its key is not stored yet: tieout secrets set {missing}"));
            }
            engine.shutdown().await;
        }
        Models::List => {
            let engine = open_to_read(global).await?;
            let models = engine.models().await?;
            if models.is_empty() {
                output.line("no model is connected; `tieout models add` does that");
            }
            for view in models {
                let key = match (&view.spec.secret, view.secret_present) {
                    (None, _) => "needs no key".to_owned(),
                    (Some(name), true) => format!("key {name}"),
                    (Some(name), false) => format!("key {name} is missing"),
                };
                let ModelSpec { name, base_url, model, clearance, .. } = &view.spec;
                output.line(format!(
                    "{name:<16}  {model:<28}  {base_url}  cleared for {clearance}  {key}  {}",
                    view.spec.title()
                ));
                output.object("model", &view);
            }
        }
        Models::Test { name } => {
            let engine = open(global).await?;
            let spec = engine.model(name).await?;
            output.progress(format!("asking {} for two calls at once …", spec.title()));
            let report = engine.test_model(&spec).await?;
            output.line(&report.words);
            if report.ok {
                output.line(format!(
                    "first sign of life after {}, whole answer after {}",
                    millis(report.first_event_ms),
                    millis(report.took_ms)
                ));
            }
            output.object("model_report", &report);
            engine.shutdown().await;
            return Ok(if report.ok { Exit::Done } else { Exit::Failed });
        }
        Models::Remove { name } => {
            let engine = open(global).await?;
            engine.remove_model(name).await?;
            output.line(format!("removed model {name}; its key stays in the keychain"));
            output.object("model_removed", &json!({ "name": name }));
            engine.shutdown().await;
        }
    }
    Ok(Exit::Done)
}

fn spec_of(add: &AddModel) -> ModelSpec {
    let protocol = match add.protocol {
        ProtocolArg::OpenaiChat => Protocol::OpenaiChat,
    };
    ModelSpec {
        name: add.name.clone(),
        title: add.title.clone(),
        protocol,
        base_url: add.base_url.clone(),
        model: add.model.clone(),
        secret: add.secret.clone(),
        clearance: add.clearance,
        parallel: add.parallel.into(),
        early: add.early.into(),
        preset: None,
        capabilities: Capabilities::default(),
    }
}

async fn missing_secret(engine: &engine::Engine, add: &AddModel) -> Result<Option<String>, EngineError> {
    let Some(name) = &add.secret else { return Ok(None) };
    let present = engine.secrets().await?.contains(name);
    Ok((!present).then(|| name.to_string()))
}
