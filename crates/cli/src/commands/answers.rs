//! What answers drew on: `tieout trail answer`, and what `trail show` and `trail stats` say of it.

use domain::id::{CallId, TurnId};
use domain::tie::{ArgumentSource, CallUse, TieWeek, UsedPlace};
use domain::view::CallRow;
use engine::{Engine, EngineError};

use crate::figures::{self, Names};
use crate::output::Output;
use crate::words::{call_line, count, time};

/// How many weeks of each model are listed.
const WEEKS: usize = 60;

/// An answer with where each of its figures comes from, and the calls of its turn that it did not use.
pub(crate) async fn show(engine: &Engine, turn: TurnId, output: &Output) -> Result<(), EngineError> {
    let view = engine.turn(turn).await?;
    let calls: Vec<&CallRow> = view.batches.iter().flat_map(|batch| &batch.calls).collect();
    let answer = match &view.answer {
        Some(answer) => answer,
        None => return Err(EngineError::NotFound(format!("{turn} has no answer: {}", view.words))),
    };
    output.line(answer.text.trim_end());
    let mut names: Names =
        answer.exposure.iter().map(|exposed| (exposed.call, exposed.handle.to_string())).collect();
    names.extend(calls.iter().map(|row| (row.call, format!("{} {}", row.handle, row.tool))));
    output.line("");
    output.line(figures::counted(&answer.ties).unwrap_or_else(|| "it has no figures".to_owned()));
    for line in figures::doubtful(&answer.ties, &names).into_iter().chain(figures::tied(&answer.ties, &names))
    {
        output.line(line);
    }
    let used: Vec<CallId> =
        answer.ties.spans.iter().flat_map(|span| &span.places).map(|place| place.call).collect();
    let unused: Vec<&&CallRow> = calls.iter().filter(|row| !used.contains(&row.call)).collect();
    if !unused.is_empty() {
        output.line("\ncalls whose results no figure comes from:");
    }
    for row in unused {
        output.line(format!("  {}", call_line(row)));
    }
    output.object("answer", answer);
    Ok(())
}

/// What a call's arguments were taken from, one a line.
pub(crate) fn origins(taken_from: &[ArgumentSource]) -> Vec<String> {
    let line = |origin: &ArgumentSource| {
        let ArgumentSource { argument, raw, handle, pointer, others, .. } = origin;
        let others = if *others > 0 {
            format!(", or {}", count((*others).into(), "other place"))
        } else {
            String::new()
        };
        let name = argument.trim_start_matches('/');
        format!("  {name} “{raw}” comes from {handle} {pointer}{others}")
    };
    taken_from.iter().map(line).collect()
}

/// Which answers used a call, and what of it.
pub(crate) fn uses(used_by: &[CallUse]) -> Vec<String> {
    let mut lines = Vec::new();
    for used in used_by {
        let (turn, at) = (used.turn, time(used.at));
        lines.push(match (used.known, used.places.len()) {
            (false, _) => format!("  the answer of {turn}, {at}, was erased: what it used is not known"),
            (true, 0) => format!("  unused by the answer of {turn}, {at}"),
            (true, places) => {
                format!("  used by the answer of {turn}, {at}: {}", count(places as u64, "place"))
            }
        });
        let line = |UsedPlace { pointer, raw, text, .. }: &UsedPlace| {
            let pointer = if pointer.is_empty() { "the whole" } else { pointer };
            format!("    “{text}” from {pointer}: “{raw}”")
        };
        lines.extend(used.places.iter().map(line));
    }
    lines
}

/// How well answers tie out, by model and week.
pub(crate) fn weeks(weeks: &[TieWeek]) -> Vec<String> {
    let line = |week: &TieWeek| {
        let TieWeek { at, model, answers, counts } = week;
        let day = time(*at);
        let day = day.split([' ', 'T']).next().unwrap_or_default().to_owned();
        format!(
            "  {day}  {model}: {}, {} tied, {} possible, {} untied, {} contradicted",
            count((*answers).into(), "answer"),
            counts.tied,
            counts.possible,
            counts.untied,
            counts.contradicted
        )
    };
    let title = (!weeks.is_empty()).then(|| "figures of answers by week:".to_owned());
    title.into_iter().chain(weeks.iter().take(WEEKS).map(line)).collect()
}
