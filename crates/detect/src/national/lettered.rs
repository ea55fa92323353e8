//! Numbers with letters in them.

use domain::label::Category;

use super::called;
use super::figures::{CN_WEIGHTS, cn_born};
use crate::check::{day_first, pair, remainder, weighted, year_first};
use crate::digits::{Digits, Run};
use crate::hit::Hit;
use crate::near::Near;

/// What a word of letters and digits may be: a country's number, whether it is one, and whether its form alone is enough.
type Form = (&'static str, usize, fn(&str) -> bool, bool);

const FORMS: &[Form] = &[
    ("national_id.it", 16, italy, true),
    ("national_id.mx", 18, mexico, true),
    ("national_id.in", 10, india_pan, false),
    ("national_id.gb", 9, britain, true),
    ("national_id.es", 9, spain, true),
    ("national_id.fr", 15, corsica, true),
    ("national_id.cn", 18, china, true),
    ("national_id.sg", 9, singapore, true),
    ("national_id.tw", 10, taiwan, true),
    ("national_id.ie", 8, ireland, false),
    ("national_id.ie", 9, ireland, false),
    ("national_id.hk", 8, hong_kong, false),
];

/// The number that this word of letters and digits is.
pub(crate) fn at_word(text: &str, start: usize, end: usize, near: &Near<'_>) -> Option<Hit> {
    let word = text[start..end].to_ascii_uppercase();
    let (kind, _, _, strong) =
        FORMS.iter().find(|(_, length, is_one, _)| *length == word.len() && is_one(&word))?;
    let is_called = called(near);
    let confidence = match (strong, is_called) {
        (true, true) => 97,
        (true, false) => 90,
        (false, true) => 75,
        (false, false) => return None,
    };
    Some(Hit::new(*kind, Category::Identity, start..end, confidence))
}

/// The number that these digits are together with letters that follow or stand between them: Finland's
/// `021274-853K`, Spain's `12.345.678-Z`, Chile's `12.345.678-K`.
pub(crate) fn ended_by_letter(run: &Run<'_>, near: &Near<'_>) -> Option<Hit> {
    let bytes = run.text.as_bytes();
    let first = run.groups[0];
    let start = first.start;
    let ends = |end: usize| !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
    let word = |length: usize| run.text.get(start..start + length).filter(|_| ends(start + length));
    if first.len() == 6
        && let Some(found) = word(11).filter(|word| finland(word))
    {
        let end = start + found.len();
        return Some(Hit::new("national_id.fi", Category::Identity, start..end, 97));
    }
    let dotted = run.text[start..]
        .bytes()
        .take(12)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let length = dotted.count();
    let whole = word(length)?;
    let plain: String =
        whole.chars().filter(|sign| !matches!(sign, '.' | '-')).collect::<String>().to_ascii_uppercase();
    let written = whole.contains('-');
    if written && plain.len() == 9 && spain(&plain) {
        return Some(Hit::new("national_id.es", Category::Identity, start..start + length, 95));
    }
    let is_chilean =
        written && (8..=9).contains(&plain.len()) && whole.rfind('-') == Some(length - 2) && chile(&plain);
    (is_chilean && (whole.contains('.') || called(near)))
        .then(|| Hit::new("national_id.cl", Category::Identity, start..start + length, 92))
}

fn finland(word: &str) -> bool {
    const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let bytes = word.as_bytes();
    let (Some(date), Some(number)) = (word.get(..6), word.get(7..10)) else { return false };
    let Some(digits) = Digits::of(&format!("{date}{number}")) else { return false };
    let digits = digits.as_slice();
    digits.len() == 9
        && b"+-ABCDEFYXWVU".contains(&bytes[6])
        && day_first(digits, 0)
        && CHECK.get(remainder(digits, 31) as usize) == Some(&bytes[10].to_ascii_uppercase())
}

/// D.M. 23 December 1976: odd places by a table, even ones by their value; letters L to V may stand for digits.
fn italy(word: &str) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let bytes = word.as_bytes();
    let shape = bytes[..6].iter().all(u8::is_ascii_uppercase)
        && b"ABCDEHLMPRST".contains(&bytes[8])
        && [6, 7, 9, 10, 12, 13, 14]
            .iter()
            .all(|at| bytes[*at].is_ascii_digit() || b"LMNPQRSTUV".contains(&bytes[*at]))
        && bytes[11].is_ascii_uppercase()
        && bytes[15].is_ascii_uppercase();
    let value = |byte: u8| u32::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' });
    shape
        && bytes[..15]
            .iter()
            .enumerate()
            .map(|(at, byte)| if at % 2 == 0 { ODD[value(*byte) as usize] } else { value(*byte) })
            .sum::<u32>()
            % 26
            == u32::from(bytes[15] - b'A')
}

fn spain(word: &str) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let Some(body) = word.get(..word.len() - 1) else { return false };
    let number = match body.as_bytes().first() {
        Some(b'X') => body.replacen('X', "0", 1),
        Some(b'Y') => body.replacen('Y', "1", 1),
        Some(b'Z') => body.replacen('Z', "2", 1),
        _ => body.to_owned(),
    };
    let Ok(number) = number.parse::<usize>() else { return false };
    word.len() == 9 && LETTERS[number % 23] == word.as_bytes()[8]
}

/// HM Revenue & Customs, NIM39110: prefixes that are not given, and a suffix from A to D.
fn britain(word: &str) -> bool {
    let bytes = word.as_bytes();
    let never = ["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"];
    bytes[0].is_ascii_uppercase()
        && bytes[1].is_ascii_uppercase()
        && !b"DFIQUV".contains(&bytes[0])
        && !b"DFIOQUV".contains(&bytes[1])
        && !never.contains(&&word[..2])
        && bytes[2..8].iter().all(u8::is_ascii_digit)
        && (b'A'..=b'D').contains(&bytes[8])
}

fn corsica(word: &str) -> bool {
    let number = match &word[5..7] {
        "2A" => word.replacen("2A", "19", 1),
        "2B" => word.replacen("2B", "18", 1),
        _ => return false,
    };
    let Some(digits) = Digits::of(&number) else { return false };
    let digits = digits.as_slice();
    digits.len() == 15 && matches!(digits[0], 1 | 2) && 97 - remainder(&digits[..13], 97) == pair(digits, 13)
}

fn mexico(word: &str) -> bool {
    let bytes = word.as_bytes();
    let Some(digits) = Digits::of(&word[4..10]) else { return false };
    bytes[..4].iter().all(u8::is_ascii_uppercase)
        && digits.as_slice().len() == 6
        && year_first(digits.as_slice(), 0)
        && b"HMX".contains(&bytes[10])
        && bytes[11..16].iter().all(u8::is_ascii_uppercase)
        && bytes[17].is_ascii_digit()
}

fn india_pan(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes[..5].iter().all(u8::is_ascii_uppercase)
        && b"ABCFGHJLPT".contains(&bytes[3])
        && bytes[5..9].iter().all(u8::is_ascii_digit)
        && bytes[9].is_ascii_uppercase()
}

fn china(word: &str) -> bool {
    let Some(digits) = Digits::of(&word[..17]) else { return false };
    let digits = digits.as_slice();
    word.ends_with('X') && digits.len() == 17 && cn_born(digits) && weighted(digits, &CN_WEIGHTS) % 11 == 2
}

fn singapore(word: &str) -> bool {
    let Some(digits) = Digits::of(&word[1..8]) else { return false };
    let sum = weighted(digits.as_slice(), &[2, 7, 6, 5, 4, 3, 2]);
    let (offset, letters): (u32, &[u8; 11]) = match word.as_bytes()[0] {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    digits.as_slice().len() == 7 && letters[((sum + offset) % 11) as usize] == word.as_bytes()[8]
}

fn taiwan(word: &str) -> bool {
    const CODES: &[u8; 26] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let bytes = word.as_bytes();
    let Some((_, code)) = CODES.iter().zip(10_u32..).find(|(known, _)| **known == bytes[0]) else {
        return false;
    };
    let Some(digits) = Digits::of(&word[1..]) else { return false };
    let digits = digits.as_slice();
    digits.len() == 9
        && matches!(digits[0], 1 | 2 | 8 | 9)
        && (code / 10 + code % 10 * 9 + weighted(digits, &[8, 7, 6, 5, 4, 3, 2, 1, 1])).is_multiple_of(10)
}

fn ireland(word: &str) -> bool {
    let Some(digits) = Digits::of(&word[..7]) else { return false };
    let bytes = word.as_bytes();
    let extra = bytes.get(8).map_or(0, |letter| u32::from(letter.saturating_sub(b'A')) + 1);
    let sum = weighted(digits.as_slice(), &[8, 7, 6, 5, 4, 3, 2]) + if extra == 23 { 0 } else { extra * 9 };
    let letter = b"WABCDEFGHIJKLMNOPQRSTUV"[(sum % 23) as usize];
    digits.as_slice().len() == 7 && bytes[7] == letter && bytes.get(8).is_none_or(u8::is_ascii_uppercase)
}

fn hong_kong(word: &str) -> bool {
    let bytes = word.as_bytes();
    let Some(digits) = Digits::of(&word[1..7]) else { return false };
    if !bytes[0].is_ascii_uppercase() {
        return false;
    }
    let letter = u32::from(bytes[0] - b'A') + 10;
    let check = match bytes[7] {
        b'A' => 10,
        digit @ b'0'..=b'9' => u32::from(digit - b'0'),
        _ => return false,
    };
    let sum = 36 * 9 + letter * 8 + weighted(digits.as_slice(), &[7, 6, 5, 4, 3, 2]) + check;
    digits.as_slice().len() == 6 && sum.is_multiple_of(11)
}

fn chile(word: &str) -> bool {
    let (body, check) = word.split_at(word.len() - 1);
    let Some(digits) = Digits::of(body) else { return false };
    let digits = digits.as_slice();
    let sum: u32 = digits
        .iter()
        .rev()
        .zip([2, 3, 4, 5, 6, 7].iter().cycle())
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum();
    let expected = match 11 - sum % 11 {
        11 => "0".to_owned(),
        10 => "K".to_owned(),
        number => number.to_string(),
    };
    digits.len() == body.len() && check == expected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_are_numbers_and_altered_ones_are_not() {
        for (is_one, number) in [
            (italy as fn(&str) -> bool, "RSSMRA85T10A562S"),
            (spain, "12345678Z"),
            (spain, "X1234567L"),
            (finland, "131052-308T"),
            (singapore, "S1234567D"),
            (taiwan, "A123456789"),
            (hong_kong, "A1234563"),
            (ireland, "1234567T"),
            (china, "11010519491231002X"),
            (chile, "123456785"),
        ] {
            assert!(is_one(number), "{number}");
            let altered = number.replacen('1', "7", 1);
            assert!(!is_one(&altered), "{altered}");
        }
    }
}
