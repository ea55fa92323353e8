//! Whether a value can be a secret at all: how much it surprises, and whether it stands for one.

/// Shannon's entropy of a value's signs, in bits per sign.
pub(super) fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    value.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let all = value.len().max(1) as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / all;
            -share * share.log2()
        })
        .sum()
}

/// Words that stand where a secret would.
const STANDS_FOR: [&str; 22] = [
    "example",
    "redacted",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "your_",
    "your-",
    "yourapi",
    "insert",
    "dummy",
    "xxxx",
    "****",
    "....",
    "todo",
    "not_set",
    "undefined",
    "<your",
    "n/a",
    "removed",
    "omitted",
    "abcdefghijkl",
];

/// Whether a value only shows where a secret goes: a variable, a word for it, one sign repeated, a row of digits.
pub(super) fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_variable = value.starts_with(['$', '<', '{', '%', '[', '('])
        || value.contains("${")
        || value.contains("{{")
        || value.contains("$(")
        || (value.starts_with('%') && value.ends_with('%'));
    is_variable
        || STANDS_FOR.iter().any(|word| lower.contains(word))
        || longest_repeat(value.as_bytes()) * 2 > value.len().max(8)
        || longest_row(value.as_bytes()) >= 9
}

/// The longest stretch of one sign.
fn longest_repeat(bytes: &[u8]) -> usize {
    longest(bytes, |before, byte| before == byte)
}

/// The longest stretch of signs that count up, as `123456789` does; nine and nought are neighbours.
fn longest_row(bytes: &[u8]) -> usize {
    longest(bytes, |before, byte| byte == before + 1 || (before == b'9' && byte == b'0'))
}

fn longest(bytes: &[u8], goes_on: impl Fn(u8, u8) -> bool) -> usize {
    let (mut longest, mut here) = (1, 1);
    for pair in bytes.windows(2) {
        here = if goes_on(pair[0].min(254), pair[1]) { here + 1 } else { 1 };
        longest = longest.max(here);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_secret_is_none() {
        for value in [
            "xxxxxxxx-xxxxxxxxx",
            "${TOKEN}",
            "$(SECRET)",
            "1111111111111111111",
            "<your-key>",
            "ntn_1234567890123456",
        ] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in ["logmein", "VMware1!", "D1fficult", "8f3bA93kQz71"] {
            assert!(!is_placeholder(value), "{value}");
        }
        assert!(entropy("aaaaaaaa") < 0.5 && entropy("k5ka2p8bFuSmoVT1") > 3.5);
    }
}
