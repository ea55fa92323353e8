//! The language by examples: what a person writes, and what it means.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use domain::call::Verdict;
use domain::effect::Effect;
use domain::filter::{Compared, Condition, Mark, Test};
use domain::id::{BatchId, CallId, ConversationId, TurnId};
use domain::label::{Category, Level};
use domain::outcome::{FailureClass, Outcome};
use domain::time::{Micros, Span};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use query::{Known, complete, read};

const DAY: i64 = 86_400_000_000;

fn at(text: &str) -> Micros {
    Micros(text.parse::<Timestamp>().unwrap().as_microsecond())
}

fn now() -> Micros {
    at("2026-11-20T12:00:00Z")
}

/// One hour east of Greenwich.
fn zone() -> TimeZone {
    TimeZone::posix("<+01>-1").unwrap()
}

fn said(text: &str) -> Vec<Condition> {
    read(text, now(), &zone()).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}")).conditions
}

fn is(test: Test) -> Condition {
    Condition { not: false, any: vec![test] }
}

fn isnt(test: Test) -> Condition {
    Condition { not: true, any: vec![test] }
}

fn either(tests: &[Test]) -> Condition {
    Condition { not: false, any: tests.to_vec() }
}

fn words(text: &str) -> Test {
    Test::Words(text.to_owned())
}

#[test]
fn a_filter_means_what_it_says() {
    use Compared::{Above, AtLeast, AtMost, Below, Is};
    let source = |name: &str| Test::Source(name.to_owned());
    let tool = |name: &str| Test::Tool(name.to_owned());
    let (call, turn) = (CallId::new(1, 2), TurnId::new(3, 4));
    let (conversation, batch) = (ConversationId::new(5, 6), BatchId::new(7, 8));
    let ids = format!("call:{call} turn:{turn} conversation:{conversation} batch:{batch}");
    let cases: &[(&str, &[Condition])] = &[
        ("", &[]),
        (" \t\n", &[]),
        (
            "source:crm label:≥confidential outcome:failed took:>2s \"acme gmbh\" -tool:search",
            &[
                is(source("crm")),
                is(Test::Level(AtLeast, Level::Confidential)),
                is(Test::Outcome(Outcome::Failed)),
                is(Test::Took(Above, Span(2_000_000))),
                is(words("acme gmbh")),
                isnt(tool("search")),
            ],
        ),
        ("acme gmbh", &[is(words("acme")), is(words("gmbh"))]),
        (r#""say \"no\" \\""#, &[is(words(r#"say "no" \"#))]),
        ("“acme gmbh” „x”", &[is(words("acme gmbh")), is(words("x"))]),
        ("a\"b c\"d", &[is(words("a")), is(words("b c")), is(words("d"))]),
        ("12:30 3,5 -x", &[is(words("12:30")), is(words("3,5")), isnt(words("x"))]),
        ("SOURCE:crm Label:Public", &[is(source("crm")), is(Test::Level(Is, Level::Public))]),
        ("source:crm,billing", &[either(&[source("crm"), source("billing")])]),
        ("source:\"a b\",\"c,d\"", &[either(&[source("a b"), source("c,d")])]),
        ("tool:crm.search", &[is(tool("crm.search"))]),
        ("not:tool:search", &[isnt(tool("search"))]),
        ("source:crm|tool:search|x", &[either(&[source("crm"), tool("search"), words("x")])]),
        ("-source:crm|x", &[Condition { not: true, any: vec![source("crm"), words("x")] }]),
        (
            "outcome:failed,timed-out",
            &[either(&[Test::Outcome(Outcome::Failed), Test::Outcome(Outcome::TimedOut)])],
        ),
        ("outcome:\"timed out\" outcome:open", &[is(Test::Outcome(Outcome::TimedOut)), is(Test::Open)]),
        ("outcome:failed,failed", &[is(Test::Outcome(Outcome::Failed))]),
        (
            "label:public label:>=internal label:<=internal label:>public label:<restricted label:=public",
            &[
                is(Test::Level(Is, Level::Public)),
                is(Test::Level(AtLeast, Level::Internal)),
                is(Test::Level(AtMost, Level::Internal)),
                is(Test::Level(Above, Level::Public)),
                is(Test::Level(Below, Level::Restricted)),
                is(Test::Level(Is, Level::Public)),
            ],
        ),
        (
            "effect:idempotent_write category:health",
            &[is(Test::Effect(Effect::IdempotentWrite)), is(Test::Category(Category::Health))],
        ),
        (
            "verdict:ask approved:no approved:yes",
            &[is(Test::Verdict(Verdict::Ask)), is(Test::Approved(false)), is(Test::Approved(true))],
        ),
        (
            "failure:connect,status",
            &[either(&[Test::Failure(FailureClass::Connect), Test::Failure(FailureClass::Status)])],
        ),
        ("status:404 status:≥400", &[is(Test::Status(Is, 404)), is(Test::Status(AtLeast, 400))]),
        (
            "took:≤250ms took:1.5s",
            &[is(Test::Took(AtMost, Span(250_000))), is(Test::Took(Is, Span(1_500_000)))],
        ),
        (
            "size:>10kB size:<1MiB size:0",
            &[is(Test::Size(Above, 10_000)), is(Test::Size(Below, 1 << 20)), is(Test::Size(Is, 0))],
        ),
        ("attempts:>1", &[is(Test::Attempts(Above, 1))]),
        (
            "is:by_hand,held -is:early",
            &[either(&[Test::Is(Mark::ByHand), Test::Is(Mark::Held)]), isnt(Test::Is(Mark::Early))],
        ),
        ("since:7d", &[is(Test::Since(Micros(now().0 - 7 * DAY)))]),
        ("since:2026-11-01", &[is(Test::Since(at("2026-10-31T23:00:00Z")))]),
        ("since:2026-11-01T12:00", &[is(Test::Since(at("2026-11-01T11:00:00Z")))]),
        ("since:2026-11-01T12:00:00Z", &[is(Test::Since(at("2026-11-01T12:00:00Z")))]),
        // The last day belongs to it.
        ("until:2026-11-01", &[is(Test::Until(at("2026-11-01T23:00:00Z")))]),
        (
            "until:2026-11-01T12:00 until:24h",
            &[is(Test::Until(at("2026-11-01T11:00:00Z"))), is(Test::Until(Micros(now().0 - DAY)))],
        ),
        (
            "on:2026-11-20",
            &[is(Test::Since(at("2026-11-19T23:00:00Z"))), is(Test::Until(at("2026-11-20T23:00:00Z")))],
        ),
        (
            "-on:today",
            &[either(&[Test::Until(at("2026-11-19T23:00:00Z")), Test::Since(at("2026-11-20T23:00:00Z"))])],
        ),
        // Days that follow one another are one span; a gap between two is out.
        (
            "on:2026-11-03,2026-11-01,2026-11-02,2026-11-05",
            &[
                is(Test::Since(at("2026-10-31T23:00:00Z"))),
                is(Test::Until(at("2026-11-05T23:00:00Z"))),
                either(&[Test::Until(at("2026-11-03T23:00:00Z")), Test::Since(at("2026-11-04T23:00:00Z"))]),
            ],
        ),
        (
            "source:crm|on:2026-11-20",
            &[
                either(&[source("crm"), Test::Since(at("2026-11-19T23:00:00Z"))]),
                either(&[source("crm"), Test::Until(at("2026-11-20T23:00:00Z"))]),
            ],
        ),
        (
            "-source:crm|on:2026-11-20",
            &[
                isnt(source("crm")),
                either(&[Test::Until(at("2026-11-19T23:00:00Z")), Test::Since(at("2026-11-20T23:00:00Z"))]),
            ],
        ),
        (
            &ids,
            &[
                is(Test::Call(call)),
                is(Test::Turn(turn)),
                is(Test::Conversation(conversation)),
                is(Test::Batch(batch)),
            ],
        ),
    ];
    for (text, meant) in cases {
        assert_eq!(said(text), *meant, "{text}");
    }
}

#[test]
fn a_class_of_statuses_is_each_of_them() {
    let conditions = said("-status:5xx,404");
    assert!(conditions[0].not && conditions[0].any.len() == 101);
    assert_eq!(conditions[0].any[99], Test::Status(Compared::Is, 599));
}

#[test]
fn a_mistake_is_told_at_its_place_with_a_way_out() {
    for (text, place, telling) in [
        ("sorce:crm", 0..9, "did you mean `source`?"),
        ("x https://acme.example", 2..22, "put them in quotes"),
        ("outcome:fialed", 8..14, "did you mean `failed`?"),
        (
            "outcome:fialed",
            8..14,
            "there are: returned, failed, refused, cancelled, timed_out, unknown, open",
        ),
        ("𝄞 label:≥secret", 9..16, "there are: public, internal"),
        ("is:lost", 3..7, "by_hand"),
        ("took:2", 5..6, "write 250ms, 2s"),
        ("took:>fast", 5..10, "no length of time"),
        ("size:big", 5..8, "10kB"),
        ("status:6xx", 7..10, "404, 5xx"),
        ("status:≥5xx", 7..11, "≥500"),
        ("attempts:-1", 9..11, "number of requests"),
        ("since:2026-02-30", 6..16, "2026-11-20"),
        ("since:>7d", 6..9, "write since:, until: or on:"),
        ("source:>crm", 7..11, "no order"),
        ("on:24h", 3..6, "no day"),
        ("call:conv_01KAV9FWCD2V4B6N8M1C3Z5A7S", 5..36, "`call_`"),
        ("source:", 7..7, "wants a value"),
        ("outcome:failed,", 15..15, "wants a value"),
        ("source:\"\"", 7..9, "wants a value"),
        ("a \"b c", 2..6, "not closed"),
        ("\"\"", 0..2, "nothing between the quotes"),
        ("a -", 2..3, "nothing follows"),
        ("a not: b", 2..6, "nothing follows"),
        ("a | b", 2..3, "stands between two terms"),
        ("a OR b", 2..4, "`a|b` holds for either"),
    ] {
        let mistake = read(text, now(), &zone()).unwrap_err();
        assert_eq!((mistake.start, mistake.end), (place.start, place.end), "{text}: {}", mistake.words);
        assert!(mistake.words.contains(telling), "{text}: {}", mistake.words);
    }
}

#[test]
fn a_filter_has_its_limits() {
    assert!(read(&"a ".repeat(64), now(), &zone()).is_ok());
    let mistake = read(&"a ".repeat(65), now(), &zone()).unwrap_err();
    assert_eq!(mistake.start, 128);
    assert!(mistake.words.contains("at most 64 conditions"), "{}", mistake.words);
    let mistake = read(&"≥".repeat(2_000), now(), &zone()).unwrap_err();
    assert_eq!((mistake.start, mistake.end), (1_365, 2_000));
    assert!(mistake.words.contains("4 kB"), "{}", mistake.words);
    let many = format!("source:{}", "a,".repeat(64) + "a");
    assert!(read(&many, now(), &zone()).unwrap_err().words.contains("at most 64 values"));
    assert_eq!(read(&many[..many.len() - 2], now(), &zone()).unwrap().conditions[0].any.len(), 1);
}

/// What is offered where `|` stands in the text.
fn offered(text: &str) -> Vec<(u32, u32, String)> {
    let known = Known {
        sources: vec!["crm".into(), "billing".into()],
        tools: vec!["crm.search".into(), "crm.get customer".into(), "billing.invoices".into()],
    };
    let cursor = text.find('^').unwrap();
    let units = u32::try_from(text[..cursor].encode_utf16().count()).unwrap();
    let offers = complete(&text.replace('^', ""), units, &known);
    assert!(offers.len() <= 12 && offers.iter().all(|offer| !offer.hint.is_empty()));
    offers.into_iter().map(|offer| (offer.start, offer.end, offer.insert)).collect()
}

#[test]
fn completions_fit_the_term_under_the_cursor() {
    let inserts = |text: &str| offered(text).into_iter().map(|(.., insert)| insert).collect::<Vec<_>>();
    assert_eq!(inserts("^")[..3], ["source:", "tool:", "label:"]);
    assert_eq!(inserts("acme ^").len(), 12);
    assert_eq!(offered("𝄞 -so^")[0], (4, 6, "source:".to_owned()));
    assert_eq!(offered("sorce^ x")[0], (0, 5, "source:".to_owned()));
    assert_eq!(inserts("source:^"), ["source:crm", "source:billing"]);
    assert_eq!(offered("-source:b^x tool:y"), [(1, 10, "source:billing".to_owned())]);
    assert_eq!(inserts("tool:sea^"), ["tool:crm.search"]);
    assert_eq!(inserts("tool:crm.g^")[0], "tool:\"crm.get customer\"");
    assert_eq!(inserts("tool:\"crm.g^")[0], "tool:\"crm.get customer\"");
    assert_eq!(inserts("outcome:failed,ti^,open"), ["outcome:failed,timed_out,open"]);
    assert_eq!(inserts("outcome:fialed^"), ["outcome:failed"]);
    assert_eq!(inserts("label:≥c^"), ["label:≥confidential"]);
    assert_eq!(inserts("label:^")[0], "label:≥confidential");
    assert_eq!(inserts("took:>^"), ["took:>1s", "took:>5s", "took:>30s"]);
    assert_eq!(inserts("since:^")[..2], ["since:today", "since:yesterday"]);
    assert_eq!(inserts("on:^"), ["on:today", "on:yesterday"]);
    assert_eq!(inserts("a|fail^")[0], "failure:");
    assert!(inserts("fail^").contains(&"outcome:failed".to_owned()));
    assert!(inserts("cr^").contains(&"source:crm".to_owned()));
    assert_eq!(inserts("nosuch:x^"), [""; 0]);
}
