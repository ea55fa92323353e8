//! A computation as people write it, and what comes out of it.

use domain::tie::{Derivation, TieOperation};
use rust_decimal::{Decimal, RoundingStrategy};

/// How many digits are kept of what has no end.
const DIGITS: u32 = 12;
/// How many digits of it a person is shown.
const SHOWN: u32 = 6;
/// Past this many values the ones in the middle are only counted.
const LISTED: usize = 8;

/// The computation of these values, which gives `computed`, in hundredths if so said.
pub(crate) fn derivation(
    operation: TieOperation,
    values: &[Decimal],
    computed: Decimal,
    hundredths: bool,
) -> Derivation {
    let ends = matches!(operation, TieOperation::Difference | TieOperation::Sum | TieOperation::Count);
    let rounded =
        |digits| computed.round_sf_with_strategy(digits, RoundingStrategy::ToZero).unwrap_or(computed);
    let exact = if ends { computed.normalize() } else { rounded(DIGITS).normalize() };
    let nearest = computed.round_sf(SHOWN).unwrap_or(computed);
    let shown = if ends { exact } else { nearest.normalize() };
    let equals = if ends || shown == computed { '=' } else { '≈' };
    let percent = if hundredths { " %" } else { "" };
    let expression = match operation {
        TieOperation::Count => format!("{} counted", grouped(shown)),
        _ => format!("{} {equals} {}{percent}", made(operation, values), grouped(shown)),
    };
    Derivation { operation, expression, computed: exact.to_string() }
}

fn made(operation: TieOperation, values: &[Decimal]) -> String {
    let first = values.first().copied().map(term).unwrap_or_default();
    let (last, parts) = match values.split_last() {
        Some((last, parts)) => (term(*last), parts),
        None => (String::new(), values),
    };
    match operation {
        TieOperation::Difference => format!("{first} − {last}"),
        TieOperation::PercentChange => format!("({first} − {last}) ÷ {last}"),
        TieOperation::Ratio => format!("{first} ÷ {last}"),
        TieOperation::Sum | TieOperation::Count => sum(values),
        TieOperation::Average => format!("({}) ÷ {}", sum(values), values.len()),
        TieOperation::Share => format!("{first} ÷ ({})", sum(values)),
        TieOperation::ShareOfSum => format!("({}) ÷ {last}", sum(parts)),
    }
}

/// What is added up; of many values the first and the last.
fn sum(values: &[Decimal]) -> String {
    let terms = |values: &[Decimal]| values.iter().copied().map(term).collect::<Vec<_>>().join(" + ");
    match values {
        [first, second, .., last] if values.len() > LISTED => {
            format!("{} + … {} values … + {}", terms(&[*first, *second]), values.len() - 3, term(*last))
        }
        values => terms(values),
    }
}

/// A value among others: one below zero stands in brackets.
fn term(value: Decimal) -> String {
    if value.is_sign_negative() && !value.is_zero() {
        format!("({})", grouped(value))
    } else {
        grouped(value)
    }
}

/// `−1,204.5`
fn grouped(value: Decimal) -> String {
    let digits = value.abs().to_string();
    let (whole, part) =
        digits.split_once('.').map_or((digits.as_str(), None), |(whole, part)| (whole, Some(part)));
    let mut written = String::from(if value.is_sign_negative() && !value.is_zero() { "−" } else { "" });
    for (place, digit) in whole.char_indices() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    if let Some(part) = part {
        written.push('.');
        written.push_str(part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(operation: TieOperation, values: &[&str], computed: &str, percent: bool, written: [&str; 2]) {
        let values: Vec<Decimal> = values.iter().map(|value| value.parse().unwrap()).collect();
        let derivation = derivation(operation, &values, computed.parse().unwrap(), percent);
        assert_eq!([derivation.expression.as_str(), derivation.computed.as_str()], written);
    }

    #[test]
    fn a_computation_is_written_as_people_write_it() {
        check(TieOperation::Difference, &["1204", "877"], "327", false, ["1,204 − 877 = 327", "327"]);
        check(
            TieOperation::Difference,
            &["5", "-1204.50"],
            "1209.50",
            false,
            ["5 − (−1,204.50) = 1,209.5", "1209.5"],
        );
        let change = "37.286202964652223489";
        check(
            TieOperation::PercentChange,
            &["1204", "877"],
            change,
            true,
            ["(1,204 − 877) ÷ 877 ≈ 37.2862 %", "37.2862029646"],
        );
        check(TieOperation::Count, &[], "3", false, ["3 counted", "3"]);
        check(TieOperation::Average, &["1", "2"], "1.5", false, ["(1 + 2) ÷ 2 = 1.5", "1.5"]);
        let many: Vec<String> = (1..=24).map(|value| value.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        check(TieOperation::Sum, &many, "300", false, ["1 + 2 + … 21 values … + 24 = 300", "300"]);
        check(
            TieOperation::Sum,
            &["9007199254740992", "1"],
            "9007199254740993",
            false,
            ["9,007,199,254,740,992 + 1 = 9,007,199,254,740,993", "9007199254740993"],
        );
    }
}
