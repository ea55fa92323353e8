//! `tieout trail`

use std::ops::ControlFlow;

use domain::id::{CallId, ConversationId, Seq, TurnId};
use domain::time::Micros;
use domain::view::{CallDetail, Count, EntryView, PayloadView, TurnView, VerifyReport, WireReturn, WireView};
use engine::{CallQuery, Engine, EngineError, ViewForm};

use super::{anchors, answers, care, evidence, labels};
use crate::args::{Global, ListCalls, Search, Shown, Trail};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::open_to_read;
use crate::progress::Progress;
use crate::story::{aside, aside_of, story};
use crate::words::{call_line, count, millis, report_lines, thousands, time};

pub(crate) async fn run(global: &Global, trail: &Trail, output: &Output) -> Result<Exit, EngineError> {
    let reader = || open_to_read(global);
    match trail {
        Trail::List(list) => list_calls(&reader().await?, list, output).await?,
        Trail::Show { id } => show(&reader().await?, *id, output).await?,
        Trail::Wire { turn } => wire(&reader().await?, *turn, output).await?,
        Trail::Answer { turn } => answers::show(&reader().await?, *turn, output).await?,
        Trail::Stats => stats(&reader().await?, output).await?,
        Trail::Search(search) => self::search(&reader().await?, search, output).await?,
        Trail::Verify => {
            let report = verify(&reader().await?, output).await?;
            return Ok(if report.findings.is_empty() { Exit::Done } else { Exit::Unverified });
        }
        Trail::Erase(erase) => care::erase(global, erase, output).await?,
        Trail::Hold(hold) => care::hold(global, hold, output).await?,
        Trail::Retention(rules) => care::retention(global, rules, output).await?,
        Trail::Lower(lower) => labels::lower(global, lower, output).await?,
        Trail::Findings(findings) => labels::findings(global, findings, output).await?,
        Trail::Anchors(of) => return anchors::run(global, of, output).await,
        Trail::Checkpoint(checkpoint) => anchors::checkpoint(global, checkpoint, output).await?,
        Trail::RotateKey => anchors::rotate_key(global, output).await?,
        Trail::AcceptRestored(accept) => anchors::accept(global, accept, output).await?,
        Trail::Export(export) => return evidence::export(global, export, output).await,
        Trail::Csv(view) => evidence::view(global, ViewForm::Csv, view, output).await?,
        Trail::Jsonl(view) => evidence::view(global, ViewForm::Jsonl, view, output).await?,
        Trail::Ocsf(view) => evidence::view(global, ViewForm::Ocsf, view, output).await?,
        Trail::Otlp(otlp) => return evidence::otlp(global, otlp, output).await,
    }
    Ok(Exit::Done)
}

async fn show(engine: &Engine, id: Shown, output: &Output) -> Result<(), EngineError> {
    match id {
        Shown::Call(call) => show_call(engine, call, output).await,
        Shown::Conversation(conversation) => show_conversation(engine, conversation, output).await,
        Shown::Entry(seq) => show_entry(engine, seq, output).await,
    }
}

/// Verifies with progress, and prints what was found.
pub(crate) async fn verify(engine: &Engine, output: &Output) -> Result<VerifyReport, EngineError> {
    let mut progress = Progress::of("verifying");
    let report = engine
        .verify(move |done, total| {
            progress.tell(done, total);
            ControlFlow::Continue(())
        })
        .await?
        .ok_or_else(|| EngineError::Internal("the verification ended without a report".to_owned()))?;
    for line in report_lines("trail", &report) {
        output.line(line);
    }
    output.object("verify_report", &report);
    Ok(report)
}

async fn list_calls(engine: &Engine, list: &ListCalls, output: &Output) -> Result<(), EngineError> {
    let query = CallQuery {
        before: list.after.map(Seq),
        limit: list.limit,
        conversation: list.conversation,
        source: list.source.as_ref().map(ToString::to_string),
        outcome: list.outcome,
        ..CallQuery::default()
    };
    let rows = engine.calls(query).await?;
    if rows.is_empty() {
        output.line("no call fits; `tieout ask` makes some");
    }
    for row in &rows {
        output.line(call_line(row));
        output.object("call", row);
    }
    if let Some(last) = rows.last().filter(|_| rows.len() as u64 == u64::from(list.limit)) {
        output.progress(format!("more: --after {}", last.seq));
    }
    Ok(())
}

async fn search(engine: &Engine, search: &Search, output: &Output) -> Result<(), EngineError> {
    let text = search.filter.join(" ");
    if search.count {
        let facets = engine.facets(&text).await?;
        let least = if facets.at_least { "at least " } else { "" };
        output.line(format!("{least}{}", count(facets.total, "call")));
        for (title, counts) in [
            ("by source", &facets.by_source),
            ("by outcome", &facets.by_outcome),
            ("by level", &facets.by_level),
            ("by decision", &facets.by_verdict),
        ] {
            show_counts(title, counts, output);
        }
        output.object("facets", &facets);
        return Ok(());
    }
    let page = engine.search(&text, search.after.map(Seq), search.limit).await?;
    if page.rows.is_empty() {
        output.line("no call fits");
    }
    for row in &page.rows {
        output.line(call_line(row));
        output.object("call", row);
    }
    if let Some(next) = page.next {
        output.progress(format!("more: --after {next}"));
    }
    Ok(())
}

fn show_counts(title: &str, counts: &[Count], output: &Output) {
    let counts: Vec<String> =
        counts.iter().map(|count| format!("{} {}", count.name, thousands(count.count))).collect();
    output.line(format!("{title}: {}", counts.join(", ")));
}

async fn show_call(engine: &Engine, id: CallId, output: &Output) -> Result<(), EngineError> {
    let detail = engine.call(id).await?;
    let CallDetail { row, entries, payloads, used_by, taken_from, .. } = &detail;
    output.line(call_line(row));
    for line in story(row.call, entries, payloads) {
        output.line(line);
    }
    for line in answers::origins(taken_from).into_iter().chain(answers::uses(used_by)) {
        output.line(line);
    }
    for payload in payloads {
        let shown = if payload.whole { "" } else { " (its beginning)" };
        let aside = aside(&detail, payload.commitment).map(|aside| format!(" {aside}")).unwrap_or_default();
        output.line(format!("\n{}{aside}, {} bytes{shown}:", payload.role.word(), payload.size));
        output.line(&payload.text);
    }
    output.line("\nentries:");
    for entry in entries {
        output.line(format!("  {:>6}  {}  {:<16}  {}", entry.seq.0, time(entry.at), entry.kind, entry.leaf));
    }
    output.object("call", &detail);
    if let Some(last) = entries.last() {
        prove(engine, last.seq, output).await?;
    }
    Ok(())
}

async fn show_entry(engine: &Engine, seq: Seq, output: &Output) -> Result<(), EngineError> {
    let view = engine.entry(seq).await?;
    let EntryView { body, kind, at, leaf, .. } = &view;
    output.line(format!("entry {seq}, {kind}, {}", time(*at)));
    if let Some(words) = aside_of(&view) {
        output.line(words);
    }
    output.line(body.canonical());
    output.line(format!("leaf {leaf}"));
    output.object("entry", &view);
    prove(engine, seq, output).await
}

async fn prove(engine: &Engine, seq: Seq, output: &Output) -> Result<(), EngineError> {
    let proof = engine.prove(seq).await?;
    output.line(format!(
        "\nproof that entry {seq} is in the trail, {} hashes up to the root of:",
        proof.path.len()
    ));
    output.line(proof.checkpoint.trim_end());
    output.object("proof", &proof);
    Ok(())
}

async fn show_conversation(engine: &Engine, id: ConversationId, output: &Output) -> Result<(), EngineError> {
    let view = engine.conversation(id).await?;
    output.line(format!("{}  {}", view.row.title, view.row.label));
    for TurnView { id, question, at, batches, retries, answer, words, .. } in &view.turns {
        output.line(format!("\n{}  {question}  ({id})", time(*at)));
        for batch in batches {
            output.line(format!(
                "  {} in {}, {} one after another, {}",
                count(batch.calls.len() as u64, "call"),
                millis(batch.elapsed_ms),
                millis(batch.sequential_ms),
                batch.label
            ));
            for row in &batch.calls {
                output.line(format!("  {}", call_line(row)));
            }
        }
        match answer {
            Some(answer) => output.line(format!("\n{}", answer.text)),
            None => output.line(format!("\n(no answer: {words})")),
        }
        if !retries.is_empty() {
            output.line("\n  made again by hand afterwards:");
        }
        for row in retries {
            output.line(format!("  {}", call_line(row)));
        }
    }
    output.object("conversation", &view);
    Ok(())
}

async fn wire(engine: &Engine, turn: TurnId, output: &Output) -> Result<(), EngineError> {
    let exchanges = engine.wire(turn, usize::MAX).await?;
    if exchanges.is_empty() {
        return Err(EngineError::NotFound(format!("{turn} asked no model, or there is no such turn")));
    }
    for exchange in &exchanges {
        let WireView { seq, at, model, endpoint, shortened, redacted, sent, returned, .. } = exchange;
        output.line(format!("entry {seq}, {}, {model}: POST {endpoint}", time(*at)));
        if *shortened > 0 {
            output.line(format!("{} shortened to fit", count(u64::from(*shortened), "earlier result")));
        }
        if *redacted > 0 {
            let words = format!("{redacted} values and results above its clearance, kept from the model");
            output.line(words);
        }
        output.line(body(sent.as_ref()));
        match returned {
            None => output.line("\n(nothing came back, or it is under way)"),
            Some(WireReturn { seq, finish, failure, usage, took_ms, received, .. }) => {
                let how = match (finish, failure) {
                    (Some(finish), _) => format!("ended: {finish:?}"),
                    (None, Some(failure)) => format!("failed: {failure:?}"),
                    (None, None) => "ended".to_owned(),
                };
                let media = received.as_ref().map(|received| received.media.as_str()).unwrap_or_default();
                output.line(format!(
                    "\nentry {seq}, {how}, after {}, {} tokens in, {} out, {media}",
                    millis(*took_ms),
                    thousands(usage.input.into()),
                    thousands(usage.output.into()),
                ));
                output.line(body(received.as_ref()));
            }
        }
        output.line("");
        output.object("wire", exchange);
    }
    Ok(())
}

fn body(payload: Option<&PayloadView>) -> String {
    match payload {
        Some(PayloadView { erased: Some(by), .. }) => format!("(erased, says entry {by})"),
        Some(payload) => payload.text.trim_end().to_owned(),
        None => "(its bytes are not held)".to_owned(),
    }
}

async fn stats(engine: &Engine, output: &Output) -> Result<(), EngineError> {
    let stats = engine.stats().await?;
    output.line(format!(
        "{} entries, {} checkpoints, {} calls ({} open), {} bytes of payloads",
        thousands(stats.entries),
        thousands(stats.checkpoints),
        thousands(stats.calls),
        thousands(stats.open_calls),
        thousands(stats.payload_bytes)
    ));
    for (title, counts) in
        [("by outcome", &stats.by_outcome), ("by source", &stats.by_source), ("by level", &stats.by_level)]
    {
        show_counts(title, counts, output);
    }
    let weeks = engine.ties_by_week(Micros(0)).await?;
    for line in answers::weeks(&weeks) {
        output.line(line);
    }
    output.object("stats", &stats);
    for week in &weeks {
        output.object("ties", week);
    }
    Ok(())
}
