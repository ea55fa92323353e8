//! What holds for any text and any filter.

use domain::filter::{Compared, Condition, Filter, Test};
use domain::id::{CallId, TurnId};
use domain::label::{Category, Level};
use domain::outcome::Outcome;
use domain::time::{Micros, Span};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use query::{Field, Known, MOST_CONDITIONS, complete, read, terms, with, with_only, without, write};

fn compared() -> impl Strategy<Value = Compared> {
    let all = [Compared::Is, Compared::Below, Compared::AtMost, Compared::AtLeast, Compared::Above];
    prop::sample::select(all.to_vec())
}

fn instant() -> impl Strategy<Value = Micros> {
    prop_oneof![0..4_000_000_000_000_000_i64, 0..253_370_764_799_000_000_i64].prop_map(Micros)
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{1,8}(\\.[a-z_]{1,8})?", "\\PC{1,6}", "[-\"\\\\,|:<>=≥„” ANDORT\t]{1,5}"]
}

fn test() -> impl Strategy<Value = Test> {
    prop_oneof![
        any::<(u32, u128)>().prop_map(|(ms, random)| Test::Call(CallId::new(u64::from(ms), random))),
        any::<(u32, u128)>().prop_map(|(ms, random)| Test::Turn(TurnId::new(u64::from(ms), random))),
        name().prop_map(Test::Source),
        name().prop_map(Test::Tool),
        (compared(), prop::sample::select(Level::ALL.to_vec()))
            .prop_map(|(sign, level)| Test::Level(sign, level)),
        prop::sample::select(Category::ALL.to_vec()).prop_map(Test::Category),
        any::<bool>().prop_map(Test::Approved),
        Just(Test::Outcome(Outcome::TimedOut)),
        Just(Test::Open),
        (compared(), any::<u16>()).prop_map(|(sign, status)| Test::Status(sign, status)),
        (compared(), any::<u64>()).prop_map(|(sign, micros)| Test::Took(sign, Span(micros))),
        (compared(), any::<u64>()).prop_map(|(sign, bytes)| Test::Size(sign, bytes)),
        (compared(), any::<u32>()).prop_map(|(sign, attempts)| Test::Attempts(sign, attempts)),
        instant().prop_map(Test::Since),
        instant().prop_map(Test::Until),
        name().prop_filter("words", |words| !words.trim().is_empty()).prop_map(Test::Words),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    (any::<bool>(), prop::collection::vec(test(), 1..5)).prop_map(|(not, mut any)| {
        let mut seen: Vec<Test> = Vec::new();
        any.retain(|test| {
            !seen.contains(test) && {
                seen.push(test.clone());
                true
            }
        });
        Condition { not, any }
    })
}

/// Texts like those that people write, right or wrong.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(Field::ALL.map(Field::word).to_vec()).prop_map(|word| format!("{word}:")),
        prop::sample::select(vec![
            "-",
            "not:",
            "|",
            ",",
            "\"",
            "\\",
            " ",
            "≥",
            "<",
            "=",
            "7d",
            "today",
            "5xx",
            "failed",
            "crm",
            "confidential",
            "2026-11-20",
            "T12:00",
            "10kB",
            "2s",
            "“",
            "𝄞",
            "OR",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn what_is_written_reads_back(conditions in prop::collection::vec(condition(), 0..8)) {
        let filter = Filter { conditions };
        let text = write(&filter);
        let zone = TimeZone::posix("<+05>-5").unwrap();
        prop_assert_eq!(read(&text, Micros(7), &zone), Ok(filter), "{}", text);
    }

    #[test]
    fn what_can_be_read_is_written_and_reads_back(text in text()) {
        let now = Micros(1_764_000_000_000_000);
        if let Ok(filter) = read(&text, now, &TimeZone::UTC) {
            prop_assert!(filter.conditions.len() <= MOST_CONDITIONS);
            prop_assert!(filter.conditions.iter().all(|condition| !condition.any.is_empty()));
            let written = write(&filter);
            prop_assert_eq!(read(&written, Micros(0), &TimeZone::UTC), Ok(filter), "{} from {}", written, text);
        }
    }

    #[test]
    fn places_lie_within_the_text(text in text(), cursor in 0_u32..60) {
        let length = u32::try_from(text.encode_utf16().count()).unwrap();
        let mistake = read(&text, Micros(0), &TimeZone::UTC).err();
        if let Some(mistake) = &mistake {
            prop_assert!(mistake.start <= mistake.end && mistake.end <= length && !mistake.words.is_empty());
        }
        let mut end = 0;
        for term in terms(&text) {
            prop_assert!(end <= term.start && term.start < term.end && term.end <= length, "{:?}", term);
            end = term.end;
        }
        let marked = terms(&text).iter().any(|term| term.kind == query::Kind::Mistake);
        // Limits of the whole belong to no term, and signs without anything behind them are shown as what they are.
        let telling = mistake.as_ref().is_some_and(|mistake| !mistake.words.contains("follow"));
        prop_assert!(marked || !telling || mistake.is_some_and(|mistake| mistake.words.contains('|')), "{}", text);
        let known = Known { sources: vec!["crm".into(), "𝄞".into()], tools: vec!["crm.search".into()] };
        for offer in complete(&text, cursor, &known) {
            prop_assert!(offer.start <= offer.end && offer.end <= length);
        }
    }

    #[test]
    fn a_click_can_be_taken_back(text in text(), value in name()) {
        let before = read(&text, Micros(0), &TimeZone::UTC);
        prop_assume!(before.as_ref().is_ok_and(|filter| filter.conditions.len() < MOST_CONDITIONS));
        let added = with(&text, Field::Source, &value);
        let after = read(&added, Micros(0), &TimeZone::UTC);
        let wanted = Condition { not: false, any: vec![Test::Source(value.clone())] };
        prop_assert!(after.is_ok_and(|filter| filter.conditions.contains(&wanted)), "{}", added);
        let only = with_only(&text, Field::Source, &value);
        prop_assert!(read(&only, Micros(0), &TimeZone::UTC).is_ok_and(|filter| filter.conditions.contains(&wanted)));
        let gone = read(&without(&added, Field::Source, &value), Micros(0), &TimeZone::UTC);
        prop_assert!(gone.is_ok_and(|filter| !filter.conditions.contains(&wanted)));
    }
}
