//! Where models can be had from: `tieout models presets` and `discover`.

use engine::{Engine, EngineError, FoundServer, Preset};

use crate::output::Output;
use crate::words::capabilities;

pub(crate) fn presets(output: &Output) {
    for preset in Engine::model_presets() {
        let Preset { id, title, endpoints, key, .. } = preset;
        let address = endpoints.first().map(|endpoint| endpoint.base_url.as_str()).unwrap_or_default();
        let key = match &key.page {
            Some(page) => format!("key: {page}"),
            None => "needs no key".to_owned(),
        };
        output.line(format!("{id:<14}  {title:<16}  {address:<52}  {key}"));
        output.object("preset", preset);
    }
}

pub(crate) async fn discover(engine: &Engine, output: &Output) -> Result<(), EngineError> {
    let found = engine.find_local_models().await?;
    if found.is_empty() {
        let known = Engine::model_presets().iter();
        let ports = known.filter_map(|preset| Some(format!("{} ({})", preset.title, preset.port?)));
        output.line(format!("no server of models answers on this machine; looked for {}", join(ports)));
    }
    for server in &found {
        let FoundServer { preset, title, base_url, models, .. } = server;
        output.line(format!("{title} at {base_url}"));
        if models.is_empty() {
            output.line("  it has no models yet");
        }
        for model in models {
            let next = match &model.connected {
                Some(name) => format!("connected as {name}"),
                None => format!("tieout models add NAME --preset {preset} --model {}", model.id),
            };
            output.line(format!("  {:<32}  {}  {next}", model.id, capabilities(&model.capabilities)));
        }
        output.object("found_server", server);
    }
    Ok(())
}

fn join(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
