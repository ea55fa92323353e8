//! How well identifiers are found, on labelled texts and payloads that nobody here wrote (`tests/fixtures/pii`).
//! The goals are the project's for larger sets of the same kind; a change that loses them here has lost them there.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use std::collections::BTreeMap;

use detect::Detectors;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    right: f64,
    wrong: f64,
    missed: f64,
}

impl Count {
    fn precision(self) -> f64 {
        self.right / (self.right + self.wrong).max(1.0)
    }

    fn recall(self) -> f64 {
        self.right / (self.right + self.missed).max(1.0)
    }

    fn f1(self) -> f64 {
        2.0 * self.right / (2.0 * self.right + self.wrong + self.missed).max(1.0)
    }
}

/// The set's name for a kind; `None` for what it does not label.
fn type_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "email" => "EMAIL_ADDRESS",
        "phone" => "PHONE_NUMBER",
        "card" => "CREDIT_CARD",
        "iban" => "IBAN_CODE",
        "us_ssn" => "US_SSN",
        "ip" => "IP_ADDRESS",
        "mac" => "MAC_ADDRESS",
        kind if kind.starts_with("national_id.") => "NATIONAL_ID",
        kind if kind.starts_with("secret.") => "SECRET",
        _ => return None,
    })
}

/// An object's fields as they stand: some of the set's have a name twice.
struct Fields(Vec<(String, Value)>);

impl<'de> serde::Deserialize<'de> for Fields {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Fields;
            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        reader.deserialize_map(Pairs)
    }
}

/// What was found in an item: the type, and the text at that place (of each field that has the place's name).
fn found(item: &Value) -> Vec<(&'static str, Vec<String>)> {
    let text = item["text"].as_str().unwrap();
    let scope = item["scope"].as_array().unwrap();
    let (findings, fields) = if item["kind"] == "json" {
        (Detectors::default().json(text), serde_json::from_str::<Fields>(text).unwrap().0)
    } else {
        (Detectors::default().text(text), vec![(String::new(), text.into())])
    };
    let mut found = Vec::new();
    for finding in findings {
        let Some(kind) = type_of(&finding.kind).filter(|kind| scope.iter().any(|known| known == kind)) else {
            continue;
        };
        let (start, end) = (finding.start as usize, finding.end as usize);
        let named = fields.iter().filter(|(name, _)| *name == finding.pointer.trim_start_matches('/'));
        let texts = named.map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        found.push((kind, texts.filter_map(|text| text.get(start..end).map(str::to_owned)).collect()));
    }
    found
}

#[test]
fn the_goals_hold_on_the_sample() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/pii/labelled.jsonl");
    let lines = std::fs::read_to_string(file).unwrap();
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let (mut negatives, mut flagged) = (0.0, 0.0);
    for item in lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let found = found(&item);
        if item["hard_negative"] == true {
            negatives += 1.0;
            flagged += f64::from(u8::from(!found.is_empty()));
        }
        let mut gold: Vec<(&str, &str)> = item["spans"]
            .as_array()
            .unwrap()
            .iter()
            .map(|span| (span["type"].as_str().unwrap(), span["value"].as_str().unwrap()))
            .filter(|(kind, _)| TYPES.contains(kind))
            .collect();
        for (kind, values) in found {
            let same =
                |(known, text): &(&str, &str)| *known == kind && values.iter().any(|value| value == text);
            match gold.iter().position(same) {
                Some(at) => {
                    gold.remove(at);
                    counts.entry(kind).or_default().right += 1.0;
                }
                None => counts.entry(kind).or_default().wrong += 1.0,
            }
        }
        for (kind, _) in gold {
            counts.entry(TYPES.iter().find(|known| **known == kind).unwrap()).or_default().missed += 1.0;
        }
    }
    let all = counts.values().fold(Count::default(), |all, one| Count {
        right: all.right + one.right,
        wrong: all.wrong + one.wrong,
        missed: all.missed + one.missed,
    });
    let shown = format!("{counts:#?}");
    assert!(all.f1() >= 0.90, "{shown}");
    assert!(flagged / negatives <= 0.05, "{flagged} of {negatives} flagged");
    assert!(counts["CREDIT_CARD"].recall() >= 1.0 && counts["IBAN_CODE"].recall() >= 1.0, "{shown}");
    assert!(counts["NATIONAL_ID"].recall() >= 0.75 && counts["NATIONAL_ID"].precision() >= 0.90, "{shown}");
    assert!(counts["PHONE_NUMBER"].f1() >= 0.75, "{shown}");
}

const TYPES: [&str; 8] = [
    "EMAIL_ADDRESS",
    "PHONE_NUMBER",
    "CREDIT_CARD",
    "IBAN_CODE",
    "US_SSN",
    "IP_ADDRESS",
    "MAC_ADDRESS",
    "NATIONAL_ID",
];
