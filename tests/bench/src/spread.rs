//! A figure that was measured several times: its middle, and how far it strays.

use serde::Serialize;

/// The median with the quartiles around it. A mean would let one hiccup of the machine speak for all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) low: f64,
    pub(crate) median: f64,
    pub(crate) high: f64,
}

impl Spread {
    /// Of measurements, of which there is at least one; of none it is all zeros.
    pub(crate) fn of(measured: &[f64]) -> Self {
        Self {
            low: quantile(measured, 0.25),
            median: quantile(measured, 0.5),
            high: quantile(measured, 0.75),
        }
    }

    /// How measurements stand to others of the same rounds: round by round, so that what slowed both down in one
    /// round cancels out.
    pub(crate) fn of_ratios(ours: &[f64], bound: &[f64]) -> Self {
        let ratios: Vec<f64> = ours.iter().zip(bound).map(|(ours, bound)| ours / bound).collect();
        Self::of(&ratios)
    }
}

/// The value below which that part of the measurements lies, between two of them in proportion.
pub(crate) fn quantile(measured: &[f64], part: f64) -> f64 {
    let mut sorted = measured.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = part * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place between 0 and the last is what it is cut to"
    )]
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_quartiles_are_found_in_any_order() {
        let spread = Spread::of(&[5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!(spread, Spread { low: 2.0, median: 3.0, high: 4.0 });
        assert_eq!(Spread::of(&[1.0, 2.0]).median, 1.5);
        assert_eq!(quantile(&[7.0], 0.99), 7.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        // A round in which the machine was ten times slower for both says the same as the others.
        assert_eq!(Spread::of_ratios(&[11.0, 110.0, 11.0], &[10.0, 100.0, 10.0]).median, 1.1);
    }
}
