//! `tieout tools`

use domain::advice::AdviceKind;
use domain::call::Verdict;
use domain::tool::SourceName;
use engine::{Engine, EngineError};
use serde_json::json;

use super::by_hand::made;
use crate::args::{Global, Tools};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::{open, open_to_read};

pub(crate) async fn run(global: &Global, tools: &Tools, output: &Output) -> Result<Exit, EngineError> {
    match tools {
        Tools::List => {
            let engine = open_to_read(global).await?;
            let sources = engine.sources().await?;
            if sources.is_empty() {
                output.line(NO_SOURCE);
            }
            for spec in sources.iter().map(|view| &view.spec) {
                for tool in &spec.tools {
                    let id = spec.id_of(tool);
                    output.line(format!(
                        "{:<36}  {:<16}  {:<40}  {}",
                        id.to_string(),
                        tool.effect.words(),
                        tool.label.to_string(),
                        tool.description
                    ));
                    output.object("tool", &json!({ "id": id, "version": tool.version(), "spec": tool }));
                }
            }
        }
        Tools::Show { tool: id } => {
            let engine = open_to_read(global).await?;
            let spec = engine.source(id.source()).await?;
            let Some(tool) = spec.tool(id.tool()) else {
                return Err(EngineError::NotFound(format!("{} has no tool `{}`", spec.name, id.tool())));
            };
            output.line(format!("{id}: {}", tool.description));
            output.line(match &tool.mcp {
                Some(mcp) => format!("tools/call {} of {}", mcp.name(), spec.place()),
                None => format!("{} {}{}", tool.method.word(), spec.base_url, tool.path),
            });
            let alone = if tool.exclusive { ", runs alone" } else { "" };
            output.line(format!("{}, touches {}{alone}, {}", tool.effect.words(), tool.resource, tool.label));
            if let Some(paging) = &tool.paging {
                output.line(format!("its result goes on {}", paging.words()));
            }
            output.line(format!("version {}, offered to models as {}", tool.version(), id.wire()));
            output.line(serde_json::to_string_pretty(&tool.input.0).unwrap_or_default());
            output.object("tool", &json!({ "id": id, "version": tool.version(), "spec": tool }));
        }
        Tools::Lint { source } => {
            let engine = open_to_read(global).await?;
            lint(&engine, source.as_ref(), output).await?;
        }
        Tools::Call { tool, arguments, approve } => {
            let engine = open(global).await?;
            let call = engine.call_tool(tool, arguments, (*approve).into());
            let (detail, exit) = made(&engine, &tool.to_string(), call, output).await?;
            if detail.row.verdict == Some(Verdict::Ask) {
                output.progress("a write by hand needs your word: add `--approve all`");
            }
            return Ok(exit);
        }
    }
    Ok(Exit::Done)
}

const NO_SOURCE: &str = "no source is connected; `tieout sources add FILE.toml` does that (docs/cli.md)";

/// Advice, source by source. What concerns one source may rest on another: two that share a host share its limit.
async fn lint(engine: &Engine, only: Option<&SourceName>, output: &Output) -> Result<(), EngineError> {
    if let Some(name) = only {
        // One that is not connected has no advice either, which would read as praise.
        engine.source(name).await?;
    }
    let mut advice = engine.lint().await?;
    advice.retain(|piece| only.is_none_or(|name| piece.source == *name));
    if engine.sources().await?.is_empty() {
        output.line(NO_SOURCE);
    } else if advice.is_empty() {
        output.line("no advice: nothing here makes a batch slower or less safe than it needs to be");
    }
    let mut told = None;
    for piece in &advice {
        if told.replace(&piece.source) != Some(&piece.source) {
            output.line(piece.source.as_str());
        }
        let tools: Vec<&str> = piece.tools.iter().map(|tool| tool.tool().as_str()).collect();
        let tools = if tools.is_empty() { "the source".to_owned() } else { tools.join(", ") };
        output.line(format!("  {:<20}  {tools}\n    {}\n    {}", topic(piece.kind), piece.words, piece.mend));
        output.object("advice", piece);
    }
    Ok(())
}

fn topic(kind: AdviceKind) -> &'static str {
    match kind {
        AdviceKind::ListOfIds => "list of ids",
        AdviceKind::SharedState => "shared state",
        AdviceKind::SharedLimit => "shared limit",
        AdviceKind::NoIdempotencyHeader => "no idempotency key",
        AdviceKind::HiddenDependency => "hidden dependency",
        AdviceKind::WholeSource => "whole source",
        AdviceKind::NoRate => "no rate",
    }
}
