//! From conditions to the text that means them.

use domain::filter::{Compared, Condition, Filter, Test};

use crate::amount;
use crate::choice;
use crate::cut::{begins_with_sign, is_quote, sign};
use crate::field::Field;
use crate::moment;
use crate::read::is_connective;
use crate::value::class;

/// The text of a filter, for links and for what is kept: always the same for the same filter, and [`crate::read`] makes
/// the same filter of it, at any time and in any zone. That holds for whatever `read` gives. Of a filter that was put
/// together otherwise, a condition without tests is left out, empty names and words can't be read back, and instants
/// outside the years 1970 to 9998 become the nearest within.
pub fn write(filter: &Filter) -> String {
    let terms: Vec<String> =
        filter.conditions.iter().filter(|condition| !condition.any.is_empty()).map(term).collect();
    terms.join(" ")
}

fn term(condition: &Condition) -> String {
    let mut text = String::from(if condition.not { "-" } else { "" });
    let mut tests = condition.any.as_slice();
    let mut before = None;
    while let Some(test) = tests.first() {
        let classed = class_of(tests);
        let (field, value) = match classed {
            Some(hundred) => (Some(Field::Status), format!("{hundred}xx")),
            None => written(test),
        };
        tests = &tests[if classed.is_some() { 100 } else { 1 }..];
        match (field, before) {
            (Some(field), Some(last)) if last == Some(field) => text.push(','),
            (field, last) => {
                text.push_str(if last.is_some() { "|" } else { "" });
                text.extend(field.into_iter().flat_map(|field| [field.word(), ":"]));
            }
        }
        text.push_str(&value);
        before = Some(field);
    }
    text
}

/// The class of statuses that these tests begin with, if they do.
fn class_of(tests: &[Test]) -> Option<u16> {
    let Some(Test::Status(Compared::Is, first)) = tests.first() else { return None };
    let hundred = first / 100;
    let whole = (1..=5).contains(&hundred)
        && tests.len() >= 100
        && tests.iter().zip(class(hundred)).all(|(test, status)| *test == Test::Status(Compared::Is, status));
    whole.then_some(hundred)
}

/// The field and the value of a test; no field for words.
fn written(test: &Test) -> (Option<Field>, String) {
    let compared = |compared: &Compared, value: String| format!("{}{value}", sign(*compared));
    let (field, value) = match test {
        Test::Call(id) => (Field::Call, id.to_string()),
        Test::Conversation(id) => (Field::Conversation, id.to_string()),
        Test::Turn(id) => (Field::Turn, id.to_string()),
        Test::Batch(id) => (Field::Batch, id.to_string()),
        Test::Source(name) => (Field::Source, quoted_if_needed(name)),
        Test::Tool(name) => (Field::Tool, quoted_if_needed(name)),
        Test::Level(sign, level) => (Field::Label, compared(sign, level.word().to_owned())),
        Test::Status(sign, status) => (Field::Status, compared(sign, status.to_string())),
        Test::Took(sign, span) => (Field::Took, compared(sign, amount::written_time(*span))),
        Test::Size(sign, bytes) => (Field::Size, compared(sign, amount::written_size(*bytes))),
        Test::Attempts(sign, attempts) => (Field::Attempts, compared(sign, attempts.to_string())),
        Test::Since(instant) => (Field::Since, moment::written(*instant)),
        Test::Until(instant) => (Field::Until, moment::written(*instant)),
        Test::Effect(_) => chosen(Field::Effect, test),
        Test::Category(_) => chosen(Field::Category, test),
        Test::Verdict(_) => chosen(Field::Verdict, test),
        Test::Approved(_) => chosen(Field::Approved, test),
        Test::Outcome(_) | Test::Open => chosen(Field::Outcome, test),
        Test::Failure(_) => chosen(Field::Failure, test),
        Test::Is(_) => chosen(Field::Is, test),
        Test::Words(words) => return (None, bare(words).unwrap_or_else(|| quoted(words))),
    };
    (Some(field), value)
}

/// A value of a closed list: each has its word there, which a test holds.
fn chosen(field: Field, test: &Test) -> (Field, String) {
    let choice = choice::choices(field).into_iter().find(|choice| choice.test == *test);
    (field, choice.map(|choice| choice.word.to_owned()).unwrap_or_default())
}

/// Words that need no quotes: one word of letters and digits, with what names and addresses have between them.
fn bare(words: &str) -> Option<String> {
    let plain = words.starts_with(char::is_alphanumeric)
        && words.chars().all(|letter| letter.is_alphanumeric() || "._@/#+-".contains(letter))
        && !is_connective(words);
    plain.then(|| words.to_owned())
}

/// A value behind a colon, in quotes if it would not be read as it stands.
pub(crate) fn quoted_if_needed(value: &str) -> String {
    let parted = |letter: char| letter.is_whitespace() || matches!(letter, ',' | '|') || is_quote(letter);
    if value.is_empty() || value.contains(parted) || begins_with_sign(value) {
        quoted(value)
    } else {
        value.to_owned()
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
