//! `tieout sources`

use domain::fact::Change;
use domain::outcome::Outcome;
use domain::source::{Auth, Limits, SourceSpec};
use domain::view::{Health, SourceView, TokenView};
use engine::{Engine, EngineError, ImportKind};
use serde_json::json;

use crate::args::{Global, Sources};
use crate::commands::{import, mcp, sign_in};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::{open, open_to_read};
use crate::words::{count, millis, rate, thousands, time};

pub(crate) async fn run(global: &Global, sources: &Sources, output: &Output) -> Result<Exit, EngineError> {
    match sources {
        Sources::Add { file } => {
            let text = std::fs::read_to_string(file).map_err(|error| {
                EngineError::BadInput(format!("{} can't be read: {error}", file.display()))
            })?;
            let spec = Engine::read_source(&text)?;
            let engine = open(global).await?;
            let (name, tools) = (spec.name.clone(), spec.tools.len() as u64);
            let (auth, secrets) =
                (spec.auth.clone(), spec.secrets().into_iter().cloned().collect::<Vec<_>>());
            let change = engine.save_source(spec).await?;
            let did = if change == Change::Replaced { "changed" } else { "connected" };
            output.line(format!("{did} source {name} with {}", count(tools, "tool")));
            output.object("source_saved", &json!({ "name": name, "change": change, "tools": tools }));
            let stored = engine.secrets().await?;
            for secret in secrets.iter().filter(|secret| !stored.contains(secret)) {
                let tokens = matches!(&auth, Auth::OAuth2Code { .. }) && auth.secret() == Some(secret);
                output.progress(if tokens {
                    format!("nobody is signed in yet: tieout sources sign-in {name}")
                } else {
                    format!("its secret is not stored yet: tieout secrets set {secret}")
                });
            }
            engine.shutdown().await;
        }
        Sources::ImportOpenapi(asked) => import::openapi(global, asked, output).await?,
        Sources::ImportPostman(asked) => import::requests(global, ImportKind::Postman, asked, output).await?,
        Sources::ImportInsomnia(asked) => {
            import::requests(global, ImportKind::Insomnia, asked, output).await?
        }
        Sources::ImportCurl(asked) => import::requests(global, ImportKind::Curl, asked, output).await?,
        Sources::AddMcp(asked) => mcp::add(global, asked, output).await?,
        Sources::Refresh { name } => mcp::refresh(global, name, output).await?,
        Sources::Held { name } => mcp::held(global, name, output).await?,
        Sources::Accept { name, tool } => mcp::accept(global, name, tool.as_deref(), output).await?,
        Sources::Log { name } => mcp::log(global, name, output).await?,
        Sources::List => {
            let engine = open_to_read(global).await?;
            let sources = engine.sources().await?;
            if sources.is_empty() {
                output.line("no source is connected; `tieout sources add FILE.toml` does that (docs/cli.md)");
            }
            for view in sources {
                output.line(source_line(&view));
                output.object("source", &view);
            }
        }
        Sources::Show { name } => {
            let engine = open_to_read(global).await?;
            let views = engine.sources().await?;
            let Some(view) = views.into_iter().find(|view| view.spec.name == *name) else {
                engine.source(name).await?;
                return Ok(Exit::Failed);
            };
            output.line(source_line(&view));
            output.line(limits_line(&view.spec));
            for tool in &view.spec.tools {
                let (method, path) = match &tool.mcp {
                    Some(mcp) => ("call", mcp.name()),
                    None => (tool.method.word(), tool.path.as_str()),
                };
                let effect = tool.effect.words();
                output.line(format!(
                    "  {:<28}  {method:<7} {path:<36}  {effect}  {}",
                    tool.name.as_str(),
                    tool.label
                ));
            }
            output.object("source", &view);
        }
        Sources::Test { name } => {
            let engine = open(global).await?;
            let report = engine.test_source(name).await?;
            output.line(&report.words);
            output.object("source_report", &report);
            engine.shutdown().await;
            return Ok(if report.ok { Exit::Done } else { Exit::Failed });
        }
        Sources::Pause { name } => {
            let engine = open(global).await?;
            engine.pause_source(name).await?;
            output.line(format!("paused source {name}; its calls wait until `tieout sources resume {name}`"));
            output.object("source_paused", &json!({ "name": name }));
            engine.shutdown().await;
        }
        Sources::Resume { name } => {
            let engine = open(global).await?;
            engine.resume_source(name).await?;
            output.line(format!("source {name} takes calls again"));
            output.object("source_resumed", &json!({ "name": name }));
            engine.shutdown().await;
        }
        Sources::SignIn { name, scopes, no_browser } => {
            sign_in::sign_in(global, (name, scopes), *no_browser, output).await?;
        }
        Sources::SignOut { name } => sign_in::sign_out(global, name, output).await?,
        Sources::Remove { name } => {
            let engine = open(global).await?;
            engine.remove_source(name).await?;
            output
                .line(format!("removed source {name}; its calls stay on record, its secret in the keychain"));
            output.object("source_removed", &json!({ "name": name }));
            engine.shutdown().await;
        }
        Sources::Export { name } => {
            let engine = open_to_read(global).await?;
            let toml = engine.source_toml(name).await?;
            if output.is_json() {
                output.object("source_file", &json!({ "name": name, "toml": toml }));
            } else {
                output.raw(&toml);
            }
        }
    }
    Ok(Exit::Done)
}

/// How much is asked of a source at once, and how it knows a write again.
fn limits_line(spec: &SourceSpec) -> String {
    let Limits { in_flight, rate: requests, deadline_ms, result_bytes } = spec.limits;
    let requests = requests.map_or("any number of requests a second".to_owned(), |requests| {
        format!("{} ({} at once)", rate(requests.milli_per_second), requests.burst)
    });
    let key = spec.idempotency_header.as_ref().map(|name| format!(", writes known again by {name}"));
    format!(
        "  takes {} at one time, {requests}, {} a call, {} bytes a result{}",
        count(u64::from(in_flight), "call"),
        millis(deadline_ms),
        thousands(u64::from(result_bytes)),
        key.unwrap_or_default()
    )
}

fn source_line(view: &SourceView) -> String {
    let SourceView { spec, secret_present, token, health, paused, asks_to_wait_ms } = view;
    let secret = match (*secret_present, &spec.auth) {
        (true, _) => token.as_ref().map(token_words).unwrap_or_default(),
        (false, Auth::OAuth2Code { .. }) => "  SIGN IN".to_owned(),
        (false, _) => "  SECRET MISSING".to_owned(),
    };
    let pause = match (*paused, *asks_to_wait_ms) {
        (true, _) => "  PAUSED".to_owned(),
        (false, 0) => String::new(),
        (false, ms) => format!("  asks to wait {} more", millis(ms)),
    };
    let writes = spec.tools.iter().filter(|tool| tool.effect.writes()).count();
    let tools = count(spec.tools.len() as u64, "tool");
    let tools = if writes == 0 { tools } else { format!("{tools} ({writes} writing)") };
    let health = health_words(health);
    format!("{:<16}  {}  {tools}  {}  {health}{secret}{pause}", spec.name.as_str(), spec.place(), spec.label)
}

/// Until when a token holds, and what happens then.
fn token_words(token: &TokenView) -> String {
    match (token.ends, token.renewable) {
        (None, _) => String::new(),
        (Some(ends), true) => format!("  token until {}, renewed by itself", time(ends)),
        (Some(ends), false) => format!("  signed in until {}", time(ends)),
    }
}

/// What the record says: the last call whenever it was, and the last seven days.
fn health_words(health: &Health) -> String {
    let Some(last) = health.last_at else { return "never called".to_owned() };
    let ended = health.last_outcome.map_or("under way", Outcome::word);
    let last = format!("last {} {ended}", time(last));
    if health.calls == 0 {
        return format!("{last}, none in 7 days");
    }
    format!(
        "{last}, in 7 days {}, {} failed ({} %), half within {}, 19 of 20 within {}",
        count(u64::from(health.calls), "call"),
        health.failures,
        (u64::from(health.failures) * 100).div_ceil(u64::from(health.calls)),
        millis(health.p50_ms),
        millis(health.p95_ms),
    )
}
