//! The printable report.

use std::path::Path;

use domain::anchor::AnchorKind;
use domain::answer::{Answer, Citation, Exposed, Exposure, Timings};
use domain::bundle::{BundleScope, Manifest};
use domain::call::Verdict;
use domain::effect::Effect;
use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::{BatchId, BootId, CallId, Handle, ModelCallId, Seq};
use domain::json::Json;
use domain::label::{Category, Label, Level};
use domain::model::{Finish, Usage};
use domain::outcome::{FailureClass, Outcome};
use domain::payload::{Commitment, PayloadRole};
use domain::tie::{Derivation, TieCounts, TieKind, TieOperation, TiePlace, TieStatus, TiedSpan, Ties};
use domain::time::{Micros, Span};
use domain::view::{BatchView, CallDetail, CallRow, EntryView, PayloadView, Spent, TurnView};
use evidence::{Report, ReportedAnchor, report};
use tlog::leaf_hash;

use crate::scene::{AT, Trail, conversation, signer, turn};

const HOSTILE: &str = "<script>alert(1)</script> \"onload='x' \u{202e}gnp.exe\u{202c} </style>";

fn call_id(number: u8) -> CallId {
    CallId::new(1_764_000_000_000, number.into())
}

fn commitment(number: u8) -> Commitment {
    Commitment([number; 32])
}

fn text(number: u8, role: PayloadRole, text: &str) -> PayloadView {
    PayloadView {
        seq: Seq(0),
        erased: None,
        commitment: commitment(number),
        role,
        media: "application/json".to_owned(),
        size: text.len() as u64,
        text: text.to_owned(),
        whole: true,
    }
}

fn view(seq: u64, fact: Fact) -> EntryView {
    let at = Micros(AT + i64::try_from(seq).unwrap() * 137_000);
    let kind = fact.type_name().to_owned();
    let body =
        Entry { seq: Seq(seq), at, mono: seq, boot: BootId::new(1, 1), link: None, fact }.to_body().unwrap();
    EntryView {
        seq: Seq(seq),
        at,
        kind,
        leaf: leaf_hash(&body).to_hex(),
        body: Json(serde_json::from_slice(&body).unwrap()),
    }
}

pub(crate) fn label(level: Level, categories: &[Category]) -> Label {
    Label::of(level, categories.iter().copied())
}

pub(crate) fn row(number: u8, tool: &str, label: &Label, outcome: Outcome) -> CallRow {
    CallRow {
        call: call_id(number),
        seq: Seq(10 * u64::from(number)),
        at: Micros(AT + 2_000_000),
        conversation: Some(conversation()),
        turn: Some(turn()),
        batch: Some(BatchId::new(1_764_000_000_000, 1)),
        position: u32::from(number) - 1,
        handle: Handle(number.into()),
        tool: tool.to_owned(),
        effect: Effect::Read,
        telling: String::new(),
        label: label.clone(),
        made: None,
        verdict: Some(Verdict::Allow),
        approved: None,
        sent_at: Some(Micros(AT + 2_100_000)),
        outcome: Some(outcome),
        failure: None,
        status: Some(200),
        size: 18_432,
        took_ms: 412,
        attempts: 1,
        early: true,
        from: None,
        retry_of: None,
        edited: false,
        dropped: None,
    }
}

fn requested(number: u8, seq: u64, tool: &str, label: &Label) -> EntryView {
    view(
        seq,
        Fact::CallRequested {
            call: call_id(number),
            batch: Some(BatchId::new(1_764_000_000_000, 1)),
            turn: Some(turn()),
            position: 0,
            handle: Handle(number.into()),
            tool: tool.to_owned(),
            tool_version: String::new(),
            effect: Effect::Read,
            arguments: commitment(number * 10),
            label: label.clone(),
            early: None,
            retry_of: None,
        },
    )
}

fn decided(number: u8, seq: u64, verdict: Verdict, rule: &str) -> EntryView {
    view(
        seq,
        Fact::CallDecided { call: call_id(number), verdict, rule: rule.to_owned(), policy: "ab".repeat(32) },
    )
}

fn sent(number: u8, seq: u64, attempt: u32, endpoint: &str) -> EntryView {
    view(
        seq,
        Fact::CallSent {
            call: call_id(number),
            attempt,
            page: None,
            method: "GET".to_owned(),
            endpoint: endpoint.to_owned(),
            request: commitment(number * 10 + 1),
            idempotency_key: None,
        },
    )
}

fn ended(number: u8, seq: u64, row: &CallRow, words: Option<Commitment>) -> EntryView {
    let returned = row.outcome == Some(Outcome::Returned);
    view(
        seq,
        Fact::CallEnded {
            call: call_id(number),
            outcome: row.outcome.unwrap(),
            failure: row.failure,
            status: row.status,
            result: returned.then(|| commitment(number * 10 + 2)),
            words,
            size: row.size,
            cut_from: None,
            took: Span(412_000),
            label: row.label.clone(),
            from: None,
            phases: None,
            findings: None,
        },
    )
}

/// Three calls: one returned, one that a person refused, one that failed.
fn calls() -> Vec<CallDetail> {
    let money = label(Level::Confidential, &[Category::Identity, Category::Financial]);
    let health = label(Level::Restricted, &[Category::Health]);
    let first = row(1, "billing.list_invoices", &money, Outcome::Returned);
    let first = CallDetail {
        detected: None,
        entries: vec![
            requested(1, 10, "billing.list_invoices", &money),
            decided(1, 11, Verdict::Allow, "read-confidential"),
            sent(1, 12, 1, "https://billing.example.com/v2/invoices"),
            ended(1, 13, &first, None),
        ],
        payloads: vec![text(
            10,
            PayloadRole::Arguments,
            r#"{"customer":7,"status":["overdue","disputed"],"limit":50,"min_amount":1.50}"#,
        )],
        row: first,
        used_by: Vec::new(),
        taken_from: Vec::new(),
    };
    let mut second = row(2, "hr.get_absence", &health, Outcome::Refused);
    (second.verdict, second.approved, second.sent_at) = (Some(Verdict::Ask), Some(false), None);
    (second.status, second.size, second.attempts, second.early) = (None, 0, 0, false);
    let second = CallDetail {
        detected: None,
        entries: vec![
            requested(2, 20, "hr.get_absence", &health),
            decided(2, 21, Verdict::Ask, "special-categories-ask"),
            view(
                22,
                Fact::ApprovalGiven {
                    call: call_id(2),
                    allowed: false,
                    reason: Some(commitment(23)),
                    arguments: None,
                },
            ),
            ended(2, 23, &second, None),
        ],
        payloads: vec![
            text(20, PayloadRole::Arguments, "{\"employee\":\"E-1044\"}"),
            text(23, PayloadRole::Reason, &format!("Not needed for an invoice. {HOSTILE}")),
        ],
        row: second,
        used_by: Vec::new(),
        taken_from: Vec::new(),
    };
    let mut third = row(3, "crm.search", &money, Outcome::Failed);
    (third.failure, third.status, third.attempts, third.took_ms) =
        (Some(FailureClass::Status), Some(503), 3, 4_100);
    let third = CallDetail {
        detected: None,
        entries: vec![
            requested(3, 30, "crm.search", &money),
            decided(3, 31, Verdict::Allow, "read-confidential"),
            sent(3, 32, 1, "https://crm.example.com/search"),
            sent(3, 33, 2, "https://crm.example.com/search"),
            ended(3, 34, &third, Some(commitment(33))),
        ],
        payloads: vec![text(33, PayloadRole::Words, "crm answered 503 three times. Try again in a while.")],
        row: third,
        used_by: Vec::new(),
        taken_from: Vec::new(),
    };
    vec![first, second, third]
}

fn made() -> Report {
    let money = label(Level::Confidential, &[Category::Identity, Category::Financial]);
    let calls = calls();
    let answer = "Customer 7 (Acme GmbH) has three overdue invoices, 12,408.50 EUR in all.\n\n\
                  - INV-2031: 4,100.00 EUR, 41 days\n- INV-2044: 8,000.00 EUR, 20 days\n- INV-2050: 308.50 EUR, 3 days\n\n\
                  | Invoice | Amount |\n|---|---|\n| INV-2031 | 4,100.00 |\n\nThe customer's contact could not be read.";
    let first = answer.find(" in all").unwrap();
    let last = answer.len();
    Report {
        manifest: Manifest {
            v: 1,
            scope: BundleScope::Answer { turn: turn() },
            vkey: signer().verifier().to_vkey(),
            size: 12_408,
            entries: 31,
            payloads: true,
            made_at: Micros(AT + 86_400_000_000),
            program: "tieout 0.1.0".to_owned(),
        },
        checkpoint: Trail::with(5).last_note(),
        conversation: conversation(),
        turn: TurnView {
            shortened: 0,
            spent: Spent::default(),
            id: turn(),
            question: "Which invoices of customer 7 are overdue, and whom do we call about them?".to_owned(),
            at: Micros(AT),
            batches: vec![BatchView {
                id: BatchId::new(1_764_000_000_000, 1),
                calls: calls.iter().map(|call| call.row.clone()).collect(),
                elapsed_ms: 4_100,
                sequential_ms: 4_512,
                label: money.clone(),
            }],
            retries: Vec::new(),
            answer: Some(Answer {
                text: answer.to_owned(),
                exposure: vec![
                    Exposed { call: call_id(1), handle: Handle(1), mode: Exposure::Full, earlier: false },
                    Exposed { call: call_id(2), handle: Handle(2), mode: Exposure::Words, earlier: false },
                    Exposed { call: call_id(3), handle: Handle(3), mode: Exposure::Words, earlier: false },
                    Exposed {
                        call: call_id(9),
                        handle: Handle(9),
                        mode: Exposure::Truncated { shown: 8_192, of: 51_200 },
                        earlier: true,
                    },
                ],
                citations: vec![
                    Citation { at: u32::try_from(last).unwrap(), call: call_id(3), handle: Handle(3) },
                    Citation { at: u32::try_from(first).unwrap(), call: call_id(1), handle: Handle(1) },
                    Citation { at: u32::MAX, call: call_id(9), handle: Handle(9) },
                ],
                unknown_citations: 1,
                ties: Ties::default(),
                unseen: domain::answer::Unseen::default(),
                combined: Vec::new(),
                label: money,
                model: "example-large".to_owned(),
                finish: Finish::Stop,
                usage: Usage { input: 2_000, output: 200, ..Usage::default() },
                timings: Timings::default(),
            }),
            stopped: None,
            words: String::new(),
        },
        calls,
        entries: vec![
            view(7, Fact::QuestionAsked { turn: turn(), question: commitment(1) }),
            view(
                8,
                Fact::ModelCalled {
                    request: ModelCallId::new(1, 1),
                    turn: Some(turn()),
                    model: "example-large".to_owned(),
                    endpoint: "https://models.example.com/v1/messages".to_owned(),
                    prompt: commitment(2),
                    label: Label::unlabelled(),
                    shortened: 0,
                    redacted: 0,
                    hidden: None,
                },
            ),
            view(
                40,
                Fact::AnswerGiven {
                    turn: turn(),
                    answer: commitment(3),
                    exposed: vec![call_id(1)],
                    label: Label::unlabelled(),
                    entries: 30,
                },
            ),
        ],
        erased: [commitment(30)].into(),
        anchors: vec![
            ReportedAnchor {
                name: "company-witness".to_owned(),
                kind: AnchorKind::Witness,
                size: 12_400,
                at: Micros(AT + 3_600_000_000),
                seq: Seq(12_401),
            },
            ReportedAnchor {
                name: "tsa".to_owned(),
                kind: AnchorKind::Timestamp,
                size: 12_000,
                at: Micros(AT + 600_000_000),
                seq: Seq(12_003),
            },
        ],
    }
}

/// Leaves the page where a person can look at it.
fn kept(name: &str, html: &str) {
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), html).unwrap();
}

#[test]
fn it_tells_what_was_asked_answered_and_called() {
    let html = report(&made());
    kept("answer.html", &html);
    for told in [
        "Which invoices of customer 7 are overdue",
        "12,408.50 EUR<a class=\"cite\" href=\"#c1\">[c1]</a> in all",
        "could not be read.<a class=\"cite\" href=\"#c3\">[c3]</a><span class=\"cite\">[c9]</span></div>",
        "| INV-2031 | 4,100.00 |",
        "<article class=\"call\" id=\"c2\">",
        "named no result: 1 mark.",
        "the first 8,192 of 51,200 bytes, from an earlier turn",
        "&quot;min_amount&quot;: 1.50",
        "allowed by policy, rule <code>read-confidential</code>",
        "refused by a person: ",
        "the source refused or failed, status 503",
        "24 November 2025, 16:00:02 UTC, 3 attempts, 4.1 s",
        "Erased on record.",
        "company-witness<td>witness<td class=\"figure\">12,400",
        &signer().verifier().to_vkey(),
    ] {
        assert!(html.contains(told), "{told}");
    }
    let leaves =
        made().calls.into_iter().flat_map(|call| call.entries).chain(made().entries).map(|entry| entry.leaf);
    leaves.for_each(|leaf| assert!(html.contains(&leaf)));
    assert_eq!(report(&made()), html);
}

#[test]
fn foreign_text_stays_text_wherever_it_stands() {
    let mut hostile = made();
    let plain = report(&hostile);
    hostile.turn.question = HOSTILE.to_owned();
    hostile.manifest.program = HOSTILE.to_owned();
    hostile.manifest.vkey = HOSTILE.to_owned();
    hostile.checkpoint = format!("a\n1\n{HOSTILE}\n");
    hostile.anchors[0].name = HOSTILE.to_owned();
    let answer = hostile.turn.answer.as_mut().unwrap();
    answer.text = format!("{HOSTILE} {}", "long".repeat(300));
    answer.model = HOSTILE.to_owned();
    hostile.entries[0].kind = HOSTILE.to_owned();
    hostile.entries[0].leaf = HOSTILE.to_owned();
    for call in &mut hostile.calls {
        call.row.tool = HOSTILE.to_owned();
        for payload in &mut call.payloads {
            payload.text = HOSTILE.to_owned();
        }
    }
    let html = report(&hostile);
    kept("hostile.html", &html);
    let tags = |html: &str| {
        ["<script", "<style", "</style", "<meta", " onload=", "<article"].map(|tag| html.matches(tag).count())
    };
    assert_eq!(tags(&html), tags(&plain));
    assert_eq!(html.matches('\u{202e}').count(), 0);
    assert!(html.matches("&lt;script&gt;alert(1)&lt;/script&gt;").count() > 10);
    assert!(html.contains("⟦U+202E⟧gnp.exe"));
}

#[test]
fn it_reaches_for_nothing() {
    let html = report(&made());
    assert!(html.contains("default-src 'none'; style-src 'unsafe-inline'"));
    for reach in [
        "<script",
        "<link",
        "<img",
        "<iframe",
        "<form",
        "url(",
        "@import",
        "src=",
        "javascript:",
        "href=\"http",
    ] {
        assert!(!html.contains(reach), "{reach}");
    }
}

#[test]
fn without_payloads_no_text_of_one_is_on_the_page() {
    let mut bare = made();
    bare.manifest.payloads = false;
    bare.calls[0].row.tool = "what the model made up".to_owned();
    let html = report(&bare);
    kept("bare.html", &html);
    let answer = bare.turn.answer.unwrap().text;
    let payloads = bare.calls.iter().flat_map(|call| &call.payloads).map(|payload| &payload.text);
    for text in payloads.chain([&bare.turn.question, &answer, &bare.calls[0].row.tool]) {
        let words = text.get(..12).unwrap_or(text);
        assert!(!html.contains(words), "{words}");
    }
    assert!(html.contains("made without payloads") && html.contains("Erased on record."));
    assert!(html.contains("<article class=\"call\" id=\"c2\">"));
}

#[test]
fn a_long_text_is_cut_with_a_note() {
    let mut long = made();
    long.calls[0].payloads[0].text = format!("\"{}\"", "ä".repeat(10_000));
    long.calls[0].payloads[0].size = 20_002;
    let html = report(&long);
    assert!(html.contains("Cut here; all 20,002 bytes are in <code>payloads/0a0a"));
    assert!(html.matches('ä').count() < 7_000);
}

#[test]
fn an_erased_or_missing_answer_says_so() {
    let mut gone = made();
    gone.erased.insert(commitment(1));
    gone.erased.insert(commitment(3));
    gone.turn.answer = None;
    gone.turn.question.clear();
    assert_eq!(report(&gone).matches("Erased on record.").count(), 3);
    let mut stopped = made();
    stopped.turn.answer = None;
    stopped.turn.stopped = Some(domain::fact::Stopped::Cancelled);
    stopped.turn.words = "Stopped by hand".to_owned();
    stopped.entries.pop();
    let html = report(&stopped);
    assert!(html.contains("There is none. A person stopped it.") && html.contains("Stopped by hand"));
}

fn tied(text: &str, status: TieStatus, place: Option<TiePlace>) -> TiedSpan {
    let answer = made().turn.answer.unwrap().text;
    let start = u32::try_from(answer.find(text).unwrap()).unwrap();
    TiedSpan {
        start,
        end: start + u32::try_from(text.len()).unwrap(),
        text: text.to_owned(),
        status,
        kind: place.as_ref().map(|_| TieKind::Exact),
        places: place.into_iter().collect(),
        derivation: None,
        chance: None,
        alternatives: 0,
        cited: None,
        cite_agrees: None,
    }
}

#[test]
fn each_figure_has_a_footnote_and_what_is_doubtful_comes_first() {
    let place = |number, pointer: &str, raw: &str| TiePlace {
        call: call_id(number),
        pointer: pointer.to_owned(),
        raw: raw.to_owned(),
    };
    let mut sum = tied("12,408.50", TieStatus::Tied, Some(place(1, "/items/0/amount", "4100.00")));
    sum.places.push(place(9, "/total", HOSTILE));
    sum.derivation = Some(Derivation {
        operation: TieOperation::Sum,
        expression: "4,100 + 8,308.50 = 12,408.50".to_owned(),
        computed: "12408.5".to_owned(),
    });
    let invented = tied("20 days", TieStatus::Untied, None);
    let mut report_of = made();
    let answer = report_of.turn.answer.as_mut().unwrap();
    answer.ties = Ties {
        spans: vec![sum, tied("41 days", TieStatus::Contradicted, None), invented],
        counts: TieCounts { tied: 1, possible: 0, untied: 1, contradicted: 1 },
        limit: String::new(),
    };
    let html = report(&report_of);
    let at = |text: &str| html.find(text).unwrap_or_else(|| panic!("{text} is not in\n{html}"));
    let boxed = at("To be looked at first");
    let (contradicted, untied) =
        (at("<bdi>41 days</bdi></a> <b>contradicted</b>"), at("<bdi>20 days</bdi></a> <b>untied</b>"));
    let body = at("<div class=\"answer foreign\"");
    assert!(
        boxed < contradicted && contradicted < untied && untied < body,
        "the box stands before the answer"
    );
    at(
        "<span class=\"tied\">12,408.50</span><sup class=\"foot\"><a id=\"from-1\" href=\"#figure-1\">1</a></sup>",
    );
    at("<span class=\"untied\">20 days</span>");
    at(
        "<bdi>4,100 + 8,308.50 = 12,408.50</bdi>, from <a href=\"#c1\">c1</a> <span class=\"tool\">billing.list_invoices</span>",
    );
    at("<code>/items/0/amount</code> “<bdi>4100.00</bdi>”");
    assert!(
        !html.contains("<script") && html.contains("&lt;script&gt;alert(1)"),
        "what stands there is text"
    );

    // Offsets that are none of this text's break nothing.
    let answer = report_of.turn.answer.as_mut().unwrap();
    answer.ties.spans[0].end = u32::MAX;
    answer.ties.spans[1].start = 7;
    let html = report(&report_of);
    assert_eq!(html.matches("<span").count(), html.matches("</span>").count());
    assert_eq!(html.matches("<sup").count(), html.matches("</sup>").count());
}
