//! What holds for any text.

use domain::time::Micros;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use query::{Field, Known, MOST_CONDITIONS, complete, read};

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
    fn what_can_be_read_asks_for_something_within_the_limits(text in text()) {
        let now = Micros(1_764_000_000_000_000);
        if let Ok(filter) = read(&text, now, &TimeZone::UTC) {
            prop_assert!(filter.conditions.len() <= MOST_CONDITIONS);
            prop_assert!(filter.conditions.iter().all(|condition| !condition.any.is_empty()));
        }
    }

    #[test]
    fn places_lie_within_the_text(text in text(), cursor in 0_u32..60) {
        let length = u32::try_from(text.encode_utf16().count()).unwrap();
        let mistake = read(&text, Micros(0), &TimeZone::UTC).err();
        if let Some(mistake) = &mistake {
            prop_assert!(mistake.start <= mistake.end && mistake.end <= length && !mistake.words.is_empty());
        }
        let known = Known { sources: vec!["crm".into(), "𝄞".into()], tools: vec!["crm.search".into()] };
        for offer in complete(&text, cursor, &known) {
            prop_assert!(offer.start <= offer.end && offer.end <= length);
        }
    }
}
