//! No hidden value stands in anything that is told after it was hidden, and a person reads it all the same.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use domain::finding::{Carried, Finding};
use domain::hidden::HiddenPlace;
use domain::id::CallId;
use domain::label::Category;
use policy::{Pseudonyms, Unfolding};
use proptest::prelude::*;
use serde_json::{Value, json};

fn finding(kind: &str, category: Category, pointer: &str, length: usize) -> Finding {
    Finding {
        kind: kind.to_owned(),
        category,
        pointer: pointer.to_owned(),
        start: 0,
        end: u32::try_from(length).unwrap(),
        confidence: 90,
    }
}

fn email(pointer: &str, value: &str) -> Finding {
    finding("email", Category::Contact, pointer, value.len())
}

fn place(finding: &Finding) -> HiddenPlace {
    HiddenPlace::Call {
        call: CallId::new(1, 1),
        carried: Carried::Result,
        pointer: finding.pointer.clone(),
        start: finding.start,
        end: finding.end,
    }
}

fn hidden(names: &mut Pseudonyms, document: &Value, findings: &[Finding]) -> String {
    names.hide_in_json(&document.to_string(), &findings.iter().collect::<Vec<_>>(), &place)
}

#[test]
fn one_value_has_one_pseudonym_wherever_it_stands() {
    let mut names = Pseudonyms::default();
    let document = json!({ "a": "ann@example.com", "b": "bob@example.com", "c": "by ann@example.com" });
    let found = [email("/a", "ann@example.com"), email("/b", "bob@example.com")];
    let told = hidden(&mut names, &document, &found);
    assert_eq!(told, r#"{"a":"‹email-1›","b":"‹email-2›","c":"by ‹email-1›"}"#);
    assert_eq!(names.hide_known("ask ANN@example.com"), "ask ‹email-1›");
    let shown = names.reveal("Write to ‹email-2›, not to ‹email-9›.");
    assert_eq!(shown.text, "Write to bob@example.com, not to ‹email-9›.");
    assert_eq!(shown.spans, [(9..24, "‹email-2›".to_owned())]);
}

#[test]
fn the_same_place_has_the_same_pseudonym_in_a_later_turn() {
    let mut names = Pseudonyms::default();
    let document = json!({ "a": "ann@example.com", "b": "bob@example.com" });
    hidden(&mut names, &document, &[email("/a", "ann@example.com"), email("/b", "bob@example.com")]);
    let mut later = Pseudonyms::resumed(names.on_record());
    // Another value comes first now, and the first of before is gone.
    let other = json!({ "b": "bob@example.com", "z": "zoe@example.com" });
    let told = hidden(&mut later, &other, &[email("/z", "zoe@example.com"), email("/b", "bob@example.com")]);
    assert_eq!(told, r#"{"b":"‹email-2›","z":"‹email-3›"}"#);
    let names: Vec<String> = later.on_record().into_iter().map(|hidden| hidden.pseudonym).collect();
    assert_eq!(names, ["‹email-1›", "‹email-2›", "‹email-3›"]);
}

#[test]
fn a_short_value_is_hidden_where_it_was_found_alone() {
    let mut names = Pseudonyms::default();
    let document = json!({ "diagnosis": "flu", "note": "no flu shot" });
    let found = [finding("field.health", Category::Health, "/diagnosis", 3)];
    assert_eq!(hidden(&mut names, &document, &found), r#"{"diagnosis":"‹health-1›","note":"no flu shot"}"#);
}

#[test]
fn a_tool_is_asked_with_the_real_values() {
    let mut names = Pseudonyms::default();
    let document = json!({ "card": 4_111_111_111_111_111_u64, "who": "ann \"o\" neil" });
    let found = [
        finding("card", Category::Financial, "/card", 16),
        finding("field.identity", Category::Identity, "/who", 12),
    ];
    assert_eq!(hidden(&mut names, &document, &found), r#"{"card":"‹card-1›","who":"‹person-1›"}"#);
    let asked = names.reveal_arguments(r#"{"card":"‹card-1›","to":["for \u2039person-1\u203a"],"n":1}"#);
    let asked: Value = serde_json::from_str(&asked).unwrap();
    assert_eq!(asked, json!({ "card": 4_111_111_111_111_111_u64, "to": ["for ann \"o\" neil"], "n": 1 }));
    let untouched = r#"{ "n" : 1.0 }"#;
    assert_eq!(names.reveal_arguments(untouched), untouched, "what holds none stays as it was written");
}

#[test]
fn a_pseudonym_that_comes_in_two_pieces_is_shown_whole() {
    let mut names = Pseudonyms::default();
    hidden(&mut names, &json!({ "a": "ann@example.com" }), &[email("/a", "ann@example.com")]);
    let mut unfolding = Unfolding::default();
    let pieces = ["Ask ", "‹em", "ail-", "1› now, or ‹no", "body"];
    let mut said: String = pieces.iter().map(|piece| unfolding.next(&names, piece)).collect();
    said += &unfolding.end(&names);
    assert_eq!(said, "Ask ann@example.com now, or ‹nobody");
}

#[test]
fn what_a_document_hides_behind_a_name_twice_is_not_told() {
    let mut names = Pseudonyms::default();
    let document = r#"{"a":"ann@example.com","a":"x"}"#;
    let told = names.hide_in_json(document, &[&email("/a", "ann@example.com")], &place);
    assert!(!told.contains("ann@"), "{told}");
}

fn document(value: &str) -> impl Strategy<Value = Value> + use<> {
    let value = value.to_owned();
    let leaf = prop_oneof![
        any::<bool>().prop_map(|truth| json!(truth)),
        (0..1000_u32).prop_map(|number| json!(number)),
        "[a-z \"\\\\\n‹›é]{0,12}".prop_map(|text| json!(text)),
        "[a-z ]{0,5}".prop_map({
            let value = value.clone();
            move |text| json!(format!("{text}{value}{text}"))
        }),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        let value = value.clone();
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| json!(items)),
            (prop::collection::btree_map("[a-z]{1,4}", inner.clone(), 0..4), inner, any::<bool>()).prop_map(
                move |(fields, more, named)| {
                    let mut object: serde_json::Map<String, Value> = fields.into_iter().collect();
                    if named {
                        object.insert(value.clone(), more);
                    }
                    Value::Object(object)
                }
            ),
        ]
    })
}

/// Values with everything that JSON spells otherwise.
fn value() -> impl Strategy<Value = String> {
    "[A-Z0-9@.\"\\\\é\n]{2}[A-Z]{4}[0-9]{3}[A-Z0-9\"\\\\\n]{0,8}"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Wherever else it stands in the document or in a text, and however often JSON is spelt within JSON.
    #[test]
    fn no_hidden_value_is_told(
        (value, document) in value().prop_flat_map(|value| (Just(value.clone()), document(&value))),
        around in "[a-z ‹›\n]{0,9}",
    ) {
        let mut names = Pseudonyms::default();
        let whole = json!({ "secret": &value, "rest": document });
        let told = hidden(&mut names, &whole, &[finding("own", Category::Identity, "/secret", value.len())]);
        let text = names.hide_known(&format!("{around}{value}{around}")).into_owned();
        let quoted = names.hide_known(&whole["rest"].to_string()).into_owned();
        let twice = names.hide_known(&json!(whole["rest"].to_string()).to_string()).into_owned();
        for told in [&told, &text, &quoted, &twice] {
            let mut once = told.clone();
            for _ in 0..3 {
                prop_assert!(!once.contains(&value), "{value:?} in {once:?}");
                let Ok(unfolded) = serde_json::from_str::<String>(&format!("\"{once}\"")) else { break };
                once = unfolded;
            }
        }
        prop_assert!(serde_json::from_str::<Value>(&told).is_ok(), "{told}");
        let shown = names.reveal("‹own-1›");
        prop_assert_eq!(shown.text, value);
    }

    /// What a model could have read comes back as it was, but for pseudonyms of which the text had some before.
    #[test]
    fn what_was_hidden_is_shown_again(value in value(), around in "[a-z ,.\n]{0,20}") {
        let mut names = Pseudonyms::default();
        let text = format!("{around}{value}{around}{value}");
        let found = [Finding { start: u32::try_from(around.len()).unwrap(),
            end: u32::try_from(around.len() + value.len()).unwrap(), ..finding("own", Category::Identity, "", 0) }];
        let told = names.hide_in_text(&text, &found.iter().collect::<Vec<_>>(), &place);
        prop_assert!(!told.contains(&value));
        prop_assert_eq!(names.reveal(&told).text, text);
    }
}
