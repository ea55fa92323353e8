//! `tieout trail export | csv | jsonl | ocsf | otlp` and `tieout verify`

use std::ops::ControlFlow;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::bundle::{BundleMade, BundleScope, Manifest};
use domain::secret::Secret;
use domain::view::{PartReport, WitnessReport};
use engine::{Against, Collector, Engine, EngineError, OpenBundle, Sending, ViewForm};

use crate::args::{Export, Global, Otlp, Verify, View};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::open;
use crate::progress::Progress;
use crate::words::{count, entries, report_lines, thousands, time};

/// Makes a bundle. Ctrl-C stops it, and leaves no file.
pub(crate) async fn export(global: &Global, export: &Export, output: &Output) -> Result<Exit, EngineError> {
    let engine = open(global).await?;
    let made = make(&engine, export).await;
    engine.shutdown().await;
    let Some(made) = made? else {
        output.progress("stopped; no file was made, and that it was begun is on record");
        return Ok(Exit::Cancelled);
    };
    output.line(format!(
        "{}: {}, {}, {} bytes",
        made.path,
        entries(made.entries),
        count(made.payloads, "payload"),
        thousands(made.size)
    ));
    output.line(format!("sha256 {}", made.sha256));
    output.object("bundle", &made);
    Ok(Exit::Done)
}

async fn make(engine: &Engine, export: &Export) -> Result<Option<BundleMade>, EngineError> {
    let mut progress = Progress::of("exporting");
    let stopped = Arc::new(AtomicBool::new(false));
    let stopping = Arc::clone(&stopped);
    let heard = move |done, total| {
        progress.tell(done, total);
        if stopping.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let (scope, payloads) = (export.of.scope(), !export.without_payloads);
    let mut making = pin!(engine.export(scope, payloads, export.to.as_deref(), &export.output, heard));
    tokio::select! {
        made = &mut making => made,
        _ = tokio::signal::ctrl_c() => {
            // What is half made takes itself away, which needs the program to live until then.
            stopped.store(true, Ordering::Relaxed);
            making.await
        }
    }
}

/// Writes a view to a file, or to standard output.
pub(crate) async fn view(
    global: &Global,
    form: ViewForm,
    view: &View,
    output: &Output,
) -> Result<(), EngineError> {
    let engine = open(global).await?;
    let text = view.filter.join(" ");
    let made = match &view.output {
        Some(file) => engine.export_view(&text, form, file).await,
        None => engine.print_view(&text, form, std::io::stdout()).await,
    };
    engine.shutdown().await;
    let made = made?;
    if view.output.is_some() {
        output.line(format!(
            "{}: {}, {} bytes",
            made.path,
            count(made.entries, "call"),
            thousands(made.size)
        ));
        output.object("view", &made);
    }
    Ok(())
}

/// Writes traces, or sends them to a collector. Ctrl-C stops that.
pub(crate) async fn otlp(global: &Global, otlp: &Otlp, output: &Output) -> Result<Exit, EngineError> {
    let Some(url) = &otlp.to else {
        view(global, ViewForm::Otlp, &otlp.view, output).await?;
        return Ok(Exit::Done);
    };
    let engine = open(global).await?;
    let to = Collector { url: url.clone(), headers: otlp.headers.clone() };
    let text = otlp.view.filter.join(" ");
    let mut progress = Progress::of("sending");
    let heard = |sending| match sending {
        Sending::Taken { calls, of } => progress.tell(calls, of),
        Sending::Again { words, after } => {
            output.progress(format!("{words} It is sent again in {:.1} s", after.as_secs_f64()));
        }
    };
    let sent = tokio::select! {
        sent = engine.send_view(&text, &to, heard) => Some(sent),
        _ = tokio::signal::ctrl_c() => None,
    };
    engine.shutdown().await;
    let Some(sent) = sent.transpose()? else {
        output.progress("stopped; what was sent until then is on record");
        return Ok(Exit::Cancelled);
    };
    output.line(format!(
        "{url}: {} of {} in {}, {} bytes",
        count(sent.spans, "span"),
        count(sent.calls, "call"),
        count(sent.requests, "request"),
        thousands(sent.size)
    ));
    if sent.rejected > 0 {
        output.line(format!("the collector refused {} of them", thousands(sent.rejected)));
    }
    for remark in &sent.remarks {
        output.line(format!("the collector says: {remark}"));
    }
    output.object("view_sent", &sent);
    Ok(if sent.rejected > 0 { Exit::Failed } else { Exit::Done })
}

/// Checks a bundle. It needs no workspace.
pub(crate) async fn verify(verify: &Verify, output: &Output) -> Result<Exit, EngineError> {
    let identity = verify.identity_file.as_deref().map(read).transpose()?.map(Secret::new);
    let known = verify.known.as_deref().map(read).transpose()?;
    let bundle = OpenBundle::open(&verify.file, identity).await?;
    let mut progress = Progress::of("verifying");
    let heard = move |done, total| {
        progress.tell(done, total);
        ControlFlow::Continue(())
    };
    let against = Against { vkey: verify.vkey.clone(), known, witnesses: verify.witnesses.clone() };
    let report = bundle.verify(&against, heard).await?;
    let report =
        report.ok_or_else(|| EngineError::Internal("the verification ended without a report".to_owned()))?;
    let Manifest { scope, size, payloads, .. } = bundle.manifest();
    let of = match scope {
        BundleScope::Trail => "a whole trail".to_owned(),
        BundleScope::Conversation { conversation } => format!("conversation {conversation}"),
        BundleScope::Answer { turn } => format!("the answer of {turn}"),
    };
    let without = if *payloads { "" } else { ", made without payloads" };
    output.line(format!("bundle of {of}, of a trail of {}{without}", entries(*size)));
    for part in &report.parts {
        output.line(part_line(part));
    }
    for line in report_lines("bundle", &report) {
        output.line(line);
    }
    for witness in &report.witnesses {
        output.line(witness_line(witness));
    }
    if verify.vkey.is_none() {
        output.progress(
            "checked against the key in the bundle itself: whose trail it is shows only with --vkey KEY, from whoever \
             runs it, or --known FILE, a checkpoint that you kept",
        );
    }
    output.object("manifest", bundle.manifest());
    output.object("verify_report", &report);
    Ok(if report.findings.is_empty() { Exit::Done } else { Exit::Unverified })
}

/// `  payloads        12 looked at, sound`
fn part_line(report: &PartReport) -> String {
    let PartReport { part, checked, findings } = report;
    let name = serde_json::json!(part);
    let found = match (checked, findings) {
        (0, 0) => "nothing to look at".to_owned(),
        (_, 0) => format!("{} looked at, sound", thousands(*checked)),
        _ => format!("{} looked at, {}", thousands(*checked), count(u64::from(*findings), "finding")),
    };
    format!("  {:<14} {found}", name.as_str().unwrap_or_default())
}

/// `witness example.org cosigned up to 41 entries, 2026-…`
fn witness_line(WitnessReport { vkey, size, at }: &WitnessReport) -> String {
    let name = vkey.split('+').next().unwrap_or_default();
    match (size, at) {
        (Some(size), Some(at)) => format!("witness {name} cosigned up to {}, {}", entries(*size), time(*at)),
        _ => format!("witness {name} cosigned nothing that is in this bundle"),
    }
}

fn read(path: &Path) -> Result<String, EngineError> {
    std::fs::read_to_string(path)
        .map_err(|error| EngineError::BadInput(format!("{} can't be read: {error}", path.display())))
}
