//! International bank account numbers (ISO 13616): a country's length and two check digits.

use domain::label::Category;

use crate::check::mod_97;
use crate::hit::Hit;

/// How long an IBAN of each country is (SWIFT's registry, release 99).
const LENGTHS: [(&[u8; 2], usize); 89] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// The longest IBAN.
const LONGEST: usize = 34;

/// The IBAN that begins at `start`, written whole or in groups of four.
pub(crate) fn at(text: &str, start: usize) -> Option<Hit> {
    let bytes = text.as_bytes();
    let head = bytes.get(start..start + 4)?;
    let country = [head[0].to_ascii_uppercase(), head[1].to_ascii_uppercase()];
    let length = LENGTHS.iter().find(|(known, _)| **known == country)?.1;
    let mut signs = [0_u8; LONGEST];
    let (mut taken, mut here) = (0, start);
    while taken < length {
        match bytes.get(here)? {
            byte if byte.is_ascii_alphanumeric() => {
                signs[taken] = byte.to_ascii_uppercase();
                taken += 1;
            }
            b' ' | b'-' if taken > 0 && bytes[here - 1].is_ascii_alphanumeric() => {}
            _ => return None,
        }
        here += 1;
    }
    if bytes.get(here).is_some_and(u8::is_ascii_alphanumeric) || !signs[2..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (front, back) = signs[..length].split_at(4);
    let rest = mod_97(back.iter().chain(front).copied())?;
    (rest == 1).then(|| Hit::new("iban", Category::Financial, start..here, 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registrys_examples_are_found_and_altered_ones_are_not() {
        for iban in [
            "GB29NWBK60161331926819",
            "DE89 3704 0044 0532 0130 00",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
        ] {
            assert_eq!(at(iban, 0).map(|hit| hit.end), Some(iban.len()), "{iban}");
            let altered = iban.replacen('1', "2", 1);
            assert_eq!(at(&altered, 0), None, "{altered}");
        }
    }
}
