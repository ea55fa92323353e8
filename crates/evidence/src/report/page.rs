//! The page of a report, from its head to how to verify it.

use domain::answer::{Answer, Unseen};
use domain::fact::Fact;
use domain::label::Label;
use domain::payload::Commitment;

use super::html::Html;
use super::parts::{entries, label, note};
use super::record::Report;
use super::{call, figures, story, words};

const HEAD: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<meta name=\"color-scheme\" content=\"light\">\n<meta name=\"referrer\" content=\"no-referrer\">\n",
    "<title>Record of an answer</title>\n<style>\n",
    include_str!("../../files/report.css"),
    "</style>\n</head>\n<body>\n",
);

/// The whole page.
pub(super) fn page(report: &Report) -> String {
    let mut html = Html::default();
    html.raw(HEAD);
    head(&mut html, report);
    html.raw("<main>\n");
    question(&mut html, report);
    answer(&mut html, report);
    drawn_on(&mut html, report);
    calls(&mut html, report);
    turn_entries(&mut html, report);
    proofs(&mut html, report);
    html.raw("</main>\n</body>\n</html>\n");
    html.finish()
}

fn head(html: &mut Html, report: &Report) {
    let manifest = &report.manifest;
    html.raw("<header>\n<p class=\"kind\">Evidence report</p>\n<h1>Record of an answer</h1>\n<dl>\n");
    html.term("Asked", |html| {
        html.value(words::moment(report.turn.at));
    });
    let ended = report.entries.iter().rev().find(|entry| {
        matches!(story::fact(entry), Some(Fact::AnswerGiven { .. } | Fact::TurnStopped { .. }))
    });
    if let Some(entry) = ended {
        html.term("Ended", |html| {
            html.value(words::moment(entry.at));
        });
    }
    if let Some(answer) = &report.turn.answer {
        html.term("Model", |html| {
            html.text(&answer.model);
        });
    }
    html.term("Label", |html| label(html, &joined(report)));
    html.term("Conversation", |html| {
        html.raw("<code>").value(report.conversation).raw("</code>");
    });
    html.term("Turn", |html| {
        html.raw("<code>").value(report.turn.id).raw("</code>");
    });
    html.term("Report made", |html| {
        html.value(words::moment(manifest.made_at)).raw(" by ").text(&manifest.program);
        if !manifest.payloads {
            html.raw(", without payloads");
        }
    });
    html.term("Trail key", |html| {
        html.raw("<code>").text(&manifest.vkey).raw("</code>");
    });
    let root = report.checkpoint.lines().nth(2).unwrap_or_default();
    html.term("Checkpoint", |html| {
        html.value(words::count(manifest.size, "entry", "entries"))
            .raw(", root <code>")
            .text(root)
            .raw("</code>");
    });
    html.raw("</dl>\n</header>\n");
}

fn question(html: &mut Html, report: &Report) {
    html.raw("<section>\n<h2>Question</h2>\n");
    let commitment = commitment(report, |fact| match fact {
        Fact::QuestionAsked { question, .. } => Some(*question),
        _ => None,
    });
    match report.instead(commitment) {
        Some(instead) => note(html, instead),
        None => {
            html.raw("<blockquote class=\"foreign\" dir=\"auto\">")
                .text(&report.turn.question)
                .raw("</blockquote>");
        }
    }
    html.raw("\n</section>\n");
}

fn answer(html: &mut Html, report: &Report) {
    html.raw("<section>\n<h2>Answer</h2>\n");
    let commitment = commitment(report, |fact| match fact {
        Fact::AnswerGiven { answer, .. } => Some(*answer),
        Fact::TurnStopped { words, .. } => *words,
        _ => None,
    });
    let turn = &report.turn;
    if let Some(why) = turn.stopped {
        html.raw("<p>There is none. ").raw(words::stopped(why)).raw("</p>\n");
    }
    match (&turn.answer, report.instead(commitment)) {
        (_, Some(instead)) if turn.stopped.is_none() || commitment.is_some() => note(html, instead),
        (Some(answer), None) => cited(html, report, answer),
        _ => {
            html.raw("<p class=\"foreign\" dir=\"auto\">").text(&turn.words).raw("</p>");
        }
    }
    html.raw("\n</section>\n");
}

/// The text as it was written, nothing of it taken for markup, with what a reviewer should look at first before it, and where
/// its figures come from behind it.
fn cited(html: &mut Html, report: &Report, answer: &Answer) {
    figures::doubtful(html, answer);
    html.raw("<div class=\"answer foreign\" dir=\"auto\">");
    figures::text(html, report, answer);
    html.raw("</div>\n<p class=\"small\">");
    html.raw("The words are the model's, shown as it wrote them. A mark such as [c1] is where it said that it drew on a call: \
              its claim, to be compared with that call's result.");
    if answer.unknown_citations > 0 {
        let marks = words::count(answer.unknown_citations.into(), "mark", "marks");
        html.raw(" Taken out since it named no result: ").value(marks).raw(".");
    }
    html.raw("</p>");
    figures::notes(html, report, answer);
}

fn drawn_on(html: &mut Html, report: &Report) {
    html.raw("<section>\n<h2>Sensitivity, and what the answer drew on</h2>\n<p>");
    label(html, &joined(report));
    html.raw("</p>\n");
    if let Some(answer) = &report.turn.answer {
        together(html, answer);
    }
    let Some(answer) = report.turn.answer.as_ref().filter(|answer| !answer.exposure.is_empty()) else {
        html.raw("<p>No result was in the model's context.</p>\n</section>\n");
        return;
    };
    html.raw("<table>\n<thead><tr><th>Call<th>Tool<th>Shown to the model<th>Outcome<th>Label</tr></thead>\n<tbody>\n");
    for exposed in &answer.exposure {
        let known = report.calls.iter().find(|call| call.row.call == exposed.call).map(|call| &call.row);
        html.raw("<tr><td class=\"figure\">");
        match known {
            Some(_) => {
                html.raw("<a href=\"#").value(exposed.handle).raw("\">").value(exposed.handle).raw("</a>");
            }
            None => {
                html.value(exposed.handle);
            }
        }
        html.raw("<td class=\"tool\">");
        if let Some(row) = known {
            html.text(&call::tool(report, row));
        }
        html.raw("<td>").value(words::exposure(exposed.mode));
        html.raw(if exposed.earlier { ", from an earlier turn" } else { "" }).raw("<td class=\"word\">");
        if let Some(row) = known {
            html.raw(words::outcome(row.outcome)).raw("<td>");
            label(html, &row.label);
        } else {
            html.raw("<td>");
        }
        html.raw("</tr>\n");
    }
    html.raw("</tbody>\n</table>\n</section>\n");
}

fn calls(html: &mut Html, report: &Report) {
    let calls = words::count(report.calls.len() as u64, "call", "calls");
    html.raw("<section class=\"calls\">\n<h2>").value(calls).raw("</h2>\n");
    if report.calls.is_empty() {
        html.raw("<p>The model asked for none.</p>\n");
    }
    for detail in &report.calls {
        call::call(html, report, detail);
    }
    html.raw("</section>\n");
}

fn turn_entries(html: &mut Html, report: &Report) {
    html.raw("<section>\n<h2>Other entries of this turn</h2>\n");
    entries(html, &report.entries);
    html.raw("</section>\n");
}

fn proofs(html: &mut Html, report: &Report) {
    html.raw("<section>\n<h2>Proofs</h2>\n<p>Each entry named here is a leaf of a Merkle tree (RFC 6962). The trail's key \
              signed the tree's root in this checkpoint (C2SP tlog-checkpoint):</p>\n<pre>");
    html.text(&report.checkpoint).raw("</pre>\n<h3>Held elsewhere</h3>\n");
    if report.anchors.is_empty() {
        html.raw("<p>No checkpoint is on record as held by anyone else. Whoever holds both the machine and its key could \
                  have written another history.</p>\n");
    } else {
        html.raw("<table>\n<thead><tr><th>Anchor<th>Kind<th>Entries covered<th>Recorded<th>Entry</tr></thead>\n<tbody>\n");
        for anchor in &report.anchors {
            html.raw("<tr><td>")
                .text(&anchor.name)
                .raw("<td>")
                .raw(words::anchor(anchor.kind))
                .raw("<td class=\"figure\">");
            html.value(words::number(anchor.size)).raw("<td>").value(words::moment(anchor.at));
            html.raw("<td class=\"figure\">").value(words::number(anchor.seq.0)).raw("</tr>\n");
        }
        html.raw("</tbody>\n</table>\n");
    }
    html.raw("<h3>How to verify</h3>\n<ol class=\"how\">\n");
    html.raw("<li>Get the trail key by a way that you trust, and compare it with the one at the head of this page.</li>\n");
    html.raw("<li>Run <code>python3 verify.py FILE.tieout --vkey KEY</code> (standard library only), or <code>tieout verify FILE.tieout</code>.</li>\n");
    html.raw("<li>This page is a convenience: what counts are the entries, proofs and payloads beside it in the bundle. \
              VERIFY.txt there says how to check them by hand.</li>\n</ol>\n</section>\n");
}

/// What the results say together, and what the model did not see of them.
fn together(html: &mut Html, answer: &Answer) {
    for combined in &answer.combined {
        html.raw("<p>Together: ").text(&combined.words()).raw(".");
        for exposed in answer.exposure.iter().filter(|exposed| combined.calls.contains(&exposed.call)) {
            html.raw(" <span class=\"figure\">").value(exposed.handle).raw("</span>");
        }
        html.raw("</p>\n");
    }
    let Unseen { values, results, .. } = &answer.unseen;
    if *values > 0 || !results.is_empty() {
        html.raw("<p>Hidden from the model, being above its clearance: ");
        html.value(words::count(u64::from(*values), "value", "values")).raw(" and ");
        html.value(words::count(results.len() as u64, "result", "results")).raw(".</p>\n");
    }
}

/// The label of what the model had before it, or of what was called for.
fn joined(report: &Report) -> Label {
    let calls = Label::join_all(report.calls.iter().map(|call| &call.row.label));
    match &report.turn.answer {
        Some(answer) => answer.label.clone(),
        None => calls,
    }
}

fn commitment(report: &Report, pick: impl Fn(&Fact) -> Option<Commitment>) -> Option<Commitment> {
    report.entries.iter().filter_map(story::fact).find_map(|fact| pick(&fact))
}
