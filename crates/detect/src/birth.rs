//! Dates of birth: a date that the words around call so. A date alone says nothing about a person.

use domain::label::Category;

use crate::check::is_day;
use crate::digits::Run;
use crate::hit::Hit;
use crate::near::Near;

const CALLED: &[&str] = &[
    "birth",
    "birthday",
    "birthdate",
    "born",
    "dob",
    "bday",
    "geboren",
    "geburtsdatum",
    "geburtstag",
    "geb",
    "naissance",
    "né",
    "née",
    "nacimiento",
    "nacido",
    "nacida",
    "nascimento",
    "nascita",
    "nato",
    "nata",
    "geboortedatum",
    "urodzenia",
    "urodzony",
    "syntymäaika",
    "född",
    "fødselsdato",
    "fødselsdag",
];

/// The date that these groups of digits write, if they do: its text is the run's, or its first three groups'.
pub(crate) fn date(run: &Run<'_>) -> bool {
    if run.groups.len() < 3
        || run.before(1) != run.before(2)
        || !matches!(run.before(1), "-" | "/" | "." | " ")
    {
        return false;
    }
    let number = |group: usize| run.text[run.range(group..group + 1)].parse::<u32>().unwrap_or(u32::MAX);
    let (a, b, c) = (number(0), number(1), number(2));
    match (run.groups[0].len(), run.groups[1].len(), run.groups[2].len()) {
        (4, 1 | 2, 1 | 2) => (1000..=2999).contains(&a) && is_day(c, b),
        (1 | 2, 1 | 2, 4) => (1000..=2999).contains(&c) && (is_day(a, b) || is_day(b, a)),
        (2, 2, 2) => run.before(1) != " " && (is_day(a, b) || is_day(b, a) || is_day(c, b)),
        _ => false,
    }
}

/// The date of birth that this run is.
pub(crate) fn of(run: &Run<'_>, near: &Near<'_>) -> Option<Hit> {
    (date(run) && near.says(CALLED))
        .then(|| Hit::new("date_of_birth", Category::Identity, run.range(0..3), 90))
}

/// Whether a field's name says that its value is one, in whatever form.
pub(crate) fn names(near: &Near<'_>) -> bool {
    near.field_says(CALLED)
}
