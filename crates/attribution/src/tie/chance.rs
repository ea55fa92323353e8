//! How often chance does as well: the same search for random figures of the same form. A search that finds something
//! for most of them has shown nothing by finding something for this one.

use rust_decimal::Decimal;

use super::digits::Reading;
use super::figure::Figure;

/// How many random figures are tried.
pub(crate) const DECOYS: usize = 24;
/// How many of them may do as well as a figure that counts as tied: a tenth.
pub(crate) const MOST: usize = 2;

/// Random figures of the form of this one; the same for the same text, so that a record can be made again.
pub(crate) fn decoys(figure: &Figure, text: &str) -> Vec<Figure> {
    let seed = text.bytes().fold(0x9e37_79b9_7f4a_7c15, |seed: u64, byte| {
        (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut dice = Dice(seed | 1);
    let digits = figure.reading.value.mantissa().unsigned_abs().to_string();
    // Only in a round number are the zeros part of its form.
    let zeros = Some(figure.zeros() as usize).filter(|zeros| *zeros >= 3).unwrap_or_default();
    let said = digits.len().saturating_sub(zeros).max(1);
    let others = std::iter::repeat_with(|| decoy(figure, said, zeros, &mut dice));
    // The figure itself shows nothing about chance. No form has only one figure, so others come.
    others.filter(|decoy| decoy.reading.value != figure.reading.value).take(DECOYS).collect()
}

fn decoy(figure: &Figure, said: usize, zeros: usize, dice: &mut Dice) -> Figure {
    if figure.year {
        let value = Decimal::from(1960 + dice.below(80));
        return Figure { reading: Reading { value, decimals: 0 }, other: None, ..*figure };
    }
    let mut mantissa: i128 = 0;
    for place in 0..said.min(27) {
        let digit = if place == 0 { 1 + dice.below(9) } else { dice.below(10) };
        mantissa = mantissa * 10 + i128::from(digit);
    }
    for _ in 0..zeros.min(27 - said.min(27)) {
        mantissa *= 10;
    }
    let value = Decimal::try_from_i128_with_scale(mantissa, figure.reading.decimals).unwrap_or_default();
    Figure { reading: Reading { value, decimals: figure.reading.decimals }, other: None, ..*figure }
}

/// A small generator (xorshift64*): decoys need no secrecy, and must come out the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = u32::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32).unwrap_or_default();
        u32::try_from((u64::from(high) * u64::from(sides)) >> 32).unwrap_or_default()
    }
}
