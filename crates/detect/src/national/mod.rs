//! Numbers that states give to people. A number is believed for its check digits and date where those are strong, and
//! needs the words around it where they are weak: one in ten of any nine digits passes somebody's check.
//!
//! - [`among`]: numbers of digits alone ([`figures`]).
//! - [`at_word`] and [`ended_by_letter`]: numbers with letters ([`lettered`]).

mod figures;
mod lettered;

use std::borrow::Cow;
use std::ops::Range;

use domain::label::Category;

use crate::card::is_other;
use crate::digits::Run;
use crate::hit::Hit;
use crate::near::Near;

pub(crate) use lettered::{at_word, ended_by_letter};

/// What people call such a number, in a text.
const CALLED: &[&str] = &[
    "bsn",
    "burgerservicenummer",
    "citizen",
    "cnp",
    "codice",
    "cpf",
    "cpr",
    "curp",
    "dni",
    "fiscal",
    "fiscale",
    "henkilötunnus",
    "hetu",
    "holder",
    "id",
    "identification",
    "identifier",
    "identity",
    "identitätsnummer",
    "insurance",
    "kennitala",
    "medicare",
    "national",
    "nhs",
    "nie",
    "nif",
    "nino",
    "nin",
    "nir",
    "oib",
    "passport",
    "patient",
    "person",
    "personal",
    "personnummer",
    "pesel",
    "pps",
    "ppsn",
    "registration",
    "resident",
    "rut",
    "sin",
    "sofi",
    "social",
    "sozialversicherung",
    "ssn",
    "sécurité",
    "steuer",
    "steuerid",
    "tax",
    "taxpayer",
    "tfn",
    "tin",
    "aadhaar",
    "aadhar",
    "uidai",
    "fødselsnummer",
    "rijksregister",
    "insee",
    "nric",
    "hkid",
    "ahv",
    "avs",
    "egn",
    "amka",
    "tckn",
    "tc",
    "kimlik",
    "rrn",
    "nik",
];
/// The same in a field's name, without `id` and the words that stand beside it for things: `order_id` is nobody's.
const FIELDS: &[&str] = &[
    "aadhaar",
    "aadhar",
    "ahv",
    "avs",
    "amka",
    "bsn",
    "citizenid",
    "cnp",
    "cpf",
    "cpr",
    "curp",
    "dni",
    "egn",
    "fiscal",
    "hetu",
    "hkid",
    "identity",
    "identification",
    "insee",
    "kennitala",
    "kimlik",
    "medicare",
    "national",
    "nationalid",
    "nhs",
    "nie",
    "nif",
    "nik",
    "nin",
    "nino",
    "nir",
    "nric",
    "oib",
    "passport",
    "personal",
    "personnummer",
    "pesel",
    "pps",
    "pps",
    "ppsn",
    "rrn",
    "rut",
    "sin",
    "social",
    "ssn",
    "steuer",
    "tax",
    "taxid",
    "taxpayer",
    "tckn",
    "tfn",
    "tin",
    "uidai",
];

/// Whether the words around say that a person's number follows.
fn called(near: &Near<'_>) -> bool {
    near.field_says(FIELDS) || near.text_says(CALLED)
}

/// A person's number among these groups of digits.
pub(crate) fn among(run: &Run<'_>, near: &Near<'_>) -> Option<Hit> {
    if is_other(near) {
        return None;
    }
    let is_called = called(near);
    let mut best: Option<(u8, Range<usize>, Cow<'static, str>)> = None;
    for groups in run.stretches(8, 18) {
        let (Some(written), Some(digits)) = (run.written(groups.clone()), run.digits(groups.clone())) else {
            continue;
        };
        for form in figures::FORMS {
            if !form.written.contains(&written.as_str()) || !(form.is_sound)(digits.as_slice()) {
                continue;
            }
            let named = !form.words.is_empty() && near.says(form.words);
            let confidence = match (form.strong, named, is_called) {
                (_, true, _) => 97,
                (true, _, true) => 95,
                (true, ..) if groups.len() == run.groups.len() => 85,
                (false, _, true) => 75,
                _ => continue,
            };
            if best.as_ref().is_none_or(|(known, ..)| *known < confidence) {
                best = Some((confidence, run.range(groups.clone()), form.kind()));
            }
        }
    }
    let (confidence, range, kind) = best?;
    Some(Hit::new(kind, Category::Identity, range, confidence))
}
