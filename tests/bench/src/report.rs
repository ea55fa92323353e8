//! What a benchmark found: as a table that a document can take as it is, and as JSON.

use std::fmt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::spread::Spread;
use crate::trouble::Outcome;

/// What a benchmark found.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) name: &'static str,
    pub(crate) figures: Vec<Figure>,
    /// What a reader needs beside the figures, a sentence each.
    pub(crate) notes: Vec<String>,
}

/// One figure.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) unit: &'static str,
    pub(crate) ours: Spread,
    pub(crate) bound: Option<Bound>,
    /// Of ours to the bound, or what the goal speaks of.
    pub(crate) ratio: Option<Spread>,
    pub(crate) goal: Option<Goal>,
}

/// What ours is held against.
#[derive(Debug, Serialize)]
pub(crate) struct Bound {
    pub(crate) what: &'static str,
    pub(crate) measured: Spread,
}

/// What a figure should be.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    /// Ours, at most.
    AtMost(f64),
    /// Ours, at least.
    AtLeast(f64),
    /// The ratio, at most.
    RatioAtMost(f64),
    /// The ratio, at least.
    RatioAtLeast(f64),
}

impl Figure {
    /// A figure without a bound.
    pub(crate) fn alone(what: impl Into<String>, unit: &'static str, ours: &[f64], goal: Goal) -> Self {
        let ours = Spread::of(ours);
        Self { what: what.into(), unit, ours, bound: None, ratio: None, goal: Some(goal) }
    }

    /// A figure that is held against a bound of the same rounds.
    pub(crate) fn against(
        what: impl Into<String>,
        unit: &'static str,
        ours: &[f64],
        (bound, measured): (&'static str, &[f64]),
        goal: Option<Goal>,
    ) -> Self {
        Self {
            what: what.into(),
            unit,
            ours: Spread::of(ours),
            bound: Some(Bound { what: bound, measured: Spread::of(measured) }),
            ratio: Some(Spread::of_ratios(ours, measured)),
            goal,
        }
    }

    /// Whether the median reaches the goal; `None` without one.
    fn holds(&self) -> Option<bool> {
        let ratio = self.ratio.map_or(f64::NAN, |ratio| ratio.median);
        self.goal.map(|goal| match goal {
            Goal::AtMost(most) => self.ours.median <= most,
            Goal::AtLeast(least) => self.ours.median >= least,
            Goal::RatioAtMost(most) => ratio <= most,
            Goal::RatioAtLeast(least) => ratio >= least,
        })
    }
}

impl Report {
    /// Writes `NAME.json` into the folder.
    pub(crate) fn save(&self, into: &Path) -> Outcome<()> {
        #[derive(Serialize)]
        struct Saved<'a> {
            #[serde(flatten)]
            report: &'a Report,
            /// In the order of the figures; null where there is no goal.
            holds: Vec<Option<bool>>,
            cores: usize,
            system: &'static str,
            at: u64,
        }
        let saved = Saved {
            report: self,
            holds: self.figures.iter().map(Figure::holds).collect(),
            cores: cores(),
            system: std::env::consts::OS,
            at: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
        };
        let text = serde_json::to_string_pretty(&saved)?;
        std::fs::write(into.join(format!("{}.json", self.name)), text + "\n")?;
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "## {} ({} cores)\n", self.name, cores())?;
        writeln!(out, "| figure | ours | bound | ratio | goal | |")?;
        writeln!(out, "|---|---|---|---|---|---|")?;
        for figure in &self.figures {
            let unit = figure.unit;
            let bound = figure.bound.as_ref();
            let bound = bound
                .map_or(String::new(), |bound| format!("{}: {}", bound.what, shown(bound.measured, unit)));
            let ratio = figure.ratio.map_or(String::new(), |ratio| shown(ratio, ""));
            let goal = figure.goal.map_or(String::new(), |goal| match goal {
                Goal::AtMost(most) => format!("≤ {most} {unit}"),
                Goal::AtLeast(least) => format!("≥ {least} {unit}"),
                Goal::RatioAtMost(most) => format!("≤ {most}"),
                Goal::RatioAtLeast(least) => format!("≥ {least}"),
            });
            let holds = match figure.holds() {
                Some(true) => "holds",
                Some(false) => "MISSED",
                None => "",
            };
            let ours = shown(figure.ours, unit);
            writeln!(out, "| {} | {ours} | {bound} | {ratio} | {goal} | {holds} |", figure.what)?;
        }
        for note in &self.notes {
            write!(out, "\n{note}")?;
        }
        writeln!(out)
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// `52.3 ms (51.9 to 53.0)`: the median and the quartiles.
fn shown(spread: Spread, unit: &str) -> String {
    let Spread { low, median, high } = spread;
    let digits = match median.abs() {
        // Goals are told in hundredths: a ratio that is shown has to tell on which side of one it lies.
        _ if unit.is_empty() => 3,
        size if size < 10.0 => 2,
        size if size < 1000.0 => 1,
        _ => 0,
    };
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    format!("{median:.digits$}{unit} ({low:.digits$} to {high:.digits$})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_held_by_the_median_alone() {
        let figure = |goal| Figure::against("x", "ms", &[10.0, 11.0, 90.0], ("b", &[10.0; 3]), Some(goal));
        assert_eq!(figure(Goal::RatioAtMost(1.1)).holds(), Some(true));
        assert_eq!(figure(Goal::RatioAtMost(1.05)).holds(), Some(false));
        assert_eq!(figure(Goal::RatioAtLeast(1.05)).holds(), Some(true));
        assert_eq!(figure(Goal::AtMost(10.5)).holds(), Some(false));
        assert_eq!(figure(Goal::AtLeast(10.5)).holds(), Some(true));
    }

    #[test]
    fn a_table_names_figure_bound_ratio_and_goal() {
        let figures = vec![
            Figure::against(
                "64 calls",
                "ms",
                &[52.25, 52.25],
                ("by hand", &[50.0, 50.0]),
                Some(Goal::RatioAtMost(1.05)),
            ),
            Figure::alone("CPU", "ms", &[31.0], Goal::AtMost(25.0)),
        ];
        let table = Report { name: "batch", figures, notes: vec!["A note.".to_owned()] }.to_string();
        let rows: Vec<&str> = table.lines().skip(4).take(2).collect();
        assert_eq!(
            rows,
            [
                "| 64 calls | 52.2 ms (52.2 to 52.2) | by hand: 50.0 ms (50.0 to 50.0) | 1.045 (1.045 to 1.045) | ≤ 1.05 | holds |",
                "| CPU | 31.0 ms (31.0 to 31.0) |  |  | ≤ 25 ms | MISSED |",
            ]
        );
        assert!(table.ends_with("\nA note.\n"), "{table}");
    }
}
