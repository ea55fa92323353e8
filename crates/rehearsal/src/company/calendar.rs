//! Days, quarters and months of the company's short history.

use std::fmt;

/// A day from 2024-01-01 to [`TODAY`] and a little beyond (due dates).
///
/// Invariant: days since 2024-01-01. The company has its own fixed today, so that an invoice which
/// is overdue in the demo is overdue in next year's demo too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(u32);

/// 2026-06-30, the day on which the company stands still.
pub(crate) const TODAY: Day = Day(911);

/// Days from 0000-03-01 to 2024-01-01.
const FIRST: u32 = 739_191;

impl Day {
    /// The day this many days after 2024-01-01.
    pub(crate) fn nth(days: u32) -> Self {
        Self(days)
    }

    pub(crate) fn plus(self, days: u32) -> Self {
        Self(self.0 + days)
    }

    pub(crate) fn minus(self, days: u32) -> Self {
        Self(self.0.saturating_sub(days))
    }

    /// Days from 2024-01-01.
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// A day written `2026-06-30`; none for anything else and for days before 2024.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let year: u32 = digits(parts.next()?, 4)?;
        let month: u32 = digits(parts.next()?, 2)?;
        let day: u32 = digits(parts.next()?, 2)?;
        let parsed = Self::of(year, month, day)?;
        (parsed.to_string() == text).then_some(parsed)
    }

    fn of(year: u32, month: u32, day: u32) -> Option<Self> {
        if !(2024..=2100).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        // Counting years from March puts the leap day at the end of a year.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let since_march = (153 * month + 2) / 5 + day - 1;
        let days = year * 365 + year / 4 - year / 100 + year / 400 + since_march;
        days.checked_sub(FIRST).map(Self)
    }

    fn civil(self) -> (u32, u32, u32) {
        let days = self.0 + FIRST;
        let era = days / 146_097;
        let of_era = days % 146_097;
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + u32::from(month <= 2);
        (year, month, day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(out, "{year:04}-{month:02}-{day:02}")
    }
}

/// A span of days, both ends included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Period {
    pub(crate) first: Day,
    pub(crate) last: Day,
}

impl Period {
    /// `2026-Q2` or `2026-05`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (year, part) = text.split_once('-')?;
        let year = digits(year, 4)?;
        let (month, months) = match part.strip_prefix('Q') {
            Some(quarter) => {
                let quarter = digits(quarter, 1)?;
                ((1..=4).contains(&quarter)).then_some((quarter * 3 - 2, 3))?
            }
            None => (digits(part, 2)?, 1),
        };
        let next = month + months;
        let end = if next > 12 { Day::of(year + 1, next - 12, 1) } else { Day::of(year, next, 1) };
        Some(Self { first: Day::of(year, month, 1)?, last: end?.minus(1) })
    }

    pub(crate) fn holds(self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }
}

fn digits(text: &str, length: usize) -> Option<u32> {
    (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_and_read_back() {
        assert_eq!(Day::nth(0).to_string(), "2024-01-01");
        assert_eq!(TODAY.to_string(), "2026-06-30");
        for number in 0..1_200 {
            let day = Day::nth(number);
            assert_eq!(Day::parse(&day.to_string()), Some(day));
        }
        for wrong in ["2026-02-29", "2026-13-01", "2026-1-1", "yesterday", "2023-12-31", ""] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_quarter_holds_its_three_months() {
        let quarter = Period::parse("2026-Q2").unwrap();
        assert_eq!(quarter.first.to_string(), "2026-04-01");
        assert_eq!(quarter.last, TODAY);
        let month = Period::parse("2025-12").unwrap();
        assert_eq!(
            (month.first.to_string(), month.last.to_string()),
            ("2025-12-01".into(), "2025-12-31".into())
        );
        assert!(Period::parse("2026-Q5").is_none() && Period::parse("2026-00").is_none());
    }
}
