//! Check digits. Digits come as values, 0 to 9.

/// ISO/IEC 7812-1 annex B (Luhn): cards, and many national numbers.
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(*digit);
            if at % 2 == 0 {
                digit
            } else if digit > 4 {
                digit * 2 - 9
            } else {
                digit * 2
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The sum of digits by weights; digits without a weight count nothing.
pub(crate) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum()
}

/// ISO/IEC 7064 MOD 11,10: German tax numbers, Croatian ones.
pub(crate) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10_u32, |product, digit| {
        let sum = (u32::from(*digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(*check)
}

/// ISO/IEC 7064 MOD 97-10 over digits and letters (A is 10): IBAN, after its first four signs went to its end.
pub(crate) fn mod_97(signs: impl Iterator<Item = u8>) -> Option<u32> {
    signs.into_iter().try_fold(0_u32, |rest, sign| match sign {
        b'0'..=b'9' => Some((rest * 10 + u32::from(sign - b'0')) % 97),
        b'A'..=b'Z' => Some((rest * 100 + u32::from(sign - b'A') + 10) % 97),
        _ => None,
    })
}

/// The remainder of a number of any length.
pub(crate) fn remainder(digits: &[u8], by: u32) -> u32 {
    digits.iter().fold(0, |rest, digit| (rest * 10 + u32::from(*digit)) % by)
}

/// Verhoeff's check (1969), by the dihedral group of order 10: Indian Aadhaar numbers.
pub(crate) fn verhoeff(digits: &[u8]) -> bool {
    let check = digits.iter().rev().enumerate().fold(0_usize, |check, (at, digit)| {
        let permuted = PERMUTED[at % 8][usize::from(*digit)];
        TIMES[check][usize::from(permuted)].into()
    });
    check == 0
}

const TIMES: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];

const PERMUTED: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

/// Whether two pairs of digits are a day and a month that exist together.
pub(crate) fn is_day(day: u32, month: u32) -> bool {
    let last = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=last).contains(&day)
}

/// Two digits as a number.
pub(crate) fn pair(digits: &[u8], at: usize) -> u32 {
    let digit = |at: usize| u32::from(digits.get(at).copied().unwrap_or(0));
    digit(at) * 10 + digit(at + 1)
}

/// Whether `yymmdd` stands at `at`.
pub(crate) fn year_first(digits: &[u8], at: usize) -> bool {
    is_day(pair(digits, at + 4), pair(digits, at + 2))
}

/// Whether `ddmmyy` stands at `at`.
pub(crate) fn day_first(digits: &[u8], at: usize) -> bool {
    is_day(pair(digits, at), pair(digits, at + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    #[test]
    fn published_examples_pass_and_their_neighbours_do_not() {
        // Wikipedia's examples: Luhn, Verhoeff, MOD 11,10 (a German tax number of the authority's own tests).
        for (check, good) in [
            (luhn as fn(&[u8]) -> bool, "17893729974"),
            (verhoeff as fn(&[u8]) -> bool, "2363"),
            (mod_11_10 as fn(&[u8]) -> bool, "86095742719"),
        ] {
            let mut number = digits(good);
            assert!(check(&number), "{good}");
            let last = number.len() - 1;
            for wrong in (0..10).filter(|digit| *digit != digits(good)[last]) {
                number[last] = wrong;
                assert!(!check(&number), "{good} with {wrong}");
            }
        }
    }
}
