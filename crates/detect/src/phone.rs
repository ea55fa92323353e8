//! Telephone numbers, by the forms in which people write them. Whether a number is given out in its country is not
//! asked: numbering plans change, and a number that was typed wrong is still somebody's.

use domain::label::Category;

use crate::birth;
use crate::card::is_other;
use crate::digits::Run;
use crate::hit::Hit;
use crate::near::Near;

const CALLED: &[&str] = &[
    "call",
    "callback",
    "calls",
    "cell",
    "cellphone",
    "cellular",
    "contact",
    "dial",
    "fax",
    "gsm",
    "handy",
    "landline",
    "messages",
    "mobil",
    "mobile",
    "mobiltelefon",
    "msisdn",
    "office",
    "phone",
    "phones",
    "phonenumber",
    "reach",
    "reachable",
    "reached",
    "registered",
    "ring",
    "sms",
    "tel",
    "telefon",
    "telefono",
    "teléfono",
    "telefone",
    "telephone",
    "text",
    "telefoon",
    "téléphone",
    "puhelin",
    "whatsapp",
    "móvil",
    "celular",
    "cellulare",
    "portable",
];
/// What else a number with dashes or blanks may be.
const NOT_CALLED: &[&str] =
    &["account", "card", "iban", "id", "isbn", "ref", "reference", "ssn", "version", "zip", "postal"];

/// The telephone number that this run is, with its extension.
pub(crate) fn of(run: &Run<'_>, near: &Near<'_>) -> Option<Hit> {
    if birth::date(run) || near.field_says(crate::card::OTHER) {
        return None;
    }
    let count = whole(run)?;
    let digits: usize = run.groups[..count].iter().map(|group| group.len()).sum();
    let end = extension(run.text, run.groups[count - 1].end);
    let called = near.says(CALLED) || Near::is_followed_by(run.text, end, CALLED);
    let confidence = form(run, count, digits, near, called)?;
    let start = opening(run);
    if !called && (is_other(near) || near.is_called(NOT_CALLED) && confidence < 85) {
        return None;
    }
    Some(Hit::new(
        "phone",
        Category::Contact,
        start..end,
        if called { confidence.max(90) } else { confidence },
    ))
}

/// How many of the run's groups are the number: all, or, if they are too many digits, those of its beginning that
/// an international number can have.
fn whole(run: &Run<'_>) -> Option<usize> {
    let mut digits = 0;
    for (at, group) in run.groups.iter().enumerate() {
        digits += group.len();
        if digits > 15 {
            return (at > 1 && is_international(run)).then_some(at);
        }
    }
    Some(run.groups.len())
}

fn is_international(run: &Run<'_>) -> bool {
    run.before(0).contains('+')
}

/// How sure the form alone makes us; `None` if it is not enough.
fn form(run: &Run<'_>, groups: usize, digits: usize, near: &Near<'_>, called: bool) -> Option<u8> {
    let sizes: Vec<usize> = run.groups[..groups].iter().map(|group| group.len()).collect();
    let between = (1..groups).map(|group| run.before(group));
    let plain = between
        .clone()
        .all(|sign| matches!(sign, " " | "-" | "." | ") " | ")" | ")-" | " (" | "(" | "/" | " / "));
    let first = run.groups[0];
    let head = &run.text[first.start..first.end];
    if !plain {
        return None;
    }
    if is_international(run) {
        return (8..=15).contains(&digits).then_some(if head.starts_with('0') { 50 } else { 95 });
    }
    if let Some(rest) = head.strip_prefix("00").filter(|_| (9..=17).contains(&digits)) {
        // 00 opens an international number in most of the world, and American ones are written 001-….
        if !rest.starts_with('0') && (groups > 1 || called) {
            return Some(85);
        }
    }
    let north_american = match sizes[..] {
        [3, 3, 4] => Some(first),
        [1, 3, 3, 4] if head == "1" => Some(run.groups[1]),
        _ => None,
    };
    if let Some(area) = north_american {
        let signs: Vec<&str> = between.collect();
        let same = signs.len() < 2
            || signs[signs.len() - 1] == signs[signs.len() - 2]
            || run.before(0).contains('(');
        let is_area = matches!(run.text.as_bytes()[area.start], b'2'..=b'9');
        if is_area && same && (signs.iter().all(|sign| *sign != " ") || called || run.before(0).contains('('))
        {
            return Some(80);
        }
    }
    let trunk = head.starts_with('0') && groups > 1 && first.len() <= 5 && (8..=12).contains(&digits);
    let last_is_long = sizes.last().is_some_and(|last| *last >= 2);
    // `0.5-1.5` and `01.02.03` are no numbers of anybody.
    let has_dots = run.text[run.range(0..groups)].contains('.');
    if trunk && last_is_long && (!has_dots || called) && first.len() >= 2 {
        return Some(70);
    }
    // Eight digits after an area of two, as in Brazil.
    if matches!(sizes[..], [2, 4 | 5, 4]) && run.before(1) == " " && run.before(2) == "-" {
        return Some(65);
    }
    let enough = if groups == 1 { (8..=13).contains(&digits) } else { (7..=14).contains(&digits) };
    let straight = groups > 1 || !near.is_called(NOT_CALLED);
    (called && enough && straight && groups <= 6).then_some(80)
}

/// `(0668)-425827` begins with its bracket, if that closes.
fn opening(run: &Run<'_>) -> usize {
    let opening = run.before(0);
    let closes = run.text[run.start..run.end()].contains(')');
    if opening.contains('(') && !closes {
        run.groups[0].start - usize::from(opening.ends_with('+'))
    } else {
        run.start
    }
}

/// Where the number ends with its extension: `x416`, ` ext. 12`.
fn extension(text: &str, end: usize) -> usize {
    let rest = &text[end..];
    let trimmed = rest.trim_start_matches(' ');
    for word in ["x", "X", "ext. ", "ext.", "ext ", "extension "] {
        let Some(number) = trimmed.strip_prefix(word) else { continue };
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        let ends = !number[digits..].starts_with(|char: char| char.is_alphanumeric());
        if (1..=6).contains(&digits) && ends {
            return end + (rest.len() - trimmed.len()) + word.len() + digits;
        }
    }
    end
}
