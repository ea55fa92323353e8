//! The label of a source or a tool.

use domain::label::{Category, Integrity, Label, Level, Principal, Readers};
use toml::de::DeValue;

use super::section::{Section, article};
use crate::mistake::Wrong;

/// The label of a section: what is left out is taken from `otherwise`.
pub(super) fn label(section: &Section<'_>, otherwise: &Label) -> Option<Label> {
    if section.value("label").is_none() {
        return Some(otherwise.clone());
    }
    let label =
        section.section("label", "label = { level = \"confidential\", categories = [\"contact\"] }")?;
    label.only(&["level", "categories", "readers", "integrity"]);
    let level = match label.value("level") {
        Some(_) => {
            label.word("level", label.text("level")?, &Level::ALL.map(|level| (level.word(), level)))?
        }
        None => otherwise.level,
    };
    let mut categories = otherwise.categories.clone();
    if let Some(words) = words(&label, "categories", "contact") {
        let known = Category::ALL.map(|category| (category.word(), category));
        let mut good = true;
        for word in words {
            match word.map(|word| (word, known.iter().find(|(known, _)| *known == word))) {
                Some((_, Some((_, category)))) => drop(categories.insert(*category)),
                Some((word, None)) => {
                    let list = known.map(|(word, _)| word).join(", ");
                    let problem = format!("there is no category {word:?}");
                    label.wrong("categories", Wrong::new(problem, format!("they are {list}")));
                    good = false;
                }
                None => good = false,
            }
        }
        good.then_some(())?;
    }
    let mut readers = otherwise.readers.clone();
    if let Some(words) = words(&label, "readers", "ana@example.com") {
        let named: Option<Vec<Principal>> = words.into_iter().map(|word| word.map(Principal::new)).collect();
        readers = readers.join(&Readers::only(named?));
    }
    let integrity = match label.value("integrity") {
        Some(_) => {
            let known = Integrity::ALL.map(|integrity| (integrity.word(), integrity));
            label.word("integrity", label.text("integrity")?, &known)?
        }
        None => otherwise.integrity,
    };
    Some(Label { level, categories, readers, integrity })
}

/// The items of a list, each a text or a mistake that is said; `None` without a list.
fn words<'a>(section: &Section<'a>, key: &str, example: &str) -> Option<Vec<Option<&'a str>>> {
    let value = section.value(key)?;
    let fix = || format!("write it like {key} = [{example:?}]");
    let DeValue::Array(items) = value.get_ref() else {
        section.wrong(key, Wrong::new("must be a list", fix()));
        return Some(vec![None]);
    };
    let word = |item: &'a toml::Spanned<DeValue<'a>>| {
        let word = item.get_ref().as_str();
        if word.is_none() {
            let problem = format!("each of these is a text, and this is {}", article(item.get_ref()));
            section.wrong(key, Wrong::new(problem, fix()));
        }
        word
    };
    Some(items.iter().map(word).collect())
}
