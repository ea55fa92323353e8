//! What a sentence says of how its figures were computed: `the change from`, `on average`, `a share of`.

use domain::tie::TieOperation;

use super::figure::Figure;
use super::letters::words;

/// The operations that a sentence names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cues {
    /// Where figures begin that others were computed from.
    operands: Vec<usize>,
    /// Whether it says what its result was computed from, in figures.
    pub(crate) spelled: bool,
    difference: bool,
    sum: bool,
    average: bool,
    ratio: bool,
    count: bool,
}

const DIFFERENCE: [&str; 38] = [
    "change",
    "changed",
    "changes",
    "difference",
    "differ",
    "increase",
    "increased",
    "decrease",
    "decreased",
    "grew",
    "growth",
    "grow",
    "rose",
    "rise",
    "fell",
    "fall",
    "drop",
    "dropped",
    "decline",
    "declined",
    "higher",
    "lower",
    "less",
    "more",
    "fewer",
    "gap",
    "up",
    "down",
    "gain",
    "gained",
    "lost",
    "net",
    "remaining",
    "left",
    "exceeds",
    "exceeded",
    "delta",
    "variance",
];
const SUM: [&str; 14] = [
    "sum",
    "total",
    "totals",
    "combined",
    "together",
    "altogether",
    "overall",
    "cumulative",
    "aggregate",
    "all",
    "both",
    "totalling",
    "totaling",
    "totaled",
];
const AVERAGE: [&str; 6] = ["average", "averaged", "averages", "mean", "avg", "averaging"];
const RATIO: [&str; 18] = [
    "ratio",
    "proportion",
    "share",
    "percentage",
    "percent",
    "portion",
    "fraction",
    "divided",
    "times",
    "constitution",
    "margin",
    "rate",
    "per",
    "multiple",
    "accounts",
    "accounted",
    "represents",
    "constitute",
];
const COUNT: [&str; 8] = ["count", "number", "many", "there", "were", "are", "items", "records"];

impl Cues {
    /// Reads the sentence that begins at `start` of the answer and holds these figures.
    pub(crate) fn of(sentence: &str, start: usize, figures: &[Figure]) -> Self {
        let places = figures.iter().map(|figure| figure.start);
        let operands = places.filter(|place| is_operand(sentence, place - start)).collect();
        let amounts = figures.iter().filter(|figure| !figure.year);
        let spelled = amounts.filter(|figure| is_operand(sentence, figure.start - start)).count() > 1;
        let mut cues = Self { operands, spelled, ..Self::default() };
        for word in words(sentence) {
            let written = &sentence[word.start..word.end];
            let is = |list: &[&str]| list.iter().any(|cue| cue.eq_ignore_ascii_case(written));
            cues.difference |= is(&DIFFERENCE);
            cues.sum |= is(&SUM);
            cues.average |= is(&AVERAGE);
            cues.ratio |= is(&RATIO);
            cues.count |= is(&COUNT);
        }
        cues
    }

    /// Whether the figure that begins here is said to be what another was computed from.
    pub(crate) fn is_operand(&self, place: usize) -> bool {
        self.operands.contains(&place)
    }

    /// How strongly a sentence says that its figures were computed.
    pub(crate) fn strength(&self, figure: &Figure) -> f32 {
        let change = if figure.percent { self.difference || self.ratio } else { self.difference };
        if self.average {
            0.25
        } else if change {
            0.2
        } else if self.ratio || self.sum {
            0.1
        } else {
            0.0
        }
    }

    /// What it costs to say that a figure was computed so; `None` if figures of its form never are.
    pub(crate) fn cost(&self, operation: TieOperation, figure: &Figure, percent: bool) -> Option<f32> {
        let unsaid = 0.25;
        let said = |said: bool, cost: f32| Some(if said { 0.0 } else { cost });
        let average = if self.average { 0.2 } else { 0.0 };
        match operation {
            TieOperation::Difference if figure.percent && !percent => None,
            TieOperation::Difference => said(self.difference, unsaid).map(|cost| cost + average),
            TieOperation::PercentChange if !figure.percent => None,
            TieOperation::PercentChange => {
                // Hundredths most often change by points.
                said(self.difference, unsaid)
                    .map(|cost| cost + average / 2.0 + if percent { 0.06 } else { 0.0 })
            }
            TieOperation::Sum if figure.percent && !percent => None,
            TieOperation::Sum => {
                said(self.sum, unsaid).map(|cost| cost + average + if figure.percent { 0.15 } else { 0.0 })
            }
            // Averages of plain numbers may stand in a column of hundredths.
            TieOperation::Average => said(self.average, 0.4)
                .map(|cost| if figure.percent && !percent { cost + 0.05 } else { cost }),
            TieOperation::Ratio | TieOperation::ShareOfSum | TieOperation::Share if figure.percent => {
                said(self.ratio, unsaid).map(|cost| cost + if self.difference { 0.12 } else { 0.0 } + average)
            }
            // Nobody writes a ratio without decimals, or in a currency.
            TieOperation::Ratio | TieOperation::ShareOfSum | TieOperation::Share
                if figure.currency || figure.reading.decimals == 0 =>
            {
                None
            }
            TieOperation::Ratio | TieOperation::ShareOfSum | TieOperation::Share => {
                self.ratio.then_some(average / 2.0)
            }
            TieOperation::Count
                if figure.percent || figure.currency || figure.scale != 0 || figure.reading.decimals > 0 =>
            {
                None
            }
            TieOperation::Count => said(self.count, 0.4).map(|cost| cost + 0.1),
        }
    }
}

/// How far before a figure it is said that others were computed from it.
const FAR: usize = 200;

/// Whether a figure is one that a sentence starts from: `rose from 3 to 5`, `(average of 3 and 5)`.
fn is_operand(sentence: &str, place: usize) -> bool {
    const INSIDE: [&str; 12] =
        ["from", "to", "of", "and", "by", "vs", "versus", "minus", "plus", "less", "over", "times"];
    let mut first = place.saturating_sub(FAR);
    while !sentence.is_char_boundary(first) {
        first += 1;
    }
    let before = &sentence[first..place];
    let word = before.trim_end().rsplit(|char: char| !char.is_alphanumeric()).next().unwrap_or_default();
    let ends = |words: &[&str]| words.iter().any(|other| other.eq_ignore_ascii_case(word));
    let bracket = before.rfind('(').is_some_and(|open| !before[open..].contains(')'));
    let from = || before.to_ascii_lowercase().contains("from ");
    bracket && ends(&INSIDE) || ends(&["from"]) || ends(&["to"]) && from()
}
