//! `tieout sources sign-in` and `sign-out`

use std::process::{Command, Stdio};

use domain::tool::SourceName;
use engine::EngineError;
use serde_json::json;

use crate::args::Global;
use crate::output::Output;
use crate::place::open;
use crate::words::time;

/// Signs a person in, with their browser or with the address in any other.
pub(crate) async fn sign_in(
    global: &Global,
    (name, scopes): (&SourceName, &[String]),
    no_browser: bool,
    output: &Output,
) -> Result<(), EngineError> {
    let engine = open(global).await?;
    let sign_in = engine.sign_in(name, scopes).await?;
    let url = sign_in.url().to_string();
    let ended = browsed(name, &url, no_browser, sign_in.finish(), output).await;
    engine.shutdown().await;
    let ends = ended?;
    let until = ends.map(|ends| format!(", until {}", time(ends))).unwrap_or_default();
    output.line(format!("signed in to {name}{until}"));
    output.object("signed_in", &json!({ "name": name, "ends": ends }));
    Ok(())
}

/// Sends a person to an address, and waits until they have come back from there or give up.
pub(super) async fn browsed<T>(
    name: &SourceName,
    url: &str,
    no_browser: bool,
    back: impl Future<Output = Result<T, EngineError>>,
    output: &Output,
) -> Result<T, EngineError> {
    output.progress(format!("sign in here, in a browser of this machine:\n\n  {url}\n"));
    output.object("sign_in", &json!({ "name": name, "url": url }));
    if !no_browser && !browse(url) {
        output.progress("no browser could be opened; open the address yourself");
    }
    tokio::select! {
        ended = back => ended,
        _ = tokio::signal::ctrl_c() => Err(EngineError::BadInput("stopped before anybody had signed in".to_owned())),
    }
}

/// Forgets a person's sign-in.
pub(crate) async fn sign_out(global: &Global, name: &SourceName, output: &Output) -> Result<(), EngineError> {
    let engine = open(global).await?;
    let ended = engine.sign_out(name).await;
    engine.shutdown().await;
    ended?;
    output.line(format!("signed out of {name}; its server may know the sign-in until it ends there"));
    output.object("signed_out", &json!({ "name": name }));
    Ok(())
}

/// Opens the system's browser, and says whether there is one. It outlives this program.
fn browse(url: &str) -> bool {
    let (program, before): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(target_os = "windows") {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    let mut opening = Command::new(program);
    opening.args(before).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    opening.spawn().is_ok()
}
