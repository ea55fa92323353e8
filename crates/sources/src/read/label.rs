//! The label of a source or a tool.

use domain::label::{Category, Label, Level};
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
    label.only(&["level", "categories"]);
    let level = match label.value("level") {
        Some(_) => {
            label.word("level", label.text("level")?, &Level::ALL.map(|level| (level.word(), level)))?
        }
        None => otherwise.level,
    };
    let mut categories = otherwise.categories.clone();
    if let Some(value) = label.value("categories") {
        let words = Category::ALL.map(|category| (category.word(), category));
        let DeValue::Array(items) = value.get_ref() else {
            label.wrong(
                "categories",
                Wrong::new("must be a list", "write it like categories = [\"contact\"]"),
            );
            return None;
        };
        let mut good = true;
        for item in items {
            match item.get_ref().as_str() {
                Some(text) => match words.iter().find(|(word, _)| *word == text) {
                    Some((_, category)) => drop(categories.insert(*category)),
                    None => {
                        let list = words.map(|(word, _)| word).join(", ");
                        let problem = format!("there is no category {text:?}");
                        label.wrong("categories", Wrong::new(problem, format!("they are {list}")));
                        good = false;
                    }
                },
                None => {
                    let problem = format!("a category is a text, and this is {}", article(item.get_ref()));
                    label.wrong("categories", Wrong::new(problem, "put it in quotes"));
                    good = false;
                }
            }
        }
        good.then_some(())?;
    }
    Some(Label { level, categories })
}
