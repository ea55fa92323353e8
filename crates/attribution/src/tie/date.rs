//! Days and months as people and programs write them.

use super::letters::{Word, words};

/// A day, or a month if `day` is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Date {
    year: u16,
    month: u8,
    day: u8,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const ENDINGS: [&str; 4] = ["st", "nd", "rd", "th"];

/// The dates of a text: where each begins and ends, and the one or two ways to read it (`03/04/2025`).
pub(crate) fn dates(text: &str) -> Vec<(usize, usize, Vec<Date>)> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let words: Vec<Word> = words(text).filter(|word| !is_ending(text, word)).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match date_at(text, &words[at..]) {
            Some((len, dates)) => {
                found.push((words[at].start, words[at + len - 1].end, dates));
                at += len;
            }
            None => at += 1,
        }
    }
    found
}

fn date_at(text: &str, words: &[Word]) -> Option<(usize, Vec<Date>)> {
    let written = |place: usize| words.get(place).map(|word| &text[word.start..word.end]);
    let number = |place: usize, lens: &[usize]| {
        let written = written(place).filter(|written| lens.contains(&written.len()))?;
        written.parse::<u16>().ok().filter(|_| written.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let between = |place: usize| Some(&text[words.get(place)?.end..words.get(place + 1)?.start]);
    let joined = |place: usize| between(place).filter(|sign| matches!(*sign, "-" | "/" | "."));
    let close = |place: usize| {
        between(place).filter(|gap| gap.len() <= 4 && gap.trim_matches([',', '.', ' ', '-']).is_empty())
    };
    if let Some(year) = number(0, &[4]) {
        let sign = joined(0)?;
        let (month, day) = (number(1, &[2])?, number(2, &[2]).filter(|_| joined(1) == Some(sign)));
        return match day {
            Some(day) => Some((3, vec![date(year, month, day)?])),
            None => (sign == "-")
                .then_some(())
                .and_then(|()| Some((2, vec![date(year, month, 0).filter(|_| month <= 12)?])))
                .filter(|_| joined(1).is_none()),
        };
    }
    if let Some(first) = number(0, &[1, 2]) {
        if let Some(month) = written(1).and_then(month_named) {
            close(0)?;
            close(1)?;
            return Some((3, vec![date(number(2, &[4])?, month, first)?]));
        }
        let sign = joined(0)?;
        let (second, year) = (number(1, &[1, 2])?, number(2, &[4]).filter(|_| joined(1) == Some(sign))?);
        let mut dates: Vec<Date> =
            [date(year, first, second), date(year, second, first)].into_iter().flatten().collect();
        dates.dedup();
        return (!dates.is_empty()).then_some((3, dates));
    }
    let month = month_named(written(0)?)?;
    close(0)?;
    if let Some(year) = number(1, &[4]) {
        return Some((2, vec![date(year, month, 0)?]));
    }
    close(1)?;
    Some((3, vec![date(number(2, &[4])?, month, number(1, &[1, 2])?)?]))
}

fn date(year: u16, month: u16, day: u16) -> Option<Date> {
    let real = (1000..3000).contains(&year) && (1..=12).contains(&month) && day <= 31;
    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    real.then_some(Date { year, month, day })
}

fn month_named(written: &str) -> Option<u16> {
    let is = |month: &&'static str| {
        let short = written.len() >= 3
            && written.len() <= 4
            && month.get(..written.len()).is_some_and(|head| head.eq_ignore_ascii_case(written));
        short || month.eq_ignore_ascii_case(written)
    };
    MONTHS.iter().position(is).and_then(|place| u16::try_from(place + 1).ok())
}

/// The letters of `30th`.
fn is_ending(text: &str, word: &Word) -> bool {
    let ending = ENDINGS.iter().any(|ending| ending.eq_ignore_ascii_case(&text[word.start..word.end]));
    ending && text[..word.start].ends_with(|char: char| char.is_ascii_digit())
}
