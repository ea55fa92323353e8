//! Writing an answer: markdown in which every sentence with figures cites what it draws on.

use serde_json::Value;

use super::evidence::{Evidence, Finding};
use super::wish::Wish;

/// A page of markdown under way.
pub(super) struct Page(String);

impl Page {
    pub(super) fn titled(title: &str) -> Self {
        Self(format!("# {title}\n"))
    }

    pub(super) fn untitled() -> Self {
        Self(String::new())
    }

    pub(super) fn heading(&mut self, heading: &str) {
        self.0.push_str(&format!("\n## {heading}\n"));
    }

    /// A sentence, and what it draws on.
    pub(super) fn say(&mut self, sentence: &str, from: &[&Finding<'_>]) {
        let gap = if self.0.is_empty() { "" } else { "\n" };
        self.0.push_str(&format!("{gap}{sentence}{}\n", marks(from)));
    }

    /// An item of a list, and what it draws on.
    pub(super) fn item(&mut self, sentence: &str, from: &[&Finding<'_>]) {
        let goes_on = self.0.lines().last().is_some_and(|line| line.starts_with("- "));
        let gap = if goes_on || self.0.is_empty() { "" } else { "\n" };
        self.0.push_str(&format!("{gap}- {sentence}{}\n", marks(from)));
    }

    /// A table whose rows each cite what they draw on, in their last cell.
    pub(super) fn table(&mut self, columns: &[&str], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        let rule = vec!["---"; columns.len()];
        self.0.push_str(&format!("\n| {} |\n| {} |\n", columns.join(" | "), rule.join(" | ")));
        for row in rows {
            self.0.push_str(&format!("| {} |\n", row.join(" | ")));
        }
    }

    /// Says of each wish that came to nothing why it did, if there is one.
    pub(super) fn gaps(&mut self, evidence: &Evidence, wishes: &[Wish]) {
        let gaps: Vec<String> = wishes.iter().filter_map(|wish| gap(evidence, wish)).collect();
        if !gaps.is_empty() {
            self.heading("What is missing");
            self.0.push_str(&format!("\n{}\n", gaps.join("\n")));
        }
    }

    pub(super) fn finished(self) -> String {
        self.0.trim_end().to_owned()
    }
}

/// The marks of several findings, each once.
pub(super) fn marks(from: &[&Finding<'_>]) -> String {
    let mut marks: Vec<String> = Vec::new();
    for finding in from {
        let mark = finding.mark();
        if !marks.contains(&mark) {
            marks.push(mark);
        }
    }
    marks.concat()
}

/// `€1,204.50` from cents; a dash where there is no amount.
pub(super) fn euro(cents: Option<i64>) -> String {
    let Some(cents) = cents else {
        return "–".to_owned();
    };
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}€{}.{:02}", grouped(cents / 100), cents % 100)
}

/// `1,204`; a dash where there is no number.
pub(super) fn count(number: Option<i64>) -> String {
    match number {
        Some(number) if number < 0 => format!("-{}", grouped(number.unsigned_abs())),
        Some(number) => grouped(number.unsigned_abs()),
        None => "–".to_owned(),
    }
}

/// The change from one number to another, `+4.2 %`; a dash where there is none to speak of.
/// Whole numbers throughout, so that every machine writes the same digits.
pub(super) fn change(before: Option<i64>, after: Option<i64>) -> String {
    match (before, after) {
        (Some(before), Some(after)) if before > 0 => {
            let difference = i128::from(after) - i128::from(before);
            let doubled = difference * 2_000 / i128::from(before);
            // Half of an odd number of halves is rounded away from zero.
            let tenths = (doubled + doubled.signum()) / 2;
            let sign = if tenths < 0 { "-" } else { "+" };
            format!("{sign}{}.{} %", tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10)
        }
        _ => "–".to_owned(),
    }
}

/// The sum, if every part is there: a sum that silently leaves a part out would be wrong.
pub(super) fn sum(parts: impl IntoIterator<Item = Option<i64>>) -> Option<i64> {
    parts.into_iter().try_fold(0_i64, |sum, part| sum.checked_add(part?))
}

/// A text of a result for a cell of a table, where neither a bar nor a line break may stand.
pub(super) fn cell(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.replace('|', "\\|").replace(['\n', '\r'], " "),
        Some(Value::Null) | None => "–".to_owned(),
        Some(other) => other.to_string(),
    }
}

fn gap(evidence: &Evidence, wish: &Wish) -> Option<String> {
    let finding = evidence.about(wish);
    let why = finding.failure()?;
    let telling: Vec<String> = wish
        .arguments
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("{name} {}", cell(Some(value))))
        .collect();
    let asked = if telling.is_empty() { String::new() } else { format!(" for {}", telling.join(", ")) };
    // That it failed is said already; that it was refused or ran out of time is news.
    let why = why.strip_prefix("failed: ").unwrap_or(why).trim_end_matches('.');
    Some(format!("- {} gave no result{asked}: {why}.{}", wish.title(), finding.mark()))
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_people_write_them() {
        assert_eq!(euro(Some(120_450)), "€1,204.50");
        assert_eq!(euro(Some(-5)), "-€0.05");
        assert_eq!(count(Some(1_234_567)), "1,234,567");
        assert_eq!(count(None), "–");
        assert_eq!(change(Some(1_000), Some(1_042)), "+4.2 %");
        assert_eq!(change(Some(1_000), Some(500)), "-50.0 %");
        assert_eq!(change(Some(0), Some(500)), "–");
        assert_eq!(sum([Some(1), None]), None);
    }
}
