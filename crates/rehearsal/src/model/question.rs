//! A person's question, read for the few things that the model understands.

/// The question and its words in lower case.
pub(super) struct Question {
    text: String,
    lower: String,
}

const REGIONS: [&str; 4] = ["North", "South", "East", "West"];

impl Question {
    pub(super) fn new(text: String) -> Self {
        let lower = text.to_lowercase();
        Self { text, lower }
    }

    /// Whether each of these parts of words occurs; `a|b` stands for either.
    pub(super) fn says(&self, parts: &[&str]) -> bool {
        parts.iter().all(|part| part.split('|').any(|either| self.lower.contains(either)))
    }

    /// The first region named.
    pub(super) fn region(&self) -> Option<&'static str> {
        REGIONS.into_iter().find(|region| self.words().any(|word| word.eq_ignore_ascii_case(region)))
    }

    /// The quarters named, as `2026-Q2`: written so, as `Q2 2026`, or in words.
    pub(super) fn quarters(&self) -> Vec<Quarter> {
        let spelt = self
            .lower
            .replace("first quarter of ", "q1-")
            .replace("second quarter of ", "q2-")
            .replace("third quarter of ", "q3-")
            .replace("fourth quarter of ", "q4-");
        let mut quarters: Vec<Quarter> = Vec::new();
        for word in spelt.split(|c: char| !(c.is_alphanumeric() || c == '-')) {
            let quarter = word
                .split_once('-')
                .and_then(|(left, right)| Quarter::of(left, right).or_else(|| Quarter::of(right, left)));
            quarters.extend(quarter.filter(|quarter| !quarters.contains(quarter)));
        }
        quarters
    }

    /// The numbers that follow a word: `customers 1001, 1002 and 1003`.
    pub(super) fn ids_after(&self, noun: &str) -> Vec<u64> {
        let mut ids = Vec::new();
        let mut listening = false;
        for word in self.words() {
            let lower = word.to_lowercase();
            match word.parse() {
                Ok(id) if listening => ids.push(id),
                _ => listening = lower.trim_end_matches('s') == noun || (listening && lower == "and"),
            }
        }
        ids
    }

    pub(super) fn id_after(&self, noun: &str) -> Option<u64> {
        self.ids_after(noun).first().copied()
    }

    /// What stands behind the first colon.
    pub(super) fn quoted(&self) -> Option<&str> {
        self.text.split_once(':').map(|(_, quoted)| quoted.trim()).filter(|quoted| !quoted.is_empty())
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
    }
}

/// A quarter of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quarter {
    year: u32,
    number: u32,
}

/// The quarter in which the company stands still.
pub(super) const THIS_QUARTER: Quarter = Quarter { year: 2026, number: 2 };

impl Quarter {
    fn of(year: &str, quarter: &str) -> Option<Self> {
        let year = year.parse().ok().filter(|year| (2000..2100).contains(year))?;
        let number = quarter.strip_prefix('q')?.parse().ok().filter(|number| (1..=4).contains(number))?;
        Some(Self { year, number })
    }

    /// The quarter before this one.
    pub(super) fn previous(self) -> Self {
        match self.number {
            1 => Self { year: self.year - 1, number: 4 },
            number => Self { number: number - 1, ..self },
        }
    }

    /// The same quarter of the year before.
    pub(super) fn year_before(self) -> Self {
        Self { year: self.year - 1, ..self }
    }

    /// The months, as `2026-05`.
    pub(super) fn months(self) -> [String; 3] {
        [2, 1, 0].map(|back| format!("{}-{:02}", self.year, self.number * 3 - back))
    }
}

impl std::fmt::Display for Quarter {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}-Q{}", self.year, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Question {
        Question::new(text.to_owned())
    }

    #[test]
    fn ids_belong_to_their_noun() {
        let question = asked("Compare customers 1001, 1002 and 999999 with ticket 7031.");
        assert_eq!(question.ids_after("customer"), [1001, 1002, 999_999]);
        assert_eq!(question.ids_after("ticket"), [7031]);
        assert!(question.ids_after("employee").is_empty());
    }

    #[test]
    fn quarters_are_read_in_figures_and_in_words() {
        let quarters = |text| asked(text).quarters().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(quarters("2026-Q2 against 2025-q2"), ["2026-Q2", "2025-Q2"]);
        assert_eq!(quarters("the second quarter of 2026"), ["2026-Q2"]);
        assert!(quarters("the 2026-Q7 report").is_empty());
        assert_eq!(THIS_QUARTER.months(), ["2026-04", "2026-05", "2026-06"]);
    }

    #[test]
    fn a_region_is_a_word_of_its_own() {
        assert_eq!(asked("How is the south doing?").region(), Some("South"));
        assert_eq!(asked("the eastern part").region(), None);
    }
}
