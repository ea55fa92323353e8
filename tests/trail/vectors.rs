//! RFC 8785's own examples. Those of RFC 6962 are in crates/tlog/tests, and so are those of signed notes.

use domain::entry::{BodyError, Entry};
use domain::fact::Fact;
use domain::id::{BootId, Seq};
use domain::time::Micros;
use serde_json::json;

/// The text of section 3.2.2, which has every kind of escape: as JSON may write it, and as the RFC writes it.
const ANY: &str = r#""\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/""#;
const CANONICAL: &str = "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"";

/// The checker's judge of what is canonical, on the whole example: section 3.2.2 to 3.2.4.
#[test]
fn the_example_of_the_rfc() {
    let value: serde_json::Value = serde_json::from_str(&format!(
        r#"{{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": {ANY}, "literals": [null, true, false]}}"#,
    ))
    .unwrap();
    let canonical = format!(
        r#"{{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":{CANONICAL}}}"#,
    );
    assert_eq!(String::from_utf8(serde_json_canonicalizer::to_vec(&value).unwrap()).unwrap(), canonical);
}

/// Section 3.2.3: by UTF-16 code units, in which the letter of two units comes before one of the last plane's.
#[test]
fn keys_are_sorted_as_the_rfc_sorts_them() {
    let value = json!({
        "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh", "1": "One",
        "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis",
    });
    let bytes = serde_json_canonicalizer::to_vec(&value).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let order = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"];
    let places: Vec<usize> = order.iter().map(|word| text.find(word).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}

/// The same text in an entry, by the writer of entries; and what RFC 8785 would allow and the format does not.
#[test]
fn an_entry_is_written_and_read_by_these_rules() {
    let text: String = serde_json::from_str(ANY).unwrap();
    let fact = Fact::TrailOpened { origin: "o".to_owned(), vkey: "v".to_owned(), program: text };
    let entry = Entry { seq: Seq(0), at: Micros(1), mono: 2, boot: BootId::new(1, 1), link: None, fact };
    let body = String::from_utf8(entry.to_body().unwrap()).unwrap();
    assert!(body.contains(&format!("\"program\":{CANONICAL},")), "{body}");
    assert_eq!(Entry::from_body(body.as_bytes()), Ok(entry));

    let other = |from: &str, to: &str| {
        assert!(body.contains(from));
        Entry::from_body(body.replacen(from, to, 1).as_bytes())
    };
    assert_eq!(other(CANONICAL, ANY), Err(BodyError::NotCanonical), "the same text, spelt otherwise");
    assert_eq!(other("\"mono\":2", "\"mono\":2.0"), Err(BodyError::Subset("mono".to_owned())));
    assert_eq!(other("\"mono\":2", "\"mono\":9007199254740992"), Err(BodyError::Subset("mono".to_owned())));
    assert_eq!(other("{", "{\"\u{f6}\":1,"), Err(BodyError::Subset("\u{f6}".to_owned())));
    assert!(other("\"mono\":2", "\"mono\":2,\"mono\":2").is_err(), "a name stands once");
}
