//! `tieout trail lower | findings`, `tieout settings detection`

use std::path::Path;

use domain::finding::{Carried, Detected, FalseAlarm, Finding, shape};
use domain::hidden::OwnDetectors;
use domain::id::CallId;
use engine::{Engine, EngineError};

use crate::args::{Findings, Global, Lower, Place};
use crate::output::Output;
use crate::place::{open, open_to_read};
use crate::words::{count, thousands};

pub(crate) async fn lower(global: &Global, lower: &Lower, output: &Output) -> Result<(), EngineError> {
    let engine = open(global).await?;
    let label = engine.lower_label(lower.conversation, lower.to, &lower.why).await?;
    output.line(format!("{} is {label} from here on", lower.conversation));
    output.object("label", &label);
    engine.shutdown().await;
    Ok(())
}

pub(crate) async fn findings(
    global: &Global,
    findings: &Findings,
    output: &Output,
) -> Result<(), EngineError> {
    match findings {
        Findings::Show { call } => show(&open_to_read(global).await?, *call, output).await?,
        Findings::Alarms => {
            let alarms = open_to_read(global).await?.false_alarms().await?;
            if alarms.is_empty() {
                output.line("nothing was called a false alarm");
            }
            for alarm in &alarms {
                output.line(words_of(alarm));
                output.object("false_alarm", alarm);
            }
        }
        Findings::Dismiss(place) => {
            let Place { call, kind, pointer, within, why } = place;
            let engine = open(global).await?;
            engine.dismiss_finding(*call, kind, *within, pointer, why).await?;
            output.line(format!("`{kind}` is no longer raised at `{}` of that tool", shape(pointer)));
            engine.shutdown().await;
        }
        Findings::Restore(place) => {
            let Place { call, kind, pointer, within, why } = place;
            let engine = open(global).await?;
            let tool = engine.call(*call).await?.row.tool;
            let pointer = shape(pointer);
            let alarm = FalseAlarm { tool, kind: kind.clone(), carried: *within, pointer, call: *call };
            engine.restore_finding(&alarm, why).await?;
            output.line(format!("`{kind}` is raised there again"));
            engine.shutdown().await;
        }
    }
    Ok(())
}

/// Shows a person's own patterns and lists, or takes them from a file.
pub(crate) async fn detection(
    global: &Global,
    file: Option<&Path>,
    output: &Output,
) -> Result<(), EngineError> {
    let own = match file {
        None => open_to_read(global).await?.own_detectors().await?,
        Some(file) => {
            let own = read(file)?;
            let engine = open(global).await?;
            engine.save_own_detectors(own.clone()).await?;
            engine.shutdown().await;
            own
        }
    };
    if own == OwnDetectors::default() {
        output.line("nothing of your own is looked for beside what Tieout knows");
    }
    for pattern in &own.patterns {
        output.line(format!("{:<24} {:<14} {}", pattern.name, pattern.category.word(), pattern.expression));
    }
    for list in &own.lists {
        let words = count(list.words.len() as u64, "word");
        output.line(format!("{:<24} {:<14} {words}", list.name, list.category.word()));
    }
    output.object("detection", &own);
    Ok(())
}

fn read(file: &Path) -> Result<OwnDetectors, EngineError> {
    let wrong = |why: String| EngineError::BadInput(format!("{} can't be used: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
}

async fn show(engine: &Engine, call: CallId, output: &Output) -> Result<(), EngineError> {
    let detail = engine.call(call).await?;
    output.line(format!("{}, {}", detail.row.tool, detail.row.label));
    let Some(detected) = &detail.detected else {
        output.line("nothing was detected: the label is its source's and its tool's");
        return Ok(());
    };
    output.line(format!("by its source and its tool alone: {}", detected.plain));
    for (carried, findings) in [("arguments", &detected.arguments), ("result", &detected.result)] {
        findings.iter().for_each(|finding| output.line(line(carried, finding)));
    }
    for words in beyond(detected) {
        output.line(words);
    }
    output.object("detected", detected);
    Ok(())
}

fn line(carried: &str, finding: &Finding) -> String {
    let Finding { kind, category, pointer, start, end, confidence } = finding;
    let place = format!("{carried}{pointer}");
    format!("  {kind:<24} {:<14} {confidence:>3} %  {place}  {start}–{end}", category.word())
}

/// What nobody looked at, or is not told one by one.
fn beyond(detected: &Detected) -> Vec<String> {
    let unread = (detected.unread > 0)
        .then(|| format!("  the last {} bytes of the result were not looked at", thousands(detected.unread)));
    let more = (detected.left_out > 0).then(|| format!("  and {} more", thousands(detected.left_out.into())));
    unread.into_iter().chain(more).collect()
}

fn words_of(alarm: &FalseAlarm) -> String {
    let carried = match alarm.carried {
        Carried::Arguments => "arguments",
        Carried::Result => "result",
    };
    format!("{:<32} {:<24} {carried}{}  said at {}", alarm.tool, alarm.kind, alarm.pointer, alarm.call)
}
