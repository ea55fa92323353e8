//! Nothing that is put in front of the detectors may make them panic, point outside the text, or overlap.

use detect::{Detectors, Own};
use domain::label::Category;
use proptest::prelude::*;

fn sound(text: &str, found: &[domain::finding::Finding]) -> Result<(), TestCaseError> {
    let mut end = 0;
    for finding in found {
        prop_assert!(finding.start >= end && finding.start < finding.end);
        prop_assert!(
            text.get(finding.start as usize..finding.end as usize).is_some(),
            "{finding:?} in {text:?}"
        );
        end = finding.end;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text(text in "\\PC{0,120}") {
        sound(&text, &Detectors::default().text(&text))?;
    }

    #[test]
    fn signs_that_numbers_and_keys_are_made_of(text in "[0-9A-Za-z+()@:./ \\-_=\"',é€]{0,160}") {
        sound(&text, &Detectors::default().text(&text))?;
    }

    #[test]
    fn beginnings_of_keys(
        text in prop::collection::vec(
            prop::sample::select(vec![
                "ghp_", "AKIA", "eyJ", "password = ", "://", "sk-", "7Q~", "é", "A1b2C3d4E5f6G7h8", "\"", ":", "@", " ", "secret",
                ".apps.googleusercontent.com", "curl -u ", "$6$", "-----BEGIN ", "+49 30", "1234-5678-9012", "x416",
            ]),
            0..24,
        )
    ) {
        let text = text.concat();
        sound(&text, &Detectors::default().text(&text))?;
    }
}

#[test]
fn a_deep_document_is_read_as_a_text() {
    let deep = format!("{}\"ann@example.com\"{}", "[".repeat(5_000), "]".repeat(5_000));
    let found = Detectors::default().json(&deep);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].pointer, "");
}

#[test]
fn what_a_person_looks_for_is_found_too() {
    let mut own = Own::default();
    own.pattern("staff_number", Category::Employment, r"\bE-\d{5}\b").unwrap();
    own.words("project", Category::Organisation, ["Blue Heron", "zephyr"]).unwrap();
    let found = Detectors::with(own).unwrap().text("E-20417 moved from blue heron to zephyrs");
    let kinds: Vec<&str> = found.iter().map(|finding| finding.kind.as_str()).collect();
    assert_eq!(kinds, ["staff_number", "project"]);

    let mut own = Own::default();
    for (name, pattern) in
        [("email", "x"), ("Upper", "x"), ("good", "("), ("good", "x*"), ("secret.mine", "x")]
    {
        let refused = own.pattern(name, Category::Legal, pattern).unwrap_err().to_string();
        assert!(refused.contains(name), "{refused}");
    }
    assert!(own.words("good", Category::Legal, [" "]).is_err());
}
