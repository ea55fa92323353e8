//! The figures of an answer in a report: each a footnote, and before the answer what a reviewer should look at first.

use domain::answer::Answer;
use domain::tie::{TieKind, TiePlace, TieStatus, TiedSpan};

use super::html::Html;
use super::record::Report;
use super::{call, words};

/// The answer's text, with a mark behind each figure and at each place where the model cited a call.
pub(super) fn text(html: &mut Html, report: &Report, answer: &Answer) {
    let mut marks: Vec<(u32, Mark<'_>)> = Vec::new();
    for (place, span) in answer.ties.spans.iter().enumerate() {
        marks.push((span.start, Mark::Begin(span)));
        marks.push((span.end, Mark::End(place + 1)));
    }
    marks.extend(
        answer.citations.iter().map(|citation| (citation.at, Mark::Cite(citation.handle.to_string()))),
    );
    // What ends somewhere ends before anything begins there. What ends there was begun before it, so the order of the answer
    // keeps them apart, and markup stays balanced whatever the offsets are.
    marks.sort_by_key(|(at, mark)| (*at, mark.rank()));
    let (mut rest, mut done) = (answer.text.as_str(), 0);
    let mut open = false;
    for (at, mark) in marks {
        // An offset that is none of this text's is set at the end of what was written.
        let at = usize::try_from(at).unwrap_or(usize::MAX).saturating_sub(done);
        if let Some((before, after)) = rest.split_at_checked(at) {
            html.text(before);
            (rest, done) = (after, done + before.len());
        }
        match mark {
            Mark::Begin(span) if !open => {
                html.raw(begin(span.status));
                open = true;
            }
            Mark::End(number) if open => {
                html.raw("</span><sup class=\"foot\"><a id=\"from-").value(number).raw("\" href=\"#figure-");
                html.value(number).raw("\">").value(number).raw("</a></sup>");
                open = false;
            }
            Mark::Begin(_) | Mark::End(..) => {}
            Mark::Cite(handle) => cite(html, report, &handle),
        }
    }
    html.text(rest);
    html.raw(if open { "</span>" } else { "" });
}

/// What a reviewer should look at first: figures that nothing supports, or that do not come out.
pub(super) fn doubtful(html: &mut Html, answer: &Answer) {
    let order = [TieStatus::Contradicted, TieStatus::Untied, TieStatus::Possible];
    let numbered = || (1_usize..).zip(&answer.ties.spans);
    let doubtful: Vec<(usize, &TiedSpan)> =
        order.iter().flat_map(|status| numbered().filter(move |(_, span)| span.status == *status)).collect();
    let counts = answer.ties.counts;
    let all = answer.ties.spans.len() as u64;
    if all == 0 && answer.ties.limit.is_empty() {
        return;
    }
    html.raw("<aside class=\"doubt\">\n<p><b>");
    html.value(words::count(all, "figure or name", "figures and names")).raw("</b>: ");
    html.value(words::number(counts.tied.into())).raw(" tied to a place in a result, ");
    html.value(words::number(counts.possible.into())).raw(" possible, ");
    html.value(words::number(counts.untied.into())).raw(" untied, ");
    html.value(words::number(counts.contradicted.into())).raw(" contradicted.");
    if !answer.ties.limit.is_empty() {
        html.raw(" Not all was searched: ").text(&answer.ties.limit).raw(".");
    }
    html.raw("</p>\n");
    if !doubtful.is_empty() {
        html.raw("<p>To be looked at first:</p>\n<ul>\n");
        for (number, span) in doubtful {
            html.raw("<li><a href=\"#from-")
                .value(number)
                .raw("\"><bdi>")
                .text(&span.text)
                .raw("</bdi></a> ");
            html.raw(match span.status {
                TieStatus::Contradicted => "<b>contradicted</b>: the equation written here does not come out",
                TieStatus::Untied => "<b>untied</b>: no result that the model was shown supports it",
                TieStatus::Possible | TieStatus::Tied => "<b>possible</b>: chance explains it nearly as well",
            });
            html.raw("</li>\n");
        }
        html.raw("</ul>\n");
    }
    html.raw("<p class=\"small\">That a figure is tied says where it stands, not that it is the right one for the question.\
              </p>\n</aside>\n");
}

/// A footnote for each figure: where it comes from.
pub(super) fn notes(html: &mut Html, report: &Report, answer: &Answer) {
    if answer.ties.spans.is_empty() {
        return;
    }
    html.raw("\n<h3>Where each figure comes from</h3>\n<ol class=\"notes\">\n");
    for (number, span) in (1_usize..).zip(&answer.ties.spans) {
        html.raw("<li id=\"figure-").value(number).raw("\"><a href=\"#from-").value(number).raw("\"><bdi>");
        html.text(&span.text).raw("</bdi></a>: ");
        origin(html, report, span);
        html.raw("</li>\n");
    }
    html.raw("</ol>");
}

fn origin(html: &mut Html, report: &Report, span: &TiedSpan) {
    match span.status {
        TieStatus::Untied => {
            html.raw("untied");
        }
        TieStatus::Contradicted => {
            html.raw("contradicted by its own equation");
        }
        TieStatus::Tied | TieStatus::Possible => {
            if let Some(derivation) = &span.derivation {
                html.raw("<bdi>").text(&derivation.expression).raw("</bdi>, from ");
            }
            for (place, tied) in span.places.iter().enumerate() {
                html.raw(if place > 0 { "; " } else { "" });
                stands(html, report, tied);
            }
            html.raw(match span.kind {
                Some(TieKind::Scaled) => ", in another unit",
                Some(TieKind::Rounded) => ", rounded",
                _ => "",
            });
        }
    }
    if span.alternatives > 0 {
        let others = words::count(span.alternatives.into(), "other place", "other places");
        html.raw(". The same stands at ").value(others);
    }
    if let Some(chance) = span.chance.filter(|_| span.status == TieStatus::Possible) {
        html.raw(". ").value(chance.fit).raw(" of ").value(chance.of).raw(" random figures fit too");
    }
    if let (Some(handle), Some(false)) = (span.cited, span.cite_agrees) {
        html.raw(". The model named ").value(handle).raw(", where it is not");
    }
}

/// `c2 crm.get /months/1/earned “1204”`
fn stands(html: &mut Html, report: &Report, place: &TiePlace) {
    match report.calls.iter().find(|call| call.row.call == place.call) {
        Some(detail) => {
            html.raw("<a href=\"#").value(detail.row.handle).raw("\">").value(detail.row.handle).raw("</a> ");
            html.raw("<span class=\"tool\">").text(&call::tool(report, &detail.row)).raw("</span> ");
        }
        None => {
            html.raw("<code>").value(place.call).raw("</code> ");
        }
    }
    if !place.pointer.is_empty() {
        html.raw("<code>").text(&place.pointer).raw("</code> ");
    }
    html.raw("“<bdi>").text(&place.raw).raw("</bdi>”");
}

fn cite(html: &mut Html, report: &Report, handle: &str) {
    if report.calls.iter().any(|call| call.row.handle.to_string() == handle) {
        html.raw("<a class=\"cite\" href=\"#").text(handle).raw("\">[").text(handle).raw("]</a>");
    } else {
        html.raw("<span class=\"cite\">[").text(handle).raw("]</span>");
    }
}

/// What stands at a place of the text.
enum Mark<'a> {
    End(usize),
    Cite(String),
    Begin(&'a TiedSpan),
}

impl Mark<'_> {
    fn rank(&self) -> u8 {
        match self {
            Self::End(..) => 0,
            Self::Cite(_) => 1,
            Self::Begin(_) => 2,
        }
    }
}

fn begin(status: TieStatus) -> &'static str {
    match status {
        TieStatus::Tied => "<span class=\"tied\">",
        TieStatus::Possible => "<span class=\"possible\">",
        TieStatus::Untied => "<span class=\"untied\">",
        TieStatus::Contradicted => "<span class=\"contradicted\">",
    }
}
