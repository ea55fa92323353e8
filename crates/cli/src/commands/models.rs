//! `tieout models`

use domain::fact::Change;
use domain::model::{Capabilities, ModelSpec, Price, Protocol};
use domain::secret::SecretName;
use engine::EngineError;
use serde_json::json;

use super::{offers, profile, usage};
use crate::args::{AddModel, CanDo, Global, Models};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::{open, open_to_read};
use crate::words::{capabilities, millis};

pub(crate) async fn run(global: &Global, models: &Models, output: &Output) -> Result<Exit, EngineError> {
    match models {
        Models::Add(add) => {
            let mut spec = spec_of(add)?;
            let key = add.aws_profile.as_deref().map(profile::key).transpose()?;
            let engine = open(global).await?;
            if let Some((profile, key)) = key {
                let name = add.secret.clone().map_or_else(|| profile::name(&profile), Ok)?;
                engine.set_secret(&name, key).await?;
                output.line(format!(
                    "stored the key of the AWS profile `{profile}` as `{name}` in the keychain"
                ));
                output.object("secret_set", &json!({ "name": name }));
                spec.secret = Some(name);
            }
            let secret = spec.secret.clone();
            let change = engine.save_model(spec).await?;
            let did = if change == Change::Replaced { "changed" } else { "connected" };
            output.line(format!("{did} model {}", add.name));
            output.object("model_saved", &json!({ "name": add.name, "change": change }));
            if let Some(missing) = missing_secret(&engine, secret).await? {
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
                output.line(format!("{:<16}  {}", "", capabilities(&view.capabilities)));
                output.object("model", &view);
            }
        }
        Models::Presets => offers::presets(output),
        Models::Discover => {
            let engine = open(global).await?;
            offers::discover(&engine, output).await?;
            engine.shutdown().await;
        }
        Models::Usage { since } => usage::run(&open_to_read(global).await?, *since, output).await?,
        Models::Test { name } => {
            let engine = open(global).await?;
            let spec = engine.model(name).await?;
            output.progress(format!("asking {} for two calls at once …", spec.title()));
            let report = engine.test_model(&spec).await?;
            output.line(&report.words);
            for check in &report.checks {
                let mark = match check.ok {
                    Some(true) => "yes",
                    Some(false) => "no",
                    None => "?",
                };
                output.line(format!("  {mark:<4} {}", check.words));
            }
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

/// What was typed, and what the preset says where nothing was.
fn spec_of(add: &AddModel) -> Result<ModelSpec, EngineError> {
    let asked = add.protocol.map(Protocol::from);
    let endpoint = match &add.preset {
        None => None,
        Some(id) => {
            let preset = engine::preset(id).ok_or_else(|| {
                EngineError::BadInput(format!(
                    "there is no preset `{id}`; `tieout models presets` lists them"
                ))
            })?;
            let endpoint = preset.endpoint(asked);
            // At an address of one's own a gateway may speak what its preset does not.
            if endpoint.is_none() && add.base_url.is_none() {
                return Err(EngineError::BadInput(format!(
                    "{} does not speak that protocol; leave --protocol out, or give a --base-url",
                    preset.title
                )));
            }
            endpoint
        }
    };
    let base_url = match (&add.base_url, endpoint) {
        (Some(base_url), _) => base_url.clone(),
        (None, Some(endpoint)) => filled(&endpoint.base_url, add)?,
        (None, None) => String::new(),
    };
    let protocol = asked.or(endpoint.map(|endpoint| endpoint.protocol)).unwrap_or(Protocol::OpenaiChat);
    let clearance = add.clearance.unwrap_or_else(|| engine::usual_clearance(&base_url));
    Ok(ModelSpec {
        name: add.name.clone(),
        title: add.title.clone(),
        protocol,
        base_url,
        model: add.model.clone(),
        secret: add.secret.clone(),
        clearance,
        parallel: add.parallel.into(),
        early: add.early.into(),
        preset: add.preset.clone(),
        capabilities: said(&add.can),
    })
}

/// A preset's address with what stands for its braces.
fn filled(base_url: &str, add: &AddModel) -> Result<String, EngineError> {
    let mut filled = base_url.to_owned();
    for (name, value) in [("resource", &add.resource), ("region", &add.region)] {
        let place = format!("{{{name}}}");
        if !filled.contains(&place) {
            continue;
        }
        let plain = |text: &&String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let value = value.as_ref().filter(|text| !text.is_empty()).filter(plain).ok_or_else(|| {
            EngineError::BadInput(format!(
                "its address is {base_url}: say with --{name} what stands there (letters, digits and `-`)"
            ))
        })?;
        filled = filled.replace(&place, value);
    }
    Ok(filled)
}

fn said(can: &CanDo) -> Capabilities {
    let price = can.price_in.zip(can.price_out);
    Capabilities {
        tools: can.tools.said(),
        streaming: can.streaming.said(),
        context: can.context,
        max_output: can.max_output,
        price: price.map(|(input, output)| Price { input, cached: can.price_cached, output }),
        ..Capabilities::default()
    }
}

async fn missing_secret(
    engine: &engine::Engine,
    name: Option<SecretName>,
) -> Result<Option<String>, EngineError> {
    let Some(name) = name else { return Ok(None) };
    let present = engine.secrets().await?.contains(&name);
    Ok((!present).then(|| name.to_string()))
}
