//! The label that findings give.

use domain::finding::Finding;
use domain::label::{Category, Integrity, Label, Level};

/// The level of data about this: keys, and what GDPR Art. 9 and 10 name, are restricted; what stands for or reaches a person
/// is confidential; names of one's own machines are internal.
pub fn level_of(category: Category) -> Level {
    match category {
        Category::Credential
        | Category::Health
        | Category::Biometric
        | Category::Legal
        | Category::Minors => Level::Restricted,
        Category::Identity
        | Category::Contact
        | Category::Location
        | Category::Financial
        | Category::Communications
        | Category::Calendar
        | Category::Employment => Level::Confidential,
        Category::Organisation => Level::Internal,
    }
}

/// The least label for what holds these findings; [`Label::PUBLIC`] for none, which says that nothing was found and not
/// that nothing is there.
pub fn label_of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Label {
    findings.into_iter().fold(Label::PUBLIC, |label, finding| {
        // What is found says nothing of who wrote it.
        let found = Label::of(level_of(finding.category), [finding.category]);
        let one = Label { integrity: Integrity::User, ..found };
        label.join(&one)
    })
}
