//! An answer as a document with footnotes.

use domain::answer::{Answer, Timings};
use domain::bundle::DocumentForm;
use domain::id::CallId;
use domain::label::Label;
use domain::model::{Finish, Usage};
use domain::tie::{
    Chance, Derivation, TieCounts, TieKind, TieOperation, TiePlace, TieStatus, TiedSpan, Ties,
};
use domain::time::Micros;
use domain::view::CallRow;
use evidence::{Document, document};
use proptest::prelude::*;

use crate::printed::{label, row};
use crate::scene::AT;

fn call(number: u8) -> CallId {
    CallId::new(1_764_000_000_000, number.into())
}

fn place(number: u8, pointer: &str, raw: &str) -> TiePlace {
    TiePlace { call: call(number), pointer: pointer.to_owned(), raw: raw.to_owned() }
}

/// A span at the nth place where the text has the words.
fn span(text: &str, words: &str, nth: usize, status: TieStatus, places: Vec<TiePlace>) -> TiedSpan {
    let (start, _) = text.match_indices(words).nth(nth).unwrap();
    TiedSpan {
        start: u32::try_from(start).unwrap(),
        end: u32::try_from(start + words.len()).unwrap(),
        text: words.to_owned(),
        status,
        kind: (!places.is_empty()).then_some(TieKind::Exact),
        places,
        derivation: None,
        chance: None,
        alternatives: 0,
        cited: None,
        cite_agrees: None,
    }
}

fn answer(text: &str, spans: Vec<TiedSpan>) -> Answer {
    let many = |status| u32::try_from(spans.iter().filter(|span| span.status == status).count()).unwrap();
    let counts = TieCounts {
        tied: many(TieStatus::Tied),
        possible: many(TieStatus::Possible),
        untied: many(TieStatus::Untied),
        contradicted: many(TieStatus::Contradicted),
    };
    Answer {
        text: text.to_owned(),
        exposure: Vec::new(),
        citations: Vec::new(),
        unknown_citations: 0,
        ties: Ties { spans, counts, limit: String::new() },
        unseen: domain::answer::Unseen::default(),
        combined: Vec::new(),
        label: Label::unlabelled(),
        model: "example-large".to_owned(),
        finish: Finish::Stop,
        usage: Usage::default(),
        timings: Timings::default(),
    }
}

fn rows() -> Vec<CallRow> {
    let mut invoices = row(
        1,
        "billing.list_invoices",
        &label(domain::label::Level::Internal, &[]),
        domain::outcome::Outcome::Returned,
    );
    invoices.telling = "customer 1043".to_owned();
    vec![invoices]
}

fn written(answer: &Answer, form: DocumentForm) -> String {
    let calls = rows();
    document(&Document { question: "Who <owes> us?", at: Micros(AT), answer, calls: &calls }, form)
}

#[test]
fn each_figure_has_its_number_and_what_is_said_twice_is_one_note() {
    let text = "Zürich 🏔️ owes **1,204** EUR, 1,204 in all.\n\n| A | B |\n|---|--:|\n| x | 877 |\n";
    let first = place(1, "/items/0/amount", "1204");
    let spans = vec![
        span(text, "1,204", 0, TieStatus::Tied, vec![first.clone()]),
        span(text, "1,204", 1, TieStatus::Tied, vec![first]),
        span(text, "877", 0, TieStatus::Untied, Vec::new()),
    ];
    let answer = answer(text, spans);
    let markdown = written(&answer, DocumentForm::Markdown);
    assert!(markdown.contains("owes **1,204[^1]** EUR, 1,204[^1] in all."), "{markdown}");
    assert!(markdown.contains("| x | 877[^2] |"), "{markdown}");
    assert!(markdown.contains("2 figures tied, 1 untied."), "{markdown}");
    assert!(
        markdown.contains(
            "[^1]: It stands in the result. billing.list\\_invoices customer 1043, /items/0/amount = 1204\n"
        ),
        "{markdown}"
    );
    let html = written(&answer, DocumentForm::Html);
    assert!(
        html.contains("<strong>1,204<sup><a href=\"#n1\" aria-label=\"Source 1\">1</a></sup></strong> EUR"),
        "{html}"
    );
    assert!(html.contains("<td class=\"right\">877<sup>"), "{html}");
    assert_eq!(html.matches("<li id=\"n").count(), 2);
    assert!(html.contains("<h1>Who &lt;owes&gt; us?</h1>"), "{html}");
}

#[test]
fn what_can_hold_no_number_has_it_behind() {
    let text = "See `sum 42`, [no 43](https://a.example/43) and\n\n```\n44\n```\n\nend.";
    let spans = ["42", "43", "44"].map(|words| span(text, words, 0, TieStatus::Untied, Vec::new()));
    let answer = answer(text, spans.to_vec());
    let markdown = written(&answer, DocumentForm::Markdown);
    assert!(markdown.contains("`sum 42`[^1], [no 43](https://a.example/43)[^1] and"), "{markdown}");
    assert!(markdown.contains("```\n44\n```"), "{markdown}");
    let html = written(&answer, DocumentForm::Html);
    assert!(html.contains("<code>sum 42</code><sup>"), "{html}");
    assert!(html.contains("href=\"https://a.example/43\">no 43</a><sup>"), "{html}");
    assert_eq!(html.matches("<sup>").count(), 3);
}

#[test]
fn doubts_and_computations_are_told() {
    let text = "A 327, b 50 and 1 + 1 = 3.";
    let mut sum = span(text, "327", 0, TieStatus::Tied, vec![place(1, "/a", "1204"), place(2, "", "877")]);
    sum.kind = Some(TieKind::Derived);
    let derived = |operation, expression: &str| {
        Some(Derivation { operation, expression: expression.to_owned(), computed: String::new() })
    };
    sum.derivation = derived(TieOperation::Difference, "1,204 − 877 = 327");
    let mut possible = span(text, "50", 0, TieStatus::Possible, vec![place(1, "/b", "50")]);
    possible.chance = Some(Chance { fit: 3, of: 24 });
    let mut wrong = span(text, "3", 1, TieStatus::Contradicted, Vec::new());
    wrong.derivation = derived(TieOperation::Sum, "1 + 1 = 2");
    let markdown = written(&answer(text, vec![sum, possible, wrong]), DocumentForm::Markdown);
    let unknown = call(2);
    for told in [
        "Computed: 1,204 − 877 = 327 billing.list\\_invoices customer 1043, /a = 1204;".to_owned(),
        format!("; {}, the whole result = 877", unknown.to_string().replace('_', "\\_")),
        "Possible: 3 of 24 random numbers fit too.".to_owned(),
        "Contradicted: the calculation in the answer does not come out. 1 + 1 = 2".to_owned(),
    ] {
        assert!(markdown.contains(&told), "{told}\n{markdown}");
    }
}

#[test]
fn a_tie_that_is_not_the_text_marks_nothing() {
    let text = "Grüße: 12";
    let mut inside = span(text, "12", 0, TieStatus::Untied, Vec::new());
    (inside.start, inside.end) = (3, 4);
    let mut beyond = inside.clone();
    (beyond.start, beyond.end) = (90, 99);
    let markdown = written(&answer(text, vec![inside, beyond]), DocumentForm::Markdown);
    assert!(!markdown.contains("[^"), "{markdown}");
}

/// A document is opened by programs that follow what it says: nothing in it may load or run.
#[test]
fn a_hostile_answer_loads_and_runs_nothing() {
    let text = "<script>alert(1)</script>\n\na <img src=x onerror=alert(1)> b ![p](https://evil.example/p.png) \
                [j](javascript:alert(1)) [d](data:text/html,x)\n\n<div onclick=x>\nraw\n</div>\n";
    let answer = answer(text, Vec::new());
    let html = written(&answer, DocumentForm::Html);
    for never in ["<script", "<img", "<div onclick", "href=\"javascript", "href=\"data:", "src=\""] {
        assert!(!html.contains(never), "{never}: {html}");
    }
    assert!(html.contains("picture: p (https://evil.example/p.png)"), "{html}");
    let markdown = written(&answer, DocumentForm::Markdown);
    let loads = pulldown_cmark::Parser::new(&markdown).any(|event| {
        use pulldown_cmark::{Event, Tag};
        matches!(
            event,
            Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Image { .. } | Tag::HtmlBlock)
        )
    });
    assert!(!loads, "{markdown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever a model writes, both forms come about, every number leads to a note, and tags close.
    #[test]
    fn any_answer_becomes_a_document(text in "[a-z0-9 *_`|\\[\\]()<>!#\\n\\\\~:/.äé🏔-]{0,160}") {
        let mut spans = Vec::new();
        for (start, digit) in text.match_indices(|letter: char| letter.is_ascii_digit()) {
            let mut one = span("0", "0", 0, TieStatus::Untied, Vec::new());
            one.start = u32::try_from(start).unwrap();
            one.end = one.start + 1;
            one.text = digit.to_owned();
            spans.push(one);
        }
        let many = spans.len();
        let answer = answer(&text, spans);
        let html = written(&answer, DocumentForm::Html);
        prop_assert!(html.matches("<sup>").count() <= many);
        for tag in ["p", "a", "table", "ul", "ol", "li", "code", "strong", "em", "sup", "td", "th", "span"] {
            let opened = html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
            prop_assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{}: {}", tag, html);
        }
        let markdown = written(&answer, DocumentForm::Markdown);
        prop_assert_eq!(markdown.contains("[^1]: Untied"), many > 0);
    }
}
