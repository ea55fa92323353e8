//! What several results say together that none of them says alone: who somebody is from one source, and what ails them
//! from another. The basis is NIST SP 800-60 vol. 1, 4.4.2.1: information may become more sensitive by being put together.

use std::collections::{BTreeMap, BTreeSet};

use domain::answer::Combined;
use domain::id::CallId;
use domain::label::{Category, Label};

/// A result that an answer was written with.
#[derive(Clone, Debug)]
pub struct Brought {
    /// Its call.
    pub call: CallId,
    /// Where it came from.
    pub source: String,
    /// Its label.
    pub label: Label,
    /// The values that it was asked for with: results that share one are about one thing.
    pub subjects: BTreeSet<String>,
}

/// From how many categories about people on they say more than each.
const MANY: usize = 3;

/// What these results combine, if they do: at least two sources, of which none brought all of it, and either who somebody
/// is with something sensitive, or three categories about people. Results about one subject go before all together. It
/// depends on which results there are and not on their order, but for the order of the calls that it names.
pub fn combined(brought: &[Brought]) -> Vec<Combined> {
    let personal: Vec<&Brought> =
        brought.iter().filter(|result| result.label.categories.iter().copied().any(is_personal)).collect();
    let mut by_subject: BTreeMap<&str, Vec<&Brought>> = BTreeMap::new();
    for result in &personal {
        for subject in &result.subjects {
            by_subject.entry(subject).or_default().push(result);
        }
    }
    let of_one = by_subject.values().filter_map(|results| together(results, true));
    // Of several subjects the one of whom most is said; the calls tell of which as many is said apart.
    let most = of_one.max_by_key(|one| (one.categories.len(), one.sources.len(), one.calls.len()));
    most.or_else(|| together(&personal, false)).into_iter().collect()
}

fn together(results: &[&Brought], one_subject: bool) -> Option<Combined> {
    let categories: BTreeSet<Category> = results.iter().flat_map(|result| personal_of(result)).collect();
    let sources: BTreeSet<&str> = results.iter().map(|result| result.source.as_str()).collect();
    let says_who =
        categories.iter().any(|category| matches!(category, Category::Identity | Category::Contact));
    let says_what = categories.iter().copied().any(is_sensitive);
    let alone = sources.iter().any(|source| {
        let of_it = results.iter().filter(|result| result.source == *source);
        of_it.flat_map(|result| personal_of(result)).collect::<BTreeSet<_>>() == categories
    });
    let says_more = says_who && says_what || categories.len() >= MANY;
    (says_more && !alone).then(|| Combined {
        categories: categories.into_iter().collect(),
        one_subject,
        sources: sources.into_iter().map(str::to_owned).collect(),
        calls: results.iter().map(|result| result.call).collect(),
    })
}

fn personal_of(result: &Brought) -> impl Iterator<Item = Category> {
    result.label.categories.iter().copied().filter(|category| is_personal(*category))
}

/// Whether it is about people.
fn is_personal(category: Category) -> bool {
    !matches!(category, Category::Organisation | Category::Credential)
}

/// What harms somebody once it is known of whom it is.
fn is_sensitive(category: Category) -> bool {
    matches!(
        category,
        Category::Financial
            | Category::Health
            | Category::Biometric
            | Category::Employment
            | Category::Legal
            | Category::Minors
    )
}
