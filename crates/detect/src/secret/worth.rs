//! Whether a value can be a secret at all: how much it surprises, and whether it stands for one.

use crate::near::words_of;

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

/// Whether a value that only its name makes a secret can be one: it must look made by chance, or be a password as people
/// choose them, and not a word of the program around it.
pub(super) fn is_worth(name: &str, value: &str) -> bool {
    let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let is_path = value.starts_with(['/', '.']) || value.contains("://") || value.contains("()");
    match name {
        "secret.password" => {
            let mixed = has_digit || value.bytes().any(|byte| b"!@#%^&*+".contains(&byte));
            mixed && !is_path && !value.contains('.')
        }
        "secret.secret" => has_digit && !is_path && entropy(value) >= 3.3 && !is_words(value),
        _ => true,
    }
}

/// Whether a value is words joined together, as names in a program are: few digits, and parts that can be spoken.
fn is_words(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let parts: Vec<&str> = words_of(value).collect();
    let spoken = |part: &&&str| part.bytes().all(|byte| byte.is_ascii_alphabetic()) && part.len() >= 3;
    digits <= 2 && parts.len() > 1 && parts.iter().filter(spoken).count() * 2 >= parts.len()
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
