//! What one value of a field means.

use std::ops::Range;
use std::str::FromStr;

use domain::filter::{Compared, Test};
use domain::time::Micros;

use crate::amount;
use crate::choice;
use crate::cut::Value;
use crate::field::Field;
use crate::mistake::{Mistake, did_you_mean, shown};
use crate::moment::{self, Clock, Moment};

/// What a value means.
pub(crate) enum Meaning {
    /// One of these holds.
    Tests(Vec<Test>),
    /// It was asked for from the first instant to before the second.
    Within(Range<Micros>),
}

/// What a value of `field` means.
pub(crate) fn meaning(field: Field, value: &Value, clock: &Clock<'_>) -> Result<Meaning, Mistake> {
    let wrong = |words: String| Mistake::new(value.span.clone(), words);
    check(field, value).map_err(wrong)?;
    let (text, compared) = (value.text.as_str(), value.compared.unwrap_or(Compared::Is));
    let test = match field {
        Field::Source => Ok(Test::Source(text.to_owned())),
        Field::Tool => Ok(Test::Tool(text.to_owned())),
        Field::Label => chosen(field, text).map(|test| match test {
            Test::Level(_, level) => Test::Level(compared, level),
            other => other,
        }),
        Field::Effect | Field::Category | Field::Verdict | Field::Outcome | Field::Failure | Field::Is => {
            chosen(field, text)
        }
        Field::Approved => approved(text),
        Field::Status => return status(text, compared).map(Meaning::Tests).map_err(wrong),
        Field::Took => amount::time(text)
            .map(|span| Test::Took(compared, span))
            .ok_or_else(|| format!("`{}` is no length of time; write 250ms, 2s, 1m or 1h", shown(text))),
        Field::Size => amount::size(text)
            .map(|bytes| Test::Size(compared, bytes))
            .ok_or_else(|| format!("`{}` is no size; write 512, 10kB or 1MiB", shown(text))),
        Field::Attempts => text
            .parse()
            .map(|attempts| Test::Attempts(compared, attempts))
            .map_err(|_| format!("`{}` is no number of requests; write 1, >1 or ≥3", shown(text))),
        Field::Since | Field::Until | Field::On => return time(field, text, clock).map_err(wrong),
        Field::Call => id(text, "call").map(Test::Call),
        Field::Conversation => id(text, "conv").map(Test::Conversation),
        Field::Turn => id(text, "turn").map(Test::Turn),
        Field::Batch => id(text, "batch").map(Test::Batch),
    };
    test.map(|test| Meaning::Tests(vec![test])).map_err(wrong)
}

/// What is wrong with a value before one looks at what it says.
fn check(field: Field, value: &Value) -> Result<(), String> {
    let word = field.word();
    if !value.closed {
        return Err("the quotes are not closed; put a `\"` at their end".to_owned());
    }
    if value.compared.is_some_and(|compared| compared != Compared::Is) && !field.compares() {
        let instead = match field {
            Field::Since | Field::Until | Field::On => "; write since:, until: or on:".to_owned(),
            _ => format!("; leave out the sign after `{word}:`, or put it in quotes"),
        };
        return Err(format!("`{word}` has no order to compare by{instead}"));
    }
    if value.text.is_empty() {
        return Err(format!("`{word}:` wants a value: {}", field.hint()));
    }
    Ok(())
}

fn chosen(field: Field, text: &str) -> Result<Test, String> {
    choice::chosen(field, text).map(|choice| choice.test).ok_or_else(|| {
        let words: Vec<&str> = choice::choices(field).iter().map(|choice| choice.word).collect();
        let near = did_you_mean(text, words.iter().copied());
        format!("`{}` is no {}{near}; there are: {}", shown(text), field.word(), words.join(", "))
    })
}

fn approved(text: &str) -> Result<Test, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "allowed" => Ok(Test::Approved(true)),
        "false" | "refused" => Ok(Test::Approved(false)),
        _ => chosen(Field::Approved, text),
    }
}

/// The statuses of a class, `5xx`: each of them, so that `not` says what it means of a call that has no status.
pub(crate) fn class(hundred: u16) -> impl Iterator<Item = u16> {
    hundred * 100..hundred * 100 + 100
}

fn status(text: &str, compared: Compared) -> Result<Vec<Test>, String> {
    let hundred = match text.as_bytes() {
        [digit @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] => Some(u16::from(digit - b'0')),
        _ => None,
    };
    match (hundred, text.parse::<u16>()) {
        (Some(hundred), _) if compared == Compared::Is => {
            Ok(class(hundred).map(|status| Test::Status(Compared::Is, status)).collect())
        }
        (Some(hundred), _) => Err(format!("a class can't be compared; write ≥{hundred}00")),
        (None, Ok(status)) => Ok(vec![Test::Status(compared, status)]),
        (None, Err(_)) => Err(format!("`{}` is no status; write 404, 5xx or ≥400", shown(text))),
    }
}

fn time(field: Field, text: &str, clock: &Clock<'_>) -> Result<Meaning, String> {
    let moment = moment::moment(text, clock).ok_or_else(|| {
        format!("`{}` is no time; write 24h, 7d, today, 2026-11-20 or 2026-11-20T12:00", shown(text))
    })?;
    let test = match (field, moment) {
        (Field::On, Moment::Day(day)) => return Ok(Meaning::Within(day)),
        (Field::On, Moment::At(_)) => {
            return Err(format!(
                "`{}` is no day; write today or 2026-11-20, or since: and until:",
                shown(text)
            ));
        }
        // Up to and with that day: who looks until the 20th wants what happened on it.
        (Field::Until, Moment::Day(day)) => Test::Until(day.end),
        (Field::Until, Moment::At(instant)) => Test::Until(instant),
        (_, Moment::Day(day)) => Test::Since(day.start),
        (_, Moment::At(instant)) => Test::Since(instant),
    };
    Ok(Meaning::Tests(vec![test]))
}

fn id<T: FromStr>(text: &str, prefix: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("`{}` is no such id; write `{prefix}_` and 26 letters and digits", shown(text)))
}
