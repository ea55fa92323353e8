//! Lengths of time, sizes and rates as people write them: `20s`, `4MiB`, `2.5` a second.

use crate::mistake::Wrong;

const TIMES: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];
const SIZES: [(&str, u64); 4] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

/// Milliseconds from `500ms`, `20s`, `2m`; at least one.
pub(crate) fn millis(text: &str) -> Result<u32, Wrong> {
    amount(text, &TIMES).ok_or_else(|| {
        Wrong::new(
            "not a length of time between 1ms and 49 days",
            "write a whole number and `ms`, `s`, `m` or `h`: \"20s\"",
        )
    })
}

/// Bytes from `512KiB`, `4MiB`; at least one.
pub(crate) fn bytes(text: &str) -> Result<u32, Wrong> {
    amount(text, &SIZES).ok_or_else(|| {
        Wrong::new(
            "not a size between 1B and 4GiB",
            "write a whole number and `B`, `KiB`, `MiB` or `GiB`: \"4MiB\"",
        )
    })
}

/// Thousandths of a request per second, from `20` or `0.5`.
pub(crate) fn per_second(text: &str) -> Result<u32, Wrong> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let milli = (digits(whole) && digits(rest) && rest.len() <= 3)
        .then(|| format!("{whole}{rest:0<3}").parse::<u32>().ok())
        .flatten();
    milli.filter(|milli| (1..=FASTEST).contains(milli)).ok_or_else(|| {
        Wrong::new(
            "must be a number between 0.001 and 10000 with at most three decimals",
            "write it like per_second = 20, or 0.5 for one request in two seconds",
        )
    })
}

/// 10,000 requests a second.
const FASTEST: u32 = 10_000_000;

/// How many requests may begin at once if the file doesn't say: as many as begin in a second, at least one.
pub(crate) fn standard_burst(milli_per_second: u32) -> u32 {
    (milli_per_second.saturating_add(500) / 1000).max(1)
}

/// The shortest text that [`per_second`] reads back.
pub(crate) fn rate(milli_per_second: u32) -> String {
    match (milli_per_second / 1000, milli_per_second % 1000) {
        (whole, 0) => whole.to_string(),
        (whole, rest) => format!("{whole}.{rest:03}").trim_end_matches('0').to_owned(),
    }
}

/// The shortest text that [`millis`] reads back.
pub(crate) fn time(millis: u32) -> String {
    shortest(millis, &TIMES)
}

/// The shortest text that [`bytes`] reads back.
pub(crate) fn size(bytes: u32) -> String {
    shortest(bytes, &SIZES)
}

fn amount(text: &str, units: &[(&str, u64)]) -> Option<u32> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    let product = number.parse::<u64>().ok()?.checked_mul(*factor)?;
    u32::try_from(product).ok().filter(|amount| *amount > 0)
}

fn shortest(amount: u32, units: &[(&str, u64)]) -> String {
    let amount = u64::from(amount);
    let fitting = units.iter().rev().find(|(_, factor)| amount.is_multiple_of(*factor));
    let (name, factor) = fitting.unwrap_or(&units[0]);
    format!("{}{name}", amount / factor)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn units_are_read() {
        assert_eq!(millis("500ms").unwrap(), 500);
        assert_eq!(millis("2m").unwrap(), 120_000);
        assert_eq!(bytes("512KiB").unwrap(), 512 << 10);
        for wrong in ["", "20", "s", "0s", "-1s", "1.5s", "20 s", "20S", "99999999h", "1d"] {
            assert!(millis(wrong).is_err(), "{wrong}");
        }
        for wrong in ["4MB", "4mib", "4GiB", "0B", "4"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
        for (text, milli) in
            [("20", 20_000), ("0.5", 500), ("0.017", 17), ("10000", FASTEST), ("1.250", 1250)]
        {
            assert_eq!(per_second(text).unwrap(), milli, "{text}");
        }
        for wrong in
            ["", "0", "0.0", "10000.001", "10001", "0.0005", "-1", "+1", "1e3", "inf", "nan", ".5", "5."]
        {
            assert!(per_second(wrong).is_err(), "{wrong}");
        }
        assert_eq!([1, 499, 1500, 20_000].map(standard_burst), [1, 1, 2, 20]);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(amount in 1u32..) {
            prop_assert_eq!(millis(&time(amount)).unwrap(), amount);
            prop_assert_eq!(bytes(&size(amount)).unwrap(), amount);
            let milli = amount % FASTEST + 1;
            prop_assert_eq!(per_second(&rate(milli)).unwrap(), milli);
        }
    }
}
