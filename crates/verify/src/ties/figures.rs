//! Whether a figure says a value, and whether a computation comes out: enough to see that digits were changed. How figures
//! are read in full is the business of whoever ties them.

use domain::tie::{Derivation, TieOperation};
use rust_decimal::Decimal;

/// How far a float may be off that stands for digits.
const SLACK: f64 = 1e-9;

/// Whether a figure's digits are a value's, rounded to as many as it shows, whatever the unit: the decimal point is not
/// compared. A value that is no plain number, as a date or a name, is not judged.
pub(super) fn agrees(figure: &str, value: &str) -> bool {
    let Some(of_value) = number(value) else { return true };
    let written: String = figure.chars().filter(char::is_ascii_digit).collect();
    let of_figure = significant(&written);
    if of_figure.is_empty() {
        return true;
    }
    let (shown, stands) = (fraction(&of_figure), fraction(&of_value));
    let near = |shown: f64, digits: usize| {
        let unit = 0.1_f64.powi(i32::try_from(digits).unwrap_or(i32::MAX));
        (shown - stands).abs() <= unit * (0.5 + SLACK)
    };
    // Rounded up, 9.96 is 10.0: one digit more.
    near(shown, of_figure.len()) || near(shown * 10.0, written.trim_start_matches('0').len() - 1)
}

/// Whether an operation on these values gives what the record says, to the last digit that the record has. Values that are no
/// plain numbers are not judged.
pub(super) fn computes(derivation: &Derivation, raws: &[&str]) -> bool {
    let Ok(stated) = derivation.computed.parse::<Decimal>() else { return false };
    if derivation.operation == TieOperation::Count {
        let listed = raws.first().and_then(|raw| raw.strip_suffix(" elements")).filter(|_| raws.len() == 1);
        let count = listed.map_or(Some(raws.len() as u64), |count| count.parse().ok());
        return count.is_some_and(|count| stated == Decimal::from(count));
    }
    let values: Option<Vec<Decimal>> =
        raws.iter().map(|raw| number(raw).and_then(|_| raw.parse().ok())).collect();
    let Some(values) = values.filter(|values| !values.is_empty()) else { return true };
    let Some(computed) = computed(derivation.operation, &values) else { return true };
    let last_digit = Decimal::new(1, stated.scale());
    let is_stated = |computed: Decimal| {
        computed.checked_sub(stated).is_some_and(|off| off.is_zero() || off.abs() < last_digit)
    };
    let hundredths = computed.checked_mul(Decimal::ONE_HUNDRED);
    is_stated(computed) || hundredths.is_some_and(is_stated)
}

/// What comes out; none if it can't be held exactly.
fn computed(operation: TieOperation, values: &[Decimal]) -> Option<Decimal> {
    let sum =
        |values: &[Decimal]| values.iter().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(*value));
    let (first, (last, parts)) = (values.first()?, values.split_last()?);
    match operation {
        TieOperation::Difference => first.checked_sub(*last),
        TieOperation::PercentChange => first.checked_sub(*last)?.checked_div(*last),
        TieOperation::Ratio | TieOperation::ShareOfSum => sum(parts)?.checked_div(*last),
        TieOperation::Share => first.checked_div(sum(values)?),
        TieOperation::Sum => sum(values),
        TieOperation::Average => sum(values)?.checked_div(Decimal::from(values.len())),
        TieOperation::Count => None,
    }
}

/// The significant digits of a number as JSON writes it; none if it is none.
fn number(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, power) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = digits(whole) && digits(part) && digits(power.trim_start_matches(['+', '-']));
    is_number.then(|| significant(&format!("{whole}{part}")))
}

fn significant(digits: &str) -> String {
    digits.trim_start_matches('0').trim_end_matches('0').to_owned()
}

/// `0.1204` of `1204`.
fn fraction(digits: &str) -> f64 {
    format!("0.{digits}").parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_compared_whatever_the_unit() {
        for (figure, value) in [
            ("1,204", "1204"),
            ("$1,284.50", "128450"),
            ("4.31 %", "0.0431"),
            ("4.3%", "0.0431"),
            ("€4.565.412,37", "4565412.37"),
            ("4.57 million", "4565412.37"),
            ("10.0", "9.96"),
            ("1,200,000", "1234567"),
            ("(877)", "-877"),
            ("1.5", "15e-1"),
            ("0 %", "0.003"),
            ("March 31, 2025", "2025-03-31"),
        ] {
            assert!(agrees(figure, value), "{figure} {value}");
        }
        for (figure, value) in
            [("1,204", "1205"), ("4.3%", "0.0441"), ("1,204", "877"), ("12", "1.3"), ("100", "6")]
        {
            assert!(!agrees(figure, value), "{figure} {value}");
        }
    }

    #[track_caller]
    fn check(operation: TieOperation, raws: &[&str], computed: &str, is: bool) {
        let (expression, computed) = (String::new(), computed.to_owned());
        assert_eq!(computes(&Derivation { operation, expression, computed }, raws), is, "{raws:?}");
    }

    #[test]
    fn a_computation_comes_out_to_the_digits_that_are_stated() {
        check(TieOperation::Difference, &["1204", "877"], "327", true);
        check(TieOperation::Difference, &["1204", "878"], "327", false);
        check(TieOperation::PercentChange, &["1204", "877"], "37.2862029646", true);
        check(TieOperation::PercentChange, &["1204", "876"], "37.2862029646", false);
        check(TieOperation::Ratio, &["1", "3"], "0.333333333333", true);
        check(TieOperation::Ratio, &["1", "3"], "33.3333333333", true);
        check(TieOperation::Share, &["1", "2", "1"], "25", true);
        check(TieOperation::ShareOfSum, &["1", "2", "12"], "0.25", true);
        check(TieOperation::Average, &["1", "2"], "1.5", true);
        check(TieOperation::Sum, &["1", "2", "3.5"], "6.5", true);
        check(TieOperation::Count, &["open", "open"], "2", true);
        check(TieOperation::Count, &["3 elements"], "3", true);
        check(TieOperation::Count, &["open"], "2", false);
        check(TieOperation::Sum, &["$1", "2"], "9", true);
    }
}
