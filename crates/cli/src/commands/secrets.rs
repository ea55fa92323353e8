//! `tieout secrets`

use engine::EngineError;
use serde_json::json;

use crate::args::{Global, Secrets};
use crate::exit::Exit;
use crate::output::Output;
use crate::passphrase::secret;
use crate::place::{open, open_to_read};

pub(crate) async fn run(global: &Global, secrets: &Secrets, output: &Output) -> Result<Exit, EngineError> {
    match secrets {
        Secrets::Set { name } => {
            let engine = open(global).await?;
            let value = secret(&format!("Secret `{name}` (not shown): "))?;
            engine.set_secret(name, value).await?;
            output.line(format!("stored `{name}` in the keychain"));
            output.object("secret_set", &json!({ "name": name }));
            engine.shutdown().await;
        }
        Secrets::List => {
            let engine = open_to_read(global).await?;
            let names = engine.secrets().await?;
            if names.is_empty() {
                output.line("no secret is stored; `tieout secrets set NAME` stores one");
            }
            for name in names {
                output.line(name.as_str());
                output.object("secret", &json!({ "name": name }));
            }
        }
        Secrets::Remove { name } => {
            let engine = open(global).await?;
            engine.remove_secret(name).await?;
            output.line(format!("removed `{name}` from the keychain"));
            output.object("secret_removed", &json!({ "name": name }));
            engine.shutdown().await;
        }
    }
    Ok(Exit::Done)
}
