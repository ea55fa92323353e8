//! What stands in several places of a report.

use domain::label::Label;
use domain::view::EntryView;

use super::html::Html;
use super::words;

/// What was erased or left out, in its place.
pub(super) fn note(html: &mut Html, words: &'static str) {
    html.raw("<span class=\"note\">").raw(words).raw("</span>");
}

/// A label with all its categories.
pub(super) fn label(html: &mut Html, label: &Label) {
    html.raw(words::badge(label.level)).value(label.level).raw("</span>");
    for (place, category) in label.categories.iter().enumerate() {
        html.raw(if place == 0 { " " } else { ", " }).raw(category.word());
    }
}

/// Entries with their leaf hashes.
pub(super) fn entries(html: &mut Html, entries: &[EntryView]) {
    html.raw("<table class=\"entries\">\n<thead><tr><th>Entry<th>Time (UTC)<th>What<th>Leaf hash</tr></thead>\n<tbody>\n");
    for entry in entries {
        html.raw("<tr><td class=\"figure\">").value(words::number(entry.seq.0)).raw("<td class=\"figure\">");
        html.value(words::clock(entry.at)).raw("<td>").text(&entry.kind).raw("<td><code>").text(&entry.leaf);
        html.raw("</code></tr>\n");
    }
    html.raw("</tbody>\n</table>\n");
}
