//! Numbers as people and programs write them: sign, currency, separators of any locale, scale words, percent.

use super::digits::{LONGEST, Reading, readings, run_end, shifted};
use super::letters::{char_before, is_word_byte, starts_with_word};

/// How a figure says that it is below zero, or that it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// It says nothing.
    None,
    /// A minus sign.
    Minus,
    /// Brackets around it: a bookkeeper's minus, or brackets.
    Brackets,
}

/// A number in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Figure {
    /// Its first byte, sign and currency included.
    pub(crate) start: usize,
    /// One past its last, scale word and percent sign included.
    pub(crate) end: usize,
    /// How it is read.
    pub(crate) reading: Reading,
    /// How else it may be read: `1.234` is a little more than one, and in another country over a thousand.
    pub(crate) other: Option<Reading>,
    /// Its sign.
    pub(crate) sign: Sign,
    /// The power of ten of its scale word: 6 for `million`.
    pub(crate) scale: i32,
    /// Whether it counts hundredths.
    pub(crate) percent: bool,
    /// Whether a currency stands beside it.
    pub(crate) currency: bool,
    /// Whether its scale word is a size of memory, as in `GB`.
    pub(crate) bytes: bool,
    /// Four digits that may be a year.
    pub(crate) year: bool,
}

impl Figure {
    /// How many digits say something: no zeros before them, and in a whole number none behind.
    pub(crate) fn digits(&self) -> usize {
        self.reading.value.mantissa().to_string().trim_end_matches('0').len().max(1)
    }

    /// How many zeros a whole number ends with.
    pub(crate) fn zeros(&self) -> u32 {
        let mut value = self.reading.value.mantissa();
        let mut zeros = 0;
        while self.reading.decimals == 0 && value != 0 && value % 10 == 0 {
            value /= 10;
            zeros += 1;
        }
        zeros
    }
}

const CURRENCY_SIGNS: &str = "$€£¥₹₩₽₺₪₴฿";
const CURRENCY_CODES: [&str; 24] = [
    "usd", "eur", "gbp", "jpy", "chf", "cny", "rmb", "inr", "cad", "aud", "nzd", "sek", "nok", "dkk", "pln",
    "hkd", "sgd", "krw", "brl", "mxn", "zar", "us", "rs", "kr",
];
const CURRENCY_WORDS: [&str; 10] =
    ["dollars", "dollar", "euros", "euro", "pounds", "usd", "eur", "gbp", "chf", "yen"];
const SCALES: [(&str, i32); 31] = [
    ("thousand", 3),
    ("thousands", 3),
    ("million", 6),
    ("millions", 6),
    ("billion", 9),
    ("billions", 9),
    ("trillion", 12),
    ("trillions", 12),
    ("crore", 7),
    ("lakh", 5),
    ("tausend", 3),
    ("millionen", 6),
    ("mio", 6),
    ("milliarden", 9),
    ("mrd", 9),
    ("millones", 6),
    ("milliards", 9),
    ("mn", 6),
    ("mm", 6),
    ("mln", 6),
    ("bn", 9),
    ("bln", 9),
    ("tn", 12),
    ("trn", 12),
    ("k", 3),
    ("m", 6),
    ("b", 9),
    ("t", 12),
    ("kusd", 3),
    ("musd", 6),
    ("meur", 6),
];
/// From here on a scale word must touch the number, as in `5k`.
const TOUCHING: usize = 24;
const BYTES: [(&str, i32); 8] =
    [("kb", 3), ("mb", 6), ("gb", 9), ("tb", 12), ("kib", 3), ("mib", 6), ("gib", 9), ("tib", 12)];
const PERCENT_WORDS: [&str; 7] =
    ["percentage points", "percentage point", "percent", "per cent", "pct", "pp", "prozent"];

/// Every figure of a text, in order and none within another.
pub(crate) fn figures(text: &str) -> Vec<Figure> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| rest.iter().position(u8::is_ascii_digit)) {
        let start = at + next;
        let (end, figure) = figure_at(text, start, at);
        found.extend(figure);
        at = end.max(start + 1);
    }
    found
}

/// The figure that is all of this text but for space, footnote signs and the like.
pub(crate) fn whole(text: &str) -> Option<Figure> {
    let trimmed =
        text.trim_matches(|char: char| char.is_whitespace() || matches!(char, '*' | '~' | '+' | ':' | ';'));
    if trimmed.len() > LONGEST + 24 {
        return None;
    }
    let mut all = figures(trimmed).into_iter();
    let (first, second) = (all.next()?, all.next());
    (second.is_none() && first.start == 0 && first.end == trimmed.len()).then_some(first)
}

/// Reads the figure whose first digit is at `digit`, and says where to go on; `from` is where reading began, before
/// which nothing is taken.
fn figure_at(text: &str, digit: usize, from: usize) -> (usize, Option<Figure>) {
    let run = run_end(text, digit);
    let body = &text[digit..run];
    let mut start = digit;
    let decimal_point = text[from..start].ends_with('.')
        && !text[from..start - 1].ends_with(|char: char| char.is_alphanumeric());
    if decimal_point {
        start -= 1;
    }
    let lead = Lead::before(text, start, from);
    let Some(lead) = lead else { return (skip_word(text, run), None) };
    let Some((mut reading, other)) = readings(body) else { return (run, None) };
    if decimal_point {
        let decimals = u32::try_from(body.len()).unwrap_or(u32::MAX);
        let Some(value) = shifted(reading.value, -i64::from(decimals)) else { return (run, None) };
        reading = Reading { value, decimals };
    }
    let year = body.len() == 4 && (body.starts_with("19") || body.starts_with("20")) && reading.decimals == 0;
    let mut figure = Figure {
        start: lead.start,
        end: run,
        reading,
        other: if decimal_point { None } else { other },
        sign: lead.sign,
        scale: 0,
        percent: false,
        currency: lead.currency,
        bytes: false,
        year: year && !lead.currency,
    };
    let bracket = lead.bracket;
    if bracket && text[figure.end..].starts_with(')') {
        figure.end += 1;
        figure.sign = Sign::Brackets;
    }
    if !figure.take_unit(text) {
        return (skip_word(text, run), None);
    }
    if bracket && figure.sign != Sign::Brackets && text[figure.end..].starts_with(')') {
        figure.end += 1;
        figure.sign = Sign::Brackets;
    } else if bracket && figure.sign != Sign::Brackets {
        figure.start = lead.inside;
    }
    (figure.end, Some(figure))
}

impl Figure {
    /// Takes what stands behind the digits; `false` if they turn out to be part of a word.
    fn take_unit(&mut self, text: &str) -> bool {
        let rest = &text[self.end..];
        let spaced = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '-']);
        let gap = rest.len() - spaced.len();
        let near = gap <= 2;
        if near && spaced.starts_with('%') {
            return self.unit(gap + 1, |figure| figure.percent = true);
        }
        if let Some(word) = PERCENT_WORDS.iter().find(|word| near && starts_with_word(spaced, word)) {
            return self.unit(gap + word.len(), |figure| figure.percent = true);
        }
        if near && (starts_with_word(spaced, "bps") || starts_with_word(spaced, "basis points")) {
            let len = if starts_with_word(spaced, "bps") { 3 } else { 12 };
            return self.unit(gap + len, |figure| (figure.percent, figure.scale) = (true, -2));
        }
        if let Some((word, scale)) = BYTES.iter().find(|(word, _)| near && starts_with_word(spaced, word)) {
            return self.unit(gap + word.len(), |figure| (figure.bytes, figure.scale) = (true, *scale));
        }
        let scale = SCALES.iter().enumerate().find(|(place, (word, _))| {
            near && (*place < TOUCHING || gap == 0) && starts_with_word(spaced, word)
        });
        if let Some((_, (word, scale))) = scale {
            // `5 m` may be metres; with a currency it is money.
            self.unit(gap + word.len(), |figure| figure.scale = *scale);
        } else if gap == 0 && rest.starts_with(|char: char| char.is_alphabetic() || char == '_') {
            // Units of a few letters touch their number; anything longer, and ordinals, are words.
            let letters = rest.bytes().take_while(|byte| is_word_byte(*byte)).count();
            let ordinal = ["st", "nd", "rd", "th"].iter().any(|ending| starts_with_word(rest, ending));
            let digits = rest.bytes().take(letters).any(|byte| byte.is_ascii_digit() || byte == b'_');
            return letters <= 3 && !ordinal && !digits;
        }
        self.take_currency(text);
        true
    }

    fn take_currency(&mut self, text: &str) {
        let rest = &text[self.end..];
        let spaced = rest.strip_prefix([' ', '\u{a0}', '\u{202f}']).unwrap_or(rest);
        let gap = rest.len() - spaced.len();
        // A sign behind the number is its currency, unless it is that of the next number.
        let sign = spaced.chars().next().filter(|sign| CURRENCY_SIGNS.contains(*sign));
        let next_is_digit =
            |len: usize| spaced[len..].trim_start().starts_with(|char: char| char.is_ascii_digit());
        if let Some(sign) = sign.filter(|sign| !next_is_digit(sign.len_utf8())) {
            self.unit(gap + sign.len_utf8(), |figure| figure.currency = true);
        } else if let Some(word) = CURRENCY_WORDS.iter().find(|word| starts_with_word(spaced, word)) {
            self.unit(gap + word.len(), |figure| figure.currency = true);
        }
    }

    fn unit(&mut self, len: usize, take: impl FnOnce(&mut Self)) -> bool {
        self.end += len;
        self.year = false;
        take(self);
        true
    }
}

/// What stands before a figure's digits and belongs to it.
struct Lead {
    start: usize,
    /// Where it starts without its bracket.
    inside: usize,
    sign: Sign,
    currency: bool,
    bracket: bool,
}

impl Lead {
    /// `None` if the digits continue a word, as in `Q4` and `INV-7`.
    fn before(text: &str, digits: usize, from: usize) -> Option<Self> {
        let mut lead =
            Self { start: digits, inside: digits, sign: Sign::None, currency: false, bracket: false };
        lead.take_sign(text, from);
        lead.take_currency(text, from);
        lead.take_sign(text, from);
        lead.inside = lead.start;
        let touching = char_before(text, lead.start).filter(|_| lead.start > from);
        if touching.is_some_and(|char| char.is_alphanumeric() || char == '_') {
            return None;
        }
        if touching == Some('(') {
            lead.bracket = true;
            lead.start -= 1;
        }
        Some(lead)
    }

    fn take_sign(&mut self, text: &str, from: usize) {
        let before = &text[from..self.start];
        let Some(sign) = before.chars().next_back().filter(|char| matches!(char, '-' | '−' | '–' | '+'))
        else {
            return;
        };
        let ahead = before[..before.len() - sign.len_utf8()].chars().next_back();
        // Between two numbers or words it is a hyphen or a dash.
        if self.sign == Sign::None
            && ahead.is_none_or(|char| {
                char.is_whitespace() || "([:=|,\"“".contains(char) || CURRENCY_SIGNS.contains(char)
            })
        {
            self.start -= sign.len_utf8();
            self.sign = if sign == '+' { Sign::None } else { Sign::Minus };
        }
    }

    fn take_currency(&mut self, text: &str, from: usize) {
        let before = text[from..self.start].trim_end_matches([' ', '\u{a0}', '\u{202f}']);
        if self.start - from - before.len() > 4 {
            return;
        }
        if let Some(sign) = before.chars().next_back().filter(|char| CURRENCY_SIGNS.contains(*char)) {
            self.currency = true;
            self.start = from + before.len() - sign.len_utf8();
        }
        let before = &text[from..self.start];
        let trimmed = before.trim_end_matches([' ', '\u{a0}']);
        let letters = trimmed.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        let code = &trimmed[trimmed.len() - letters..];
        let alone =
            !trimmed[..trimmed.len() - letters].ends_with(|char: char| char.is_alphanumeric() || char == '_');
        let known = CURRENCY_CODES.iter().any(|known| known.eq_ignore_ascii_case(code));
        let capitals = code.bytes().all(|byte| byte.is_ascii_uppercase()) || code.len() == 2 && code != "us";
        if alone && known && capitals && (self.currency || code.len() == 3) {
            self.currency = true;
            self.start = from + trimmed.len() - letters;
        }
    }
}

/// Goes on behind the word that holds this place.
fn skip_word(text: &str, from: usize) -> usize {
    from + text[from..].bytes().take_while(|byte| is_word_byte(*byte)).count()
}
