//! Amounts: lengths of time and sizes as people write them, read and written without loss.

use domain::time::Span;

const TIMES: [(&str, u64); 6] =
    [("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("us", 1), ("µs", 1)];
const SIZES: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

/// `2s`, `250ms`, `1.5m`: a length of time to the microsecond.
pub(crate) fn time(text: &str) -> Option<Span> {
    let (number, unit) = parts(text);
    let (_, worth) = TIMES.iter().find(|(name, _)| *name == unit)?;
    exact(number, *worth).map(Span)
}

/// `10kB`, `1MiB`, `512`: a size in bytes. Capitals don't matter.
pub(crate) fn size(text: &str) -> Option<u64> {
    let (number, unit) = parts(text);
    let worth = match unit {
        "" => 1,
        unit => SIZES.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?.1,
    };
    exact(number, worth)
}

/// A number and the unit behind it.
pub(crate) fn parts(text: &str) -> (&str, &str) {
    text.split_at(text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len()))
}

/// A decimal number of units as a whole number, if it is one.
fn exact(number: &str, worth: u64) -> Option<u64> {
    const LONGEST: usize = 20;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || fraction.len() > LONGEST {
        return None;
    }
    let (whole, part) = (whole.parse::<u64>().ok()?, fraction.parse::<u128>().ok()?);
    let (part, scale) =
        (part.checked_mul(u128::from(worth))?, 10_u128.pow(u32::try_from(fraction.len()).ok()?));
    if !part.is_multiple_of(scale) {
        return None;
    }
    whole.checked_mul(worth)?.checked_add(u64::try_from(part / scale).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_or_refused() {
        for (text, micros) in
            [("250ms", 250_000), ("1.5s", 1_500_000), ("2m", 120_000_000), ("7us", 7), ("1h", 3_600_000_000)]
        {
            assert_eq!(time(text), Some(Span(micros)), "{text}");
        }
        for text in ["2", "s", "", "1.5us", "1..5s", ".5s", "1.s", "-1s", "99999999999h", "2 s", "1e3s"] {
            assert_eq!(time(text), None, "{text}");
        }
        for (text, bytes) in
            [("10kB", 10_000), ("1MiB", 1 << 20), ("1mib", 1 << 20), ("7", 7), ("0.5KiB", 512)]
        {
            assert_eq!(size(text), Some(bytes), "{text}");
        }
        assert_eq!(size("0.3B"), None);
    }
}
