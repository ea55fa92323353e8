//! `tieout tools`

use domain::call::Verdict;
use domain::outcome::Outcome;
use domain::payload::PayloadRole;
use domain::view::CallDetail;
use engine::EngineError;
use serde_json::json;

use crate::args::{Global, Tools};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::{open, open_to_read};
use crate::words::call_line;

pub(crate) async fn run(global: &Global, tools: &Tools, output: &Output) -> Result<Exit, EngineError> {
    match tools {
        Tools::List => {
            let engine = open_to_read(global).await?;
            let sources = engine.sources().await?;
            if sources.is_empty() {
                output.line("no source is connected; `tieout sources add FILE.toml` does that (docs/cli.md)");
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
            output.line(format!("{} {}{}", tool.method.word(), spec.base_url, tool.path));
            output.line(format!("{}, touches {}, {}", tool.effect.words(), tool.resource, tool.label));
            output.line(format!("version {}, offered to models as {}", tool.version(), id.wire()));
            output.line(serde_json::to_string_pretty(&tool.input.0).unwrap_or_default());
            output.object("tool", &json!({ "id": id, "version": tool.version(), "spec": tool }));
        }
        Tools::Call { tool, arguments, approve } => {
            let engine = open(global).await?;
            let detail = engine.call_tool(tool, arguments, (*approve).into()).await?;
            print_call(&detail, output);
            engine.shutdown().await;
            let returned = detail.row.outcome == Some(Outcome::Returned);
            return Ok(if returned { Exit::Done } else { Exit::Failed });
        }
    }
    Ok(Exit::Done)
}

fn print_call(detail: &CallDetail, output: &Output) {
    output.progress(call_line(&detail.row));
    let part = |role| detail.payloads.iter().find(|payload| payload.role == role);
    if let Some(words) = part(PayloadRole::Words) {
        output.progress(&words.text);
    }
    if detail.row.verdict == Some(Verdict::Ask) {
        output.progress("a write by hand needs your word: add `--approve all`");
    }
    if let Some(result) = part(PayloadRole::Result) {
        output.line(&result.text);
        if !result.whole {
            output.progress(format!("(the first part of {} bytes; the trail holds all)", result.size));
        }
    }
    output.object("call", detail);
}
