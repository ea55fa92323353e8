//! Fields whose names say what they hold: the value of a `diagnosis` is about somebody's health, whatever it is.

use domain::label::Category;

use crate::near::words_of;

/// Words that, last in a field's name or the whole of it, say what its value is about.
const NAMES: &[(Category, &[&str])] = &[
    (
        Category::Health,
        &[
            "allergies",
            "allergy",
            "bloodtype",
            "diagnoses",
            "diagnosis",
            "disability",
            "disease",
            "icd10",
            "illness",
            "medication",
            "medications",
            "prescription",
            "symptoms",
            "treatment",
            "vaccination",
            "mrn",
        ],
    ),
    (
        Category::Financial,
        &[
            "salary",
            "wage",
            "wages",
            "income",
            "networth",
            "bonus",
            "payslip",
            "creditscore",
            "cvv",
            "cvc",
            "iban",
            "bic",
        ],
    ),
    (
        Category::Identity,
        &[
            "firstname",
            "lastname",
            "fullname",
            "surname",
            "maidenname",
            "givenname",
            "familyname",
            "passport",
            "passportnumber",
            "ssn",
            "nationality",
            "ethnicity",
            "race",
            "religion",
            "gender",
            "driverslicense",
        ],
    ),
    (Category::Contact, &["streetaddress", "homeaddress", "postaladdress", "mailingaddress", "phonenumber"]),
    (Category::Location, &["homelocation", "gps", "geolocation"]),
    (
        Category::Biometric,
        &["fingerprint", "faceprint", "voiceprint", "biometric", "biometrics", "faceembedding"],
    ),
    (
        Category::Employment,
        &["performancerating", "terminationreason", "disciplinary", "sickdays", "appraisal"],
    ),
    (Category::Legal, &["conviction", "convictions", "criminalrecord", "lawsuit", "verdict"]),
    (Category::Minors, &["childname", "guardian", "schoolgrade"]),
];

/// What the value of a field of this name is about.
pub(crate) fn category(field: &str) -> Option<Category> {
    let words: Vec<String> = words_of(field).map(str::to_lowercase).collect();
    let last = words.last()?;
    let two = words.len().checked_sub(2).map(|at| words[at..].concat());
    let three = words.len().checked_sub(3).map(|at| words[at..].concat());
    let is_named = |names: &[&str]| {
        names.contains(&last.as_str())
            || [&two, &three].into_iter().flatten().any(|joined| names.contains(&joined.as_str()))
    };
    NAMES.iter().find(|(_, names)| is_named(names)).map(|(category, _)| *category)
}

/// The kind of a finding that a field's name alone gives.
pub(crate) fn kind(category: Category) -> &'static str {
    match category {
        Category::Health => "field.health",
        Category::Financial => "field.financial",
        Category::Identity => "field.identity",
        Category::Contact => "field.contact",
        Category::Location => "field.location",
        Category::Biometric => "field.biometric",
        Category::Employment => "field.employment",
        Category::Legal => "field.legal",
        Category::Minors => "field.minors",
        Category::Credential => "field.credential",
        Category::Communications => "field.communications",
        Category::Calendar => "field.calendar",
        Category::Organisation => "field.organisation",
    }
}
