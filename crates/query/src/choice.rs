//! The values of the fields that have a closed list of them.

use domain::call::Verdict;
use domain::effect::Effect;
use domain::filter::{Compared, Mark, Test};
use domain::label::{Category, Level};
use domain::outcome::{FailureClass, Outcome};

use crate::field::Field;

/// One value that a field may have.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// As it is written.
    pub(crate) word: &'static str,
    /// What it means, in a few words.
    pub(crate) hint: &'static str,
    /// What must hold.
    pub(crate) test: Test,
}

/// What a field may be; empty if it has no closed list.
pub(crate) fn choices(field: Field) -> Vec<Choice> {
    let choice = |(word, hint, test)| Choice { word, hint, test };
    match field {
        Field::Effect => EFFECTS.map(|(word, hint, value)| choice((word, hint, Test::Effect(value)))).into(),
        Field::Label => {
            LEVELS.map(|(hint, level)| choice((level.word(), hint, Test::Level(Compared::Is, level)))).into()
        }
        Field::Category => {
            CATEGORIES.map(|(hint, value)| choice((value.word(), hint, Test::Category(value)))).into()
        }
        Field::Verdict => {
            VERDICTS.map(|(word, hint, value)| choice((word, hint, Test::Verdict(value)))).into()
        }
        Field::Approved => [("yes", "a person allowed it", true), ("no", "a person refused it", false)]
            .map(|(word, hint, value)| choice((word, hint, Test::Approved(value))))
            .into(),
        Field::Outcome => OUTCOMES.map(|(word, hint, test)| choice((word, hint, test))).into(),
        Field::Failure => {
            FAILURES.map(|(word, hint, value)| choice((word, hint, Test::Failure(value)))).into()
        }
        Field::Is => MARKS.map(|(word, hint, value)| choice((word, hint, Test::Is(value)))).into(),
        Field::Source
        | Field::Tool
        | Field::Status
        | Field::Took
        | Field::Size
        | Field::Attempts
        | Field::Since
        | Field::Until
        | Field::On
        | Field::Call
        | Field::Conversation
        | Field::Turn
        | Field::Batch => Vec::new(),
    }
}

/// The choice that was written: capitals don't matter, and white space and hyphens are as good as `_`.
pub(crate) fn chosen(field: Field, text: &str) -> Option<Choice> {
    let word = text.to_lowercase().replace([' ', '-'], "_");
    choices(field).into_iter().find(|choice| choice.word == word)
}

const EFFECTS: [(&str, &str, Effect); 3] = [
    ("read", "changes nothing", Effect::Read),
    ("idempotent_write", "twice is the same as once", Effect::IdempotentWrite),
    ("write", "twice is not the same as once", Effect::Write),
];

const LEVELS: [(&str, Level); 4] = [
    ("anybody may know", Level::Public),
    ("anybody in the organisation", Level::Internal),
    ("those who need it", Level::Confidential),
    ("named people", Level::Restricted),
];

const CATEGORIES: [(&str, Category); 13] = [
    ("who someone is", Category::Identity),
    ("how to reach someone", Category::Contact),
    ("where someone is", Category::Location),
    ("accounts, amounts, salaries", Category::Financial),
    ("health", Category::Health),
    ("keys and passwords", Category::Credential),
    ("biometric data", Category::Biometric),
    ("what people wrote or said", Category::Communications),
    ("when someone does what", Category::Calendar),
    ("contracts of work, reviews, absences", Category::Employment),
    ("cases, convictions, contracts", Category::Legal),
    ("children", Category::Minors),
    ("the organisation's own secrets", Category::Organisation),
];

const VERDICTS: [(&str, &str, Verdict); 3] = [
    ("allow", "it may run", Verdict::Allow),
    ("ask", "a person decides", Verdict::Ask),
    ("deny", "it may not run", Verdict::Deny),
];

const OUTCOMES: [(&str, &str, Test); 7] = [
    ("returned", "the source answered with a result", Test::Outcome(Outcome::Returned)),
    ("failed", "it did not work out", Test::Outcome(Outcome::Failed)),
    ("refused", "policy or a person said no", Test::Outcome(Outcome::Refused)),
    ("cancelled", "a person stopped it", Test::Outcome(Outcome::Cancelled)),
    ("timed_out", "its deadline passed", Test::Outcome(Outcome::TimedOut)),
    ("unknown", "sent, and nobody knows how it ended", Test::Outcome(Outcome::Unknown)),
    ("open", "it has not ended", Test::Open),
];

const FAILURES: [(&str, &str, FailureClass); 10] = [
    ("unknown_tool", "no such tool is connected", FailureClass::UnknownTool),
    ("invalid_arguments", "not what the tool asks for", FailureClass::InvalidArguments),
    ("missing_secret", "no secret in the keychain", FailureClass::MissingSecret),
    ("connect", "no connection", FailureClass::Connect),
    ("interrupted", "cut off in the middle", FailureClass::Interrupted),
    ("status", "the source said no", FailureClass::Status),
    ("bad_body", "not what its headers say", FailureClass::BadBody),
    ("redirect", "sent elsewhere too often", FailureClass::Redirect),
    ("paused", "the source asked us to wait too long", FailureClass::Paused),
    ("internal", "our own fault", FailureClass::Internal),
];

const MARKS: [(&str, &str, Mark); 8] = [
    ("early", "asked for while the model still wrote", Mark::Early),
    ("shared", "drew on another call's result", Mark::Shared),
    ("retry", "a person made it again", Mark::Retry),
    ("edited", "a person changed its arguments", Mark::Edited),
    ("dropped", "kept out of the conversation", Mark::Dropped),
    ("by_hand", "belongs to no question", Mark::ByHand),
    ("erased", "something of it was erased", Mark::Erased),
    ("held", "a hold covers it", Mark::Held),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_record() {
        for field in Field::ALL {
            for choice in choices(field) {
                let recorded = match &choice.test {
                    Test::Effect(value) => serde_json::json!(value),
                    Test::Level(_, value) => serde_json::json!(value),
                    Test::Category(value) => serde_json::json!(value),
                    Test::Verdict(value) => serde_json::json!(value),
                    Test::Outcome(value) => serde_json::json!(value),
                    Test::Failure(value) => serde_json::json!(value),
                    Test::Is(value) => serde_json::json!(value),
                    _ => serde_json::json!(choice.word),
                };
                assert_eq!(recorded, choice.word);
                assert_eq!(
                    chosen(field, &choice.word.to_uppercase().replace('_', "-")).unwrap().test,
                    choice.test
                );
            }
        }
    }

    #[test]
    fn every_level_and_category_can_be_chosen() {
        assert!(Level::ALL.iter().all(|level| chosen(Field::Label, level.word()).is_some()));
        assert!(Category::ALL.iter().all(|category| chosen(Field::Category, category.word()).is_some()));
    }
}
