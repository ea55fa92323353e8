//! Whether a value is what a figure says: exactly, in another unit, or rounded to the digits shown.

use domain::tie::TieKind;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::digits::{Reading, shifted};
use super::figure::{Figure, Sign};
use super::index::{Cell, Unit};

/// How a value fits, and what that costs beside a better way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fit {
    pub(crate) kind: TieKind,
    pub(crate) cost: f32,
}

/// The values that a figure stands for in one unit: those which rounding to its digits makes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Target {
    /// The power of ten by which a value is brought to the figure's unit.
    pub(crate) power: i32,
    value: Decimal,
    half: Decimal,
    /// Whether whole thousands are read as rounded to them.
    coarse: bool,
    /// The same interval in the value's own unit, to look up and to screen with.
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Target {
    /// Whether a value may be meant, as far as a float can tell.
    pub(crate) fn screens(&self, value: f64) -> bool {
        let slack = self.high * 1e-9;
        value >= self.low - slack && value <= self.high + slack
    }

    /// Whether a value, without its sign, is meant, and whether it is the same to the last digit.
    pub(crate) fn holds(&self, value: Decimal) -> Option<bool> {
        let brought = shifted(value.abs(), self.power.into())?;
        let off = brought.checked_sub(self.value)?.abs();
        (off <= self.half).then_some(off.is_zero())
    }
}

/// Every interval in which a value may lie that the figure says.
pub(crate) fn targets(figure: &Figure) -> Vec<Target> {
    let scale = figure.scale;
    let mut powers = vec![0];
    if figure.percent {
        powers.extend([2, -2]);
    }
    let thousands = [3, 6, 9];
    if scale == 0 {
        let zeros = i32::try_from(figure.zeros()).unwrap_or_default();
        powers.extend(thousands.into_iter().filter(|power| *power <= zeros));
        powers.extend([-2, -3]);
    } else {
        powers.extend([-scale, -2 - scale]);
    }
    powers.extend(thousands.map(|power| power - scale).into_iter().filter(|_| scale != 0));
    powers.sort_unstable();
    powers.dedup();
    let mut targets = Vec::new();
    for reading in [Some(figure.reading), figure.other].into_iter().flatten() {
        for power in &powers {
            targets.extend(target(reading, *power, None));
        }
    }
    let zeros = figure.zeros();
    if zeros >= 3 && scale == 0 {
        targets.extend(target(figure.reading, 0, Some(zeros)));
    }
    targets
}

fn target(reading: Reading, power: i32, zeros: Option<u32>) -> Option<Target> {
    let shown = zeros.map_or(-i64::from(reading.decimals), i64::from);
    let half = shifted(Decimal::new(5, 1), shown)?;
    let size = 10_f64.powi(-power);
    let (value, margin) = (reading.value.to_f64()?, half.to_f64()?);
    let (low, high) = (((value - margin) * size).max(0.0), (value + margin) * size);
    Some(Target { power, value: reading.value, half, coarse: zeros.is_some(), low, high })
}

/// How a cell fits a figure in the unit of one of its targets.
pub(crate) fn fit(figure: &Figure, target: &Target, cell: &Cell) -> Option<Fit> {
    let unit = unit_cost(figure, target.power, cell)?;
    let same = target.holds(cell.value)?;
    let sign = match (figure.sign, cell.value.is_sign_negative() && !cell.value.is_zero()) {
        (Sign::None, false) | (Sign::Minus | Sign::Brackets, true) => 0.0,
        (Sign::Brackets, false) => 0.04,
        (Sign::None, true) => 0.05,
        (Sign::Minus, false) => 0.12,
    };
    let (kind, rounding) = match (same, is_same_unit(figure, target.power, cell)) {
        (true, true) => (TieKind::Exact, 0.0),
        (true, false) => (TieKind::Scaled, 0.0),
        (false, _) => (TieKind::Rounded, if target.coarse { 0.12 } else { 0.06 }),
    };
    let year = if figure.year == cell.year { 0.0 } else { 0.1 };
    Some(Fit { kind, cost: unit + sign + rounding + year })
}

fn is_same_unit(figure: &Figure, power: i32, cell: &Cell) -> bool {
    power == 0 || power == cell.scale - figure.scale
}

/// What it costs to bring this cell to the figure's unit by this power of ten; `None` if nothing allows it.
fn unit_cost(figure: &Figure, power: i32, cell: &Cell) -> Option<f32> {
    let scale = figure.scale;
    if cell.unit == Unit::Id {
        let bare =
            power == 0 && scale == 0 && !figure.percent && !figure.currency && figure.reading.decimals == 0;
        return bare.then_some(0.15);
    }
    if cell.scale != 0 {
        let bare = power == 0 && scale == 0;
        // That both say the same scale is more than that the digits agree.
        return if power == cell.scale - scale { Some(-0.08) } else { bare.then_some(0.08) };
    }
    if figure.percent {
        return match power {
            0 if cell.percent => Some(0.0),
            0 if cell.unit == Unit::Share => Some(0.01),
            0 => Some(0.05),
            2 if cell.percent => None,
            2 if cell.unit == Unit::Share => Some(0.0),
            2 => (cell.value.abs() <= Decimal::ONE && cell.value.scale() > 0).then_some(0.03),
            -2 => (cell.unit == Unit::BasisPoints).then_some(0.0),
            _ => None,
        };
    }
    if cell.percent {
        return (power == 0 && !figure.currency).then_some(0.12);
    }
    if figure.bytes {
        return (power == -scale && cell.unit == Unit::Bytes).then_some(0.0);
    }
    match power {
        _ if power == -2 - scale && cell.unit == Unit::Cents => Some(0.0),
        _ if power == -3 - scale && cell.unit == Unit::Millis => Some(0.0),
        0 if cell.unit == Unit::Cents && figure.currency => Some(0.15),
        0 => Some(0.0),
        _ if power == -scale => Some(0.01),
        3 | 6 | 9 if scale == 0 => Some(0.05),
        _ if scale > 0 && power > -scale && power < 0 => Some(0.04),
        _ => None,
    }
}

/// What it costs to read a derived value, not below zero, as this figure by this power of ten; `None` if its operands'
/// unit doesn't allow it.
pub(crate) fn derived_cost(figure: &Figure, power: i32, cents: bool) -> Option<f32> {
    let scale = figure.scale;
    match power {
        _ if figure.bytes => None,
        0 if cents && figure.currency => Some(0.15),
        0 => Some(0.0),
        _ if figure.percent => None,
        _ if cents && power == -2 - scale => Some(0.0),
        _ if power == -scale => Some(0.02),
        3 | 6 | 9 if scale == 0 => Some(0.03),
        _ if scale > 0 && power > -scale && power < 0 => Some(0.02),
        _ => None,
    }
}
