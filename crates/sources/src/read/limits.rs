//! How much a source is asked: `limits`, and the header that makes a write repeatable.

use std::collections::BTreeMap;

use domain::source::{Auth, KeyPlace, Limits, Rate};
use toml::de::DeValue;

use super::section::Section;
use crate::headers::{names_a_secret, sendable_name};
use crate::mistake::Wrong;
use crate::units;

/// The limits: what is there must be right, what is not there has its standard.
pub(super) fn limits(section: &Section<'_>) -> Option<Limits> {
    let standard = Limits::default();
    if section.value("limits").is_none() {
        return Some(standard);
    }
    let limits =
        section.section("limits", "limits = { in_flight = 8, per_second = 20, deadline = \"20s\" }")?;
    limits.only(&["in_flight", "per_second", "burst", "deadline", "result_bytes"]);
    let or = |key: &str, read: Option<u32>, standard: u32| match limits.value(key) {
        Some(_) => read,
        None => Some(standard),
    };
    let in_flight = or("in_flight", limits.count("in_flight"), standard.in_flight);
    let rate = rate(&limits);
    let deadline = or("deadline", limits.parsed("deadline", units::millis), standard.deadline_ms);
    let bytes = or("result_bytes", limits.parsed("result_bytes", units::bytes), standard.result_bytes);
    Some(Limits { in_flight: in_flight?, rate: rate?, deadline_ms: deadline?, result_bytes: bytes? })
}

/// `per_second` and `burst`: no rate if neither is there; `None` if a mistake was named.
fn rate(limits: &Section<'_>) -> Option<Option<Rate>> {
    let burst = limits.count("burst");
    let Some(value) = limits.value("per_second") else {
        if limits.value("burst").is_some() {
            let fix = "add per_second = 20, or leave burst out";
            limits.wrong("burst", Wrong::new("says nothing without per_second", fix));
            return None;
        }
        return Some(None);
    };
    let number = match value.get_ref() {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
        DeValue::Float(number) => number.as_str(),
        // Not a number: what is said of a wrong one holds for it too.
        _ => "",
    };
    let milli_per_second =
        units::per_second(number).map_err(|wrong| limits.wrong("per_second", wrong)).ok()?;
    let burst = match limits.value("burst") {
        Some(_) => burst?,
        None => units::standard_burst(milli_per_second),
    };
    Some(Some(Rate { milli_per_second, burst }))
}

/// The header for idempotency keys, which no other header of the source may be; `None` only if a mistake was named.
pub(super) fn idempotency_header(
    section: &Section<'_>,
    headers: Option<&BTreeMap<String, String>>,
    auth: Option<&Auth>,
) -> Option<Option<String>> {
    let key = "idempotency_header";
    if section.value(key).is_none() {
        return Some(None);
    }
    let taken_by_auth = |name: &str| match auth {
        Some(Auth::ApiKey { place: KeyPlace::Header, name: key, .. }) => key.eq_ignore_ascii_case(name),
        Some(Auth::Hmac { recipe, .. }) => {
            recipe.headers.keys().any(|header| header.eq_ignore_ascii_case(name))
        }
        _ => false,
    };
    let name = section.parsed(key, |name| {
        sendable_name(name)?;
        let ours =
            ["accept", "content-type", "user-agent"].iter().any(|known| known.eq_ignore_ascii_case(name));
        let fixed = headers.into_iter().flatten().any(|(known, _)| known.eq_ignore_ascii_case(name));
        if ours || fixed || taken_by_auth(name) || names_a_secret(name) {
            return Err(Wrong::new(
                "is a header that carries something else",
                "write the name that the API's documents give, mostly \"Idempotency-Key\"",
            ));
        }
        Ok(name.to_owned())
    })?;
    Some(Some(name))
}
