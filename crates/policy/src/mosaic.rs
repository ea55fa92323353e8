//! Combined sensitivity: categories that say more together than one by one (NIST SP 800-60 vol. 1, §4.4.2.1).

use std::collections::{BTreeMap, BTreeSet};

use domain::label::{Category, Label, Level};

/// One piece of what is put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Where it came from.
    pub source: &'a str,
    /// Whom it is about, if that is known.
    pub subject: Option<&'a str>,
    /// Its label.
    pub label: &'a Label,
}

/// The label of pieces that are read together: their join, raised to restricted where they combine.
///
/// They combine if what is known about one subject, or what comes from two or more sources, holds identity and health, or
/// three or more personal categories. A piece more never lowers the label, and their order says nothing.
pub fn closure<'a>(pieces: impl IntoIterator<Item = Piece<'a>>) -> Label {
    let mut joined = Label::PUBLIC;
    let mut sources = BTreeSet::new();
    let mut subjects: BTreeMap<&str, BTreeSet<Category>> = BTreeMap::new();
    for Piece { source, subject, label } in pieces {
        joined = joined.join(label);
        if label.categories.iter().any(|category| is_personal(*category)) {
            sources.insert(source);
        }
        if let Some(subject) = subject {
            subjects.entry(subject).or_default().extend(&label.categories);
        }
    }
    let about_one = subjects.values().any(combine);
    let of_several = sources.len() >= 2 && combine(&joined.categories);
    if about_one || of_several {
        joined.level = Level::Restricted;
    }
    joined
}

/// Whether these categories say more together than one by one.
pub fn combine(categories: &BTreeSet<Category>) -> bool {
    let identity_and_health =
        categories.contains(&Category::Identity) && categories.contains(&Category::Health);
    identity_and_health || categories.iter().filter(|category| is_personal(**category)).count() >= 3
}

/// Whether a category is about people: all but the organisation's own secrets, and keys.
fn is_personal(category: Category) -> bool {
    !matches!(category, Category::Organisation | Category::Credential)
}
