//! The document as one HTML file without script, pictures or anything else from elsewhere.

use std::ops::Range;

use pulldown_cmark::{Alignment, Event, HeadingLevel, Tag, TagEnd};

use super::notes::{Mark, Notes};
use super::pieces::events;
use super::subject::Document;
use crate::report::Html;
use crate::report::moment;

const HEAD: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<meta name=\"referrer\" content=\"no-referrer\">\n<title>An answer and its sources</title>\n<style>\n",
    include_str!("../../files/document.css"),
    "</style>\n</head>\n<body>\n<main>\n",
);

/// The whole page.
pub(super) fn page(document: &Document<'_>, notes: &Notes) -> String {
    let mut html = Html::default();
    html.raw(HEAD);
    html.raw("<h1>").text(document.question).raw("</h1>\n<p class=\"said\">");
    html.text(&document.answer.model).raw(", asked ").value(moment(document.at));
    let counted = document.counted();
    if !counted.is_empty() {
        html.raw(" · ").text(&counted);
    }
    html.raw("</p>\n<div dir=\"auto\">\n");
    let mut writing = Writing::new(&mut html, notes);
    for (event, range) in events(&document.answer.text).into_offset_iter() {
        writing.event(event, range);
    }
    html.raw("</div>\n");
    if !notes.words.is_empty() {
        html.raw("<h2>Sources</h2>\n<ol class=\"notes\">\n");
        for (index, words) in notes.words.iter().enumerate() {
            html.raw("<li id=\"n").value(index + 1).raw("\">").text(words).raw("</li>\n");
        }
        html.raw("</ol>\n");
    }
    html.raw("</main>\n</body>\n</html>\n");
    html.finish()
}

/// An answer's words on their way into the page.
struct Writing<'a> {
    html: &'a mut Html,
    /// The numbers that were not written yet.
    marks: &'a [Mark],
    /// Links and pictures that are open: no number stands in one. Those that lead nowhere have their address with them,
    /// to be written out.
    links: Vec<Option<String>>,
    /// How the columns of the table stand, and which is next.
    columns: Vec<Alignment>,
    column: usize,
    in_head: bool,
}

impl<'a> Writing<'a> {
    fn new(html: &'a mut Html, notes: &'a Notes) -> Self {
        Self { html, marks: &notes.marks, links: Vec::new(), columns: Vec::new(), column: 0, in_head: false }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => {
                self.end(tag);
                // What ended a link lets the numbers of its words stand behind it.
                if matches!(tag, TagEnd::Link | TagEnd::Image) {
                    self.numbers(range.end);
                }
            }
            Event::Text(text) => self.text(&text, range),
            Event::Code(text) => {
                self.html.raw("<code>").text(&text).raw("</code>");
                self.numbers(range.end);
            }
            Event::SoftBreak => {
                self.html.raw("\n");
            }
            Event::HardBreak => {
                self.html.raw("<br>\n");
            }
            Event::Rule => {
                self.html.raw("<hr>\n");
            }
            Event::TaskListMarker(done) => {
                self.html.raw(if done { "☑ " } else { "☐ " });
            }
            // Markup of the model's is words.
            Event::Html(text) | Event::InlineHtml(text) => self.text(&text, range),
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(&text, range);
            }
        }
    }

    /// Words, and the numbers of the figures that end in them.
    fn text(&mut self, text: &str, range: Range<usize>) {
        // Entities and escapes are other words than they were written with: the number stands behind all of them.
        if text.len() != range.len() {
            self.html.text(text);
            return self.numbers(range.end);
        }
        let mut from = range.start;
        while let Some(mark) = self.marks.first().filter(|mark| mark.at <= range.end && self.links.is_empty())
        {
            let at = mark.at.clamp(from, range.end);
            self.html.text(text.get(from - range.start..at - range.start).unwrap_or_default());
            from = at;
            self.numbers(at);
        }
        self.html.text(text.get(from - range.start..).unwrap_or_default());
    }

    /// The numbers of all figures that have ended by then.
    fn numbers(&mut self, until: usize) {
        if !self.links.is_empty() {
            return;
        }
        while let [mark, rest @ ..] = self.marks
            && mark.at <= until
        {
            self.html.raw("<sup><a href=\"#n").value(mark.number).raw("\" aria-label=\"Source ");
            self.html.value(mark.number).raw("\">").value(mark.number).raw("</a></sup>");
            self.marks = rest;
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.html.raw("<p>"),
            Tag::Heading { level, .. } => self.html.raw(opened(level)),
            Tag::BlockQuote(_) => self.html.raw("<blockquote>\n"),
            Tag::CodeBlock(_) => self.html.raw("<pre><code>"),
            Tag::List(Some(first)) => self.html.raw("<ol start=\"").value(first).raw("\">\n"),
            Tag::List(None) => self.html.raw("<ul>\n"),
            Tag::Item => self.html.raw("<li>"),
            Tag::Table(columns) => {
                self.columns = columns;
                self.html.raw("<table>\n")
            }
            Tag::TableHead => {
                (self.in_head, self.column) = (true, 0);
                self.html.raw("<thead><tr>")
            }
            Tag::TableRow => {
                self.column = 0;
                self.html.raw("<tr>")
            }
            Tag::TableCell => {
                let right = matches!(self.columns.get(self.column), Some(Alignment::Right));
                self.column += 1;
                self.html.raw(match (self.in_head, right) {
                    (true, true) => "<th scope=\"col\" class=\"right\">",
                    (true, false) => "<th scope=\"col\">",
                    (false, true) => "<td class=\"right\">",
                    (false, false) => "<td>",
                })
            }
            Tag::Emphasis => self.html.raw("<em>"),
            Tag::Strong => self.html.raw("<strong>"),
            Tag::Strikethrough => self.html.raw("<s>"),
            Tag::Link { dest_url, .. } => self.link(&dest_url),
            Tag::Image { dest_url, .. } => {
                self.links.push(Some(dest_url.into_string()));
                self.html.raw("<span class=\"picture\">picture: ")
            }
            _ => &mut *self.html,
        };
    }

    /// A link leads where people's programs may follow it, by HTTP or to a mail; any other address is words.
    fn link(&mut self, address: &str) -> &mut Html {
        let known = ["https://", "http://", "mailto:"].iter().any(|scheme| {
            address.get(..scheme.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(scheme))
        });
        if known {
            self.links.push(None);
            self.html.raw("<a rel=\"noreferrer noopener\" href=\"").text(address).raw("\">")
        } else {
            self.links.push(Some(address.to_owned()));
            self.html.raw("<span>")
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.html.raw("</p>\n"),
            TagEnd::Heading(level) => self.html.raw(closed(level)),
            TagEnd::BlockQuote(_) => self.html.raw("</blockquote>\n"),
            TagEnd::CodeBlock => self.html.raw("</code></pre>\n"),
            TagEnd::List(true) => self.html.raw("</ol>\n"),
            TagEnd::List(false) => self.html.raw("</ul>\n"),
            TagEnd::Item => self.html.raw("</li>\n"),
            TagEnd::Table => self.html.raw("</tbody></table>\n"),
            TagEnd::TableHead => {
                self.in_head = false;
                self.html.raw("</tr></thead><tbody>\n")
            }
            TagEnd::TableRow => self.html.raw("</tr>\n"),
            TagEnd::TableCell => self.html.raw(if self.in_head { "</th>" } else { "</td>" }),
            TagEnd::Emphasis => self.html.raw("</em>"),
            TagEnd::Strong => self.html.raw("</strong>"),
            TagEnd::Strikethrough => self.html.raw("</s>"),
            TagEnd::Link | TagEnd::Image => match self.links.pop().flatten() {
                Some(address) => self.html.raw(" (").text(&address).raw(")</span>"),
                None => self.html.raw("</a>"),
            },
            _ => &mut *self.html,
        };
    }
}

/// An answer stands below the question: its headings begin a level below.
fn opened(level: HeadingLevel) -> &'static str {
    match level {
        HeadingLevel::H1 => "<h2>",
        HeadingLevel::H2 => "<h3>",
        HeadingLevel::H3 => "<h4>",
        _ => "<h5>",
    }
}

fn closed(level: HeadingLevel) -> &'static str {
    match level {
        HeadingLevel::H1 => "</h2>\n",
        HeadingLevel::H2 => "</h3>\n",
        HeadingLevel::H3 => "</h4>\n",
        _ => "</h5>\n",
    }
}
