//! `tieout network`: the proxy on the way out, and authorities of one's own.

use std::path::Path;

use domain::network::{NetworkSettings, ProxySetting};
use engine::{Engine, EngineError};

use crate::args::{Global, Network};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::{open, open_to_read};

pub(crate) async fn run(global: &Global, network: &Network, output: &Output) -> Result<Exit, EngineError> {
    match network {
        Network::Show => show(&open_to_read(global).await?.network().await?, output),
        Network::Proxy { way, user, secret, except } => {
            let (user, secret, except) = (user.clone(), secret.clone(), except.clone());
            let proxy = match way.as_str() {
                "system" => ProxySetting::System,
                "direct" => ProxySetting::Direct,
                address => ProxySetting::Through { address: address.to_owned(), user, secret, except },
            };
            change(&open(global).await?, |settings| settings.proxy = proxy, output).await?;
        }
        Network::Roots { files } => {
            let roots: Result<Vec<String>, EngineError> = files.iter().map(|file| absolute(file)).collect();
            let roots = roots?;
            change(&open(global).await?, |settings| settings.roots = roots, output).await?;
        }
    }
    Ok(Exit::Done)
}

async fn change(
    engine: &Engine,
    change: impl FnOnce(&mut NetworkSettings),
    output: &Output,
) -> Result<(), EngineError> {
    let mut settings = engine.network().await?;
    change(&mut settings);
    let saved = engine.save_network(settings.clone()).await;
    engine.shutdown().await;
    saved?;
    show(&settings, output);
    Ok(())
}

fn show(settings: &NetworkSettings, output: &Output) {
    output.line(match &settings.proxy {
        ProxySetting::System => "proxy: as the system says".to_owned(),
        ProxySetting::Direct => "proxy: none".to_owned(),
        ProxySetting::Through { address, user, except, .. } => {
            let user = if user.is_empty() { String::new() } else { format!(" as {user}") };
            let except = if except.is_empty() { String::new() } else { format!(", not to {except}") };
            format!("proxy: {address}{user}{except}")
        }
    });
    for root in &settings.roots {
        output.line(format!("trusted beside the system's authorities: {root}"));
    }
    output.object("network", settings);
}

/// The file is read again whenever the workspace is opened, from wherever that happens.
fn absolute(file: &Path) -> Result<String, EngineError> {
    let path = std::path::absolute(file).map_err(|error| EngineError::BadInput(error.to_string()))?;
    path.into_os_string()
        .into_string()
        .map_err(|path| EngineError::BadInput(format!("{} is no text", path.display())))
}
