//! Numbers of digits alone, a row for each country: how it is written, what must hold of it, and what it is called there.
//!
//! The rules are those of the issuing authorities as the OECD's collection of tax identification numbers and
//! Wikipedia's *National identification number* give them.

use std::borrow::Cow;

use crate::check::{day_first, is_day, luhn, mod_11_10, pair, remainder, verhoeff, weighted, year_first};

/// How one country writes one kind of number.
pub(crate) struct Form {
    country: &'static str,
    /// The groups and what stands between them: `3.3.3-2`.
    pub(crate) written: &'static [&'static str],
    /// Whether its own form is enough, without words around: fewer than one of a hundred random numbers have it.
    pub(crate) strong: bool,
    pub(crate) is_sound: fn(&[u8]) -> bool,
    /// What it alone is called.
    pub(crate) words: &'static [&'static str],
}

impl Form {
    pub(crate) fn kind(&self) -> Cow<'static, str> {
        if self.country == "us_ssn" {
            "us_ssn".into()
        } else {
            format!("national_id.{}", self.country).into()
        }
    }
}

const fn form(
    country: &'static str,
    written: &'static [&'static str],
    strong: bool,
    is_sound: fn(&[u8]) -> bool,
    words: &'static [&'static str],
) -> Form {
    Form { country, written, strong, is_sound, words }
}

/// Every form. Of two that fit as well the first is named.
pub(crate) static FORMS: &[Form] = &[
    form("us_ssn", &["3-2-4"], true, us_ssn, &["ssn"]),
    form("us", &["3-2-4"], true, us_itin, &["itin"]),
    form("br", &["3.3.3-2"], true, br, &["cpf"]),
    form("br", &["9-2", "11"], false, br, &["cpf"]),
    form("se", &["6-4", "8-4"], true, se, &["personnummer"]),
    form("se", &["12"], true, se_long, &["personnummer"]),
    form("se", &["10"], false, se, &["personnummer"]),
    form("fi", &["6-4"], true, fi, &["hetu", "henkilötunnus"]),
    form("dk", &["6-4"], false, dk, &["cpr"]),
    form("dk", &["10"], false, dk, &["cpr"]),
    form("lv", &["6-5"], true, lv, &[]),
    form("cz", &["6/4"], true, cz, &["rodné"]),
    form("cz", &["10"], false, cz, &["rodné"]),
    form("no", &["11", "6 5"], true, no, &["fødselsnummer"]),
    form("be", &["2.2.2-3.2", "2.2.2 3.2"], true, be, &["rijksregister"]),
    form("be", &["11"], true, be, &["rijksregister"]),
    form("pl", &["11"], true, pl, &["pesel"]),
    form("ee", &["11"], true, ee, &["isikukood"]),
    form("de", &["11", "2 3 3 3"], true, de, &["steuer", "steuerid", "identifikationsnummer"]),
    form("gr", &["11"], true, gr, &["amka"]),
    form("hr", &["11"], false, mod_11_10, &["oib"]),
    form("tr", &["11"], false, tr, &["tckn", "kimlik"]),
    form("cn", &["18"], true, cn, &[]),
    form(
        "fr",
        &["15", "1 2 2 2 3 3 2", "1 2 2 2 3 3-2", "13 2", "1.2.2.2.3.3.2"],
        true,
        fr,
        &["insee", "nir"],
    ),
    form("ro", &["13"], true, ro, &["cnp"]),
    form("kr", &["6-7"], true, kr, &[]),
    form("za", &["13"], true, za, &[]),
    form("ch", &["3.4.4.2", "13"], true, ch, &["ahv", "avs"]),
    form("th", &["1-4-5-2-1"], true, th, &[]),
    form("th", &["13"], false, th, &[]),
    form("in", &["4 4 4", "4-4-4"], true, india, &["aadhaar", "aadhar", "uidai"]),
    form("in", &["12"], false, india_or_old, &["aadhaar", "aadhar", "uidai"]),
    form("jp", &["12", "4 4 4", "4-4-4"], false, jp, &["mynumber"]),
    form("ar", &["2-8-1"], true, ar, &["cuil", "cuit"]),
    form("bg", &["10"], true, bg, &["egn"]),
    form("at", &["4 6", "10"], false, at, &["sozialversicherung", "svnr"]),
    form("gb", &["3 3 4", "3-3-4", "10"], false, nhs, &["nhs"]),
    form("is", &["6-4"], true, iceland, &["kennitala"]),
    form(
        "nl",
        &["9", "4.2.3", "3.3.3", "4 2 3", "3 3 3"],
        false,
        nl,
        &["bsn", "sofi", "burgerservicenummer"],
    ),
    form("pt", &["9", "3 3 3"], false, pt, &["nif"]),
    form("ca", &["9", "3 3 3", "3-3-3"], false, ca, &["sin"]),
    form("il", &["9"], false, luhn, &[]),
    form("au", &["9", "3 3 3"], false, au, &["tfn"]),
    form("my", &["6-2-4"], true, my, &["mykad", "nric"]),
    form("id", &["16"], false, indonesia, &["nik", "ktp"]),
    form("hu", &["3-3-3", "3 3 3"], false, hu, &["taj"]),
    // It has no check digit: any other that fits is likelier.
    form("us_ssn", &["9", "3 2 4"], false, us_ssn, &[]),
];

fn last(digits: &[u8]) -> u32 {
    digits.last().copied().unwrap_or_default().into()
}

fn us_ssn(digits: &[u8]) -> bool {
    let area = pair(digits, 0) * 10 + u32::from(digits[2]);
    !matches!(area, 0 | 666 | 900..) && pair(digits, 3) != 0 && remainder(&digits[5..], 10_000) != 0
}

fn us_itin(digits: &[u8]) -> bool {
    digits[0] == 9 && matches!(pair(digits, 3), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

fn br(digits: &[u8]) -> bool {
    let check = |length: usize| {
        let sum: u32 =
            digits[..length].iter().rev().zip(2..).map(|(digit, weight)| u32::from(*digit) * weight).sum();
        (sum * 10 % 11 % 10) as u8
    };
    digits.iter().any(|digit| *digit != digits[0]) && digits[9] == check(9) && digits[10] == check(10)
}

fn se(digits: &[u8]) -> bool {
    let short = &digits[digits.len() - 10..];
    // From 61 on the day counts for people who are only registered.
    let day = pair(short, 4);
    is_day(if day > 60 { day - 60 } else { day }, pair(short, 2)) && luhn(short)
}

fn se_long(digits: &[u8]) -> bool {
    matches!(pair(digits, 0), 18..=20) && se(digits)
}

fn fi(digits: &[u8]) -> bool {
    let rest = remainder(&[&digits[..6], &digits[6..9]].concat(), 31);
    day_first(digits, 0) && rest == u32::from(digits[9])
}

fn dk(digits: &[u8]) -> bool {
    day_first(digits, 0)
}

fn lv(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    day_first(digits, 0) && (1101 - sum) % 11 == last(digits)
}

fn cz(digits: &[u8]) -> bool {
    let month = match pair(digits, 2) {
        month @ 71.. => month - 70,
        month @ 51.. => month - 50,
        month @ 21.. => month - 20,
        month => month,
    };
    is_day(pair(digits, 4), month) && remainder(digits, 11) == 0
}

fn no(digits: &[u8]) -> bool {
    let day = pair(digits, 0);
    let first = weighted(digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
    let second = weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
    is_day(if day > 40 { day - 40 } else { day }, pair(digits, 2) % 40)
        && first.is_multiple_of(11)
        && second.is_multiple_of(11)
}

fn be(digits: &[u8]) -> bool {
    let (body, check) = (&digits[..9], pair(digits, 9));
    let new = [&[2], body].concat();
    (97 - remainder(body, 97) == check || 97 - remainder(&new, 97) == check) && year_first(digits, 0)
}

fn pl(digits: &[u8]) -> bool {
    let month = pair(digits, 2) % 20;
    let sum = weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    is_day(pair(digits, 4), month) && sum.is_multiple_of(10)
}

fn ee(digits: &[u8]) -> bool {
    let check = [[1, 2, 3, 4, 5, 6, 7, 8, 9, 1], [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]]
        .iter()
        .map(|weights| weighted(digits, weights) % 11)
        .find(|rest| *rest < 10)
        .unwrap_or(0);
    (1..=6).contains(&digits[0]) && year_first(digits, 1) && check == last(digits)
}

/// Of the first ten digits one comes twice or three times, and at least one not at all (Federal Central Tax Office).
fn de(digits: &[u8]) -> bool {
    let mut counts = [0_u8; 10];
    digits[..10].iter().for_each(|digit| counts[usize::from(*digit)] += 1);
    let most = counts.iter().max().copied().unwrap_or_default();
    let repeated = counts.iter().filter(|count| **count > 1).count();
    digits[0] != 0 && repeated == 1 && matches!(most, 2 | 3) && mod_11_10(digits)
}

fn gr(digits: &[u8]) -> bool {
    day_first(digits, 0) && luhn(digits)
}

fn tr(digits: &[u8]) -> bool {
    let odd: u32 = digits[..9].iter().step_by(2).map(|digit| u32::from(*digit)).sum();
    let even: u32 = digits[1..8].iter().step_by(2).map(|digit| u32::from(*digit)).sum();
    let sum: u32 = digits[..10].iter().map(|digit| u32::from(*digit)).sum();
    digits[0] != 0 && (odd * 7 + 100 - even) % 10 == u32::from(digits[9]) && sum % 10 == last(digits)
}

fn cn(digits: &[u8]) -> bool {
    let sum = weighted(digits, &CN_WEIGHTS);
    cn_born(digits) && (12 - sum % 11) % 11 == last(digits)
}

/// Weights of GB 11643-1999: powers of two modulo 11.
pub(super) const CN_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

pub(super) fn cn_born(digits: &[u8]) -> bool {
    matches!(pair(digits, 6), 18..=20) && year_first(digits, 8) && digits[0] != 0
}

fn fr(digits: &[u8]) -> bool {
    let month = pair(digits, 3);
    let check = pair(digits, 13);
    matches!(digits[0], 1..=4 | 7 | 8)
        && matches!(month, 1..=12 | 20..=42 | 50..=99)
        && 97 - remainder(&digits[..13], 97) == check
}

fn ro(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    (1..=9).contains(&digits[0])
        && year_first(digits, 1)
        && matches!(pair(digits, 7), 1..=52 | 70..=82)
        && rest % 10 + rest / 10 == last(digits)
}

/// The check digit was given up in 2020: what is left is the date and the century.
fn kr(digits: &[u8]) -> bool {
    year_first(digits, 0) && (1..=8).contains(&digits[6])
}

fn za(digits: &[u8]) -> bool {
    year_first(digits, 0) && digits[10] <= 2 && matches!(digits[11], 8 | 9) && luhn(digits)
}

fn ch(digits: &[u8]) -> bool {
    digits.starts_with(&[7, 5, 6])
        && weighted(digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

fn th(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    digits[0] != 0 && (11 - sum % 11) % 10 == last(digits)
}

fn india(digits: &[u8]) -> bool {
    digits[0] >= 2 && verhoeff(digits)
}

/// Test data and some old records begin with other digits: they count where the words say what they are.
fn india_or_old(digits: &[u8]) -> bool {
    verhoeff(digits)
}

fn jp(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    (if rest <= 1 { 0 } else { 11 - rest }) == last(digits)
}

fn ar(digits: &[u8]) -> bool {
    let rest = 11 - weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    matches!(pair(digits, 0), 20 | 23 | 24 | 27) && rest % 11 == last(digits)
}

fn bg(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[2, 4, 8, 5, 10, 9, 7, 3, 6]);
    is_day(pair(digits, 4), pair(digits, 2) % 20) && sum % 11 % 10 == last(digits)
}

fn at(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
    digits[0] != 0 && day_first(digits, 4) && sum % 11 == u32::from(digits[3])
}

fn nhs(digits: &[u8]) -> bool {
    let check = (11 - weighted(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    check == last(digits)
}

fn iceland(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[3, 2, 7, 6, 5, 4, 3, 2, 1]);
    day_first(digits, 0) && matches!(digits[9], 0 | 8 | 9) && sum.is_multiple_of(11)
}

fn nl(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) + 10 * last(digits);
    digits.iter().any(|digit| *digit != 0) && sum.is_multiple_of(11)
}

fn pt(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    matches!(digits[0], 1..=3 | 5 | 6 | 8 | 9) && (if rest < 2 { 0 } else { 11 - rest }) == last(digits)
}

fn ca(digits: &[u8]) -> bool {
    !matches!(digits[0], 0 | 8) && luhn(digits)
}

fn au(digits: &[u8]) -> bool {
    weighted(digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

fn my(digits: &[u8]) -> bool {
    year_first(digits, 0)
        && matches!(pair(digits, 6), 1..=16 | 21..=59 | 71 | 72 | 74..=79 | 82..=93 | 98 | 99)
}

fn indonesia(digits: &[u8]) -> bool {
    let day = pair(digits, 6);
    matches!(pair(digits, 0), 11..=94) && is_day(if day > 40 { day - 40 } else { day }, pair(digits, 8))
}

fn hu(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[3, 7, 3, 7, 3, 7, 3, 7]);
    digits.iter().any(|digit| *digit != 0) && sum % 10 == last(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that the authorities or encyclopaedias print as examples.
    #[test]
    fn published_examples_are_sound() {
        for (country, number) in [
            ("br", "11144477735"),
            ("se", "8112189876"),
            ("cz", "7103192745"),
            ("be", "85073003328"),
            ("pl", "44051401359"),
            ("ee", "37605030299"),
            ("de", "86095742719"),
            ("cn", "440524188001010014"),
            ("fr", "255081416802538"),
            ("ro", "1630615123457"),
            ("za", "8001015009087"),
            ("ch", "7569217076985"),
            ("nl", "111222333"),
            ("ca", "193456787"),
            ("au", "123456782"),
            ("gb", "9434765919"),
            ("gr", "01011300074"),
            ("tr", "10000000146"),
            ("hr", "69435151530"),
            ("bg", "7523169263"),
            ("jp", "123456789018"),
            ("in", "234123412346"),
            ("at", "1237010180"),
            ("is", "1201743399"),
            ("il", "000000018"),
            ("pt", "123456789"),
        ] {
            let digits: Vec<u8> = number.bytes().map(|byte| byte - b'0').collect();
            let sound = FORMS.iter().filter(|form| form.country == country);
            let lengths = |form: &&Form| {
                let count = |written: &str| {
                    written
                        .split(|c: char| !c.is_ascii_digit())
                        .map(|n| n.parse::<usize>().unwrap())
                        .sum::<usize>()
                };
                form.written.iter().any(|written| count(written) == digits.len())
            };
            assert!(sound.filter(lengths).any(|form| (form.is_sound)(&digits)), "{country} {number}");
        }
    }
}
