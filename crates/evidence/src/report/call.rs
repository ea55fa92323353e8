//! One call of a report.

use domain::fact::Fact;
use domain::payload::Commitment;
use domain::tool::ToolId;
use domain::view::{CallDetail, CallRow, PayloadView};

use super::html::Html;
use super::parts::{entries, label, note};
use super::record::Report;
use super::story::{Content, ERASED, MISSING, WITHHELD, fact};
use super::{indent, words};

/// How many characters of a text are shown; the bundle has the rest.
const SHOWN: usize = 6_000;

/// The call with everything on record about it.
pub(super) fn call(html: &mut Html, report: &Report, detail: &CallDetail) {
    let row = &detail.row;
    let facts: Vec<Fact> = detail.entries.iter().filter_map(fact).collect();
    html.raw("<article class=\"call\" id=\"").value(row.handle).raw("\">\n<h3><span class=\"handle\">");
    html.value(row.handle).raw("</span> <span class=\"tool\">").text(&tool(report, row)).raw("</span> ");
    html.raw(words::badge(row.label.level)).value(row.label.level).raw("</span>");
    html.raw("<span class=\"outcome\">").raw(words::outcome(row.outcome)).raw("</span></h3>\n<dl>\n");
    decision(html, report, detail, &facts);
    arguments(html, report, detail, &facts);
    sending(html, row, &facts);
    ending(html, report, detail, &facts);
    html.term("Label", |html| label(html, &row.label));
    html.term("Call", |html| {
        html.raw("<code>").value(row.call).raw("</code>");
    });
    html.raw("</dl>\n");
    entries(html, &detail.entries);
    html.raw("</article>\n");
}

/// A tool that is not connected has the name that the model made up, which is a part of its message.
pub(super) fn tool(report: &Report, row: &CallRow) -> String {
    let known = row.tool.parse::<ToolId>().is_ok();
    if known || report.manifest.payloads {
        row.tool.clone()
    } else {
        "a tool that is not connected".to_owned()
    }
}

fn decision(html: &mut Html, report: &Report, detail: &CallDetail, facts: &[Fact]) {
    for fact in facts {
        match fact {
            Fact::CallDecided { verdict, rule, .. } => {
                html.term("Decision", |html| {
                    html.raw(words::verdict(*verdict)).raw(", rule <code>").text(rule).raw("</code>");
                });
            }
            Fact::ApprovalGiven { allowed, reason, arguments, .. } => {
                html.term("Approval", |html| {
                    html.raw(match (allowed, arguments.is_some()) {
                        (true, true) => "allowed by a person, with other arguments",
                        (true, false) => "allowed by a person",
                        (false, _) => "refused by a person",
                    });
                    if let Some(reason) = reason {
                        html.raw(": ");
                        prose(html, report, *reason, &detail.payloads);
                    }
                });
            }
            _ => {}
        }
    }
}

fn arguments(html: &mut Html, report: &Report, detail: &CallDetail, facts: &[Fact]) {
    for fact in facts {
        match fact {
            Fact::CallRequested { arguments, .. } => {
                html.term("Arguments", |html| json(html, report, *arguments, &detail.payloads));
            }
            Fact::ApprovalGiven { arguments: Some(arguments), .. } => {
                html.term("As edited", |html| json(html, report, *arguments, &detail.payloads));
            }
            _ => {}
        }
    }
}

fn sending(html: &mut Html, row: &CallRow, facts: &[Fact]) {
    html.term("Effect", |html| {
        html.raw(row.effect.words());
        if row.early {
            html.raw(", taken in while the model still wrote");
        }
    });
    html.term("Sent", |html| match row.sent_at {
        Some(at) => {
            let attempts = words::count(row.attempts.into(), "attempt", "attempts");
            html.value(words::moment(at))
                .raw(", ")
                .value(attempts)
                .raw(", ")
                .value(words::lasting(row.took_ms));
        }
        None if row.from.is_some() => {
            html.raw("nothing; it has the result of a call that ended before");
        }
        None => {
            html.raw("nothing");
        }
    });
    for fact in facts {
        if let Fact::CallSent { attempt, page, method, endpoint, .. } = fact {
            html.term("Request", |html| {
                html.raw("attempt ").value(attempt);
                if let Some(page) = page {
                    html.raw(", page ").value(page);
                }
                html.raw(": <code>").text(method).raw(" ").text(endpoint).raw("</code>");
            });
        }
    }
}

fn ending(html: &mut Html, report: &Report, detail: &CallDetail, facts: &[Fact]) {
    let row = &detail.row;
    html.term("Outcome", |html| {
        html.raw("<b>").raw(words::outcome(row.outcome)).raw("</b>");
        if let Some(failure) = row.failure {
            html.raw(", ").raw(words::failure(failure));
        }
        if let Some(status) = row.status {
            html.raw(", status ").value(status);
        }
        if let Some(dropped) = row.dropped {
            html.raw(". Kept out of the conversation: ").raw(words::dropped(dropped));
        }
    });
    for fact in facts {
        let Fact::CallEnded { result, words: why, size, cut_from, from, .. } = fact else { continue };
        if let Some(why) = why {
            html.term("In words", |html| prose(html, report, *why, &detail.payloads));
        }
        html.term("Result", |html| {
            if result.is_some() || from.is_some() {
                html.value(words::count(*size, "byte", "bytes"));
            } else {
                html.raw("none");
            }
            if let Some(whole) = cut_from {
                html.raw(", cut from ").value(words::number(*whole));
            }
            if let Some(from) = from {
                html.raw(", of <code>").value(from).raw("</code>");
            }
            if let Some(result) = result {
                html.raw("<br>commitment <code>").value(result).raw("</code>");
                match report.content(*result, &detail.payloads) {
                    Content::Erased => note(html, ERASED),
                    Content::Withheld => note(html, WITHHELD),
                    Content::Text(_) | Content::Missing => {}
                }
            }
        });
    }
}

/// A payload that is a sentence.
fn prose(html: &mut Html, report: &Report, commitment: Commitment, payloads: &[PayloadView]) {
    if let Some(payload) = shown(html, report, commitment, payloads) {
        let (text, cut) = cut(&payload.text, payload.whole);
        html.raw("<span class=\"foreign\" dir=\"auto\">").text(text).raw("</span>");
        said_of_cut(html, cut, payload);
    }
}

/// A payload that is JSON, or was meant to be.
fn json(html: &mut Html, report: &Report, commitment: Commitment, payloads: &[PayloadView]) {
    if let Some(payload) = shown(html, report, commitment, payloads) {
        let indented = if payload.whole { indent::indented(&payload.text) } else { None };
        let (text, cut) = cut(indented.as_deref().unwrap_or(&payload.text), payload.whole);
        html.raw("<pre dir=\"auto\">").text(text).raw("</pre>");
        said_of_cut(html, cut, payload);
    }
}

/// The payload, if it can be shown; else what is to be said in its place is.
fn shown<'a>(
    html: &mut Html,
    report: &Report,
    commitment: Commitment,
    payloads: &'a [PayloadView],
) -> Option<&'a PayloadView> {
    match report.content(commitment, payloads) {
        Content::Text(payload) => return Some(payload),
        Content::Erased => note(html, ERASED),
        Content::Withheld => note(html, WITHHELD),
        Content::Missing => note(html, MISSING),
    }
    None
}

fn cut(text: &str, whole: bool) -> (&str, bool) {
    let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(end, _)| end);
    (&text[..end], !whole || end < text.len())
}

fn said_of_cut(html: &mut Html, cut: bool, payload: &PayloadView) {
    if cut {
        html.raw("<span class=\"note\">Cut here; all ").value(words::count(payload.size, "byte", "bytes"));
        html.raw(" are in <code>payloads/").value(payload.commitment).raw("</code> of the bundle.</span>");
    }
}
