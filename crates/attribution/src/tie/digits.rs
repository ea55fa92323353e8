//! Digits with their separators, as any country writes them.

use rust_decimal::Decimal;

/// One way to read a figure's digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The digits' value, never below zero, before any scale word.
    pub(crate) value: Decimal,
    /// How many digits stand behind the decimal separator. They give the interval of what was rounded to it.
    pub(crate) decimals: u32,
}

/// The longest run of digits and separators that is read as a number; what is longer is no figure of a person's.
pub(crate) const LONGEST: usize = 40;
/// What may group digits besides comma, dot and a plain space.
const GROUPING: [&str; 5] = ["\u{a0}", "\u{202f}", "\u{2009}", "'", "’"];
/// Where the run of digits and separators ends that begins here.
pub(crate) fn run_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = start + digits(start);
    let first = end - start;
    while end - start < LONGEST {
        let rest = &text[end..];
        let len = match rest.as_bytes().first() {
            Some(b',' | b'.') => 1,
            Some(b' ') => 1,
            _ => GROUPING.iter().find(|sign| rest.starts_with(**sign)).map_or(0, |sign| sign.len()),
        };
        if len == 0 {
            break;
        }
        let group = digits(end + len);
        let spaced = !matches!(rest.as_bytes().first(), Some(b',' | b'.'));
        // Two numbers of a list are not one: what spaces group, they group in threes.
        let listed = rest.starts_with([',', ' ']) && first == 4 && group == 4;
        if group == 0 || listed || spaced && (group != 3 || first > 3) {
            break;
        }
        end += len + group;
    }
    end
}

/// How a run of digits and separators may be read, the likelier way first.
pub(crate) fn readings(run: &str) -> Option<(Reading, Option<Reading>)> {
    let mut groups: Vec<&str> = Vec::new();
    let mut signs: Vec<char> = Vec::new();
    let mut start = 0;
    for (place, char) in run.char_indices().filter(|(_, char)| !char.is_ascii_digit()) {
        groups.push(&run[start..place]);
        signs.push(char);
        start = place + char.len_utf8();
    }
    groups.push(&run[start..]);
    let joined = groups.concat();
    let reading = |decimals: usize| {
        let value: Decimal = joined.parse().ok()?;
        let decimals = u32::try_from(decimals).ok()?;
        Some(Reading { value: shifted(value, -i64::from(decimals))?, decimals })
    };
    let last = groups.last()?.len();
    let Some(last_sign) = signs.last().copied() else { return Some((reading(0)?, None)) };
    let same = signs.iter().all(|sign| *sign == last_sign);
    let before = if same { &groups[1..] } else { &groups[1..groups.len() - 1] };
    let first = groups[0].len();
    let threes = before.iter().all(|group| group.len() == 3) && (1..=3).contains(&first) && groups[0] != "0";
    // As in 12,34,567.
    let indian = last_sign == ','
        && last == 3
        && first <= 2
        && before.len() > 1
        && before[..before.len() - 1].iter().all(|group| group.len() == 2);
    match (signs.len(), same) {
        (1, _) if matches!(last_sign, ',' | '.') && threes => {
            let (whole, part) = (reading(0)?, reading(3)?);
            Some(if last_sign == ',' { (whole, Some(part)) } else { (part, Some(whole)) })
        }
        (1, _) if matches!(last_sign, ',' | '.') => Some((reading(last)?, None)),
        (_, true) if threes || indian => Some((reading(0)?, None)),
        (_, false)
            if matches!(last_sign, ',' | '.')
                && threes
                && signs[..signs.len() - 1].iter().all(|sign| *sign == signs[0]) =>
        {
            Some((reading(last)?, None))
        }
        _ => None,
    }
}

/// A value times a power of ten; `None` if it has too many digits to be held exactly.
pub(crate) fn shifted(value: Decimal, power: i64) -> Option<Decimal> {
    let mut value = value;
    let places = u32::try_from(power.unsigned_abs()).ok()?;
    let by = Decimal::from_i128_with_scale(10_i128.checked_pow(places)?, 0);
    if power >= 0 {
        value = value.checked_mul(by)?;
    } else {
        let scale = value.scale() + places;
        if scale > 28 {
            return value.checked_div(by);
        }
        value.set_scale(scale).ok()?;
    }
    Some(value)
}
