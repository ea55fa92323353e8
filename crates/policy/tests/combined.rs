//! What results say together.

use domain::answer::Combined;
use domain::id::CallId;
use domain::label::{Category, Label, Level};
use policy::{Brought, combined};
use proptest::prelude::*;

fn brought(number: u128, source: &str, categories: &[Category], subjects: &[&str]) -> Brought {
    let mut label = Label::PUBLIC;
    label.level = Level::Confidential;
    label.categories = categories.iter().copied().collect();
    Brought {
        call: CallId::new(1, number),
        source: source.to_owned(),
        label,
        subjects: subjects.iter().map(|subject| (*subject).to_owned()).collect(),
    }
}

#[track_caller]
fn check(results: &[Brought], words: &[&str]) {
    let found: Vec<String> = combined(results).iter().map(Combined::words).collect();
    assert_eq!(found, words);
}

#[test]
fn who_from_one_and_what_from_another() {
    use Category::{Calendar, Financial, Health, Identity, Organisation};
    let crm = brought(1, "crm", &[Identity], &["7"]);
    let clinic = brought(2, "clinic", &[Health], &["7"]);
    let bank = brought(3, "bank", &[Financial], &["7"]);
    check(&[crm.clone(), clinic, bank], &["identity + financial + health about one subject from 3 sources"]);
    let other = brought(4, "clinic", &[Health], &["8"]);
    check(&[crm.clone(), other], &["identity + health from 2 sources"]);
    // Of one source alone nothing is put together by us.
    check(&[brought(5, "clinic", &[Identity, Health], &["7"]), crm.clone()], &[]);
    check(&[crm.clone(), brought(6, "plan", &[Calendar], &["7"])], &[]);
    check(&[crm, brought(7, "wiki", &[Organisation], &["7"])], &[]);
    check(&[], &[]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_results_changes_nothing(
        results in prop::collection::vec(
            (0..4_usize, prop::collection::vec(prop::sample::select(Category::ALL.to_vec()), 0..3), 0..3_u8), 0..8),
        seed in any::<u64>(),
    ) {
        let all: Vec<Brought> = results.iter().enumerate().map(|(number, (source, categories, subject))| {
            let source = ["crm", "clinic", "bank", "plan"][*source];
            brought(number as u128, source, categories, &[&subject.to_string()])
        }).collect();
        let mut other = all.clone();
        let turn = usize::try_from(seed % 7).unwrap();
        other.rotate_left(if all.is_empty() { 0 } else { turn % all.len() });
        let plain = |found: Vec<Combined>| -> Vec<_> {
            found.into_iter().map(|one| (one.categories, one.one_subject, one.sources)).collect()
        };
        prop_assert_eq!(plain(combined(&all)), plain(combined(&other)));
    }
}
